// Figures of every layer from forward and backward passes over some of the rows: what a diagnosis of a network reads.

import { now } from '../../base/clock.ts'
import type { Floats } from '../../base/floats.ts'
import { inChunks, SLICE_MS, type Slices } from '../../base/pace.ts'
import type { Engine } from '../../engine/engine.ts'
import { Pass } from '../../engine/pass.ts'
import type { Matrix } from '../../intake/matrix.ts'
import { loadRows, type Rows } from '../../intake/rows.ts'
import { activationRow } from '../../model/custom-activation.ts'
import type { Range } from '../../program/tensors.ts'

export interface LayerFigures {
  /** Units whose a is 0 in every row that was seen: of a relu, else 0. */
  readonly dead: number
  /** Share of the a that lie at an end of what f reaches, where f' is next to 0; 0 where f has not two ends. */
  readonly saturated: number
  /** Share of the outputs that lie at the wrong end, their target beyond the middle; of the last layer, else 0. */
  readonly wrong: number
  /** ‖W‖ and ‖∇W‖ of the mean loss. */
  readonly weightNorm: number
  readonly gradientNorm: number
  /** False where an a is not finite. */
  readonly isFinite: boolean
}

export interface Figures {
  /** Rows that were seen, spread evenly over the data. */
  readonly rows: number
  /** Their mean loss. */
  readonly loss: number
  /** Their outputs (rows × outputs), and their targets. */
  readonly outputs: Float32Array
  readonly targets: Float32Array
  /** Of each layer. */
  readonly layers: readonly LayerFigures[]
}

// A diagnosis of 60,000 rows, as many of them passed through, takes 0.3 s in 784-30-10 and 1.3 s in 784-512-512-10 (Node 26, one of
// two shared cores). A unit that is 0 for all of them is as good as dead.
const ROWS_SEEN = 4096
const ROWS_AT_ONCE = 1024
// At this share of its range from an end, f' of sigmoid, tanh and softsign is below 1% of its largest.
const NEAR_END = 0.0025

/** Copies of `count` rows, spread evenly. */
function spreadRows({ values, rows, columns }: Matrix, count: number): Float32Array {
  const spread = new Float32Array(count * columns)
  for (let i = 0; i < count; ++i) {
    const from = Math.floor((i * rows) / count) * columns
    for (let c = 0; c < columns; ++c) spread[i * columns + c] = values[from + c]
  }
  return spread
}

/** Calls `work` with consecutive ranges of so many values, and may pause between them. */
const inParts = (length: number, work: (from: number, to: number) => void): Slices<void> =>
  inChunks(length, 1, work)

class LayerSums {
  /** Of each unit: whether an a was not 0. */
  readonly #lives: Uint8Array
  /** As it lies in the arena, whose padding is zeros. */
  readonly #gradient: Float64Array
  readonly #ends: readonly [number, number] | undefined
  readonly #isRelu: boolean
  #saturated = 0
  #wrong = 0
  #values = 0
  #isFinite = true

  constructor(engine: Engine, l: number) {
    const { units, activation } = engine.architecture.layers[l]
    const { reach } = activationRow(activation)
    this.#lives = new Uint8Array(units)
    this.#gradient = new Float64Array(engine.plan.layers[l].weightGradients!.length)
    this.#ends = reach && Number.isFinite(reach[1]) ? reach : undefined
    this.#isRelu = activation === 'relu'
  }

  /** Rows of a. y: the targets, of the last layer. */
  *addActivations(a: ArrayLike<number>, y?: ArrayLike<number>): Slices<void> {
    const units = this.#lives.length
    const [least, most] = this.#ends ?? [0, 0]
    const near = NEAR_END * (most - least)
    const middle = (least + most) / 2
    this.#values += a.length
    yield* inParts(a.length, (first, end) => {
      for (let i = first; i < end; ++i) {
        const value = a[i]
        if (value !== 0) this.#lives[i % units] = 1
        if (!Number.isFinite(value)) this.#isFinite = false
        if (!this.#ends || (value - least > near && most - value > near)) continue
        this.#saturated += 1
        if (y && y[i] > middle !== value > middle) this.#wrong += 1
      }
    })
  }

  /** ∇W of rows that are this share of those that are seen in all. */
  *addGradient(floats: Floats, { offset, length }: Range, share: number): Slices<void> {
    yield* inParts(length, (first, end) => {
      for (let i = first; i < end; ++i) this.#gradient[i] += share * floats[offset + i]
    })
  }

  *figures(floats: Floats, weights: Range): Slices<LayerFigures> {
    const weightNorm = yield* normOf(floats, weights)
    const gradientNorm = yield* normOf(this.#gradient, { offset: 0, length: this.#gradient.length })
    return {
      dead: this.#isRelu ? this.#lives.reduce((dead, lives) => dead + (lives ? 0 : 1), 0) : 0,
      saturated: this.#saturated / this.#values,
      wrong: this.#wrong / this.#values,
      weightNorm,
      gradientNorm,
      isFinite: this.#isFinite,
    }
  }
}

function* normOf(values: Floats, { offset, length }: Range): Slices<number> {
  let squares = 0
  yield* inParts(length, (first, end) => {
    for (let i = offset + first; i < offset + end; ++i) squares += values[i] ** 2
  })
  return Math.sqrt(squares)
}

/** The gradient of the rows that are loaded, in parts of a few milliseconds; returns how many are right for the next. */
function* gradientInParts(engine: Engine, rows: number, parts: number): Slices<number> {
  const { compute, update } = engine.gradientStages
  let milliseconds = 0
  for (const phase of [...compute.phases, ...update.phases]) {
    for (let part = 0; part < parts; ++part) {
      const from = now()
      engine.train({ firstRow: 0, endRow: rows, batchRows: rows }, phase, part, parts)
      milliseconds += now() - from
      yield
    }
  }
  return Math.max(1, Math.ceil(milliseconds / SLICE_MS))
}

/**
 * Passes over some of the rows, which are checked already; the parameters stay as they are. Where it yields, nobody else may
 * have the engine.
 */
export function* figuresOf(engine: Engine, { x, y }: Rows): Slices<Figures> {
  const rows = Math.min(x.rows, ROWS_SEEN)
  const { layers, outputs: columns } = engine.architecture
  const seen: Rows = {
    x: { ...x, values: spreadRows(x, rows), rows, checksums: undefined },
    y: { ...y, values: spreadRows(y, rows), rows },
    weights: undefined,
  }
  yield
  const rowsAtOnce = Math.min(rows, ROWS_AT_ONCE)
  yield* engine.reserveSlices({ batchRows: rowsAtOnce, dataRows: rowsAtOnce, gradients: true, steps: 0 })
  const sums = layers.map((_, l) => new LayerSums(engine, l))
  const outputs = new Float32Array(rows * columns)
  const targets = seen.y.values as Float32Array
  let loss = 0
  let parts = Math.ceil((3 * rowsAtOnce) / engine.rowsPerSlice)
  for (let from = 0; from < rows; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, rows)
    loadRows(engine, seen, from, to)
    yield
    parts = yield* gradientInParts(engine, to - from, parts)
    loss += engine.sum(engine.plan.losses, 0, to - from)
    const inputs = (seen.x.values as Float32Array).subarray(from * x.columns, to * x.columns)
    const pass = new Pass(engine, inputs, to - from)
    for (const [l, sum] of sums.entries()) {
      const isLast = l === layers.length - 1
      const a = yield* pass.activationSlices(l)
      if (isLast) outputs.set(a, from * columns)
      const y = isLast ? targets.subarray(from * columns, to * columns) : undefined
      yield* sum.addActivations(a, y)
      yield* sum.addGradient(engine.floats, engine.plan.layers[l].weightGradients!, (to - from) / rows)
    }
  }
  const found: LayerFigures[] = []
  for (const [l, sum] of sums.entries()) {
    found.push(yield* sum.figures(engine.floats, engine.plan.layers[l].weights))
  }
  return { rows, loss: loss / rows, outputs, targets, layers: found }
}
