// What is wrong with a network and its data, as far as a look at both shows.

import type { Slices } from '../base/pace.ts'
import { causesOf, type Situation, soundRate } from '../diagnosis/causes.ts'
import { outOfReach } from '../diagnosis/reach.ts'
import type { Cause } from '../diagnosis/sizes.ts'
import { stagnationCauses } from '../diagnosis/stagnation.ts'
import { statisticsOf } from '../diagnosis/statistics.ts'
import type { Engine } from '../engine/engine.ts'
import type { Rows } from '../intake/rows.ts'
import { lossBaselines } from '../model/loss-settings.ts'
import { strideOf } from '../model/optimizer.ts'
import type { OptimizerSettings } from '../model/optimizers.ts'
import { absentClassNotes, columnNotes, unpredictedClassNotes } from './health/data-notes.ts'
import { figuresOf } from './health/layer-figures.ts'
import { layerNotes, type Step, type Success } from './health/layer-notes.ts'
import type { DiagnosisNote } from './health/note.ts'

export interface Training {
  readonly optimizer: OptimizerSettings
  /** That of the next step. */
  readonly learningRate: number
  /** True where the parameters came from training. */
  readonly trained: boolean
}

// The batch of a fit that names none.
const BATCH_ROWS = 32
// A loss below half of what predicting the mean has: the network has learned something.
const LEARNED = 0.5
// The same where the targets are all alike, so that the mean is all there is to learn.
const LEARNED_ALIKE = 0.01
// Pixels from 0 to 16 train well as they are: their steepest direction is 350 times as steep as that of scaled ones.
const FAR_INPUTS = 1000
// No better than the mean, and worse than no network at all.
const STUCK = 0.9
const ABSURD = 10

/** Sizes of data and weights, and the rate, as far as they are to blame for how the network does. */
function causesFor(
  situation: Situation,
  loss: number,
  { mean, blank }: { mean: number; blank: number },
): Cause[] {
  const causes = causesOf(situation).filter(({ factor }) => !(factor <= 1))
  // A rate that is higher than the estimate, which is on the low side, may be the right one: what it did decides.
  if (!situation.trainedBefore) {
    return causes.filter(({ what, factor }) => what !== 'rate' && !(what === 'inputs' && factor < FAR_INPUTS))
  }
  if (!(loss <= ABSURD * blank)) return causes
  if (loss > STUCK * mean) return stagnationCauses(situation)
  return causes.filter(({ what }) => what !== 'rate' && what !== 'weights')
}

/**
 * Looks at the network and the rows, which are checked already; the parameters stay as they are. Where it yields, nobody else
 * may have the engine.
 */
export function* diagnoseRows(
  engine: Engine,
  data: Rows,
  { optimizer, learningRate, trained }: Training,
): Slices<DiagnosisNote[]> {
  const { architecture } = engine
  const { x, y } = data
  const figures = yield* figuresOf(engine, data)
  const { loss } = figures
  const targets = statisticsOf(y)
  yield
  const baselines = lossBaselines(architecture, targets.columns)
  const { mean, blank } = baselines
  const isGood = loss < LEARNED * mean || loss < LEARNED_ALIKE * blank
  const success: Success = isGood ? 'well' : trained ? 'badly' : 'untrained'

  const notes: DiagnosisNote[] = []
  let scalesFirst = false
  let step: Step | undefined
  if (success !== 'well') {
    const reach = outOfReach(architecture, y, targets)
    const layer = architecture.layers.length - 1
    if (reach) notes.push({ what: 'reach', layer, text: reach })
    const situation: Situation = {
      architecture,
      x,
      y,
      batchRows: Math.min(BATCH_ROWS, x.rows),
      optimizer,
      learningRate,
      losses: [],
      weightsBefore: engine.parameters.statistics(),
      trainedBefore: trained,
    }
    // What mends the reach mends the size of the targets.
    const blamed = causesFor(situation, loss, baselines).filter(({ what }) => !(reach && what === 'targets'))
    scalesFirst = blamed.some(({ what }) => what === 'inputs')
    notes.push(...blamed.map(({ column, ...cause }) => (column === undefined ? cause : { ...cause, column })))
    if (notes.length === 0 && strideOf(optimizer).follows === 'gradient') {
      step = { learningRate, advised: () => soundRate(situation) }
    }
  }
  yield
  notes.push(...(yield* columnNotes(architecture, x)), ...(yield* absentClassNotes(architecture, y)))
  notes.push(...layerNotes(architecture, figures, success, scalesFirst, step))
  if (trained) notes.push(...unpredictedClassNotes(architecture, y, figures))
  return notes
}
