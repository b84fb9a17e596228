// Learning rates at a moment of the training, from the formulas of docs/learning-rates.md. They share no line with nabla.

export interface Moment {
  readonly step: number
  readonly epoch: number
}

export interface PlainSchedule {
  readonly name: string
  readonly from?: number
  readonly peak?: number
  readonly to?: number
  readonly per?: 'epoch' | 'step'
  readonly warmUp?: number
  readonly over?: number
  readonly factor?: number
  readonly every?: number
  readonly decay?: number
  readonly power?: number
  readonly restartEvery?: number
  readonly restartFactor?: number
  readonly rise?: number
  readonly divide?: number
  readonly divideAtEnd?: number
  readonly patience?: number
  readonly threshold?: number
  readonly cooldown?: number
  readonly least?: number
  readonly monitor?: 'loss' | 'validationLoss'
}

export type PlainRate = number | PlainSchedule | ((moment: Moment) => number)

const halfCosine = (high: number, low: number, x: number): number =>
  low + ((high - low) * (1 + Math.cos(Math.PI * x))) / 2

/** t of T, as a share; a schedule that is over stays at its end. */
const shareOf = (t: number, length: number): number => (length > 0 ? Math.min(1, t / length) : 1)

function after(schedule: PlainSchedule, t: number, length: number): number {
  const { from = 0, to = 0, every = 1 } = schedule
  switch (schedule.name) {
    case 'step':
      return from * (schedule.factor ?? 0.1) ** Math.floor(t / every)
    case 'exponential':
      return from * (schedule.factor ?? 0.95) ** (t / every)
    case 'inverse':
      return from / (1 + (schedule.decay ?? 1) * t) ** (schedule.power ?? 0.5)
    case 'polynomial':
      return to + (from - to) * (1 - shareOf(t, length)) ** (schedule.power ?? 1)
    case 'cosine': {
      let period = schedule.restartEvery
      if (period === undefined) return halfCosine(from, to, shareOf(t, length))
      let began = 0
      while (t >= began + period) {
        began += period
        period *= schedule.restartFactor ?? 1
      }
      return halfCosine(from, to, (t - began) / period)
    }
    case 'oneCycle': {
      const { peak = 0, rise = 0.3, divide = 25, divideAtEnd = 1e4 } = schedule
      // PyTorch's OneCycleLR: two phases, each with its last step.
      const phases = [
        { end: rise * length - 1, from: peak / divide, to: peak },
        { end: Math.max(0, length - 1), from: peak, to: peak / divide / divideAtEnd },
      ]
      let start = 0
      for (const { end, from, to } of phases) {
        const now = Math.min(t, phases[1].end)
        if (now <= end) return halfCosine(from, to, end === start ? 1 : (now - start) / (end - start))
        start = end
      }
      throw new RangeError('no phase')
    }
    default:
      return from
  }
}

/** end: of the fit. lowered: what a plateau has come to. */
export function plainRate(rate: PlainRate, moment: Moment, end: Moment, lowered?: number): number {
  if (typeof rate === 'number') return rate
  if (typeof rate === 'function') return rate(moment)
  const schedule = rate.name === 'plateau' ? { ...rate, from: lowered ?? rate.from } : rate
  const unit = rate.per ?? 'epoch'
  const { warmUp = 0 } = rate
  const t = moment[unit]
  const length = rate.over ?? Math.max(0, end[unit] - warmUp)
  if (t < warmUp) return after(schedule, 0, length) * Math.min(1, (t + 1) / warmUp)
  return after(schedule, t - warmUp, length)
}

/** PyTorch's ReduceLROnPlateau, mode 'min', threshold_mode 'rel'. */
export class PlainPlateau {
  readonly #schedule: PlainSchedule
  #best = Number.POSITIVE_INFINITY
  #bad = 0
  #cooling = 0
  rate: number

  constructor(schedule: PlainSchedule) {
    this.#schedule = schedule
    this.rate = schedule.from!
  }

  see(loss: number): void {
    const { factor = 0.1, patience = 10, threshold = 1e-4, cooldown = 0, least = 0 } = this.#schedule
    if (loss < this.#best * (1 - threshold)) {
      this.#best = loss
      this.#bad = 0
    } else this.#bad += 1
    if (this.#cooling > 0) {
      this.#cooling -= 1
      this.#bad = 0
    }
    if (this.#bad <= patience) return
    const lower = Math.max(this.rate * factor, least)
    if (this.rate - lower > 1e-8) this.rate = lower
    this.#cooling = cooldown
    this.#bad = 0
  }
}
