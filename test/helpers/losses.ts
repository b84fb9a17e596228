// Every loss with every activation that it may follow, as sums in float64.

import * as Activations from '../../assembly/abi/activations.ts'
import * as Losses from '../../assembly/abi/losses.ts'
import { exp, log, log1p, sigmoid, softplus } from '../../src/base/math.ts'
import { definitions } from './activations.ts'
import { numbers } from './random.ts'

function softmax(z: readonly number[]): number[] {
  const top = Math.max(...z)
  const e = z.map((v) => exp(v - top))
  const sum = e.reduce((s, v) => s + v, 0)
  return e.map((v) => v / sum)
}

export interface LossCase {
  readonly name: string
  readonly loss: number
  readonly activation: number
  /** The loss's own numbers, for n outputs. */
  readonly numbers?: (n: number) => readonly number[]
  /** a as a function of z, the row that the kernel is given. */
  readonly outputs: (z: readonly number[]) => number[]
  /** f'(z) where the kernel reads it. */
  readonly slopes?: (z: readonly number[]) => number[]
  /** C of a row, from z. */
  readonly cost: (z: readonly number[], y: readonly number[]) => number
  readonly targets: (n: number, seed: number) => number[]
}

const squares = (a: readonly number[], y: readonly number[]) =>
  a.reduce((s, v, j) => s + (v - y[j]) ** 2 / 2, 0)
const anyTargets = (n: number, seed: number) => [...numbers(n, seed)]
const shares = (n: number, seed: number) => [...numbers(n, seed)].map((v) => Math.abs(v))
const counts = (n: number, seed: number) => [...numbers(n, seed)].map((v) => Math.round(4 * Math.abs(v)))
const bits = (n: number, seed: number) => [...numbers(n, seed)].map((v) => (v > 0 ? 1 : 0))
const signs = (n: number, seed: number) => [...numbers(n, seed)].map((v) => (v > 0 ? 1 : -1))
const oneHot = (n: number, seed: number) => Array.from({ length: n }, (_, j) => (j === seed % n ? 1 : 0))

/** log cosh e, from a series where e is small. */
const logCosh = (e: number) =>
  Math.abs(e) < 0.01
    ? e ** 2 / 2 - e ** 4 / 12 + e ** 6 / 45
    : Math.abs(e) + log1p(exp(-2 * Math.abs(e))) - Math.LN2

interface Elementwise {
  readonly loss: number
  readonly numbers?: readonly number[]
  /** C of a row, from a. */
  readonly cost: (a: readonly number[], y: readonly number[]) => number
  readonly targets: (n: number, seed: number) => number[]
}

const sum = (term: (a: number, y: number) => number) => (a: readonly number[], y: readonly number[]) =>
  a.reduce((s, v, j) => s + term(v, y[j]), 0)

const huber = (bound: number) =>
  sum((a, y) => (Math.abs(a - y) <= bound ? (a - y) ** 2 / 2 : bound * Math.abs(a - y) - (bound * bound) / 2))

/** The losses that meet any activation, and are given a. */
const anyActivation: Record<string, Elementwise> = {
  quadratic: { loss: Losses.QUADRATIC, cost: squares, targets: anyTargets },
  meanAbsoluteError: {
    loss: Losses.MEAN_ABSOLUTE_ERROR,
    cost: sum((a, y) => Math.abs(a - y)),
    targets: anyTargets,
  },
  huber: { loss: Losses.HUBER, numbers: [1], cost: huber(1), targets: anyTargets },
  'huber, δ 0.25': { loss: Losses.HUBER, numbers: [0.25], cost: huber(0.25), targets: anyTargets },
  logCosh: { loss: Losses.LOG_COSH, cost: sum((a, y) => logCosh(a - y)), targets: anyTargets },
  'hinge of 0 and 1': {
    loss: Losses.HINGE,
    cost: sum((a, y) => Math.max(0, 1 - (2 * y - 1) * a)),
    targets: bits,
  },
  'hinge of −1 and 1': {
    loss: Losses.HINGE,
    cost: sum((a, y) => Math.max(0, 1 - y * a)),
    targets: signs,
  },
  categoricalHinge: {
    loss: Losses.CATEGORICAL_HINGE,
    cost: (a, y) =>
      Math.max(0, 1 + Math.max(...a.map((v, j) => (1 - y[j]) * v)) - sum((v, t) => v * t)(a, y)),
    targets: oneHot,
  },
}

/** Both focal terms of a probability that a softmax or sigmoid of z gives: (1 − p)^γ (−log p), from log p. */
const focalTerm = (gamma: number, q: number, logP: number) => -(q ** gamma) * logP
const focal =
  (gamma: number, alpha: number) =>
  (z: readonly number[], y: readonly number[]): number => {
    const p = softmax(z)
    return p.reduce((s, one, j) => s + alpha * y[j] * focalTerm(gamma, 1 - one, log(one)), 0)
  }
const binaryFocal =
  (gamma: number, alpha: number, beta: number) =>
  (z: readonly number[], y: readonly number[]): number =>
    z.reduce(
      (s, v, j) =>
        s +
        alpha * y[j] * focalTerm(gamma, sigmoid(-v), -softplus(-v)) +
        beta * (1 - y[j]) * focalTerm(gamma, sigmoid(v), -softplus(v)),
      0,
    )

const crossEntropy = (z: readonly number[], t: readonly number[]) =>
  -softmax(z).reduce((s, p, j) => s + t[j] * log(p), 0)
const binaryCrossEntropy = (z: readonly number[], t: readonly number[]) =>
  z.reduce((s, v, j) => s + softplus(v) - v * t[j], 0)
const same = (z: readonly number[]) => [...z]
// As the kernels are given them.
const [keep, half] = [0.9, 0.05].map(Math.fround)

/** The losses that are fused with their activation, and are given z. */
const fused: readonly Omit<LossCase, 'outputs'>[] = [
  {
    name: 'crossEntropy of softmax',
    loss: Losses.CROSS_ENTROPY,
    activation: Activations.SOFTMAX,
    cost: crossEntropy,
    // Not summing to 1: the general case.
    targets: shares,
  },
  {
    name: 'crossEntropy of softmax, smoothed',
    loss: Losses.CROSS_ENTROPY,
    activation: Activations.SOFTMAX,
    numbers: (n) => [keep, Math.fround(0.1 / n)],
    cost: (z, y) =>
      crossEntropy(
        z,
        y.map((v) => keep * v + Math.fround(0.1 / y.length)),
      ),
    targets: oneHot,
  },
  {
    name: 'binaryCrossEntropy of sigmoid',
    loss: Losses.BINARY_CROSS_ENTROPY,
    activation: Activations.SIGMOID,
    cost: binaryCrossEntropy,
    targets: shares,
  },
  {
    name: 'binaryCrossEntropy of sigmoid, smoothed',
    loss: Losses.BINARY_CROSS_ENTROPY,
    activation: Activations.SIGMOID,
    numbers: () => [keep, half],
    cost: (z, y) =>
      binaryCrossEntropy(
        z,
        y.map((v) => keep * v + half),
      ),
    targets: bits,
  },
  {
    name: 'klDivergence of softmax',
    loss: Losses.KL_DIVERGENCE,
    activation: Activations.SOFTMAX,
    cost: (z, y) => softmax(z).reduce((s, p, j) => s + (y[j] > 0 ? y[j] * log(y[j] / p) : 0), 0),
    targets: (n, seed) => shares(n, seed).map((v) => (v < 0.2 ? 0 : v)),
  },
  {
    name: 'poisson of softplus',
    loss: Losses.POISSON,
    activation: Activations.SOFTPLUS,
    cost: (z, y) => z.reduce((s, v, j) => s + softplus(v) - y[j] * log(softplus(v)), 0),
    targets: counts,
  },
  ...[0, 0.5, 1, 2, 5].flatMap((gamma): Omit<LossCase, 'outputs'>[] => [
    {
      name: `focal of softmax, γ ${gamma}`,
      loss: Losses.FOCAL,
      activation: Activations.SOFTMAX,
      numbers: () => [gamma, 0.75],
      cost: focal(gamma, 0.75),
      targets: gamma === 2 ? oneHot : shares,
    },
    {
      name: `binaryFocal of sigmoid, γ ${gamma}`,
      loss: Losses.BINARY_FOCAL,
      activation: Activations.SIGMOID,
      numbers: () => [gamma, 0.25, 0.75],
      cost: binaryFocal(gamma, 0.25, 0.75),
      targets: gamma === 2 ? bits : shares,
    },
  ]),
]

export const cases: readonly LossCase[] = [
  ...Object.entries(anyActivation).flatMap(([lossName, { loss, numbers, cost, targets }]) =>
    Object.entries(definitions).map(
      ([name, { code, value, slope, slopeTerms }]): LossCase => ({
        name: `${lossName} of ${name}`,
        loss,
        activation: code,
        numbers: () => numbers ?? [],
        outputs: (z) => z.map(value),
        slopes: slopeTerms && ((z) => z.map(slope)),
        cost: (z, y) => cost(z.map(value), y),
        targets,
      }),
    ),
  ),
  {
    name: 'quadratic of softmax',
    loss: Losses.QUADRATIC,
    activation: Activations.SOFTMAX,
    outputs: softmax,
    cost: (z, y) => squares(softmax(z), y),
    targets: anyTargets,
  },
  ...fused.map((one) => ({ ...one, outputs: same })),
]
