// What is wrong with a training, as far as its numbers tell, and how to fix it. Suspects (targets, inputs, initial
// weights) are assumed to be fixed one after another, the worst first, until the learning rate is stable for the rest.
// If it never is, or if there is no suspect, the rate itself is to blame.

import type { LayerStatistics } from '../engine/layer-statistics.ts'
import type { Matrix } from '../intake/matrix.ts'
import type { Architecture } from '../model/architecture.ts'
import { strideOf, updateRuleOf } from '../model/optimizer.ts'
import type { Stride } from '../model/optimizer-row.ts'
import type { OptimizerSettings } from '../model/optimizers.ts'
import { type Cause, type Suspect, shortly, sizesOf } from './sizes.ts'
import { type Numbers, numbersOf, outputSize, roundDown, stableRate, usualWeights } from './stability.ts'
import { leastOf } from './statistics.ts'

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

// Weights are judged by plain steps, whatever the optimizer.
const PLAIN: Stride = { follows: 'gradient', times: 1 }
// Weights are suspect if the learning rate that they allow is this many times smaller than that of usual ones.
const SUSPECT_WEIGHTS = 10
// Weights from earlier training that are this far from usual ones did not get there by learning.
const GROWN_WEIGHTS = 1e4
// A rate that was too high is lowered by at least this factor, so that following the advice repeatedly comes to an end.
const LOWERED = 3
// The same for training that did well for a while: its rate is close to a stable one, closer than any estimate.
const LOWERED_LATE = 5

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

/** What is likely to be wrong, the worst first; at least one. */
export function causesOf(situation: Situation): Cause[] {
  const { architecture, x, y, optimizer, learningRate, weightsBefore, trainedBefore } = situation
  const usual = usualWeights(architecture.layers)
  const sizes = sizesOf(architecture, x, y)
  const begun = numbersOf(situation, sizes)
  const byWeights = weightSuspect(architecture, begun, usual)
  const grown = trainedBefore && !(byWeights.factor < GROWN_WEIGHTS)
  let numbers: Numbers = grown ? { ...begun, weights: usual } : begun

  const suspects = [...sizes.suspects]
  // NaN counts as suspect here too.
  if (!trainedBefore && !(byWeights.factor < SUSPECT_WEIGHTS)) suspects.push(byWeights)
  suspects.sort((a, b) => b.factor - a.factor)

  const causes = [...sizes.outliers]
  const stride = strideOf(optimizer)
  const bearable = (n: Numbers) => stableRate(n, stride)
  const bears = (n: Numbers) => learningRate <= bearable(n)
  const unmended = numbers
  const ideal: Numbers = Object.assign({}, numbers, ...suspects.map(({ mended }) => mended))
  for (const { mended, ...cause } of suspects) {
    if (bears(numbers)) break
    // What changes nothing is not the cause: large targets do not matter to a single layer.
    const field = Object.keys(mended)[0] as keyof Numbers
    if (bearable({ ...ideal, [field]: unmended[field] }) === bearable(ideal)) continue
    causes.push(cause)
    numbers = { ...numbers, ...mended }
  }
  // Steps as long as the rate do not diverge because of targets that are far away, but will not reach them either.
  const far = suspects.find(({ what }) => what === 'targets')
  if (far && stride.follows === 'rate' && !causes.some(({ what }) => what === 'targets')) causes.push(far)
  if (updateRuleOf(optimizer).allRows) {
    // Its steps are searched for: none is too long.
    if (causes.length === 0) causes.push({ what: 'rate', text: OVERFLOWS, factor: 1 })
  } else if (causes.length === 0 || !bears(numbers)) {
    const most = bearable(numbers)
    const text = rateText(situation, most, causes.length > 0)
    causes.push({ what: 'rate', text, factor: learningRate / most })
  }
  if (grown) causes.push({ what: 'weights', text: grownText(weightsBefore), factor: byWeights.factor })
  return causes.sort((a, b) => b.factor - a.factor)
}

const OVERFLOWS = 'the loss of the first parameters is beyond float32, so start from a new network'

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

/** The rate to try where this one is too high. bearable: an estimate, 0 or NaN where there is none. */
const lowered = (learningRate: number, bearable: number, by: number): number =>
  roundDown(Math.min(bearable || learningRate, learningRate / by))

/** The same for data and weights as they are. */
export function soundRate(situation: Situation): number {
  const { architecture, x, y, optimizer, learningRate } = situation
  const numbers = numbersOf(situation, sizesOf(architecture, x, y))
  return lowered(learningRate, stableRate(numbers, strideOf(optimizer)), LOWERED)
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
  const rate = lowered(learningRate, bearable, didWell ? LOWERED_LATE : LOWERED)
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
