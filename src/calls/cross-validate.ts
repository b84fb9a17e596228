// Cross-validation: a network for each fold, trained on the others and tested on it. Each is trained by one thread, some of
// them at once, so the figures do not depend on how many.

import * as Hits from '../../assembly/abi/hits.ts'
import { runPaced, type Slices } from '../base/pace.ts'
import { checkFoldWeights, foldsOf } from '../intake/folds.ts'
import { type Rows, readRows } from '../intake/rows.ts'
import { partOf } from '../intake/share.ts'
import { type Metric, resolveMetrics } from '../metrics/table.ts'
import { checkData, crossValidationSettings } from '../model/call-settings.ts'
import { isCustom, refuseThreads } from '../model/custom.ts'
import { networkSettings, type Settings } from '../model/network-settings.ts'
import type { CrossValidationOptions, Data, FitOptions, NetworkOptions } from '../model/options.ts'
import { availableCores } from '../threads/cores.ts'
import { Core } from '../training/core.ts'
import type { History } from '../training/history.ts'
import { checkMetrics, measure } from '../training/measure.ts'
import { evaluateAsync } from './reading.ts'
import { train } from './trainer.ts'

/** What a fold comes to. */
export interface FoldFigures {
  /** Mean loss of the rows that the network was tested on. */
  readonly loss: number
  /** Share of them that was right, where the targets are classes. */
  readonly accuracy?: number
  /** Mean loss of the last epoch of training; NaN where there was none. */
  readonly trainingLoss: number
  /** Share of the training rows that was right in the last epoch, where the targets are classes; NaN where there was none. */
  readonly trainingAccuracy?: number
  /** The figure of each metric, by its name, of the rows that the network was tested on. */
  readonly metrics?: Readonly<Record<string, number>>
}

/** A fold's figures, and how its network came to them. */
export interface FoldResult extends FoldFigures {
  /** Which division of the rows it is of, counted from 1. */
  readonly repeat: number
  /** Which fold of that division it is, counted from 1. */
  readonly fold: number
  /** The rows that the network was tested on, in ascending order. */
  readonly testIndices: Int32Array
  /** Of the training of its network. */
  readonly history: History
}

/** What crossValidate() resolves to. */
export interface CrossValidation {
  /** Repeat after repeat, fold after fold. */
  readonly folds: readonly FoldResult[]
  /** Mean of the figures over the folds. */
  readonly mean: FoldFigures
  /** Standard deviation of the folds, the mean square taken over as many as there are (numpy's std). */
  readonly deviation: FoldFigures
}

/** 'auto' takes no more than this. */
const MOST = 8

const dataOf = ({ x, y, weights }: Rows): Data => ({
  x: x.values as Float32Array,
  y: y.values as Float32Array,
  ...(weights && { weights: weights.values }),
})

interface Task {
  readonly repeat: number
  readonly fold: number
  /** The fold of each row. */
  readonly folds: Int32Array
}

interface Work {
  readonly settings: Settings
  readonly rows: Rows
  readonly fit: FitOptions
  readonly metrics: readonly Metric[]
  readonly offThread: boolean
  readonly signal: AbortSignal
}

async function trainFold({ repeat, fold, folds }: Task, work: Work): Promise<FoldResult> {
  const { settings, rows, fit, metrics, offThread, signal } = work
  const isTested = new Uint8Array(folds.length)
  const tested = new Int32Array(folds.length)
  let count = 0
  for (let r = 0; r < folds.length; ++r) {
    if (folds[r] !== fold) continue
    isTested[r] = 1
    tested[count++] = r
  }
  const testIndices = tested.slice(0, count)
  const take = (which: 0 | 1, count: number) =>
    runPaced(partOf(rows, isTested, which, count), () => signal.throwIfAborted(), signal)
  const core = new Core(settings)
  try {
    const training = dataOf(await take(0, folds.length - testIndices.length))
    const history = await train(core, training, { ...fit, threads: 1, offThread, signal })
    const rowsApart = await take(1, testIndices.length)
    const { loss, accuracy } = await evaluateAsync(core, dataOf(rowsApart), { signal })
    const measured =
      metrics.length > 0 &&
      (await core.readInSlices('crossValidate', signal, (engineOf) =>
        measure(engineOf(), metrics, rowsApart),
      ))
    // A fold whose values happen to be classes is one of values all the same.
    const counts = rows.y.hitMode !== Hits.NONE
    return {
      repeat: repeat + 1,
      fold: fold + 1,
      testIndices,
      loss,
      ...(counts && { accuracy: accuracy! }),
      trainingLoss: history.loss.at(-1) ?? Number.NaN,
      ...(counts && { trainingAccuracy: history.accuracy?.at(-1) ?? Number.NaN }),
      ...(measured && { metrics: measured }),
      history,
    }
  } finally {
    core.dispose()
  }
}

/** A task for each fold of each repeat. Throws ShapeError where all weights of one are 0. Yields now and then. */
function* tasksOf(rows: Rows, division: Parameters<typeof foldsOf>[1], repeats: number): Slices<Task[]> {
  const tasks: Task[] = []
  for (let repeat = 0; repeat < repeats; ++repeat) {
    const folds = yield* foldsOf(rows.y, division, repeat)
    if (rows.weights) {
      checkFoldWeights(rows.weights, folds, division.folds, repeats > 1 ? repeat + 1 : undefined)
    }
    for (let fold = 0; fold < division.folds; ++fold) tasks.push({ repeat, fold, folds })
    yield
  }
  return tasks
}

/** The tasks' results in the tasks' order, `lanes` of them at work at a time. Rejects with the first error when all is quiet. */
async function inLanes<T, R>(
  tasks: readonly T[],
  lanes: number,
  stop: AbortController,
  work: (task: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  let next = 0
  let failure: { readonly reason: unknown } | undefined
  const lane = async () => {
    while (next < tasks.length && !failure) {
      const at = next
      next += 1
      try {
        results[at] = await work(tasks[at])
      } catch (reason) {
        failure ??= { reason }
        stop.abort(reason)
      }
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  if (failure) throw failure.reason
  return results
}

const KEYS = ['loss', 'accuracy', 'trainingLoss', 'trainingAccuracy'] as const

/** Each figure that the folds have, brought to one. */
function summary(folds: readonly FoldFigures[], of: (values: readonly number[]) => number): FoldFigures {
  const known = KEYS.filter((key) => folds[0][key] !== undefined)
  const figures = Object.fromEntries(known.map((key) => [key, of(folds.map((one) => one[key]!))]))
  const { metrics } = folds[0]
  if (!metrics) return figures as never
  const names = Object.keys(metrics)
  const measured = names.map((name) => [name, of(folds.map((one) => one.metrics![name]))])
  return { ...figures, metrics: Object.fromEntries(measured) } as never
}

const meanOf = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values)
  return Math.sqrt(meanOf(values.map((v) => (v - mean) ** 2)))
}

/** Tells the controller when the user's signal is aborted, until the function that is returned is called. */
function follow(signal: AbortSignal | undefined, stop: AbortController): () => void {
  if (!signal) return () => {}
  const abort = () => stop.abort(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener?.('abort', abort)
  return () => signal.removeEventListener?.('abort', abort)
}

/**
 * Returns how well networks of these options do on rows that they were not trained on: for each of `folds` parts of the data,
 * the figures of a network that was trained on all others. Every network is made anew, with the same seed. Rejects with
 * OptionError or ShapeError before anything is trained, with DivergedError where one of them diverges, and with the signal's
 * reason.
 */
export async function crossValidate(
  options: NetworkOptions,
  data: Data,
  crossValidation: CrossValidationOptions = {},
): Promise<CrossValidation> {
  const settings = networkSettings(options)
  const {
    fit,
    metrics: asked,
    parallel,
    repeats,
    signal,
    ...division
  } = crossValidationSettings(crossValidation)
  if (parallel !== 'auto' && parallel > 1) {
    refuseThreads(settings.architecture, 'crossValidate options.parallel', "1 or 'auto'", parallel)
  }
  const checked = checkData(data, 'crossValidate data')
  const reader = new Core(settings)
  const isReference = reader.choice.name === 'reference'
  let rows: Rows
  try {
    rows = await reader.readInSlices('crossValidate', signal, (engineOf) =>
      readRows(engineOf(), checked, { naming: reader.naming(), keep: true }),
    )
  } finally {
    reader.dispose()
  }
  const metrics = resolveMetrics(asked)
  checkMetrics(metrics, settings.architecture.outputs, rows)
  const mayGoOn = () => signal?.throwIfAborted()
  const tasks = await runPaced(tasksOf(rows, division, repeats), mayGoOn, signal)
  const wanted = parallel === 'auto' ? Math.min(MOST, availableCores()) : parallel
  // The reference kernels have no threads, nor have functions of the user's own; trained at once they would only need more
  // memory.
  const lanes = isReference || isCustom(settings.architecture) ? 1 : Math.min(wanted, tasks.length)
  const stop = new AbortController()
  const unfollow = follow(signal, stop)
  try {
    // A fold may lack a class.
    const named = { ...settings, classNames: rows.y.names }
    const work = { settings: named, rows, fit, metrics, offThread: lanes > 1, signal: stop.signal }
    const folds = await inLanes(tasks, lanes, stop, (task) => trainFold(task, work))
    return { folds, mean: summary(folds, meanOf), deviation: summary(folds, deviationOf) }
  } finally {
    unfollow()
  }
}
