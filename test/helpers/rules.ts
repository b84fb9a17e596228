// The update rules as a step runs them, one parameter at a time: what the textbook makes of it, and how far a kernel may be
// from that.

import { beginSteps, optimizer, updateRuleOf } from '../../src/model/optimizer.ts'
import type { OptimizerSettings } from '../../src/model/optimizers.ts'
import { type Arithmetic, arithmetic, type Rounded } from './rounded.ts'
import { type TextbookOptimizer, textbookStep } from './textbook-optimizers.ts'

export type Slot = 'm' | 'v' | 'b'

/** A parameter and what is kept of it. */
export interface Kept {
  readonly w: number
  readonly m: number
  readonly v: number
  readonly b: number
}

/** The same with their errors; undefined what a rule does not keep. */
interface RoundedKept {
  readonly w: Rounded
  readonly m?: Rounded | undefined
  readonly v?: Rounded | undefined
  readonly b?: Rounded | undefined
}

export interface RuleCase {
  readonly name: string
  readonly rule: number
  /** In their order in memory. */
  readonly slots: readonly Slot[]
  /** Of which products it is worth testing: what runs over strips is alike for all rules, so that two are run at all sizes. */
  readonly sizes: 'all' | 'few'
  /** The numbers that the kernel is given for one step after the other. */
  readonly steps: readonly (readonly number[])[]
  /** After the step with numbers `steps[index]`, with the mean gradient g. */
  readonly after: (kept: Kept, g: number, index: number) => Kept
  /** How far a kernel may be from that, where each operation and each number given is off by u, and g by `error`. */
  readonly bounds: (kept: Kept, g: number, index: number, error: number, u: number) => RoundedKept
}

/** So many steps were taken before, so that the first step of a rule is no other case than those that follow. */
const TAKEN = 2
/** Of one step after the other. */
const RATES = [0.25, 0.125]

type Parts = Record<string, Rounded>
/** A step as the kernels take it, operation by operation. s: the numbers of the step. */
type Kernel = (a: Arithmetic, kept: RoundedKept, g: Rounded, s: readonly Rounded[]) => RoundedKept

const sgdDecay: Kernel = (a, { w }, gradient, [rate, decay]) => ({
  w: a.subtract(w, a.times(rate, a.add(gradient, a.times(decay, w)))),
})

const momentum: Kernel = (a, { w, m }, gradient, [rate, mu, alpha, beta, decay, share]) => {
  const g = a.add(gradient, a.times(decay, w))
  const next = a.add(a.times(mu, m!), a.times(share, g))
  return { w: a.subtract(w, a.times(rate, a.add(a.times(alpha, g), a.times(beta, next)))), m: next }
}

/** m and v of Adam and NAdam, and what the step is divided by. */
function means(a: Arithmetic, { w, m, v }: RoundedKept, gradient: Rounded, s: readonly Rounded[]): Parts {
  const [, beta1, rest1, beta2, rest2, scale, epsilon, decay] = s
  const g = a.add(gradient, a.times(decay, w))
  const mean = a.add(a.times(beta1, m!), a.times(rest1, g))
  const square = a.add(a.times(beta2, v!), a.times(rest2, g, g))
  return { g, mean, square, below: a.add(a.times(a.root(square), scale), epsilon) }
}

const adam: Kernel = (a, kept, gradient, s) => {
  const { mean, square, below } = means(a, kept, gradient, s)
  const direction = a.add(a.over(mean, below), a.times(s[8], kept.w))
  return { w: a.subtract(kept.w, a.times(s[0], direction)), m: mean, v: square }
}

const nadam: Kernel = (a, kept, gradient, s) => {
  const { g, mean, square, below } = means(a, kept, gradient, s)
  const direction = a.over(a.add(a.times(s[8], g), a.times(s[9], mean)), below)
  return { w: a.subtract(kept.w, a.times(s[0], direction)), m: mean, v: square }
}

const adagrad: Kernel = (a, { w, v }, gradient, [rate, epsilon, decay]) => {
  const g = a.add(gradient, a.times(decay, w))
  const sum = a.add(v!, a.times(g, g))
  return { w: a.subtract(w, a.times(rate, a.over(g, a.add(a.root(sum), epsilon)))), v: sum }
}

const rmsprop: Kernel = (a, { w, v, m, b }, gradient, [rate, rho, kappa, epsilon, decay, rest, mu]) => {
  const g = a.add(gradient, a.times(decay, w))
  const deviation = m ? a.subtract(g, m) : g
  const square = a.add(a.times(rho, v!), a.times(kappa, deviation, deviation))
  const quotient = a.over(g, a.add(a.root(square), epsilon))
  const step = b ? a.add(a.times(mu, b), quotient) : quotient
  return {
    w: a.subtract(w, a.times(rate, step)),
    v: square,
    m: m && a.add(m, a.times(rest, deviation)),
    b: b && step,
  }
}

const lion: Kernel = (a, { w, m }, g, [rate, beta1, rest1, beta2, rest2, decay]) => {
  const direction = a.sign(a.add(a.times(beta1, m!), a.times(rest1, g)))
  const step = a.add(direction, a.times(decay, w))
  return { w: a.subtract(w, a.times(rate, step)), m: a.add(a.times(beta2, m!), a.times(rest2, g)) }
}

/** The product of NAdam's momenta before step t. */
function momentaBefore(t: number, { beta1 = 0.9, momentumDecay = 0.004 }: TextbookOptimizer): number {
  let momenta = 1
  for (let i = 1; i < t; ++i) momenta *= beta1 * (1 - 0.5 * 0.96 ** (i * momentumDecay))
  return momenta
}

/** What the numbers of a step, computed in float64, and the textbook may be off by together, relative to them. */
const COMPUTED = 2 ** -48

function ruleCase(
  name: string,
  options: TextbookOptimizer,
  slots: readonly Slot[],
  kernel: Kernel,
  sizes: RuleCase['sizes'] = 'few',
): RuleCase {
  const settings: OptimizerSettings = optimizer(options, 'optimizer')
  const { rule, slots: kept } = updateRuleOf(settings)
  if (kept !== slots.length) throw new Error(`${name} keeps ${kept} numbers of a parameter`)
  const next = beginSteps(settings, TAKEN)
  const steps = RATES.map((rate) => next(rate))
  const textbooks = RATES.map((learningRate) => ({ ...options, learningRate }))
  const momenta = RATES.map((_, index) => momentaBefore(TAKEN + index + 1, options))
  const has = (slot: Slot) => slots.includes(slot)
  return {
    name,
    rule,
    slots,
    sizes,
    steps,
    after({ w, m, v, b }, g, index) {
      // Centered, the textbook's v is the mean of the squares, and the kernels' is the variance.
      const found = { m, v: options.centered ? v + m ** 2 : v, b, momenta: momenta[index] }
      const after = textbookStep(w, g, found, TAKEN + index + 1, textbooks[index])
      return { ...found, w: after, v: options.centered ? found.v - found.m ** 2 : found.v }
    },
    bounds({ w, m, v, b }, g, index, error, u) {
      const a = arithmetic(u)
      const exact = {
        w: a.exactly(w),
        m: has('m') ? a.exactly(m) : undefined,
        v: has('v') ? a.exactly(v) : undefined,
        b: has('b') ? a.exactly(b) : undefined,
      }
      const given = steps[index].map((value) => ({ value, error: (u + COMPUTED) * Math.abs(value) }))
      return kernel(a, exact, { value: g, error }, given)
    },
  }
}

// No two numbers of a step are alike, so that none can stand for another, and every ε is large enough to be seen.
const decay = { weightDecay: 0.375 }
const moments = { learningRate: 0.25, beta1: 0.75, beta2: 0.9375, epsilon: 0.03125 }
const root = { name: 'rmsprop', learningRate: 0.25, rho: 0.8125, epsilon: 0.03125 }

export const ruleCases: readonly RuleCase[] = [
  ruleCase('momentum', { name: 'sgd', learningRate: 0.25, momentum: 0.875 }, ['m'], momentum),
  ruleCase(
    'momentum with dampening and decay',
    { name: 'sgd', learningRate: 0.25, momentum: 0.875, dampening: 0.1875, ...decay },
    ['m'],
    momentum,
  ),
  ruleCase(
    "Nesterov's momentum",
    { name: 'sgd', learningRate: 0.25, momentum: 0.875, nesterov: true },
    ['m'],
    momentum,
  ),
  ruleCase(
    "Nesterov's momentum with decay",
    { name: 'sgd', learningRate: 0.25, momentum: 0.875, nesterov: true, ...decay },
    ['m'],
    momentum,
  ),
  ruleCase('SGD with decay', { name: 'sgd', learningRate: 0.25, ...decay }, [], sgdDecay),
  ruleCase('RMSprop', { ...root, ...decay }, ['v'], rmsprop),
  ruleCase('RMSprop with momentum', { ...root, ...decay, momentum: 0.625 }, ['v', 'b'], rmsprop),
  ruleCase('centered RMSprop', { ...root, ...decay, centered: true }, ['v', 'm'], rmsprop),
  ruleCase(
    'centered RMSprop with momentum',
    { ...root, ...decay, centered: true, momentum: 0.625 },
    ['v', 'm', 'b'],
    rmsprop,
  ),
  ruleCase(
    'Adagrad',
    { name: 'adagrad', learningRate: 0.25, learningRateDecay: 0.5, epsilon: 0.03125, ...decay },
    ['v'],
    adagrad,
  ),
  ruleCase('Adam', { name: 'adam', ...moments }, ['m', 'v'], adam, 'all'),
  ruleCase('Adam with decay', { name: 'adam', ...moments, ...decay }, ['m', 'v'], adam),
  ruleCase('AdamW', { name: 'adamw', ...moments, ...decay }, ['m', 'v'], adam),
  ruleCase('NAdam', { name: 'nadam', ...moments, ...decay, momentumDecay: 7 }, ['m', 'v'], nadam),
  ruleCase('Lion', { name: 'lion', learningRate: 0.25, beta1: 0.75, beta2: 0.9375, ...decay }, ['m'], lion),
]
