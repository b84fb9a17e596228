// From a call of fit to the training loop: the options and the user's arrays are checked, and the network is locked.

import { refuse } from '../base/check.ts'
import { OptionError } from '../base/errors.ts'
import { runNow, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { fileWriter } from '../files/atomic.ts'
import { optionsToSave } from '../inspect/describe.ts'
import { refuseSingleRow } from '../intake/batches.ts'
import type { Naming } from '../intake/naming.ts'
import { type Rows, readRows } from '../intake/rows.ts'
import { divideRows, type Share } from '../intake/share.ts'
import { weighClasses } from '../intake/weights.ts'
import { resolveMetrics } from '../metrics/table.ts'
import type { Architecture } from '../model/architecture.ts'
import { checkData, type FitSettings, fitSettings } from '../model/call-settings.ts'
import type { ClassNames } from '../model/class-names.ts'
import { refuseThreads } from '../model/custom.ts'
import { updateRuleOf } from '../model/optimizer.ts'
import type { Data, DataStream, FitOptions } from '../model/options.ts'
import { endsWithFit, type Moment } from '../model/schedules.ts'
import type { Core } from '../training/core.ts'
import type { Counters, Order } from '../training/counters.ts'
import { checkStopping } from '../training/early-stopping.ts'
import { fitSlices } from '../training/fit.ts'
import { allRowsSource, blockRowsOf } from '../training/full-batch.ts'
import { type History, Recorder } from '../training/history.ts'
import { checkMetrics } from '../training/measure.ts'
import { type Observed, observersOf } from '../training/observers.ts'
import { Progress } from '../training/progress.ts'
import { Rates } from '../training/rates.ts'
import { Saver } from '../training/saver.ts'
import {
  arraySource,
  isStream,
  orderOf,
  type Source,
  type SourceContext,
  streamSource,
} from '../training/source.ts'

// Numbers that are read at once: a few milliseconds of work.
const SHORT = 1 << 20

/** True if the data are few numbers, in whatever form. */
function isShort({ x }: Data, { inputs, outputs }: Architecture): boolean {
  try {
    const isFlat = ArrayBuffer.isView(x) || typeof x[0] === 'number'
    const rows = isFlat ? x.length / inputs : x.length
    return rows * (inputs + outputs) <= SHORT
  } catch {
    // Not an array: whoever reads it says so.
    return false
  }
}

/** Validation data of their own, or a share of the training data. */
const validationOf = ({ validation }: FitSettings): { share?: Share; given?: Data } => {
  if (!validation) return {}
  return 'x' in validation ? { given: validation } : { share: validation }
}

/** What is measured after each epoch. Throws OptionError where there is nothing to measure, or a metric has no meaning for it. */
function measuredOf(
  { metrics = [] }: FitSettings,
  outputs: number,
  rows: Rows | undefined,
): Observed['measured'] {
  if (metrics.length === 0) return undefined
  if (!rows)
    return refuse(
      'fit options.metrics',
      'validation data with a stream',
      metrics.map(({ as }) => as),
    )
  const resolved = resolveMetrics(metrics)
  checkMetrics(resolved, outputs, rows)
  return { rows, metrics: resolved }
}

const batchesText = ({ rows, batchRows, accumulate }: Order) =>
  `${rows} rows in batches of ${batchRows}${accumulate > 1 ? `, ${accumulate} for a step` : ''}`

const shareText = ({ share, stratify }: Order) =>
  share === 0 ? 'no share of the rows' : `a share of ${share}${stratify ? '' : ', not stratified'}`

/** Throws OptionError where the rows that an epoch has still to go through would be others, or count otherwise. */
function checkOrder(was: Order, is: Order): void {
  const check = (name: string, text: (order: Order) => string) => {
    const [expected, got] = [text(was), text(is)]
    if (expected === got) return
    throw new OptionError(
      `${name}: expected ${expected}, as in the epoch within which the checkpoint was made, got ${got}`,
    )
  }
  check('fit options.validation', shareText)
  if (batchesText(was) !== batchesText(is)) {
    throw new OptionError(
      `fit: expected the ${batchesText(was)} within whose epoch the checkpoint was made, got ${batchesText(is)}`,
    )
  }
  check('fit options.shuffle', ({ shuffle }) => `${shuffle}`)
  check('options.seed', ({ seed }) => `${seed}`)
  check('fit', ({ weight }) => `weights of rows whose sum is ${weight}`)
}

/** What the training goes on with: what a checkpoint left, else no more than what is whole. */
const startOf = ({ counters, isResumed }: Core): Counters =>
  isResumed ? counters : { ...counters, position: undefined, unobserved: undefined, stopping: undefined }

/** Where a checkpoint left the training it goes on, else an epoch begins. To be called when nothing can be refused any more. */
function goOnOrBegin(core: Core, keepsStopping: boolean): void {
  Object.assign(core.counters, startOf(core))
  if (!keepsStopping) core.counters.stopping = undefined
  core.isResumed = false
}

/** Epochs and steps at the end of a fit of so many epochs, of which the first may have begun already. */
function endOf({ epochs, steps, position, unobserved }: Counters, count: number, perEpoch: number): Moment {
  const isDone = unobserved ? 1 : 0
  return {
    epoch: epochs + count - isDone,
    step: steps - (position?.steps ?? 0) + (count - isDone) * perEpoch,
  }
}

/** What saves checkpoints, where the settings ask for them. */
function* saverOf(core: Core, { checkpoint }: FitSettings): Slices<Saver | undefined> {
  if (!checkpoint) return undefined
  const { save, file, every } = checkpoint
  const write = save ?? ((yield fileWriter(file!)) as (bytes: Uint8Array) => Promise<void>)
  return new Saver(optionsToSave(core.settings), core.counters, every, write)
}

/** What a fit trains on, what it validates on, and when it ends, as far as that is known. */
interface Sources {
  readonly sourceOf: (context: SourceContext) => Source
  readonly validation: Rows | undefined
  /** The training data, where they are arrays. */
  readonly training?: Rows
  /** Rows of an epoch. */
  readonly rows: number
  readonly end: Moment
}

/** The user's arrays, read and checked. */
function* arrays(
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
    sourceOf: (context) =>
      takesAll ? allRowsSource(training, order, context) : arraySource(training, order, context),
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
function* parts(
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
    sourceOf: (context) => streamSource(stream, batchSize, context),
    validation,
    rows: Number.POSITIVE_INFINITY,
    end: { step: Number.POSITIVE_INFINITY, epoch: counters.epochs + settings.epochs },
  }
}

function* fitWork(
  core: Core,
  engine: Engine,
  settings: FitSettings,
  reading: Slices<Sources>,
): Slices<History> {
  const { counters, stepper, transaction } = core
  const { seed, optimizer } = core.settings
  const recorder = new Recorder(settings.epochs)
  const { sourceOf, validation, training, rows, end } = yield* reading
  const measured = measuredOf(settings, core.settings.architecture.outputs, validation ?? training)
  if (settings.earlyStopping) checkStopping(settings.earlyStopping, measured?.metrics ?? [])
  yield* transaction.keep()
  const rates = new Rates(settings.learningRate ?? optimizer.learningRate, counters, end)
  if (rates.needsValidation && !validation) {
    refuse('learningRate.monitor', "validation data for fit, or 'loss'", 'validationLoss')
  }
  const progress = settings.verbose ? new Progress(settings.epochs, rows) : undefined
  const saver = yield* saverOf(core, settings)
  goOnOrBegin(core, settings.earlyStopping !== undefined)
  transaction.keepCounters()
  const observers = observersOf(recorder, counters, rates, { validation, measured }, settings, progress)
  const source = sourceOf({
    engine,
    settings,
    counters,
    naming: () => core.naming('a stream'),
    seed,
    threads: settings.threads ?? core.settings.threads,
    steps: stepper.rows(rates),
    validates: validation !== undefined,
  })
  // They are undone with the steps: by the transaction.
  if (training) counters.classNames ??= training.y.names
  const context = { rates, stepper, counters, recorder, observers, progress, saver }
  try {
    return yield* fitSlices(engine, source, settings, context, transaction)
  } finally {
    progress?.end(recorder.loss.length)
  }
}

/** A call that has all rows of a training, or one that may have some of them. */
type TrainingCall = 'fit' | 'partialFit'

/** See Network.fit. */
export async function train(
  core: Core,
  data: Data | DataStream,
  options: FitOptions,
  call: TrainingCall = 'fit',
): Promise<History> {
  const given = fitSettings(options)
  const { threads, offThread } = given
  const { architecture } = core.settings
  if (threads !== undefined && threads !== 'auto' && threads > 1) {
    refuseThreads(architecture, 'fit options.threads', "1 or 'auto'", threads)
  }
  if (offThread) refuseThreads(architecture, 'fit options.offThread', 'false', offThread)
  // Where a step takes all rows, a batch is what is computed at once.
  const takesAll = updateRuleOf(core.settings.optimizer).allRows
  const settings = takesAll ? { ...given, batchSize: blockRowsOf(core.settings.architecture) } : given
  const reading = isStream(data)
    ? (engine: Engine) => parts(core, engine, data, settings, options.batchSize)
    : (engine: Engine) => arrays(core, engine, checkData(data, 'fit data'), settings, call)
  return core.trainInSlices('fit', settings.signal, (engine) =>
    fitWork(core, engine, settings, reading(engine)),
  )
}
