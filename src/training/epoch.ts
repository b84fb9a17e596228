// One pass over the training data, in slices short enough for the event loop.

import { now } from '../base/clock.ts'
import { Foreign, MIDWAY, Owed, SLICE_MS, type Slices } from '../base/pace.ts'
import type { Engine, Slice } from '../engine/engine.ts'
import type { BatchLog } from '../model/options.ts'
import type { Counters, Order, Position } from './counters.ts'
import type { Progress } from './progress.ts'
import type { Rates } from './rates.ts'
import type { Saver } from './saver.ts'
import type { Stepper } from './stepper.ts'
import type { Transaction } from './transaction.ts'

/** The first slice of a new thread count is this much shorter than usual: some 2 ms of one thread's work. */
const SAMPLES = 8
/** The same for later samples of it. */
const LATER_SAMPLES = 4

/** How many steps make a slice, from how long the last ones took. */
class SliceLength {
  #steps: number
  #learned = false
  /** True where one thread does the steps, the caller's or a worker. */
  readonly #isSingle: boolean
  /** Parts that a step is divided into where it would hold one thread, or an abort, for longer than a slice. */
  parts = 1

  /** own: that of the caller's thread or of the first worker, where these are more. */
  constructor(engine: Engine, stepRows: number, own: SliceLength | undefined) {
    const steps = engine.rowsPerSlice / stepRows / 3
    // Their speed is unknown: a short slice measures it.
    this.#steps = Math.max(1, Math.floor(own ? own.#steps / SAMPLES : steps))
    this.#isSingle = engine.teamSize <= 1
    if (this.#isSingle && steps < 1) this.parts = Math.ceil(1 / steps)
  }

  /** sample: true where the slice is to show how fast it is. */
  stepsFor(sample: boolean): number {
    if (this.parts > 1) return 1
    return sample && this.#learned ? Math.ceil(this.#steps / LATER_SAMPLES) : this.#steps
  }

  learn(steps: number, milliseconds: number): void {
    this.#learned = true
    const perStep = Math.max(milliseconds, 0.01) / steps
    this.parts = this.#isSingle && perStep > 2 * SLICE_MS ? Math.ceil(perStep / SLICE_MS) : 1
    // The first slices run in the engine's baseline code: grow with each one that was short.
    this.#steps = Math.max(1, Math.min(Math.floor(SLICE_MS / perStep), 4 * steps))
  }
}

/** One for each number of threads. */
export class SliceLengths {
  readonly #lengths = new Map<number, SliceLength>()

  next(engine: Engine, stepRows: number): SliceLength {
    const { teamSize } = engine
    let length = this.#lengths.get(teamSize)
    if (!length) {
      length = new SliceLength(engine, stepRows, this.#lengths.values().next().value)
      this.#lengths.set(teamSize, length)
    }
    return length
  }
}

const keepsStatistics = ({ architecture }: Engine): boolean =>
  architecture.layers.some(({ normalization }) => normalization?.name === 'batch')

/** One batch in parts, each of them a few milliseconds; returns the milliseconds in all. */
function* batchInParts(
  engine: Engine,
  batch: Slice,
  parts: number,
  transaction: Transaction,
  takesStep: boolean,
): Slices<number> {
  let milliseconds = 0
  for (const stage of ['compute', 'update'] as const) {
    // Running statistics follow every batch.
    const updates = stage === 'update' && (takesStep || keepsStatistics(engine))
    if (updates) transaction.isWhole = false
    for (const phase of engine.step[stage].phases) {
      for (let part = 0; part < parts; ++part) {
        const from = now()
        const atWork = engine.train(batch, phase, part, parts)
        const worked = atWork && ((yield new Owed(atWork)) as number)
        milliseconds += worked ?? now() - from
        // Stopping between the updates would leave half a step.
        yield updates ? MIDWAY : undefined
      }
    }
  }
  return milliseconds
}

/** The same for the batches of one step: all but the last leave the parameters as they are. */
function* stepInParts(engine: Engine, slice: Slice, parts: number, transaction: Transaction): Slices<number> {
  const { firstRow, endRow, batchRows } = slice
  const partsEach = Math.ceil(parts / Math.ceil((endRow - firstRow) / batchRows))
  let milliseconds = 0
  for (let from = firstRow; from < endRow; from += batchRows) {
    const to = Math.min(endRow, from + batchRows)
    const batch = { firstRow: from, endRow: to, batchRows }
    milliseconds += yield* batchInParts(engine, batch, partsEach, transaction, to === endRow)
  }
  return milliseconds
}

/** The batch, counted from 1, whose loss is not finite first: that of a row, or the penalty. */
function notFiniteIn(engine: Engine, { firstRow, endRow, batchRows }: Slice): number {
  const row = engine.firstNotFinite(engine.plan.losses, firstRow, endRow)
  let from = firstRow
  while (from + batchRows <= row && Number.isFinite(engine.penaltyAt(from))) from += batchRows
  return Math.min(Math.floor(from / batchRows), Math.floor((endRow - 1) / batchRows)) + 1
}

/** What all epochs of a fit train with. */
export interface Training {
  readonly counters: Counters
  readonly stepper: Stepper
  readonly rates: Rates
  readonly transaction: Transaction
  /** Of this and the epochs before. */
  readonly sliceLengths: SliceLengths
  /** Throws; gets the batch, counted from 1. */
  readonly diverge: (batch: number, seen: 'loss' | 'parameters') => never
  /** Told of every step; returning false ends the epoch. */
  readonly onBatch?: ((log: BatchLog) => unknown) | undefined
  readonly progress?: Progress | undefined
  readonly saver?: Saver | undefined
}

/** How far an epoch came, or a part of it; isEnded: the user ended it. */
export interface Trained {
  readonly position: Position
  readonly isEnded: boolean
}

/**
 * Trains on every row once, from where the counters say that the epoch was left, and leaves in them how far it came: all
 * rows, or less where the user ended it. The loss is without its penalty. epoch: that of this fit, counted from 1. firstBatch:
 * batches of the epoch before these rows, where they are part of a stream: how many will come is not known then. Yields
 * between slices.
 */
export function* trainEpoch(
  engine: Engine,
  order: Order,
  training: Training,
  epoch: number,
  firstBatch?: number,
): Slices<Trained> {
  const { rows, batchRows, accumulate } = order
  const { counters, stepper, rates, transaction, sliceLengths, diverge } = training
  const { onBatch, progress, saver } = training
  const { losses, hits } = engine.plan
  const stepRows = batchRows * accumulate
  const before = firstBatch ?? 0
  const batches = firstBatch === undefined ? Math.ceil(rows / batchRows) : undefined
  let position = counters.position ?? {
    order,
    row: 0,
    loss: 0,
    penalty: 0,
    hits: 0,
    steps: 0,
  }
  while (position.row < rows) {
    const firstRow = position.row
    const sliceLength = sliceLengths.next(engine, stepRows)
    const { parts } = sliceLength
    const wanted = sliceLength.stepsFor(engine.isSample)
    const most = onBatch ? 1 : Math.min(wanted, stepper.most(rates), saver?.most ?? wanted)
    const slice: Slice = { firstRow, endRow: Math.min(rows, firstRow + most * stepRows), batchRows }
    const steps = Math.ceil((slice.endRow - firstRow) / stepRows)
    stepper.prepare(engine, steps, rates)
    let milliseconds = 0
    let worked: number | undefined
    if (parts === 1) {
      transaction.isWhole = false
      const from = now()
      const atWork = engine.train(slice)
      // Whether the step is good is seen below.
      worked = atWork && ((yield new Owed(atWork)) as number)
      milliseconds = now() - from
    } else milliseconds = yield* stepInParts(engine, slice, parts, transaction)
    // Not slice by slice: how many there are is a matter of time.
    const loss = engine.sum(losses, firstRow, slice.endRow, position.loss)
    const penalty = engine.sumPenalties(slice, position.penalty)
    if (!Number.isFinite(loss + penalty)) diverge(before + notFiniteIn(engine, slice), 'loss')
    stepper.taken(steps)
    position = {
      order,
      row: slice.endRow,
      loss,
      penalty,
      hits: engine.sum(hits, firstRow, slice.endRow, position.hits),
      steps: position.steps + steps,
    }
    counters.position = position
    transaction.isWhole = true
    // Not by what was waited for: where the caller's thread is busy, the next slice would be shorter for it.
    sliceLength.learn(steps, worked ?? milliseconds)
    engine.timed(slice.endRow - firstRow, milliseconds)
    progress?.rowsDone(epoch, slice.endRow)
    yield
    if (saver?.isDue(steps)) yield* saver.save(engine)
    if (onBatch) {
      const batch = before + Math.ceil(slice.endRow / batchRows)
      const log = { batch, ...(batches && { batches }), epoch, loss: engine.meanLoss(slice) }
      if ((yield new Foreign(onBatch(log))) === false) return { position, isEnded: true }
    }
  }
  return { position, isEnded: false }
}
