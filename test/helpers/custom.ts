// Activations and losses as functions of a user's own, each with the built-in one that computes the same.

import type { CustomActivation, CustomLoss, HiddenActivationName, LossName } from '../../src/index.ts'

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))

interface ActivationTwins {
  readonly own: CustomActivation
  readonly builtIn: HiddenActivationName
}

/** One whose derivative is taken from a, one from z, and one with a kink and f(0) = 0. */
export const activationTwins: readonly ActivationTwins[] = [
  { own: { name: 'ownSigmoid', f: sigmoid, derivative: (_, a) => a * (1 - a) }, builtIn: 'sigmoid' },
  {
    own: {
      name: 'ownSilu',
      f: (z) => z * sigmoid(z),
      derivative: (z) => sigmoid(z) * (1 + z * (1 - sigmoid(z))),
    },
    builtIn: 'silu',
  },
  {
    own: { name: 'ownRelu', f: (z) => (z > 0 ? z : 0), derivative: (z) => (z > 0 ? 1 : 0) },
    builtIn: 'relu',
  },
]

interface LossTwins {
  readonly own: CustomLoss
  readonly builtIn: LossName
  /** Of the last layer. */
  readonly activation: HiddenActivationName | 'softmax' | CustomActivation
  readonly targets: 'values' | 'labels' | 'classes'
}

const e = (a: ArrayLike<number>, y: ArrayLike<number>) => Array.from(a, (one, j) => one - y[j])
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

export const ownQuadratic: CustomLoss = {
  name: 'ownQuadratic',
  f: (a, y) => sum(e(a, y).map((one) => 0.5 * one * one)),
  derivative: e,
}

/** One for every kind of targets, with every way that δ goes on to z: through a, a stored slope and a softmax. */
export const lossTwins: readonly LossTwins[] = [
  { own: ownQuadratic, builtIn: 'quadratic', activation: 'linear', targets: 'values' },
  { own: ownQuadratic, builtIn: 'quadratic', activation: 'silu', targets: 'values' },
  { own: ownQuadratic, builtIn: 'quadratic', activation: 'softmax', targets: 'values' },
  {
    own: {
      name: 'ownLogCosh',
      f: (a, y) => sum(e(a, y).map((one) => Math.log(Math.cosh(one)))),
      derivative: (a, y) => Float32Array.from(e(a, y), Math.tanh),
    },
    builtIn: 'logCosh',
    activation: 'tanh',
    targets: 'values',
  },
  {
    own: {
      name: 'ownBinary',
      f: (a, y) => -sum(Array.from(a, (p, j) => y[j] * Math.log(p) + (1 - y[j]) * Math.log1p(-p))),
      derivative: (a, y) => Array.from(a, (p, j) => (p - y[j]) / (p * (1 - p))),
      targets: 'labels',
    },
    builtIn: 'binaryCrossEntropy',
    activation: 'sigmoid',
    targets: 'labels',
  },
  {
    own: {
      name: 'ownCrossEntropy',
      f: (a, y) => -sum(Array.from(a, (p, j) => (y[j] === 0 ? 0 : y[j] * Math.log(p)))),
      derivative: (a, y) => Array.from(a, (p, j) => -y[j] / p),
      targets: 'classes',
    },
    builtIn: 'crossEntropy',
    activation: 'softmax',
    targets: 'classes',
  },
]

/** The largest distance, relative to the larger of 1 and the largest of `b`. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let most = 0
  let size = 1
  for (let i = 0; i < a.length; ++i) {
    size = Math.max(size, Math.abs(b[i]))
    const apart = Math.abs(a[i] - b[i])
    // NaN counts as far.
    if (!(apart <= most)) most = apart
  }
  return most / size
}
