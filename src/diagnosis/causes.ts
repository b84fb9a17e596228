// What is wrong with a training, as far as its numbers tell, and how to fix it. Suspects (targets, inputs, initial
// weights) are assumed to be fixed one after another, the worst first, until the learning rate is stable for the rest.
// If it never is, or if there is no suspect, the rate itself is to blame.

import type { LayerStatistics } from '../engine/layer-statistics.ts'
import type { Matrix } from '../intake/matrix.ts'
import type { Architecture } from '../model/architecture.ts'
import { losses } from '../model/losses.ts'
import type { Stride } from '../model/optimizer-row.ts'
import { type OptimizerSettings, strideOf } from '../model/optimizers.ts'
import { type Numbers, outputSize, roundDown, stableRate, usualWeights } from './stability.ts'
import {
  type Column,
  leastOf,
  type Moments,
  momentsOf,
  type Outlier,
  type Statistics,
  statisticsOf,
} from './statistics.ts'

export interface Situation {
  readonly architecture: Architecture
  /** (rows × inputs). */
  readonly x: Matrix
  /** (rows × outputs). */
  readonly y: Matrix
  /** Rows of a mini-batch. */
  readonly batchRows: number
  readonly optimizer: OptimizerSettings
  /** That of the call. */
  readonly learningRate: number
  /** Mean loss of each epoch that was done. */
  readonly losses: readonly number[]
  /** The parameters that the call began with, layer by layer. */
  readonly weightsBefore: readonly LayerStatistics[]
  /** True where those came from training, false where they are initial or were set. */
  readonly trainedBefore: boolean
}

/** What is wrong, with the numbers that show it and the remedy, as a clause to follow a colon. */
type Cause = {
  readonly what: 'targets' | 'inputs' | 'outlier' | 'weights' | 'rate'
  readonly text: string
  /** How far it is from what it should be: a ratio. */
  readonly factor: number
}

// Weights are judged by plain steps, whatever the optimizer.
const PLAIN: Stride = { follows: 'gradient', times: 1 }
// Inputs and targets with a mean square beyond these are suspect; that of scaled ones is 1.
const SUSPECT_INPUTS = 25
const SUSPECT_TARGETS = 100
// Weights are suspect if the learning rate that they allow is this many times smaller than that of usual ones.
const SUSPECT_WEIGHTS = 10
// Weights from earlier training that are this far from usual ones did not get there by learning.
const GROWN_WEIGHTS = 1e4
// A rate that was too high is lowered by at least this factor, so that following the advice repeatedly comes to an end.
const LOWERED = 3
// The same for training that did well for a while: its rate is close to a stable one, closer than any estimate.
const LOWERED_LATE = 5

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

/** Names the column that holds more than half of the sum of squares, or else all together. */
function naming({ columns, overall }: Statistics, name: string): string {
  const total = overall.square * columns.length
  const worst = columns.reduce((a, b) => (b.square > a.square ? b : a))
  const one = columns.length > 1 && worst.square > 0.5 * total
  return one
    ? `column ${worst.index} of the ${name} (${spread(worst)}) is`
    : `the ${name} (${spread(overall)}) are`
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
  const { kind } = losses[loss]
  if (kind === 'classes') return meanRowSum(statistics)
  return kind === 'values' ? Math.sqrt(statistics.overall.square) : 1
}

interface Suspect extends Cause {
  readonly mended: Partial<Numbers>
}

function weightSuspect(
  architecture: Architecture,
  numbers: Numbers,
  usual: readonly LayerStatistics[],
): Suspect {
  const { weights } = numbers
  // With inputs and targets as they should be: those are suspects of their own.
  const width = architecture.inputs
  const inputs = { square: width, largest: width, top: Math.min(width, 2) }
  const fine = { ...numbers, inputs, targetSize: 1 }
  // heNormal and its like are sound too where a layer widens.
  const atMost = usual.map((one, l) => ({
    ...one,
    size: Math.max(one.size, Math.sqrt(2 / architecture.layers[l].inputs)),
  }))
  // How steep they make the loss, whether or not the optimizer minds.
  const factor = stableRate({ ...fine, weights: atMost }, PLAIN) / stableRate(fine, PLAIN)
  const excess = (l: number) => Math.max(weights[l].size, weights[l].biasSize) / usual[l].size
  const worst = weights.reduce((worst, _, l) => (excess(l) > excess(worst) ? l : worst), 0)
  const { size, largest } = weights[worst]
  const output = outputSize({ ...fine, weights })
  return {
    what: 'weights',
    factor,
    mended: { weights: usual },
    text:
      `the initial weights are too large, above all those of layer ${worst} (root mean square ${shortly(size)}, largest ` +
      `${shortly(largest)}, where ${shortly(usual[worst].size)} is usual): they make outputs of about ${shortly(output)} ` +
      `of inputs of 1; take initializer: 'glorotUniform'`,
  }
}

/** Statistics of the matrix, its outlier if there is one, and the statistics without that row. */
function withoutOutlier(matrix: Matrix): { all: Statistics; rest: Statistics; outlier: Outlier | undefined } {
  const all = statisticsOf(matrix)
  const { outlier } = all
  return { all, rest: outlier ? statisticsOf(matrix, outlier.row) : all, outlier }
}

/** What is likely to be wrong, the worst first; at least one. */
export function causesOf(situation: Situation): Cause[] {
  const { architecture, x, y, batchRows, optimizer, learningRate, weightsBefore, trainedBefore } = situation
  const usual = usualWeights(architecture.layers)
  const inputs = withoutOutlier(x)
  const targets = withoutOutlier(y)
  const begun: Numbers = {
    architecture,
    inputs: momentsOf(x, inputs.outlier?.row),
    batchRows,
    rows: x.rows,
    targetSize: targetSizeOf(architecture, targets.rest),
    weights: weightsBefore,
  }
  const byWeights = weightSuspect(architecture, begun, usual)
  const grown = trainedBefore && !(byWeights.factor < GROWN_WEIGHTS)
  let numbers: Numbers = grown ? { ...begun, weights: usual } : begun

  const suspects: Suspect[] = []
  const suspect = (one: Suspect, from: number) => {
    // NaN, where both sides of the comparison overflowed, counts as suspect.
    if (!(one.factor < from)) suspects.push(one)
  }
  if (inputs.rest.overall.square > SUSPECT_INPUTS || largestSquare(inputs.rest) > SUSPECT_INPUTS) {
    const scaled: Moments = momentsOf(x, inputs.outlier?.row, inputs.rest)
    const text = scalingText(inputs.rest, 'inputs', 'x')
    const factor = Math.max(inputs.rest.overall.square, numbers.inputs.top / Math.max(1, scaled.top))
    suspect({ what: 'inputs', factor, mended: { inputs: scaled }, text }, SUSPECT_INPUTS)
  }
  const { targetSize } = numbers
  const { kind } = losses[architecture.loss]
  if (kind === 'classes') {
    const text = rowSumText(targetSize, architecture.loss)
    suspect({ what: 'targets', factor: targetSize, mended: { targetSize: 1 }, text }, 2)
  } else if (kind === 'values') {
    const text = scalingText(targets.rest, 'targets', 'y')
    suspect({ what: 'targets', factor: targetSize ** 2, mended: { targetSize: 1 }, text }, SUSPECT_TARGETS)
  }
  if (!trainedBefore) suspect(byWeights, SUSPECT_WEIGHTS)
  suspects.sort((a, b) => b.factor - a.factor)

  const causes: Cause[] = []
  const outlying = (outlier: Outlier | undefined, name: string) => {
    if (!outlier) return
    const factor = (outlier.value / Math.max(1, outlier.others)) ** 2
    causes.push({ what: 'outlier', text: outlierText(outlier, name), factor })
  }
  outlying(inputs.outlier, 'inputs')
  if (kind === 'values' && architecture.layers.length > 1) outlying(targets.outlier, 'targets')
  const stride = strideOf(optimizer)
  const bearable = (n: Numbers) => stableRate(n, stride)
  const bears = (n: Numbers) => learningRate <= bearable(n)
  const unmended = numbers
  const ideal: Numbers = Object.assign({}, numbers, ...suspects.map(({ mended }) => mended))
  for (const { what, text, factor, mended } of suspects) {
    if (bears(numbers)) break
    // What changes nothing is not the cause: large targets do not matter to a single layer.
    const field = Object.keys(mended)[0] as keyof Numbers
    if (bearable({ ...ideal, [field]: unmended[field] }) === bearable(ideal)) continue
    causes.push({ what, text, factor })
    numbers = { ...numbers, ...mended }
  }
  // Steps as long as the rate do not diverge because of targets that are far away, but will not reach them either.
  const far = suspects.find(({ what }) => what === 'targets')
  if (far && stride.follows === 'rate' && !causes.some(({ what }) => what === 'targets')) causes.push(far)
  if (causes.length === 0 || !bears(numbers)) {
    const most = bearable(numbers)
    const text = rateText(situation, most, causes.length > 0)
    causes.push({ what: 'rate', text, factor: learningRate / most })
  }
  if (grown) causes.push({ what: 'weights', text: grownText(weightsBefore), factor: byWeights.factor })
  return causes.sort((a, b) => b.factor - a.factor)
}

const largestSquare = ({ columns }: Statistics) =>
  columns.reduce((most, { square }) => Math.max(most, square), 0)

const grownText = (weights: readonly LayerStatistics[]) =>
  `earlier training has brought the weights to ${shortly(Math.max(...weights.map(({ largest }) => largest)))}, ` +
  'so start from a new network'

/** What the bearable rate is estimated from. */
function groundsText(optimizer: OptimizerSettings): string {
  const { follows, times } = strideOf(optimizer)
  if (follows === 'rate') {
    return `by the sizes of inputs and weights, as ${optimizer.name} moves every weight by about the rate in a step,`
  }
  const sizes = 'by the sizes of inputs, weights and targets'
  return times > 1 ? `${sizes}, and with momentum that adds up ${shortly(times)} gradients,` : sizes
}

function rateText(
  { learningRate, losses, optimizer }: Situation,
  bearable: number,
  mendsMore: boolean,
): string {
  const first = losses[0]
  const last = losses.at(-1)
  const lowest = losses.length ? leastOf(losses) : 0
  const didWell = !mendsMore && losses.length >= 5 && lowest < first / 2
  const lower = learningRate / (didWell ? LOWERED_LATE : LOWERED)
  const rate = roundDown(bearable > 0 ? Math.min(bearable, lower) : lower)
  const seen = didWell
    ? ` for weights that have grown: the mean loss fell from ${shortly(first)} to ${shortly(lowest)} in ` +
      `${losses.indexOf(lowest) + 1} epochs`
    : last !== undefined && last > 2 * first
      ? `: the mean loss rose from ${shortly(first)} to ${shortly(last)}`
      : ''
  const by =
    bearable > 0 && bearable < learningRate
      ? `, and ${groundsText(optimizer)} about ${shortly(bearable)} is bearable${mendsMore ? ' with the rest mended' : ''}`
      : ''
  return `the learning rate ${shortly(learningRate)} is too high${seen}${by}; try ${shortly(rate)}`
}
