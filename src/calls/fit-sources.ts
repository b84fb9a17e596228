// What a fit trains on: the user's arrays, read and checked, or a stream, of which nothing is read yet.

import { refuse } from '../base/check.ts'
import { OptionError } from '../base/errors.ts'
import { runNow, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { refuseSingleRow } from '../intake/batches.ts'
import type { Naming } from '../intake/naming.ts'
import { type Rows, readRows } from '../intake/rows.ts'
import { divideRows, type Share } from '../intake/share.ts'
import { weighClasses } from '../intake/weights.ts'
import type { Architecture } from '../model/architecture.ts'
import type { FitSettings } from '../model/call-settings.ts'
import type { ClassNames } from '../model/class-names.ts'
import type { Data, DataStream } from '../model/options.ts'
import { endsWithFit, type Moment } from '../model/schedules.ts'
import type { Core } from '../training/core.ts'
import type { Order } from '../training/counters.ts'
import { orderOf } from '../training/order.ts'
import { checkOrder, endOf, startOf } from './go-on.ts'

// Numbers that are read at once: a few milliseconds of work.
const SHORT = 1 << 20

/** True if the data are few numbers, in whatever form. */
function isShort({ x }: Data, { inputs, outputs }: Architecture): boolean {
  try {
    const isFlat = ArrayBuffer.isView(x) || typeof x[0] === 'number'
    const rows = isFlat ? x.length / inputs : x.length
    return rows * (inputs + outputs) <= SHORT
  } catch {
    // Not an array: its reader says so.
    return false
  }
}

/** Validation data of their own, or a share of the training data. */
const validationOf = ({ validation }: FitSettings): { share?: Share; given?: Data } => {
  if (!validation) return {}
  return 'x' in validation ? { given: validation } : { share: validation }
}

/** A call that has all rows of a training, or one that may have some of them. */
export type TrainingCall = 'fit' | 'train' | 'partialFit'

/** What a fit trains on, what it validates on, and when it ends, as far as that is known. */
export interface Sources {
  readonly from:
    | { readonly arrays: Rows; readonly order: Order; readonly takesAll: boolean }
    | { readonly stream: DataStream; readonly batchSize: number | undefined }
  readonly validation: Rows | undefined
  /** The training data, where they are arrays. */
  readonly training?: Rows
  /** Rows of an epoch. */
  readonly rows: number
  readonly end: Moment
}

/** The user's arrays, read and checked. */
export function* readArrays(
  core: Core,
  engine: Engine,
  data: Data,
  settings: FitSettings,
  call: TrainingCall,
): Slices<Sources> {
  const { architecture, seed } = core.settings
  // All arrays are watched from here on.
  const { share, given } = validationOf(settings)
  const isAllShort = isShort(data, architecture) && (!given || isShort(given, architecture))
  // What is read again after an epoch must be nabla's own.
  const isReadAgain = share !== undefined || (settings.metrics && !given)
  const naming = core.naming(call === 'partialFit' ? call : undefined)
  const reading = readRows(engine, data, { naming, keep: isAllShort || isReadAgain === true })
  // Names mean what they do among the training targets, which are read first.
  let names: ClassNames | undefined
  const likeTraining: Naming = {
    get known() {
      return names
    },
    refusal: 'the targets to train on are numbers',
  }
  const validating =
    given && readRows(engine, given, { naming: likeTraining, prefix: 'validation.', keep: true })
  // Short data are read at once, before the caller can change them.
  const all = isAllShort ? runNow(reading) : yield* reading
  names = all.y.names
  const apart = validating && (isAllShort ? runNow(validating) : yield* validating)
  const { training: divided, validation } = share
    ? yield* divideRows(all, share, seed)
    : { training: all, validation: apart }
  const { classWeight } = settings
  const training = classWeight
    ? { ...divided, weights: yield* weighClasses(divided.y, divided.weights, classWeight) }
    : divided
  const { rows } = training.x
  const takesAll = engine.takesAllRows
  const batchRows = Math.min(settings.batchSize, rows)
  refuseSingleRow(architecture, batchRows, 'fit', 'rows in a batch')
  if (takesAll && settings.accumulate > 1) {
    refuse('fit options.accumulate', "1 with 'lbfgs', which takes all rows in each step", settings.accumulate)
  }
  const order = orderOf(training, takesAll ? { ...settings, shuffle: false } : settings, seed)
  const { position } = startOf(core)
  if (position) checkOrder(position.order, order)
  return {
    from: { arrays: training, order, takesAll },
    validation,
    training,
    rows,
    end: endOf(
      startOf(core),
      settings.epochs,
      takesAll ? 1 : Math.ceil(rows / (batchRows * settings.accumulate)),
    ),
  }
}

/** A stream, of which nothing is read yet. batchSize: undefined where a part of it is a batch. */
export function* readParts(
  core: Core,
  engine: Engine,
  stream: DataStream,
  settings: FitSettings,
  batchSize: number | undefined,
): Slices<Sources> {
  if (engine.takesAllRows)
    refuse('fit data', "{ x, y } for 'lbfgs', which takes all rows in each step", stream)
  const { share, given } = validationOf(settings)
  if (share) refuse('fit options.validation', 'data of their own for a stream', share.share)
  const { every } = settings.checkpoint ?? {}
  if (settings.classWeight)
    refuse('fit options.classWeight', 'weights in the parts of a stream', settings.classWeight)
  if (settings.accumulate > 1 && batchSize === undefined) {
    refuse(
      'fit options.accumulate',
      '1 where each part of a stream is a batch and makes a step; larger parts with a batchSize have several batches each',
      settings.accumulate,
    )
  }
  if (every && !('epochs' in every)) {
    refuse('fit options.checkpoint.every', 'a number of epochs for a stream', every)
  }
  const validation =
    given &&
    (yield* readRows(engine, given, { naming: core.naming('a stream'), prefix: 'validation.', keep: true }))
  if (startOf(core).position) {
    throw new OptionError('fit: expected the arrays within whose epoch the checkpoint was made, got a stream')
  }
  const rate = settings.learningRate ?? core.settings.optimizer.learningRate
  if (endsWithFit(rate)) {
    refuse('learningRate.over', 'a number of steps with a stream, whose end is not known', undefined)
  }
  const { counters } = core
  return {
    from: { stream, batchSize },
    validation,
    rows: Number.POSITIVE_INFINITY,
    end: { step: Number.POSITIVE_INFINITY, epoch: counters.epochs + settings.epochs },
  }
}
