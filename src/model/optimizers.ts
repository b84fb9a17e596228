// The optimizers: for each the rule that its kernels follow, what it keeps for each parameter, and the numbers that a step
// needs. A new one is a row here, its code in assembly/abi/rules.ts and a kernel in each backend (docs/extending.md).

import * as Rules from '../../assembly/abi/rules.ts'
import {
  boolean,
  type Checked,
  fraction,
  integer,
  notNegative,
  optional,
  rate,
  refuse,
} from '../base/check.ts'
import { exp } from '../base/math.ts'
import { decayed, product, row, rule, type Stride, type UpdateRule } from './optimizer-row.ts'
import { learningRate } from './schedules.ts'

const sgdOptions = {
  learningRate: optional(learningRate, 0.01),
  momentum: optional(fraction, 0),
  dampening: optional(fraction, 0),
  nesterov: optional(boolean, false),
  weightDecay: optional(notNegative, 0),
}
const rmspropOptions = {
  learningRate: optional(learningRate, 0.01),
  rho: optional(fraction, 0.99),
  epsilon: optional(rate, 1e-8),
  momentum: optional(fraction, 0),
  centered: optional(boolean, false),
  weightDecay: optional(notNegative, 0),
}
const adagradOptions = {
  learningRate: optional(learningRate, 0.01),
  learningRateDecay: optional(notNegative, 0),
  epsilon: optional(rate, 1e-10),
  weightDecay: optional(notNegative, 0),
}
const adamOptions = {
  learningRate: optional(learningRate, 0.001),
  beta1: optional(fraction, 0.9),
  beta2: optional(fraction, 0.999),
  epsilon: optional(rate, 1e-8),
  weightDecay: optional(notNegative, 0),
}
const adamwOptions = { ...adamOptions, weightDecay: optional(notNegative, 0.01) }
const nadamOptions = {
  ...adamOptions,
  learningRate: optional(learningRate, 0.002),
  momentumDecay: optional(notNegative, 0.004),
}
const lionOptions = {
  learningRate: optional(learningRate, 1e-4),
  beta1: optional(fraction, 0.9),
  beta2: optional(fraction, 0.99),
  weightDecay: optional(notNegative, 0),
}

/** What a step by plain SGD needs. */
export const plainSgd: UpdateRule = { rule: Rules.SGD, slots: 0, variesByStep: false }

const MEANS = 'm = β₁ m + (1 − β₁) g; v = β₂ v + (1 − β₂) g²'
const HATS = 'm̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)'

// SciPy's L-BFGS-B, which scikit-learn's solver 'lbfgs' is, has the same defaults.
const lbfgsOptions = {
  learningRate: optional(learningRate, 1),
  memory: optional(integer(1, 1000), 10),
  tolerance: optional(notNegative, 1e-5),
  functionTolerance: optional(notNegative, 1e7 * Number.EPSILON),
  maxLineSearch: optional(integer(1), 20),
}

const LEAST_FLOAT32 = 2 ** -149

/** The numbers of ADAM's steps. weightDecay is that of the gradient where it is coupled, else of the parameter. */
function beginAdam(
  { beta1, beta2, epsilon, weightDecay }: Checked<typeof adamOptions>,
  taken: number,
  isCoupled: boolean,
) {
  let power1 = product(() => beta1, taken)
  let power2 = product(() => beta2, taken)
  return (learningRate: number) => {
    power1 *= beta1
    power2 *= beta2
    const rest = 1 - power1
    const scale = 1 / Math.sqrt(1 - power2)
    const means = [beta1, 1 - beta1, beta2, 1 - beta2]
    const corrected = learningRate / rest
    if (Number.isFinite(Math.fround(corrected))) {
      const decays = isCoupled ? [weightDecay, 0] : [0, weightDecay * rest]
      return [corrected, ...means, scale, epsilon, ...decays]
    }
    // Beyond float32 it would make NaN of every gradient of 0: correct what m is divided by instead.
    const least = Math.max(epsilon * rest, LEAST_FLOAT32)
    return [learningRate, ...means, scale * rest, least, ...(isCoupled ? [weightDecay, 0] : [0, weightDecay])]
  }
}

/** The stride of a rule that divides the gradient by its size. */
const unitStride = (): Stride => ({ follows: 'rate', times: 1 })

/** The natural logarithm of 0.96. */
const LOG_096 = -0.040821994520255166

/** sgd (Robbins and Monro 1951), with momentum (Polyak 1964), also after Nesterov (as in Sutskever et al. 2013) · rmsprop
 * (Tieleman and Hinton 2012) · adagrad (Duchi et al. 2011) · adam (Kingma and Ba 2015) · adamw (Loshchilov and Hutter
 * 2019) · nadam (Dozat 2016) · lion (Chen et al. 2023) · lbfgs (Nocedal 1980). Formulas and defaults are PyTorch's, where it has them:
 * docs/optimizers.md. */
export const optimizers = {
  sgd: row({
    options: sgdOptions,
    check({ momentum, dampening, nesterov }, name) {
      if (nesterov && momentum === 0) refuse(`${name}.momentum`, "a number above 0 with 'nesterov'", momentum)
      if (dampening > 0 && momentum === 0)
        refuse(`${name}.momentum`, "a number above 0 with 'dampening'", momentum)
      if (nesterov && dampening > 0) refuse(`${name}.dampening`, "0 with 'nesterov'", dampening)
    },
    update({ momentum, dampening, weightDecay }) {
      if (momentum > 0) return rule(Rules.MOMENTUM, 1, dampening > 0)
      return weightDecay > 0 ? rule(Rules.SGD_DECAY, 0) : plainSgd
    },
    // 1 + μ + μ² + …, but the first gradient is not dampened.
    stride: ({ momentum, dampening }) => ({
      follows: 'gradient',
      times: Math.max(1, (1 - dampening) / (1 - momentum)),
    }),
    formula({ momentum, dampening, nesterov, weightDecay }, w, gradient) {
      const whole = decayed(w, gradient, weightDecay)
      const g = weightDecay > 0 ? `(${whole})` : whole
      if (momentum === 0) return `${w} −= η · ${g}`
      if (dampening > 0) return `g = ${whole}; m = μ m + (1 − τ) g, in the first step m = g; ${w} −= η · m`
      return `m = μ m + ${whole}; ${w} −= η · ${nesterov ? `(${whole} + μ m)` : 'm'}`
    },
    begin({ momentum, dampening, nesterov, weightDecay }, taken) {
      if (momentum === 0) return (learningRate) => [learningRate, weightDecay]
      let share = taken > 0 ? 1 - dampening : 1
      const [alpha, beta] = nesterov ? [1, momentum] : [0, 1]
      return (learningRate) => {
        const numbers = [learningRate, momentum, alpha, beta, weightDecay, share]
        share = 1 - dampening
        return numbers
      }
    },
  }),
  rmsprop: row({
    options: rmspropOptions,
    update({ centered, momentum }) {
      if (!centered) {
        return momentum > 0 ? rule(Rules.RMSPROP_MOMENTUM, 2) : rule(Rules.RMSPROP, 1)
      }
      if (momentum > 0) return rule(Rules.RMSPROP_CENTERED_MOMENTUM, 3)
      return rule(Rules.RMSPROP_CENTERED, 2)
    },
    stride: ({ momentum }) => ({ follows: 'rate', times: 1 / (1 - momentum) }),
    formula({ centered, momentum, weightDecay }, w, gradient) {
      const square = centered
        ? 'd = g − ḡ; v = ρ v + ρ (1 − ρ) d²; ḡ = ḡ + (1 − ρ) d'
        : 'v = ρ v + (1 − ρ) g²'
      const quotient = 'g / (√v + ε)'
      const step = momentum > 0 ? `b = μ b + ${quotient}; ${w} −= η b` : `${w} −= η ${quotient}`
      return `g = ${decayed(w, gradient, weightDecay)}; ${square}; ${step}`
    },
    begin({ rho, epsilon, momentum, centered, weightDecay }) {
      const rest = 1 - rho
      const kappa = centered ? rho * rest : rest
      return (learningRate) => [learningRate, rho, kappa, epsilon, weightDecay, rest, momentum]
    },
  }),
  adagrad: row({
    options: adagradOptions,
    update: ({ learningRateDecay }) => rule(Rules.ADAGRAD, 1, learningRateDecay > 0),
    stride: unitStride,
    formula({ learningRateDecay, weightDecay }, w, gradient) {
      const rateOfStep = learningRateDecay > 0 ? 'η / (1 + (t − 1) κ) ·' : 'η'
      return `g = ${decayed(w, gradient, weightDecay)}; v = v + g²; ${w} −= ${rateOfStep} g / (√v + ε)`
    },
    begin({ learningRateDecay, epsilon, weightDecay }, taken) {
      let before = taken
      return (learningRate) => {
        const rateOfStep = learningRate / (1 + before * learningRateDecay)
        before += 1
        return [rateOfStep, epsilon, weightDecay]
      }
    },
  }),
  adam: row({
    options: adamOptions,
    update: () => rule(Rules.ADAM, 2, true),
    stride: unitStride,
    formula: ({ weightDecay }, w, g) =>
      `g = ${decayed(w, g, weightDecay)}; ${MEANS}; ${w} −= η m̂ / (√v̂ + ε), ${HATS}`,
    begin: (options, taken) => beginAdam(options, taken, true),
  }),
  adamw: row({
    options: adamwOptions,
    update: () => rule(Rules.ADAM, 2, true),
    stride: unitStride,
    formula: ({ weightDecay }, w, g) =>
      `g = ${g}; ${MEANS}; ${w} −= ${weightDecay > 0 ? `η λ ${w} + ` : ''}η m̂ / (√v̂ + ε), ${HATS}`,
    begin: (options, taken) => beginAdam(options, taken, false),
  }),
  nadam: row({
    options: nadamOptions,
    update: () => rule(Rules.NADAM, 2, true),
    stride: unitStride,
    formula: ({ weightDecay }, w, g) =>
      `g = ${decayed(w, g, weightDecay)}; ${MEANS}; ${w} −= η m̂ / (√v̂ + ε), ` +
      'm̂ = μₜ₊₁ m / (1 − μ₁ ⋯ μₜ₊₁) + (1 − μₜ) g / (1 − μ₁ ⋯ μₜ), v̂ = v / (1 − β₂ᵗ), μₜ = β₁ (1 − ½ 0.96^(ψ t))',
    begin({ beta1, beta2, epsilon, momentumDecay, weightDecay }, taken) {
      const momentumOf = (t: number) => beta1 * (1 - 0.5 * exp(LOG_096 * momentumDecay * t))
      let power2 = product(() => beta2, taken)
      let t = taken
      // From some step on the factors are β₁ to the last bit.
      let isConstant = false
      const factor = (i: number) => {
        if (isConstant) return beta1
        const momentum = momentumOf(i)
        isConstant = momentum === beta1
        return momentum
      }
      let momenta = product(factor, taken)
      return (learningRate) => {
        t += 1
        power2 *= beta2
        const now = momentumOf(t)
        const next = momentumOf(t + 1)
        momenta *= now
        const scale = 1 / Math.sqrt(1 - power2)
        const first = [learningRate, beta1, 1 - beta1, beta2, 1 - beta2, scale, epsilon, weightDecay]
        return [...first, (1 - now) / (1 - momenta), next / (1 - momenta * next)]
      }
    },
  }),
  lion: row({
    options: lionOptions,
    update: () => rule(Rules.LION, 1),
    stride: unitStride,
    formula({ weightDecay }, w, g) {
      const direction = 'sign(β₁ m + (1 − β₁) g)'
      const step = weightDecay > 0 ? `(${direction} + λ ${w})` : direction
      return `g = ${g}; ${w} −= η · ${step}; m = β₂ m + (1 − β₂) g`
    },
    begin:
      ({ beta1, beta2, weightDecay }) =>
      (learningRate) => [learningRate, beta1, 1 - beta1, beta2, 1 - beta2, weightDecay],
  }),
  lbfgs: row({
    options: lbfgsOptions,
    update: ({ memory }) => ({
      rule: Rules.STORE_GRADIENT,
      slots: 2 * memory,
      variesByStep: false,
      allRows: true,
    }),
    stride: () => ({ follows: 'gradient', times: 1 }),
    // w is where the gradient is stored.
    formula: (_, w, g) => `${w} += ${g}`,
    begin: () => () => [],
  }),
} as const

/** 'sgd', 'rmsprop', 'adagrad', 'adam', 'adamw', 'nadam', 'lion' or 'lbfgs': docs/optimizers.md. */
export type OptimizerName = keyof typeof optimizers

/** An optimizer with every default in place. */
export type OptimizerSettings = {
  readonly [Name in OptimizerName]: { readonly name: Name } & Checked<(typeof optimizers)[Name]['options']>
}[OptimizerName]
