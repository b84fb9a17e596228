// The table of losses: all that is particular to one stands in its row (docs/extending.md). docs/losses.md has the formulas
// with their sources, and where Keras, PyTorch and scikit-learn differ.

import * as Losses from '../../assembly/abi/losses.ts'
import { type Check, type Checked, fraction, notNegative, optional, rate, share } from '../base/check.ts'
import { nameOf, slopeText } from './custom-activation.ts'
import { type Column, row } from './loss-row.ts'
import type { ActivationName } from './tables.ts'

const entropy = (p: number) => (p > 0 ? -p * Math.log(p) : 0)
const sumOf = (columns: readonly Column[], of: (column: Column) => number) =>
  columns.reduce((total, column) => total + of(column), 0)

/** One output is not enough. got: what is said of it. */
export const twoOrMore = (got: string) => ({ least: 2, expected: '2 or more outputs, one a class', got })

/** What most losses of values have in common. */
const ofValues = {
  fusedWith: undefined,
  kind: 'values',
  targets: undefined,
  wholeTargets: false,
  outputs: undefined,
  threshold: 0.5,
  curvature: 1,
} as const

/** What the losses of classes that are fused with softmax have in common. */
const ofClasses = {
  fusedWith: 'softmax',
  refuses: [],
  kind: 'classes',
  targets: [0, Number.POSITIVE_INFINITY],
  wholeTargets: false,
  outputs: twoOrMore("1, whose softmax is always 1 (for two classes in one output use 'binaryCrossEntropy')"),
  threshold: 0.5,
} as const

/** What the losses of labels that are fused with sigmoid have in common. */
const ofLabels = {
  fusedWith: 'sigmoid',
  refuses: [],
  kind: 'labels',
  targets: [0, 1],
  wholeTargets: false,
  outputs: undefined,
  threshold: 0,
} as const

// The δ of a loss that is not fused is made element by element: softmax would need the whole row.
const elementwise: readonly ActivationName[] = ['softmax']

const none = { options: {}, numbers: () => [] } as const

const huberOptions = { delta: optional(rate, 1) }
const smoothing = { labelSmoothing: optional(fraction, 0) }
/** The targets after label smoothing, as `explain` prints them: a name, and what it stands for. */
const smoothed = (labelSmoothing: number, of: string): [name: string, meaning: string] =>
  labelSmoothing === 0 ? ['y', ''] : ['t', `, t = ${restOf(labelSmoothing)} y + ${labelSmoothing} / ${of}`]

/** 1 − share, without the digits that float64 adds to it. */
const restOf = (share: number) => Number((1 - share).toPrecision(12))
/** A factor in front of a formula; nothing for 1. */
const times = (factor: number) => (factor === 1 ? '' : `${factor} `)
/** α and 1 − α as such factors. */
const balanceText = (alpha: number | 'none'): [yes: string, no: string] =>
  alpha === 'none' ? ['', ''] : [times(alpha), times(restOf(alpha))]

const crossEntropyBaselines = (columns: readonly Column[]) => {
  const total = sumOf(columns, ({ mean }) => mean)
  return {
    mean: sumOf(columns, ({ mean }) => total * entropy(mean / total)),
    blank: total * Math.log(columns.length),
  }
}

const binaryBaselines = (columns: readonly Column[]) => ({
  mean: sumOf(columns, ({ mean }) => entropy(mean) + entropy(1 - mean)),
  blank: columns.length * Math.LN2,
})

/** Those of Σ bound (|a − y| − ½ bound), or of the square where that is less. The mean of a size is at most the root of
 * its mean square. */
const huberBaselines = (columns: readonly Column[], bound: number) => ({
  mean: sumOf(columns, ({ deviation }) => Math.min(deviation ** 2 / 2, bound * deviation)),
  blank: sumOf(columns, ({ square }) => Math.min(square / 2, bound * Math.sqrt(square))),
})

const balance: Check<number | 'none'> = (value, name) =>
  value === 'none' ? value : share(value, `${name} (a number or 'none')`)

const focalOptions = { gamma: optional(notNegative, 2), alpha: optional(rate, 1) }
const binaryFocalOptions = { gamma: optional(notNegative, 2), alpha: optional(balance, 0.25) }

/** Means over the rows of: quadratic ½ Σ (a − y)² · crossEntropy −Σ y log a · binaryCrossEntropy
 * −Σ [y log a + (1 − y) log(1 − a)] · meanAbsoluteError Σ |a − y| · huber Σ ½ e² or δ (|e| − ½ δ), e = a − y (Huber 1964) ·
 * logCosh Σ log cosh(a − y) · hinge Σ max(0, 1 − s a), s = ±1 · categoricalHinge max(0, 1 + max (1 − y) a − Σ y a) · poisson
 * Σ a − y log a · klDivergence Σ y log(y / a) · focal −α Σ y (1 − a)^γ log a · binaryFocal, the same for labels (Lin et al. 2017). */
export const losses = {
  quadratic: row({
    ...ofValues,
    ...none,
    code: Losses.QUADRATIC,
    refuses: [],
    baselines: (columns) => ({
      mean: sumOf(columns, ({ deviation }) => deviation ** 2 / 2),
      blank: sumOf(columns, ({ square }) => square / 2),
    }),
    formula: ({ a }) => `½ Σ (${a} − y)²`,
    delta: ({ a, f, z }) => `(${a} − y) ${slopeText(f, z)}`,
  }),
  crossEntropy: row({
    ...ofClasses,
    code: Losses.CROSS_ENTROPY,
    options: smoothing,
    numbers: ({ labelSmoothing }, outputs) => [1 - labelSmoothing, labelSmoothing / outputs],
    curvature: 0.5,
    baselines: crossEntropyBaselines,
    formula({ f, z }, { labelSmoothing }) {
      const [t, meaning] = smoothed(labelSmoothing, 'outputs')
      return `−Σ ${t} log ${nameOf(f)}(${z})${meaning}`
    },
    delta: ({ f, z }, { labelSmoothing }) => `${nameOf(f)}(${z}) − ${smoothed(labelSmoothing, '')[0]}`,
  }),
  binaryCrossEntropy: row({
    ...ofLabels,
    code: Losses.BINARY_CROSS_ENTROPY,
    options: smoothing,
    numbers: ({ labelSmoothing }) => [1 - labelSmoothing, labelSmoothing / 2],
    curvature: 0.25,
    baselines: binaryBaselines,
    formula({ f, z }, { labelSmoothing }) {
      const [t, meaning] = smoothed(labelSmoothing, '2')
      return `−Σ [${t} log a + (1 − ${t}) log(1 − a)], a = ${nameOf(f)}(${z})${meaning}`
    },
    delta: (_, { labelSmoothing }) => `a − ${smoothed(labelSmoothing, '')[0]}`,
  }),
  meanAbsoluteError: row({
    ...ofValues,
    ...none,
    code: Losses.MEAN_ABSOLUTE_ERROR,
    refuses: elementwise,
    // The mean of a size is at most the root of its mean square.
    baselines: (columns) => ({
      mean: sumOf(columns, ({ deviation }) => deviation),
      blank: sumOf(columns, ({ square }) => Math.sqrt(square)),
    }),
    formula: ({ a }) => `Σ |${a} − y|`,
    delta: ({ a, f, z }) => `sign(${a} − y) ${slopeText(f, z)}`,
  }),
  huber: row({
    ...ofValues,
    code: Losses.HUBER,
    options: huberOptions,
    numbers: ({ delta }) => [delta],
    refuses: elementwise,
    baselines: (columns, { delta }) => huberBaselines(columns, delta),
    formula: ({ a }, { delta }) =>
      `Σ (½ e² where |e| ≤ ${delta}, else ${delta} (|e| − ${delta / 2})), e = ${a} − y`,
    delta: ({ f, z }, { delta }) => `max(−${delta}, min(e, ${delta})) ${slopeText(f, z)}`,
  }),
  logCosh: row({
    ...ofValues,
    ...none,
    code: Losses.LOG_COSH,
    refuses: elementwise,
    baselines: (columns) => huberBaselines(columns, 1),
    formula: ({ a }) => `Σ log cosh(${a} − y)`,
    delta: ({ a, f, z }) => `tanh(${a} − y) ${slopeText(f, z)}`,
  }),
  hinge: row({
    ...ofValues,
    ...none,
    code: Losses.HINGE,
    refuses: elementwise,
    kind: 'labels',
    targets: [-1, 1],
    wholeTargets: true,
    threshold: 0,
    baselines(columns) {
      // Of targets of −1 and 1 the mean square is 1, of 0 and 1 the mean: this is the share of 1.
      const ones = ({ mean, square }: Column) => (mean + square) / 2
      return {
        mean: sumOf(columns, (column) => 2 * Math.min(ones(column), 1 - ones(column))),
        blank: columns.length,
      }
    },
    formula: ({ a }) => `Σ max(0, 1 − s ${a}), s = 1 where y > 0, else −1`,
    delta: ({ a, f, z }) => `(−s where s ${a} < 1, else 0) ${slopeText(f, z)}`,
  }),
  categoricalHinge: row({
    ...ofValues,
    ...none,
    code: Losses.CATEGORICAL_HINGE,
    refuses: elementwise,
    kind: 'classes',
    targets: [0, 1],
    wholeTargets: true,
    outputs: twoOrMore("1 (for two classes in one output use 'hinge')"),
    baselines: () => ({ mean: 1, blank: 1 }),
    formula: ({ a }) => `max(0, 1 + max (1 − y) ${a} − Σ y ${a})`,
    delta: ({ f, z }) => `((1 where (1 − y) a is largest, else 0) − y, or 0 where C is 0) ${slopeText(f, z)}`,
  }),
  poisson: row({
    ...ofValues,
    ...none,
    code: Losses.POISSON,
    fusedWith: 'softplus',
    refuses: [],
    targets: [0, Number.POSITIVE_INFINITY],
    // Where softplus is ½.
    threshold: -0.4327521295674158,
    // It may be far below 0, where nothing can be told from ratios of losses.
    baselines: () => ({ mean: Number.POSITIVE_INFINITY, blank: Number.POSITIVE_INFINITY }),
    formula: ({ f, z }) => `Σ a − y log a, a = ${nameOf(f)}(${z})`,
    delta: ({ f, z }) => `(1 − y / a) ${slopeText(f, z)}`,
  }),
  klDivergence: row({
    ...ofClasses,
    ...none,
    code: Losses.KL_DIVERGENCE,
    curvature: 0.5,
    // That of the cross-entropy, which is larger by the entropy of the targets.
    baselines: crossEntropyBaselines,
    formula: ({ f, z }) => `Σ y log(y / ${nameOf(f)}(${z}))`,
    delta: ({ f, z }) => `${nameOf(f)}(${z}) − y`,
  }),
  focal: row({
    ...ofClasses,
    code: Losses.FOCAL,
    outputs: twoOrMore("1, whose softmax is always 1 (for two classes in one output use 'binaryFocal')"),
    options: focalOptions,
    numbers: ({ gamma, alpha }) => [gamma, alpha],
    curvature: 1,
    // (1 − a)^γ is at most 1.
    baselines(columns, { alpha }) {
      const { mean, blank } = crossEntropyBaselines(columns)
      return { mean: alpha * mean, blank: alpha * blank }
    },
    formula: ({ f, z }, { gamma, alpha }) =>
      `−${times(alpha)}Σ y (1 − a)^${gamma} log a, a = ${nameOf(f)}(${z})`,
    delta: (_, { gamma, alpha }) =>
      `${times(alpha)}(a Σ y G − y G), G = (1 − a)^${gamma} (1 − ${gamma} a log a / (1 − a))`,
  }),
  binaryFocal: row({
    ...ofLabels,
    code: Losses.BINARY_FOCAL,
    options: binaryFocalOptions,
    numbers: ({ gamma, alpha }) => (alpha === 'none' ? [gamma, 1, 1] : [gamma, alpha, 1 - alpha]),
    curvature: 1,
    baselines: binaryBaselines,
    formula({ f, z }, { gamma, alpha }) {
      const [yes, no] = balanceText(alpha)
      return `−Σ [${yes}y (1 − a)^${gamma} log a + ${no}(1 − y) a^${gamma} log(1 − a)], a = ${nameOf(f)}(${z})`
    },
    delta({ f, z }, { gamma, alpha }) {
      const [yes, no] = balanceText(alpha)
      return (
        `${no}(1 − y) a^${gamma} (a − ${gamma} b log b) − ${yes}y b^${gamma} (b − ${gamma} a log a), ` +
        `b = 1 − ${nameOf(f)}(${z})`
      )
    },
  }),
} as const

/** Of numbers 'quadratic', 'meanAbsoluteError', 'huber', 'logCosh' and 'poisson'; of classes 'crossEntropy', 'focal',
 * 'klDivergence' and 'categoricalHinge'; of labels 'binaryCrossEntropy', 'binaryFocal' and 'hinge': docs/losses.md. */
export type LossName = keyof typeof losses

/** A loss with every default in place. */
export type LossSettings = {
  readonly [Name in LossName]: { readonly name: Name } & Checked<(typeof losses)[Name]['options']>
}[LossName]
