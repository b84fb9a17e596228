// A network as a function of its parameters, for an optimizer that takes all rows in each step: the mean loss and its
// gradient come from the tape, in blocks of rows whose size depends on nothing, so that neither do the bits.

import { now } from '../base/clock.ts'
import type { Floats } from '../base/floats.ts'
import { note } from '../base/notes.ts'
import { Foreign, Owed, SLICE_MS, type Slices, toItsEnd } from '../base/pace.ts'
import type { Engine, Slice } from '../engine/engine.ts'
import { addGradient, gradientRanges, parameterRanges } from '../engine/gradient.ts'
import type { Rows } from '../intake/rows.ts'
import type { OptimizerSettings } from '../model/optimizers.ts'
import { blockRowsOf } from './block-rows.ts'
import type { Order } from './counters.ts'
import type { Trained, Training } from './epoch.ts'
import { Lbfgs, type Problem } from './lbfgs.ts'
import { openSession } from './session.ts'
import { epochSums, type Source, type SourceContext } from './source.ts'
import { inRanges } from './vectors.ts'

// Losses that differ by less are equal except for rounding: a mean of many rows is known to about an ulp of one of them.
const NOISE32 = 2 ** -22
const NOISE64 = 2 ** -51

/** Mean loss and gradient over the rows of the arena, at the parameters that stand there. */
class MeanLoss implements Problem {
  readonly #engine: Engine
  readonly #rows: number
  readonly #blockRows: number
  /** Parts of a block, each short enough for the event loop, where one thread does it. */
  #parts: number
  /** Sums over the rows, of the last evaluation. */
  loss = 0
  hits = 0
  /** Of the weights. */
  penalty = 0

  constructor(engine: Engine, rows: number) {
    this.#engine = engine
    this.#rows = rows
    this.#blockRows = Math.min(blockRowsOf(engine.architecture), rows)
    this.#parts = Math.ceil((3 * this.#blockRows) / engine.rowsPerSlice)
  }

  get x(): Floats {
    const { offset, length } = this.#engine.plan.parameters
    return this.#engine.floats.subarray(offset, offset + length)
  }

  get pairs(): Floats {
    const { parameters, state } = this.#engine.plan
    return this.#engine.floats.subarray(parameters.offset + parameters.length, state.offset + state.length)
  }

  *evaluate(gradient: Float64Array): Slices<number> {
    const engine = this.#engine
    const { losses, hits } = engine.plan
    yield* engine.parameters.transposeSlices()
    yield* inRanges(gradient.length, (from, to) => gradient.fill(0, from, to))
    this.loss = 0
    this.hits = 0
    for (let from = 0; from < this.#rows; from += this.#blockRows) {
      const to = Math.min(from + this.#blockRows, this.#rows)
      yield* this.#compute({ firstRow: from, endRow: to, batchRows: to - from }, from === 0)
      this.loss = engine.sum(losses, from, to, this.loss)
      this.hits = engine.sum(hits, from, to, this.hits)
      // The loss cannot recover: stop here.
      if (!Number.isFinite(this.loss)) break
      yield* addGradient(engine.floats, engine.plan, (to - from) / this.#rows, gradient)
    }
    // The gradient has that of the penalties already.
    this.penalty = engine.penalty()
    return this.loss / this.#rows + this.penalty
  }

  /** One block. isFirst: the parameters have changed since the one before. */
  *#compute(block: Slice, isFirst: boolean): Slices<void> {
    const engine = this.#engine
    const { compute, update } = engine.gradientStages
    const parts = engine.teamSize <= 1 ? this.#parts : 1
    const spans = parts > 1 ? [...compute.phases, ...update.phases] : [{ from: compute.from, to: update.to }]
    let milliseconds = 0
    let brings = isFirst
    for (const span of spans) {
      for (let part = 0; part < parts; ++part) {
        const isLast = span === spans.at(-1) && part === parts - 1
        const copies = {
          writes: brings ? parameterRanges(engine.plan) : [],
          reads: isLast ? gradientRanges(engine.plan) : [],
        }
        brings = false
        const from = now()
        const atWork = engine.train(block, span, part, parts, copies)
        if (atWork) yield new Owed(atWork)
        milliseconds += now() - from
        yield
      }
    }
    if (engine.teamSize <= 1) {
      this.#parts = Math.max(1, Math.ceil(milliseconds / SLICE_MS))
    }
    engine.timed(block.endRow - block.firstRow, milliseconds)
  }
}

type Settings = Extract<OptimizerSettings, { name: 'lbfgs' }>

/** Training whose epochs are steps on all rows. */
class FullBatch {
  readonly #engine: Engine
  readonly #order: Order
  readonly #training: Training
  readonly #mean: MeanLoss
  #lbfgs: Lbfgs | undefined

  constructor(engine: Engine, order: Order, training: Training) {
    this.#engine = engine
    this.#order = order
    this.#training = training
    this.#mean = new MeanLoss(engine, order.rows)
  }

  *#begin(): Slices<Lbfgs> {
    const { stepper, counters, diverge } = this.#training
    const { memory, tolerance, functionTolerance, maxLineSearch } = stepper.settings as Settings
    const noise = this.#engine.floats instanceof Float64Array ? NOISE64 : NOISE32
    const settings = { memory, tolerance, functionTolerance, maxLineSearch, noise }
    const lbfgs = new Lbfgs(this.#mean, settings, counters.pairs)
    yield* lbfgs.begin()
    if (!Number.isFinite(lbfgs.value)) diverge(1, 'loss')
    return lbfgs
  }

  /**
   * One step, or none where the training has converged before or no step lowers the loss: the rows that were trained on are
   * then 0. Epoch: of this fit, counted from 1. The loss is that after the step.
   */
  *iterate(epoch: number): Slices<Trained> {
    const { counters, stepper, rates, transaction, onBatch, progress, saver } = this.#training
    const order = this.#order
    const { rows } = order
    // A checkpoint from the end of the step, before anybody saw it.
    if (counters.position) return { position: counters.position, isEnded: false }
    this.#lbfgs ??= yield* this.#begin()
    const lbfgs = this.#lbfgs
    const none = { order, row: 0, loss: 0, penalty: 0, hits: 0, steps: 0 }
    if (lbfgs.hasConverged) return { position: none, isEnded: true }
    const first = rates.at(counters.steps)
    if (first === 0) {
      note(
        `nabla: L-BFGS ended before epoch ${epoch}: its learning rate, the length of the step that a search tries first, has ` +
          'fallen to 0; a schedule for it must end above 0',
        'no length of a step of L-BFGS',
      )
      return { position: none, isEnded: true }
    }
    transaction.isWhole = false
    const rate = yield* lbfgs.step(first)
    if (rate === undefined) {
      note(
        `nabla: L-BFGS ended before epoch ${epoch}: it found no step that lowers the loss any further, as far as ` +
          'float32 tells one from the other',
        'no step of L-BFGS',
      )
      yield* toItsEnd(transaction.rollBack())
      return { position: none, isEnded: true }
    }
    stepper.taken(1)
    counters.pairs = lbfgs.pairs
    const { loss, hits } = this.#mean
    const penalty = this.#mean.penalty * rows
    const position = { order, row: rows, loss, penalty, hits, steps: 1, rate }
    counters.position = position
    transaction.isWhole = true
    progress?.rowsDone(epoch, rows)
    yield
    if (saver?.isDue(1)) yield* saver.save(this.#engine)
    const log = { batch: 1, batches: 1, epoch, loss: loss / order.weight + this.#mean.penalty }
    const goesOn = onBatch ? yield new Foreign(onBatch(log)) : true
    return { position, isEnded: lbfgs.hasConverged || goesOn === false }
  }
}

/** Rows that are checked, brought to the arena once, and all of them taken in each step. */
export function allRowsSource(rows: Rows, order: Order, context: SourceContext): Source {
  const { engine, settings, threads, steps, validates } = context
  const { rows: count } = order
  let fullBatch: FullBatch | undefined
  return {
    seen: rows,
    *open() {
      yield* openSession(engine, { ...rows, validates }, settings, threads, steps)
      engine.hitMode = rows.y.hitMode
      yield* engine.orderSlices(count)
    },
    *pass(training, epoch) {
      fullBatch ??= new FullBatch(engine, order, training)
      const trained = yield* fullBatch.iterate(epoch)
      return { ...epochSums(rows, trained), batches: trained.position.steps }
    },
    *close() {},
  }
}
