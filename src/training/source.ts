// Where the rows of an epoch come from: arrays that are in the arena for the whole fit, or a stream that brings some rows at a
// time.

import * as Hits from '../../assembly/abi/hits.ts'
import { DROPOUT_OF_EPOCH, DROPOUT_OF_STEP } from '../../assembly/abi/purposes.ts'
import { isObject, refuse } from '../base/check.ts'
import { ShapeError } from '../base/errors.ts'
import { Foreign, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { refuseSingleRow } from '../intake/batches.ts'
import type { Naming } from '../intake/naming.ts'
import { type Rows, readRows } from '../intake/rows.ts'
import { checkData, type FitSettings } from '../model/call-settings.ts'
import type { Data, DataStream } from '../model/options.ts'
import type { Counters, Order } from './counters.ts'
import { type Trained, type Training, trainEpoch } from './epoch.ts'
import { orderOf } from './order.ts'
import { openSession } from './session.ts'
import { isStream } from './stream.ts'

/** What an epoch came to, or the part of it up to where the user ended it. */
export interface EpochSums {
  readonly rows: number
  /** Sums over the rows: of their losses, each times the row's weight, and of the weights. */
  readonly loss: number
  readonly weight: number
  /** The penalty that each row's batch met, summed over the rows. */
  readonly penalty: number
  readonly hits: number | undefined
  readonly batches: number
  readonly isEnded: boolean
  readonly isComplete: boolean
  /** η of its last step, where a search has found it. */
  readonly rate?: number | undefined
}

/** What comes of training on rows. */
export const epochSums = (rows: Rows, { position, isEnded }: Trained): EpochSums => ({
  rows: position.row,
  loss: position.loss,
  weight: rows.weights?.total ?? position.row,
  penalty: position.penalty,
  hits: rows.y.hitMode === Hits.NONE ? undefined : position.hits,
  batches: Math.ceil(position.row / position.order.batchRows),
  isEnded,
  isComplete: position.row === position.order.rows,
  rate: position.rate,
})

export interface Source {
  /** What was read last: for what is said of a divergence. */
  readonly seen: Rows
  /** Makes ready what all epochs need. */
  open(): Slices<void>
  /** Trains on all rows once. */
  pass(training: Training, epoch: number): Slices<EpochSums>
  /** The fit has ended, in whatever way. May throw what the user's stream throws, and be aborted while that closes. */
  close(): Slices<void>
}

/** What a source needs to hire threads and to find its order. */
export interface SourceContext {
  readonly engine: Engine
  readonly settings: FitSettings
  readonly counters: Counters
  /** What names among the targets of a part of a stream mean. */
  readonly naming: () => Naming
  readonly seed: number
  readonly threads: number | 'auto'
  /** Rows of the table of steps. */
  readonly steps: number
  readonly validates: boolean
}

/** Lets the batches of an order take one step together. */
function group(engine: Engine, { rows, batchRows, accumulate }: Order): void {
  engine.group =
    accumulate > 1 ? { batches: accumulate, rows: accumulate * batchRows, epochRows: rows } : undefined
}

/** Rows that are checked, and brought to the arena once. */
export function arraySource(rows: Rows, order: Order, context: SourceContext): Source {
  const { engine, settings, counters, seed, threads, steps, validates } = context
  const { rows: count, shuffle } = order
  return {
    seen: rows,
    *open() {
      yield* openSession(engine, { ...rows, validates }, settings, threads, steps)
      engine.hitMode = rows.y.hitMode
      group(engine, order)
      if (!shuffle) yield* engine.orderSlices(count)
    },
    *pass(training, epoch) {
      if (shuffle) yield* engine.shuffleSlices(count, seed, counters.epochs)
      engine.setMasks(seed, DROPOUT_OF_EPOCH, counters.epochs)
      return epochSums(rows, yield* trainEpoch(engine, order, training, epoch))
    },
    *close() {},
  }
}

/** As `for await` does, for which a method that is undefined is none. */
const begin = (stream: DataStream): Iterator<Data> | AsyncIterator<Data> => {
  const batches: unknown = typeof stream === 'function' ? stream() : stream
  if (isStream(batches) && typeof batches !== 'function') {
    const { [Symbol.asyncIterator]: inTime, [Symbol.iterator]: atOnce } = batches as Partial<
      AsyncIterable<Data> & Iterable<Data>
    >
    const method: unknown = inTime ?? atOnce
    const iterator = typeof method === 'function' ? method.call(batches) : undefined
    if (typeof iterator?.next === 'function') return iterator
  }
  return refuse('fit data', 'a stream of { x, y }, or a function that returns one', batches)
}

const NOTHING: Rows = {
  x: { values: [], rows: 0, columns: 1, name: 'x', nonzeros: 0, checksums: undefined },
  y: { values: [], rows: 0, columns: 1, hitMode: Hits.NONE },
  weights: undefined,
}

/**
 * Rows that come in parts, each trained on before the next is asked for, so that one part is in memory at a time. batchSize:
 * rows of a mini-batch within a part; undefined where a part is one.
 */
export function streamSource(
  stream: DataStream,
  batchSize: number | undefined,
  context: SourceContext,
): Source {
  const { engine, settings, counters, naming, seed, threads, steps } = context
  let seen = NOTHING
  let iterator: Iterator<Data> | AsyncIterator<Data> | undefined

  function* trainOn(data: Data, training: Training, epoch: number, firstBatch: number): Slices<EpochSums> {
    const rows = yield* readRows(engine, data, { naming: naming(), mayBeZero: true })
    counters.classNames ??= rows.y.names
    seen = rows
    const count = rows.x.rows
    const batchRows = Math.min(batchSize ?? count, count)
    refuseSingleRow(engine.architecture, batchRows, 'fit', 'rows in a batch')
    const part = { ...settings, epochs: 1, batchSize: batchRows }
    yield* openSession(engine, { ...rows, validates: false }, part, threads, steps)
    try {
      engine.hitMode = rows.y.hitMode
      if (settings.shuffle && batchRows < count) yield* engine.shuffleSlices(count, seed, counters.steps)
      else yield* engine.orderSlices(count)
      counters.position = undefined
      // Each part begins with row 0 again: its masks are those of its first step.
      engine.setMasks(seed, DROPOUT_OF_STEP, counters.steps)
      const order = orderOf(rows, part, seed)
      group(engine, order)
      const done = yield* trainEpoch(engine, order, training, epoch, firstBatch)
      yield* engine.fetchParameters()
      return epochSums(rows, done)
    } finally {
      // Nobody can go on within a part of a stream.
      counters.position = undefined
    }
  }

  return {
    get seen() {
      return seen
    },
    *open() {},
    *pass(training, epoch) {
      let sum: EpochSums = {
        rows: 0,
        loss: 0,
        weight: 0,
        penalty: 0,
        hits: 0,
        batches: 0,
        isEnded: false,
        isComplete: true,
      }
      iterator = begin(stream)
      for (;;) {
        const next = (yield new Foreign(iterator.next())) as IteratorResult<Data>
        if (!isObject(next)) return refuse('fit data', 'a stream whose next() gives { done, value }', next)
        const { done, value } = next
        if (done) break
        const { batches } = sum
        const part = yield* trainOn(checkData(value, 'a part of the stream'), training, epoch, batches)
        engine.dismissTeam()
        sum = {
          rows: sum.rows + part.rows,
          loss: sum.loss + part.loss,
          weight: sum.weight + part.weight,
          penalty: sum.penalty + part.penalty,
          hits: sum.hits === undefined || part.hits === undefined ? undefined : sum.hits + part.hits,
          batches: batches + part.batches,
          isEnded: part.isEnded,
          isComplete: part.isComplete,
        }
        if (part.isEnded) return { ...sum, isComplete: false }
      }
      iterator = undefined
      if (sum.weight > 0) return sum
      if (sum.rows > 0) {
        const zeros = `got only zeros in epoch ${epoch}`
        throw new ShapeError(`fit data: expected at least one weight above 0 in a stream, ${zeros}`)
      }
      const again = epoch > 1 ? ': give a function that begins a stream for each epoch' : ''
      throw new ShapeError(`fit data: expected a stream with rows, got none in epoch ${epoch}${again}`)
    },
    *close() {
      const open = iterator
      iterator = undefined
      // What it holds open, a file perhaps. It is waited for, as `for await` does, unless the fit is aborted: a generator that
      // waits for something itself would come to its end only after that.
      if (open?.return) yield new Foreign(open.return())
    },
  }
}
