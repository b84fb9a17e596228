// The optimizers' rules as PyTorch documents them, Lion's as in its paper, a number at a time: docs/optimizers.md. They share
// no line with nabla.

import type { Noise } from './noise.ts'

export interface PlainOptimizer {
  readonly name: string
  readonly momentum?: number
  readonly dampening?: number
  readonly nesterov?: boolean
  readonly weightDecay?: number
  readonly rho?: number
  readonly epsilon?: number
  readonly centered?: boolean
  readonly learningRateDecay?: number
  readonly beta1?: number
  readonly beta2?: number
  readonly momentumDecay?: number
}

/** What is kept of n parameters: a mean of gradients, one of squares, and the momentum of RMSprop. */
export interface PlainSlots {
  readonly m: number[]
  readonly v: number[]
  readonly b: number[]
}

export const freshSlots = (n: number): PlainSlots => ({
  m: new Array<number>(n).fill(0),
  v: new Array<number>(n).fill(0),
  b: new Array<number>(n).fill(0),
})

/** The step of one parameter; changes its slots. t: counted from 1. */
type Rule = (w: number, g: number, slots: PlainSlots, i: number, t: number, rate: number) => number

const mix = (round: Noise, kept: number, old: number, share: number, more: number): number =>
  round(kept * old + share * more, Math.abs(kept * old) + Math.abs(share * more))

/** The same of squares, which no rounding makes less than 0. */
const mixSquares = (round: Noise, kept: number, old: number, share: number, more: number): number =>
  Math.max(0, mix(round, kept, old, share, more))

/** μ₁ ⋯ μₜ of NAdam. */
function momenta(t: number, of: (s: number) => number): number {
  let product = 1
  for (let s = 1; s <= t; ++s) product *= of(s)
  return product
}

function ruleOf(optimizer: PlainOptimizer, round: Noise): Rule {
  const { name, momentum = 0, dampening = 0, nesterov = false, epsilon = 1e-8 } = optimizer
  const { rho = 0.99, centered = false, learningRateDecay = 0, momentumDecay = 0.004 } = optimizer
  const { beta1 = 0.9, beta2 = name === 'lion' ? 0.99 : 0.999 } = optimizer
  if (name === 'sgd') {
    return (_, g, { m }, i, t, rate) => {
      if (momentum === 0) return rate * g
      m[i] = t === 1 ? g : mix(round, momentum, m[i], 1 - dampening, g)
      return nesterov ? rate * mix(round, 1, g, momentum, m[i]) : rate * m[i]
    }
  }
  if (name === 'rmsprop') {
    return (_, g, { m, v, b }, i, __, rate) => {
      // ρ v + (1 − ρ) g² less the square of the mean, as one sum that does not cancel (Welford 1962).
      const deviation = centered ? round(g - m[i], Math.abs(g) + Math.abs(m[i])) : g
      v[i] = mixSquares(round, rho, v[i], centered ? rho * (1 - rho) : 1 - rho, deviation ** 2)
      m[i] = round(m[i] + (1 - rho) * deviation, Math.abs(m[i]) + Math.abs(deviation))
      const quotient = g / (Math.sqrt(v[i]) + epsilon)
      b[i] = mix(round, momentum, b[i], 1, quotient)
      return rate * b[i]
    }
  }
  if (name === 'adagrad') {
    const { epsilon: least = 1e-10 } = optimizer
    return (_, g, { v }, i, t, rate) => {
      v[i] = mixSquares(round, 1, v[i], 1, g ** 2)
      return ((rate / (1 + (t - 1) * learningRateDecay)) * g) / (Math.sqrt(v[i]) + least)
    }
  }
  if (name === 'lion') {
    return (_, g, { m }, i, __, rate) => {
      const direction = Math.sign(mix(round, beta1, m[i], 1 - beta1, g))
      m[i] = mix(round, beta2, m[i], 1 - beta2, g)
      return rate * direction
    }
  }
  const momentumOf = (t: number) => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay))
  return (_, g, { m, v }, i, t, rate) => {
    m[i] = mix(round, beta1, m[i], 1 - beta1, g)
    v[i] = mixSquares(round, beta2, v[i], 1 - beta2, g ** 2)
    const scale = Math.sqrt(v[i] / (1 - beta2 ** t)) + epsilon
    if (name !== 'nadam') return ((rate / (1 - beta1 ** t)) * m[i]) / scale
    const old = (momentumOf(t + 1) * m[i]) / (1 - momenta(t + 1, momentumOf))
    const own = ((1 - momentumOf(t)) * g) / (1 - momenta(t, momentumOf))
    return (rate * round(old + own, Math.abs(old) + Math.abs(own))) / scale
  }
}

/** Step number t, counted from 1, of n parameters by their gradient. */
export function takeStep(
  optimizer: PlainOptimizer,
  w: number[],
  gradient: readonly number[],
  slots: PlainSlots,
  t: number,
  rate: number,
  round: Noise,
): void {
  const { name, weightDecay = name === 'adamw' ? 0.01 : 0 } = optimizer
  const isDecoupled = name === 'adamw' || name === 'lion'
  const rule = ruleOf(optimizer, round)
  for (let i = 0; i < w.length; ++i) {
    const decay = weightDecay * w[i]
    const g =
      isDecoupled || decay === 0
        ? gradient[i]
        : round(gradient[i] + decay, Math.abs(gradient[i]) + Math.abs(decay))
    const step = rule(w[i], g, slots, i, t, rate)
    const lost = isDecoupled ? rate * decay : 0
    const next = w[i] - step - lost
    // A handful of operations that are each relative to the step.
    w[i] = round(round(next, w[i]), 4 * (Math.abs(step) + Math.abs(lost)))
  }
}
