// A stream of small whole numbers, range-coded: each costs about its entropy given its context, with no tables to
// ship. An adaptive model counts how often each value followed each context. The coder is the carry-less one of
// Subbotin (1999), in 32-bit arithmetic; scripts/pack-digits.ts holds the writing half.

const TOP = 2 ** 24
const BOTTOM = 2 ** 16
// A count grows by STEP and the counts of a context are halved at MOST, so that young statistics weigh more.
const STEP = 24
const MOST = 2 ** 13

/** How often each of `levels` values was seen in each context. */
export class LevelModel {
  readonly levels: number
  readonly #counts: Uint16Array

  constructor(contexts: number, levels: number) {
    this.levels = levels
    this.#counts = new Uint16Array(contexts * levels).fill(1)
  }

  count(context: number, value: number): number {
    return this.#counts[context * this.levels + value]
  }

  /** Counts of all values below `value`. */
  below(context: number, value: number): number {
    let sum = 0
    for (let v = 0; v < value; ++v) sum += this.count(context, v)
    return sum
  }

  learn(context: number, value: number): void {
    const from = context * this.levels
    this.#counts[from + value] += STEP
    if (this.below(context, this.levels) <= MOST) return
    for (let i = from; i < from + this.levels; ++i) this.#counts[i] = (this.#counts[i] + 1) >> 1
  }
}

/** The state that writer and reader share: the interval that is left. */
export class RangeInterval {
  low = 0
  range = 0xffffffff

  /** Narrows the interval to `count` of `total` from `below` on. */
  narrow(below: number, count: number, total: number): void {
    const unit = Math.floor(this.range / total)
    this.low = (this.low + below * unit) >>> 0
    this.range = unit * count
  }

  /** Calls `shift` for each byte of the interval that is decided. */
  renormalize(shift: (byte: number) => void): void {
    for (;;) {
      const end = (this.low + this.range) >>> 0
      if ((this.low ^ end) >>> 0 >= TOP) {
        if (this.range >= BOTTOM) return
        // The interval is small and lies across a byte's border: cut it at the border.
        this.range = -this.low & (BOTTOM - 1)
      }
      shift(this.low >>> 24)
      this.low = (this.low << 8) >>> 0
      this.range = (this.range << 8) >>> 0
    }
  }
}

/** Reads values back, each with the model and the context that it was written with. */
export class LevelReader {
  readonly #bytes: Uint8Array
  readonly #interval = new RangeInterval()
  #at = 0
  #code = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    for (let i = 0; i < 4; ++i) this.#shift()
  }

  #shift(): void {
    this.#code = ((this.#code << 8) | (this.#bytes[this.#at++] ?? 0)) >>> 0
  }

  next(model: LevelModel, context: number): number {
    const interval = this.#interval
    const total = model.below(context, model.levels)
    const found = Math.floor(((this.#code - interval.low) >>> 0) / Math.floor(interval.range / total))
    let value = 0
    let below = 0
    while (value < model.levels - 1 && below + model.count(context, value) <= found) {
      below += model.count(context, value)
      value += 1
    }
    interval.narrow(below, model.count(context, value), total)
    interval.renormalize(() => this.#shift())
    model.learn(context, value)
    return value
  }
}
