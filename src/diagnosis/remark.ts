// A note about a training that stayed finite and came to nothing: worse than no network at all, or no better than the mean of
// the targets for a reason that the numbers show.

import { lossRow } from '../model/custom-loss.ts'
import { lossBaselines } from '../model/loss-settings.ts'
import { causesOf, type Situation } from './causes.ts'
import { outOfReach } from './reach.ts'
import { shortly } from './sizes.ts'
import { stagnationCauses } from './stagnation.ts'
import { leastOf, statisticsOf } from './statistics.ts'

// Epochs in which sound training may still be slow.
const PATIENT_EPOCHS = 5
// Initial weights may well be a few times worse than a blank prediction, and so may the mean loss of a first epoch.
const ABSURD_AT_ONCE = 1000
const ABSURD = 10
// Uncentred targets (years) make any first predictions look bad beside their mean; after some epochs none should.
const FAR_FROM_MEAN = 100
// A loss that stays within this share of the mean's has not begun to fall, unless the mean is all there is to learn.
const STUCK = 0.9
const LEARNED = 0.01
// Errors of 1e9 and more, which no targets should have: their squares are on the way out of float32.
const ENORMOUS = 1e19

// Looked at after every fit: well below a millisecond (Node 26, one core of a Xeon).
const TARGETS_SEEN = 1 << 14

/**
 * Returns a note about training whose loss is finite and absurd or stuck, or undefined. It is absurd where the last epoch is far
 * worse than a blank prediction or, after some epochs, the best one is, or is far worse than the mean of the targets. It is
 * stuck where after some epochs none is better than the mean. isPart: true where x and y are some rows of many, of whose mean
 * theirs says nothing.
 */
export function remarkOn(situation: Situation, isPart = false): string | undefined {
  const { architecture, y, losses: found } = situation
  if (found.length === 0) return undefined
  const row = lossRow(architecture.loss)
  const best = leastOf(found)
  const targets = statisticsOf(y, undefined, TARGETS_SEEN)
  const { mean, blank } = lossBaselines(architecture, targets.columns)
  // Outputs begin at about 1, and beside targets that are much smaller any network looks bad at first.
  const usual = architecture.outputs / 2
  const patient = found.length >= PATIENT_EPOCHS
  const floor = Math.max(blank, usual)
  const last = found.at(-1)!
  const endedWorse = last > ABSURD_AT_ONCE * floor
  const worseThanBlank = endedWorse || (patient && best > ABSURD * floor)
  const farFromMean = patient && row.kind === 'values' && best > FAR_FROM_MEAN * Math.max(mean, usual)
  // Where the targets are all alike, the mean is all there is to learn.
  const bar = mean > LEARNED * blank ? mean : found[0]
  const stays = patient && !isPart && best > STUCK * bar && best > LEARNED * blank
  const isStuck = best > ENORMOUS || stays
  if (!worseThanBlank && !farFromMean && !isStuck) return undefined
  const outside = patient ? outOfReach(architecture, y, targets) : undefined
  // Where the rate is low enough and nothing else is to blame, training is slow, or the problem is hard.
  const unstable = isStuck && !worseThanBlank && !farFromMean ? [] : causesOf(situation)
  const blamed = unstable.filter(({ factor }) => !(factor <= 1))
  const slow = stagnationCauses(situation)
  // A rate that is too low once the data are mended; where it is too high now, that comes first.
  const more = blamed.some(({ what }) => what === 'rate') ? [] : slow.filter(({ what }) => what === 'rate')
  const causes = blamed.length > 0 ? [...blamed, ...more] : slow
  if (!outside && causes.length === 0) return undefined
  const compared = worseThanBlank
    ? row.kind === 'values'
      ? `predicting 0 has ${shortly(blank)} and the mean of the targets ${shortly(mean)}`
      : `the same share for every class has ${shortly(blank)}`
    : `predicting the mean of the targets has ${shortly(mean)}`
  const likely = outside ?? causes.map(({ text }) => text).join('; and ')
  const epochs = found.length === 1 ? 'its one epoch' : `all of its ${found.length} epochs`
  const seen =
    best > ABSURD * floor || !endedWorse
      ? `was never below ${shortly(best)} in`
      : `ended at ${shortly(last)} after`
  return `nabla: the loss ${seen} ${epochs}, where ${compared}. Likely: ${likely}.`
}
