// The tables that turn a user's names into what the kernels and the tape need to know of them: all that is particular to
// an activation or a loss stands in its row (docs/extending.md).

import * as Activations from '../../assembly/abi/activations.ts'
import * as Losses from '../../assembly/abi/losses.ts'

interface ActivationRow {
  readonly code: number
  /** True where f'(z) cannot be computed from a = f(z), so that the forward pass stores it. */
  readonly storesSlope: boolean
  /** True where an element of a depends on the whole row of z: only the output layer may have it. */
  readonly wholeRow: boolean
  /** The loss of a network that ends in it and names none. */
  readonly usualLoss: 'quadratic' | 'crossEntropy'
  /** The outputs that it can reach, where these are not all numbers. */
  readonly reach: readonly [least: number, most: number] | undefined
  /** E f(z)² for a unit with E z² = s, about: what a diagnosis estimates with (src/diagnosis/). */
  readonly square: (s: number) => number
  /** E f'(z)², about, or its largest where that is safer. */
  readonly slopeSquare: number
}

const activation = (
  code: number,
  square: (s: number) => number,
  slopeSquare: number,
  more: Partial<ActivationRow> = {},
): ActivationRow => ({
  code,
  square,
  slopeSquare,
  storesSlope: false,
  wholeRow: false,
  usualLoss: 'quadratic',
  reach: undefined,
  ...more,
})

const POSITIVE = [0, Number.POSITIVE_INFINITY] as const
const half = (s: number) => s / 2
const same = (s: number) => s
const atMostOne = (s: number) => Math.min(1, s)

/** linear z · sigmoid 1/(1+e⁻ᶻ) · tanh · relu max(z, 0) · leakyRelu z or 0.01 z · elu z or eᶻ−1 · selu (Klambauer
 * et al. 2017) · gelu z Φ(z) (Hendrycks and Gimpel 2016) · silu z sigmoid(z) · softplus log(1+eᶻ) · softsign z/(1+|z|) ·
 * softmax. */
export const activations = {
  linear: activation(Activations.LINEAR, same, 1),
  sigmoid: activation(Activations.SIGMOID, (s) => Math.min(1, 0.25 + s / 16), 1 / 16, { reach: [0, 1] }),
  tanh: activation(Activations.TANH, atMostOne, 1, { reach: [-1, 1] }),
  relu: activation(Activations.RELU, half, 0.5, { reach: POSITIVE }),
  leakyRelu: activation(Activations.LEAKY_RELU, half, 0.5),
  elu: activation(Activations.ELU, same, 1),
  selu: activation(Activations.SELU, (s) => 1.1 * s, 1.1),
  gelu: activation(Activations.GELU, half, 0.5, { storesSlope: true }),
  silu: activation(Activations.SILU, half, 0.5, { storesSlope: true }),
  softplus: activation(Activations.SOFTPLUS, (s) => 0.5 + s / 2, 0.5, { storesSlope: true, reach: POSITIVE }),
  softsign: activation(Activations.SOFTSIGN, atMostOne, 1, { reach: [-1, 1] }),
  softmax: activation(Activations.SOFTMAX, atMostOne, 0.25, {
    wholeRow: true,
    usualLoss: 'crossEntropy',
    reach: [0, 1],
  }),
} as const satisfies Record<string, ActivationRow>

export type ActivationName = keyof typeof activations

/** How δ = ∂C/∂a · f'(z) ends, as `explain` prints it: an elementwise product, but where a depends on the whole row. */
export const slopeText = (f: ActivationName, z: string): string =>
  activations[f].wholeRow ? '· ∂a/∂z' : `⊙ ${f}'(${z})`

/** Mean, deviation and mean square of a column of targets. */
interface Column {
  readonly mean: number
  readonly deviation: number
  readonly square: number
}

interface Names {
  /** The output, its activation and what that is of. */
  readonly a: string
  readonly f: ActivationName
  readonly z: string
}

export interface LossRow {
  readonly code: number
  /** The one output activation it is fused with, or undefined: then it meets any but those it refuses. */
  readonly fusedWith: ActivationName | undefined
  /** Output activations that it has no δ for. */
  readonly refuses: readonly ActivationName[]
  /** What a row of targets is: numbers, the probabilities of classes, or labels that are each true or false. */
  readonly kind: 'values' | 'classes' | 'labels'
  /** The range in which a target has a meaning, where that is not every number. */
  readonly targets: readonly [least: number, most: number] | undefined
  /** Fewest outputs, and what is said of fewer, where one is not enough. */
  readonly outputs: { readonly least: number; readonly expected: string; readonly got: string } | undefined
  /** Where the two sides of an output part: of z where the loss is fused, else of a. */
  readonly threshold: number
  /** The largest second derivative by what it is given: what a diagnosis estimates with. */
  readonly curvature: number
  /** The losses that a network should beat: those of the targets' mean and of a blank prediction. */
  readonly baselines: (columns: readonly Column[]) => { readonly mean: number; readonly blank: number }
  /** The loss as `explain` prints it, and δ. */
  readonly formula: (names: Names) => string
  readonly delta: (names: Names) => string
}

const entropy = (p: number) => (p > 0 ? -p * Math.log(p) : 0)
const sumOf = (columns: readonly Column[], of: (column: Column) => number) =>
  columns.reduce((total, column) => total + of(column), 0)

/** Means over the rows of: quadratic ½ Σ (a − y)² · crossEntropy −Σ y log a · binaryCrossEntropy
 * −Σ [y log a + (1 − y) log(1 − a)] · meanAbsoluteError Σ |a − y|. */
export const losses = {
  quadratic: {
    code: Losses.QUADRATIC,
    fusedWith: undefined,
    refuses: [],
    kind: 'values',
    targets: undefined,
    outputs: undefined,
    threshold: 0.5,
    curvature: 1,
    baselines: (columns) => ({
      mean: sumOf(columns, ({ deviation }) => deviation ** 2 / 2),
      blank: sumOf(columns, ({ square }) => square / 2),
    }),
    formula: ({ a }) => `½ Σ (${a} − y)²`,
    delta: ({ a, f, z }) => `(${a} − y) ${slopeText(f, z)}`,
  },
  crossEntropy: {
    code: Losses.CROSS_ENTROPY,
    fusedWith: 'softmax',
    refuses: [],
    kind: 'classes',
    targets: [0, Number.POSITIVE_INFINITY],
    outputs: {
      least: 2,
      expected: '2 or more outputs, one a class',
      got: "1, whose softmax is always 1 (for two classes in one output use 'binaryCrossEntropy')",
    },
    threshold: 0.5,
    curvature: 0.5,
    baselines(columns) {
      const total = sumOf(columns, ({ mean }) => mean)
      return {
        mean: sumOf(columns, ({ mean }) => total * entropy(mean / total)),
        blank: total * Math.log(columns.length),
      }
    },
    formula: ({ f, z }) => `−Σ y log ${f}(${z})`,
    delta: ({ f, z }) => `${f}(${z}) − y`,
  },
  binaryCrossEntropy: {
    code: Losses.BINARY_CROSS_ENTROPY,
    fusedWith: 'sigmoid',
    refuses: [],
    kind: 'labels',
    targets: [0, 1],
    outputs: undefined,
    threshold: 0,
    curvature: 0.25,
    baselines: (columns) => ({
      mean: sumOf(columns, ({ mean }) => entropy(mean) + entropy(1 - mean)),
      blank: columns.length * Math.LN2,
    }),
    formula: ({ f, z }) => `−Σ [y log a + (1 − y) log(1 − a)], a = ${f}(${z})`,
    delta: () => 'a − y',
  },
  meanAbsoluteError: {
    code: Losses.MEAN_ABSOLUTE_ERROR,
    fusedWith: undefined,
    refuses: ['softmax'],
    kind: 'values',
    targets: undefined,
    outputs: undefined,
    threshold: 0.5,
    curvature: 1,
    // The mean of a size is at most the root of its mean square.
    baselines: (columns) => ({
      mean: sumOf(columns, ({ deviation }) => deviation),
      blank: sumOf(columns, ({ square }) => Math.sqrt(square)),
    }),
    formula: ({ a }) => `Σ |${a} − y|`,
    delta: ({ a, f, z }) => `sign(${a} − y) ${slopeText(f, z)}`,
  },
} as const satisfies Record<string, LossRow>

export type LossName = keyof typeof losses
