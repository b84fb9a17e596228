// The training loop: epochs over shuffled mini-batches, in slices short enough for the event loop.

import { HITS_NONE } from '../assembly/abi.ts'
import { divergedError } from './diverged.ts'
import type { Engine, Slice } from './engine.ts'
import { type Evaluation, evaluateRows } from './evaluate.ts'
import type { Inputs } from './inputs.ts'
import { inChunks, type Matrix, type Targets } from './matrix.ts'
import { note } from './notes.ts'
import type { EpochLog, FitSettings } from './options.ts'
import { MIDWAY, SLICE_MS, type Slices } from './pace.ts'
import { listNonzeros, nonzerosToList } from './sparse.ts'
import { threadsFor } from './threads/choose.ts'

/** What `fit` resolves to: one entry an epoch in each list. */
export interface History {
  /** Epochs done. */
  readonly epochs: number
  readonly loss: number[]
  readonly accuracy?: number[]
  readonly validationLoss?: number[]
  readonly validationAccuracy?: number[]
  /** Threads that did the work. */
  readonly threads: number
  /** Seconds that the call took, validation included. */
  readonly seconds: number
  /** Rows trained in a second, validation and callbacks left out. */
  readonly samplesPerSecond: number
}

export interface FitData {
  readonly x: Inputs
  readonly y: Targets
  readonly validation: { readonly x: Matrix; readonly y: Targets } | undefined
}

export interface FitState {
  readonly seed: number
  readonly learningRate: number
  readonly threads: number | 'auto'
  /** Epochs the network was trained for before: the shuffles go on where they stopped. */
  epochsBefore: number
}

/** How many steps make a slice, from how long the last ones took. */
class Stride {
  #steps: number
  /** True where the steps hold the caller's thread. */
  readonly #blocks: boolean
  /** Parts that a step is divided into where one step would hold the caller's thread for longer than a slice. */
  parts = 1

  constructor(engine: Engine, batchRows: number) {
    const steps = engine.rowsPerSlice / batchRows / 3
    this.#steps = Math.max(1, Math.floor(steps))
    this.#blocks = engine.teamSize === 0
    if (this.#blocks && steps < 1) this.parts = Math.ceil(1 / steps)
  }

  get steps(): number {
    return this.parts > 1 ? 1 : this.#steps
  }

  learn(steps: number, milliseconds: number): void {
    const perStep = Math.max(milliseconds, 0.01) / steps
    this.parts = this.#blocks && perStep > 2 * SLICE_MS ? Math.ceil(perStep / SLICE_MS) : 1
    // The first slices run in the engine's baseline code: grow with each one that was short.
    this.#steps = Math.max(1, Math.min(Math.floor(SLICE_MS / perStep), 4 * steps))
  }
}

/** One pass over the rows. Yields between slices; throws DivergedError through `diverge` with the batch's number. */
function* trainEpoch(
  engine: Engine,
  rows: number,
  batchRows: number,
  stride: Stride,
  diverge: (batch: number, losses: number[]) => never,
): Slices<{ loss: number; hits: number }> {
  const { plan } = engine
  const sliceLosses: number[] = []
  let loss = 0
  let firstRow = 0
  while (firstRow < rows) {
    const { steps, parts } = stride
    const slice: Slice = { firstRow, endRow: Math.min(rows, firstRow + steps * batchRows), batchRows }
    let milliseconds = 0
    if (parts === 1) {
      const from = performance.now()
      const atWork = engine.train(slice)
      if (atWork) yield atWork
      milliseconds = performance.now() - from
    } else {
      for (let phase = 0; phase < engine.phases; ++phase) {
        for (let part = 0; part < parts; ++part) {
          const from = performance.now()
          engine.trainPart(phase, slice, part, parts)
          milliseconds += performance.now() - from
          // An end here would leave half a step: some tiles of the weights with it, some without.
          yield MIDWAY
        }
      }
    }
    const sum = engine.sum(plan.losses, firstRow, slice.endRow)
    if (!Number.isFinite(sum)) {
      diverge(
        Math.floor(engine.firstNotFinite(plan.losses, firstRow, slice.endRow) / batchRows) + 1,
        sliceLosses,
      )
    }
    sliceLosses.push(sum / (slice.endRow - firstRow))
    loss += sum
    stride.learn(Math.ceil((slice.endRow - firstRow) / batchRows), milliseconds)
    firstRow = slice.endRow
    yield
  }
  return { loss, hits: engine.sum(plan.hits, 0, rows) }
}

const noteNoThreads = (reason: string) =>
  note(
    `nabla: threads are not to be had (${reason}); training goes on in the caller's thread, to the same bits`,
  )

/** Worker threads to train with; 0 for the caller's own thread. nonzeros: of x, where they are listed. */
function* threadsToHire(
  engine: Engine,
  { rows, columns }: Inputs,
  nonzeros: number,
  batchRows: number,
  { epochs, offThread, threads: here }: FitSettings,
  { threads: always }: FitState,
): Slices<number> {
  const asked = here ?? always
  if (engine.sharesMemory) {
    const density = nonzeros ? nonzeros / (rows * columns) : 1
    const { architecture } = engine
    const threads = (yield threadsFor(asked, architecture, batchRows, rows, epochs, density)) as number
    return threads > 1 || offThread ? threads : 0
  }
  if (offThread || (asked !== 'auto' && asked > 1)) {
    const reason =
      typeof SharedArrayBuffer === 'undefined'
        ? 'there is no SharedArrayBuffer: a page has it where it is served as cross-origin isolated'
        : 'the reference kernels have none'
    noteNoThreads(reason)
  }
  return 0
}

/** Hires the engine's team, or says why there is none. */
function* hireTeam(engine: Engine): Slices<void> {
  try {
    yield engine.hireTeam()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    noteNoThreads(reason)
  }
}

/** Trains the engine's network on data that are checked already. */
export function* fitSlices(
  engine: Engine,
  { x, y, validation }: FitData,
  settings: FitSettings,
  state: FitState,
): Slices<History> {
  const began = performance.now()
  const { rows } = x
  const batchRows = Math.min(settings.batchSize, rows)
  const { capacity } = engine.plan
  const nonzeros = engine.skipsZeros ? nonzerosToList(x, engine.architecture.layers[0].units) : 0
  const wanted = yield* threadsToHire(engine, x, nonzeros, batchRows, settings, state)
  yield* engine.resizeSlices({
    ...capacity,
    batchRows: Math.max(capacity.batchRows, batchRows),
    dataRows: rows,
    nonzeros,
    threads: Math.max(1, wanted),
    validates: wanted > 0 && validation !== undefined,
  })
  const good = yield* engine.parameters.snapshotSlices(undefined)
  let moved = false
  try {
    if (wanted > 0) yield* hireTeam(engine)
    yield* inChunks(rows, x.columns + y.columns, (from, to) => {
      if (!nonzeros) engine.fill(engine.plan.x, x.values, from, to, from)
      engine.fill(engine.plan.y, y.values, from, to, from)
    })
    if (nonzeros) yield* listNonzeros(engine, x)
    engine.learningRate = state.learningRate
    engine.hitMode = y.hitMode
    if (!settings.shuffle) engine.orderRows(rows)
    const stride = new Stride(engine, batchRows)
    const countsHits = y.hitMode !== HITS_NONE
    const loss: number[] = []
    const accuracy: number[] = []
    const validations: Evaluation[] = []
    let training = 0
    for (let epoch = 1; epoch <= settings.epochs; ++epoch) {
      const from = performance.now()
      const diverge = (batch: number, losses: number[]): never => {
        engine.parameters.restore(good)
        const kept =
          epoch > 1
            ? `the parameters it had after epoch ${epoch - 1}`
            : 'the parameters it had before this call'
        const { learningRate } = state
        throw divergedError({
          epoch,
          batch,
          learningRate,
          losses: [...loss, ...losses],
          inputs: x.values,
          kept,
        })
      }
      if (settings.shuffle) yield engine.shuffleRows(rows, state.seed, state.epochsBefore)
      const sums = yield* trainEpoch(engine, rows, batchRows, stride, diverge)
      if (!(yield* engine.parameters.finiteSlices())) diverge(Math.ceil(rows / batchRows), [sums.loss / rows])
      yield* engine.parameters.snapshotSlices(good)
      state.epochsBefore += 1
      training += performance.now() - from
      loss.push(sums.loss / rows)
      if (countsHits) accuracy.push(sums.hits / rows)
      if (validation)
        validations.push(yield* evaluateRows(engine, validation.x, validation.y, engine.teamSize > 0))
      const log: EpochLog = {
        epoch,
        epochs: settings.epochs,
        loss: loss.at(-1)!,
        ...(countsHits && { accuracy: accuracy.at(-1)! }),
        ...(validation && { validationLoss: validations.at(-1)!.loss }),
        ...(validations.at(-1)?.accuracy !== undefined && {
          validationAccuracy: validations.at(-1)!.accuracy!,
        }),
        seconds: (performance.now() - began) / 1000,
      }
      if ((yield settings.onEpoch?.(log)) === false) break
    }
    const history: History = {
      epochs: loss.length,
      loss,
      ...(countsHits && { accuracy }),
      ...(validation && { validationLoss: validations.map((v) => v.loss) }),
      ...(validations[0]?.accuracy !== undefined && {
        validationAccuracy: validations.map((v) => v.accuracy!),
      }),
      threads: Math.max(1, engine.teamSize),
      seconds: (performance.now() - began) / 1000,
      samplesPerSecond: (rows * loss.length * 1000) / training,
    }
    engine.dismissTeam()
    // The data were copied for this call only.
    yield* engine.resizeSlices(capacity)
    moved = true
    return history
  } finally {
    if (!moved) {
      const torn = engine.dismissTeam()
      engine.resize(capacity)
      // After the move: a thread that dies slowly still writes to the arena it knows.
      if (torn) engine.parameters.restore(good)
    }
  }
}
