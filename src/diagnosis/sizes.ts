// Inputs and targets whose size makes training hard, whatever the learning rate: which, by what numbers, and what mends them.

import type { Matrix } from '../intake/matrix.ts'
import type { Architecture } from '../model/architecture.ts'
import { nameOf } from '../model/custom-activation.ts'
import { lossRow } from '../model/custom-loss.ts'
import type { Numbers } from './stability.ts'
import {
  type Column,
  type Moments,
  momentsOf,
  type Outlier,
  type Statistics,
  statisticsOf,
} from './statistics.ts'

/** What is wrong, with the numbers that show it and the remedy, as a clause to follow a colon. */
export type Cause = {
  readonly what: 'targets' | 'inputs' | 'outlier' | 'weights' | 'rate'
  readonly text: string
  /** How far it is from what it should be: a ratio. */
  readonly factor: number
  /** Of the inputs or targets, where it is one of them. */
  readonly column?: number | undefined
}

export interface Suspect extends Cause {
  readonly mended: Partial<Numbers>
}

// Inputs and targets with a mean square beyond these are suspect; that of scaled ones is 1.
const SUSPECT_INPUTS = 25
const SUSPECT_TARGETS = 100

/** The value to three digits. */
export function shortly(value: number): string {
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-4 && size < 1e7)) return String(Number(value.toPrecision(3)))
  return value
    .toExponential(2)
    .replace(/\.?0+e/, 'e')
    .replace('e+', 'e')
}

const spread = ({ mean, deviation, largest }: Column) =>
  `mean ${shortly(mean)}, deviation ${shortly(deviation)}, largest ${shortly(largest)}`

/** The column, one of several, that holds more than half of the sum of squares. */
function worstColumn({ columns, overall }: Statistics): Column | undefined {
  const total = overall.square * columns.length
  const worst = columns.reduce((a, b) => (b.square > a.square ? b : a))
  return columns.length > 1 && worst.square > 0.5 * total ? worst : undefined
}

/** Names that column, or else all together. */
function naming(statistics: Statistics, name: string): string {
  const worst = worstColumn(statistics)
  return worst
    ? `column ${worst.index} of the ${name} (${spread(worst)}) is`
    : `the ${name} (${spread(statistics.overall)}) are`
}

const outlierText = ({ row, column, value, others }: Outlier, name: string) =>
  `row ${row} of the ${name} has ${shortly(value)} in column ${column}, where the others are about ${shortly(others)}: ` +
  `if it is a mistake, mend it or leave row ${row} of x and y out`

const scalingText = (statistics: Statistics, name: string, argument: 'x' | 'y') => {
  const scaled = `standardScaler(${argument}, ${statistics.columns.length})`
  const back = argument === 'y' ? ', and bring predictions back by its inverse()' : ''
  return `${naming(statistics, name)} far from a mean of 0 and a deviation of 1: train on what ${scaled} of nabla/data makes of ${argument}${back}`
}

const rowSumText = (sum: number, loss: string) =>
  `the rows of the targets sum to ${shortly(sum)}: ${loss} takes probabilities, so divide each row by its sum, ` +
  'or give class indices'

/** Mean over the rows of their sums. */
const meanRowSum = ({ columns }: Statistics) => columns.reduce((sum, { mean }) => sum + mean, 0)

function targetSizeOf({ loss }: Architecture, statistics: Statistics): number {
  const { kind } = lossRow(loss)
  if (kind === 'classes') return meanRowSum(statistics)
  return kind === 'values' ? Math.sqrt(statistics.overall.square) : 1
}

/** Statistics of the matrix, its outlier if there is one, and the statistics without that row. */
function withoutOutlier(matrix: Matrix): { all: Statistics; rest: Statistics; outlier: Outlier | undefined } {
  const all = statisticsOf(matrix)
  const { outlier } = all
  return { all, rest: outlier ? statisticsOf(matrix, outlier.row) : all, outlier }
}

const largestSquare = ({ columns }: Statistics) =>
  columns.reduce((most, { square }) => Math.max(most, square), 0)

/** The sizes of a network's data. */
export interface Sizes {
  readonly inputs: Moments
  /** Root mean square of the targets; for classes the mean sum of a row of them. */
  readonly targetSize: number
  /** Far from what a scaler would make of them. */
  readonly suspects: readonly Suspect[]
  /** Single rows that look like mistakes. */
  readonly outliers: readonly Cause[]
}

function* suspectsOf(
  { loss }: Architecture,
  x: Matrix,
  inputs: ReturnType<typeof withoutOutlier>,
  targets: ReturnType<typeof withoutOutlier>,
  { moments, targetSize }: { moments: Moments; targetSize: number },
): Generator<Suspect> {
  // NaN, where both sides of the comparison overflowed, counts as suspect.
  const isFar = (factor: number, from: number) => !(factor < from)
  if (inputs.rest.overall.square > SUSPECT_INPUTS || largestSquare(inputs.rest) > SUSPECT_INPUTS) {
    const scaled: Moments = momentsOf(x, inputs.outlier?.row, inputs.rest)
    const text = scalingText(inputs.rest, 'inputs', 'x')
    const factor = Math.max(inputs.rest.overall.square, moments.top / Math.max(1, scaled.top))
    const column = worstColumn(inputs.rest)?.index
    if (isFar(factor, SUSPECT_INPUTS)) {
      yield { what: 'inputs', factor, mended: { inputs: scaled }, text, column }
    }
  }
  const { kind } = lossRow(loss)
  const mended = { targetSize: 1 }
  if (kind === 'classes' && isFar(targetSize, 2)) {
    yield { what: 'targets', factor: targetSize, mended, text: rowSumText(targetSize, nameOf(loss)) }
  }
  if (kind === 'values' && isFar(targetSize ** 2, SUSPECT_TARGETS)) {
    const text = scalingText(targets.rest, 'targets', 'y')
    const column = worstColumn(targets.rest)?.index
    yield { what: 'targets', factor: targetSize ** 2, mended, text, column }
  }
}

/** The sizes of inputs and targets, an outlier left out of each. */
export function sizesOf(architecture: Architecture, x: Matrix, y: Matrix): Sizes {
  const inputs = withoutOutlier(x)
  const targets = withoutOutlier(y)
  const moments = momentsOf(x, inputs.outlier?.row)
  const targetSize = targetSizeOf(architecture, targets.rest)
  const outliers: Cause[] = []
  const outlying = (outlier: Outlier | undefined, name: string) => {
    if (!outlier) return
    const factor = (outlier.value / Math.max(1, outlier.others)) ** 2
    outliers.push({ what: 'outlier', text: outlierText(outlier, name), factor, column: outlier.column })
  }
  outlying(inputs.outlier, 'inputs')
  const isDeep = architecture.layers.length > 1
  if (lossRow(architecture.loss).kind === 'values' && isDeep) outlying(targets.outlier, 'targets')
  const suspects = [...suspectsOf(architecture, x, inputs, targets, { moments, targetSize })]
  return { inputs: moments, targetSize, suspects, outliers }
}
