// The update rules written out in float64, one parameter at a time, and how far a kernel may be from them.

import * as Rules from '../../assembly/abi/rules.ts'

/** A parameter and what is kept of it. */
export interface Kept {
  readonly w: number
  readonly m: number
  readonly v: number
}

export interface RuleCase {
  readonly name: string
  readonly rule: number
  readonly slots: readonly ('m' | 'v')[]
  /** Of which products it is worth testing: a kernel that another case runs at all sizes needs fewer. */
  readonly sizes: 'all' | 'packed'
  /** The numbers that the kernel is given for one step after the other. */
  readonly steps: readonly (readonly number[])[]
  /** After step `t`, counted from 1, with the mean gradient g. */
  readonly after: (kept: Kept, g: number, t: number) => Kept
  /** How far w, m and v may be from that, where each operation and each number given is off by u, and g by `error`. */
  readonly bounds: (before: Kept, g: number, t: number, error: number, u: number) => Kept
}

// Powers of two and their differences, which float32 holds: what is given is the same to every backend, but for η and ρ of
// Adam's second step. No two of them are alike, so that none can stand for another.
const RATES = [0.25, 0.125]
const MU = 0.875

function momentum(name: string, nesterov: boolean): RuleCase {
  return {
    name,
    rule: Rules.MOMENTUM,
    slots: ['m'],
    sizes: nesterov ? 'packed' : 'all',
    steps: RATES.map((rate) => (nesterov ? [rate, MU, 1, MU] : [rate, MU, 0, 1])),
    after({ w, m, v }, g, t) {
      const next = MU * m + g
      return { w: w - RATES[t - 1] * (nesterov ? g + MU * next : next), m: next, v }
    },
    bounds(before, g, t, error, u) {
      const size = Math.abs(g) + Math.abs(MU * before.m)
      const m = error + 2 * u * size
      // α g + β m, each term at most `size`: two products and a sum.
      const direction = error + m + 4 * u * size
      const step = 2 * RATES[t - 1] * size
      return { w: RATES[t - 1] * direction + u * (Math.abs(before.w) + 2 * step), m, v: 0 }
    },
  }
}

const RATE = 0.25
const BETA1 = 0.75
const BETA2 = 0.9375
// Large enough to be seen beside √v̂.
const EPSILON = 0.03125

/** Algorithm 1 of Kingma and Ba (2015, arXiv:1412.6980), with the corrections of the bias where they stand there. */
function adamAfter({ w, m, v }: Kept, g: number, t: number): Kept {
  const mean = BETA1 * m + (1 - BETA1) * g
  const square = BETA2 * v + (1 - BETA2) * g * g
  const meanHat = mean / (1 - BETA1 ** t)
  const squareHat = square / (1 - BETA2 ** t)
  return { w: w - (RATE * meanHat) / (Math.sqrt(squareHat) + EPSILON), m: mean, v: square }
}

const adamSteps = [1, 2].map((t) => {
  const scale = 1 / Math.sqrt(1 - BETA2 ** t)
  return [RATE / (1 - BETA1 ** t), BETA1, 1 - BETA1, BETA2, 1 - BETA2, scale, EPSILON]
})

const adam: RuleCase = {
  name: 'Adam',
  rule: Rules.ADAM,
  slots: ['m', 'v'],
  sizes: 'all',
  steps: adamSteps,
  after: adamAfter,
  bounds(before, g, t, error, u) {
    const after = adamAfter(before, g, t)
    const [rate, , , , , scale] = adamSteps[t - 1]
    // Two products and a sum; three products and a sum.
    const m = (1 - BETA1) * error + 2 * u * (Math.abs(BETA1 * before.m) + Math.abs((1 - BETA1) * g))
    const v = (1 - BETA2) * (2 * Math.abs(g) + error) * error + 3 * u * after.v
    const below = Math.sqrt(after.v) * scale + EPSILON
    // The root halves a relative error; itself, ρ, their product and the sum add one rounding each.
    const relative = v / (2 * after.v) + 4 * u
    const quotient = m / below + (Math.abs(after.m) / below) * (relative + u)
    const step = Math.abs(after.w - before.w)
    // η, its product, and the difference.
    return { w: rate * quotient + 2 * u * step + u * (Math.abs(before.w) + step), m, v }
  },
}

export const ruleCases: readonly RuleCase[] = [
  momentum('momentum', false),
  momentum("Nesterov's momentum", true),
  adam,
]
