// A note about a training that stayed finite and was absurd all the same: worse than no network at all.

import type { Matrix } from '../matrix.ts'
import type { ActivationName } from '../tables.ts'
import { causesOf, type Situation, shortly } from './causes.ts'
import { leastOf, type Statistics, statisticsOf } from './statistics.ts'

interface Baselines {
  /** Mean loss of predicting the mean of the targets. */
  readonly mean: number
  /** Mean loss of outputs that carry no information: 0, or the same share for each class. */
  readonly blank: number
}

// Epochs in which sound training may still be slow.
const PATIENT_EPOCHS = 5
// Initial weights may well be a few times worse than a blank prediction, and so may the mean loss of a first epoch.
const ABSURD_AT_ONCE = 1000
const ABSURD = 10
// Uncentred targets (years) make any first predictions look bad beside their mean; after some epochs none should.
const FAR_FROM_MEAN = 100

// Looked at after every fit: well below a millisecond (Node 26, one core of a Xeon).
const TARGETS_SEEN = 1 << 14

const entropy = (p: number) => (p > 0 ? -p * Math.log(p) : 0)

/** The losses that a network should beat. */
function baselinesOf(loss: Situation['architecture']['loss'], { columns }: Statistics): Baselines {
  const sum = (of: (c: Statistics['columns'][number]) => number) =>
    columns.reduce((total, c) => total + of(c), 0)
  if (loss === 'quadratic') return { mean: sum((c) => c.deviation ** 2 / 2), blank: sum((c) => c.square / 2) }
  if (loss === 'binaryCrossEntropy') {
    return { mean: sum((c) => entropy(c.mean) + entropy(1 - c.mean)), blank: columns.length * Math.LN2 }
  }
  const total = sum((c) => c.mean)
  return { mean: sum((c) => total * entropy(c.mean / total)), blank: total * Math.log(columns.length) }
}

/** The outputs that an activation can reach, where these are not all numbers. */
const reach: Partial<Record<ActivationName, readonly [number, number]>> = {
  sigmoid: [0, 1],
  softmax: [0, 1],
  tanh: [-1, 1],
  relu: [0, Number.POSITIVE_INFINITY],
  softplus: [0, Number.POSITIVE_INFINITY],
}

/** Says so where at least half of the targets lie outside what the last activation can reach; else undefined. */
function outOfReach(
  { architecture }: Situation,
  y: Matrix,
  { seen, columns }: Statistics,
): string | undefined {
  const { activation } = architecture.layers.at(-1)!
  const range = reach[activation]
  if (architecture.loss !== 'quadratic' || !range) return undefined
  const [least, most] = range
  let outside = 0
  for (const r of seen) {
    for (let i = r * y.columns; i < (r + 1) * y.columns; ++i) {
      if (y.values[i] < least || y.values[i] > most) outside += 1
    }
  }
  if (outside < (seen.length * y.columns) / 2) return undefined
  const worst = columns.reduce((a, b) => (b.square > a.square ? b : a))
  const bounds =
    most === Number.POSITIVE_INFINITY ? 'only numbers from 0 on' : `only numbers from ${least} to ${most}`
  return (
    `the last layer's ${activation} makes ${bounds}, and the targets (mean ${shortly(worst.mean)}, deviation ` +
    `${shortly(worst.deviation)}) lie outside; take activation: 'linear' there and train on what ` +
    `standardScaler(y, ${y.columns}) of nabla/data makes of y`
  )
}

/**
 * Returns a note about training whose loss is finite and absurd, or undefined. It is absurd where the last epoch is far worse
 * than a blank prediction or, after some epochs, the best one is, or is far worse than the mean of the targets.
 */
export function remarkOn(situation: Situation): string | undefined {
  const { architecture, y, losses } = situation
  if (losses.length === 0) return undefined
  const best = leastOf(losses)
  const targets = statisticsOf(y, undefined, TARGETS_SEEN)
  const { mean, blank } = baselinesOf(architecture.loss, targets)
  // Outputs begin at about 1, and beside targets that are much smaller any network looks bad at first.
  const usual = architecture.outputs / 2
  const patient = losses.length >= PATIENT_EPOCHS
  const floor = Math.max(blank, usual)
  const last = losses.at(-1)!
  const endedWorse = last > ABSURD_AT_ONCE * floor
  const worseThanBlank = endedWorse || (patient && best > ABSURD * floor)
  const outside =
    patient && best > ABSURD * Math.max(mean, usual) ? outOfReach(situation, y, targets) : undefined
  const farFromMean =
    patient && architecture.loss === 'quadratic' && best > FAR_FROM_MEAN * Math.max(mean, usual)
  if (!worseThanBlank && !farFromMean && !outside) return undefined
  // The rate is low enough and nothing else is to blame: training is slow, or the problem is hard.
  const causes = outside ? [] : causesOf(situation).filter(({ factor }) => !(factor <= 1))
  if (!outside && causes.length === 0) return undefined
  const compared = worseThanBlank
    ? architecture.loss === 'quadratic'
      ? `predicting 0 has ${shortly(blank)} and the mean of the targets ${shortly(mean)}`
      : `the same share for every class has ${shortly(blank)}`
    : `predicting the mean of the targets has ${shortly(mean)}`
  const likely = outside ?? causes.map(({ text }) => text).join('; and ')
  const epochs = losses.length === 1 ? 'its one epoch' : `all of its ${losses.length} epochs`
  const seen =
    best > ABSURD * floor || !endedWorse
      ? `was never below ${shortly(best)} in`
      : `ended at ${shortly(last)} after`
  return `nabla: the loss ${seen} ${epochs}, where ${compared}. Likely: ${likely}.`
}
