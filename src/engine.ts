// An architecture at work: one backend arena, the plan that divides it, and the tapes in it. Knows
// offsets; knows nothing of users' arrays, epochs or errors.

import { CONTROL_LEARNING_RATE, HITS_NONE, SINGLE } from '../assembly/abi.ts'
import type { Backend, MakeBackend, Offering } from './backend.ts'
import { CHUNK, copySlices, fillRows, zeroSlices } from './copies.ts'
import { runNow, SLICE_MS, type Slices } from './pace.ts'
import { type Floats, padded } from './panels.ts'
import { Parameters } from './parameters.ts'
import {
  type Architecture,
  type Capacity,
  makePlan,
  type Plan,
  PREDICTS,
  type Tensor,
  type Window,
} from './plan.ts'
import {
  evaluateTape,
  gradientsTape,
  predictResult,
  predictTape,
  type Span,
  type Stage,
  type Tape,
  tapeToWords,
  trainTape,
} from './tape.ts'
import { Crew, type Order } from './threads/crew.ts'
import type { Hands } from './threads/hands.ts'
import { Remote } from './threads/remote.ts'

/** Some rows of the order, taken in mini-batches of batchRows; the last one may be smaller. */
export interface Slice {
  readonly firstRow: number
  readonly endRow: number
  readonly batchRows: number
}

/** Over some rows. */
export interface Sums {
  readonly loss: number
  readonly hits: number
}

// An arena this much larger than its plan, in elements, is offered to others when a fit is done with it.
const WORTH_OFFERING = 1 << 18
// What a row costs besides its products, in operations: a row drawn from all over a large data set comes from no cache.
// Without it the first slice of 2-2-1 on 4 million rows took 350 ms.
const ROW_FLOPS = 500
// Places that are shuffled at once: a few milliseconds, where they are in no cache.
const SHUFFLED_AT_ONCE = 1 << 16

export class Engine implements Offering {
  readonly architecture: Architecture
  readonly #make: MakeBackend
  readonly #rule: number
  readonly #tiles: number
  #backend!: Backend
  #plan!: Plan
  #parameters!: Parameters
  #predict!: Tape
  #evaluate!: Tape
  #validate: Tape | undefined
  #train: Tape | undefined
  #gradients: Tape | undefined
  #evaluateHits = HITS_NONE
  #validateHits = HITS_NONE
  #trainHits = HITS_NONE
  #hands: Hands | undefined

  constructor(architecture: Architecture, make: MakeBackend, rule: number, tiles: number = SINGLE) {
    this.architecture = architecture
    this.#make = make
    this.#rule = rule
    this.#tiles = tiles
    this.resize(PREDICTS)
  }

  get plan(): Plan {
    return this.#plan
  }

  /** Those in the arena. Do not keep it: `reserve` and `resize` move to another. */
  get parameters(): Parameters {
    return this.#parameters
  }

  /** The arena. Do not keep it: `reserve` and `resize` put another in its place. */
  get floats(): Floats {
    return this.#backend.floats
  }

  /** Brings the arena to this capacity; the parameters and the learning rate stay, the data do not. */
  resize(capacity: Capacity): void {
    runNow(this.resizeSlices(capacity))
  }

  /**
   * The same in slices: where the arena can grow, the parameters stay where they are. shared: whether other threads are to
   * work in it, where the engine can do that. Throws BackendError, and has then changed nothing.
   */
  *resizeSlices(capacity: Capacity, shared = false): Slices<void> {
    const backend = this.#backend as Backend | undefined
    if (backend && (backend.shared || !shared)) {
      const plan = makePlan(this.architecture, capacity, this.#tiles, backend.begin)
      if (backend.grow(plan.elements)) {
        this.#adopt(backend, plan)
        yield* zeroSlices(this.floats, plan.zeroed)
        return
      }
    }
    yield* this.#move(capacity, shared)
    backend?.release()
  }

  /** Moves to a smaller arena, of what it takes to predict, and gives back the one it has. */
  moveOut(): void {
    const backend = this.#backend
    runNow(this.#move(PREDICTS, false))
    backend.release()
  }

  /** Moves to another arena. The old one is in use until everything is there. */
  *#move(capacity: Capacity, shared: boolean): Slices<void> {
    const size = makePlan(this.architecture, capacity, this.#tiles)
    const backend = this.#make(size.elements, shared)
    const plan =
      backend.begin === size.begin ? size : makePlan(this.architecture, capacity, this.#tiles, backend.begin)
    const { floats } = backend
    yield* zeroSlices(floats, plan.control)
    yield* zeroSlices(floats, plan.zeroed)
    if (this.#plan) {
      for (const tensor of ['control', 'parameters'] as const) {
        yield* copySlices(this.floats, this.#plan[tensor].offset, floats, plan[tensor])
      }
      for (const [l, { weightsT }] of plan.layers.entries()) {
        if (weightsT) yield* copySlices(this.floats, this.#plan.layers[l].weightsT!.offset, floats, weightsT)
      }
    } else {
      yield* zeroSlices(floats, plan.parameters)
      for (const { weightsT } of plan.layers) if (weightsT) yield* zeroSlices(floats, weightsT)
    }
    this.#adopt(backend, plan)
  }

  #adopt(backend: Backend, plan: Plan): void {
    const { capacity } = plan
    this.#plan = plan
    this.#backend = backend
    this.#parameters = new Parameters(plan, backend)
    // The threads of an earlier plan may have left anything in the words that they agree by.
    backend.writeInts(plan.sync.offset, new Int32Array(plan.sync.length))
    this.#predict = this.#write(predictTape(plan))
    this.#evaluate = this.#write(evaluateTape(plan, 'evaluate', this.#evaluateHits))
    this.#validate = capacity.validates
      ? this.#write(evaluateTape(plan, 'validate', this.#validateHits))
      : undefined
    this.#train = capacity.batchRows ? this.#write(trainTape(plan, this.#rule, this.#trainHits)) : undefined
    this.#gradients = capacity.gradients ? this.#write(gradientsTape(plan)) : undefined
  }

  /** After a fit: brings the plan back to `capacity`, the data gone, and lets others have a memory that is far larger. */
  settle(capacity: Capacity): void {
    this.resize(capacity)
    this.offer()
  }

  /** Lets others have the memory where it is far larger than the plan. */
  offer(): void {
    if (this.#backend.end - this.#plan.elements > WORTH_OFFERING) this.#backend.offer(this)
  }

  /** Before work in slices that writes: nobody else gets the memory in between, until it is offered again. */
  hold(): void {
    this.#backend.grow(this.#plan.elements)
  }

  /**
   * Leaves the arena to a thread that may still write to it, for another one with the parameters of the copy. Throws
   * BackendError.
   */
  *abandonSlices(copy: Floats): Slices<void> {
    yield* this.#move(PREDICTS, false)
    yield* this.#parameters.setSlices(copy)
  }

  /** Gives the memory back. The engine cannot be used any more. */
  release(): void {
    this.#backend.release()
  }

  /** Moves to a larger arena if this one has no room for so much. */
  reserve({ batchRows, dataRows, gradients }: Pick<Capacity, 'batchRows' | 'dataRows' | 'gradients'>): void {
    const has = this.#plan.capacity
    if (has.batchRows >= batchRows && has.dataRows >= dataRows && (has.gradients || !gradients)) return
    this.resize({
      ...PREDICTS,
      batchRows: Math.max(has.batchRows, batchRows),
      dataRows: Math.max(has.dataRows, dataRows),
      gradients: has.gradients || gradients,
    })
  }

  // Threads.

  /** True where other threads can work in an arena that is made for them. */
  get canShare(): boolean {
    return this.#backend.canShare
  }

  /** Workers that get the next slice: 0 where the caller's own thread does it. */
  get teamSize(): number {
    return this.#hands?.size ?? 0
  }

  /** True where the next slice should be short: it is to show how fast it is. */
  get isSample(): boolean {
    return this.#hands?.isSample ?? false
  }

  /** Threads that did most of the training. */
  get threads(): number {
    return this.#hands?.threads ?? 1
  }

  /** Hands the training steps and `validateWindow` to as many worker threads as gain by it. */
  async hireTeam(order: Omit<Order, 'most'>): Promise<void> {
    const { capacity, sync } = this.#plan
    this.#hands = await Crew.hire({ ...order, most: capacity.threads }, this.#backend.shared!, sync.offset)
  }

  /** True where a worker can do the work in a memory of its own. */
  get canMoveAway(): boolean {
    return this.#backend.module !== undefined
  }

  /** Hands the same to one worker that has a memory of its own. */
  async hireRemote(): Promise<void> {
    const { begin, elements, parameters } = this.#plan
    this.#hands = await Remote.hire({
      module: this.#backend.module!,
      floats: this.floats,
      whole: { offset: begin, length: elements - begin },
      head: { offset: begin, length: parameters.offset - begin },
    })
  }

  /** Brings the parameters here where they are trained in another memory. */
  *fetchParameters(): Slices<void> {
    if (!this.#hands?.isRemote) return
    yield this.#hands.fetch(this.#plan.parameters)
    yield* this.#parameters.transposeSlices()
  }

  /** The last slice took so long: `teamSize` may be another for the next. */
  timed(rows: number, milliseconds: number): void {
    this.#hands?.timed(rows, milliseconds)
  }

  get hasLostWorker(): boolean {
    return this.#hands?.failed ?? false
  }

  /** Dismisses the team; returns true where a worker was lost during a step, and may still write to the arena. */
  dismissTeam(): boolean {
    const hands = this.#hands
    this.#hands = undefined
    hands?.dismiss()
    // What is half done in another memory is of no matter here.
    return (hands?.failed && !hands.isRemote) ?? false
  }

  #write(tape: Tape): Tape {
    this.#backend.writeInts(tape.from, tapeToWords(tape))
    return tape
  }

  set learningRate(value: number) {
    this.floats[this.#plan.control.offset + CONTROL_LEARNING_RATE] = value
  }

  // Windows: predict and evaluate.

  /** A number that changes where `length` elements of the arena do. */
  checksum(offset: number, length: number): number {
    return this.#backend.kernels.checksum(offset, length)
  }

  /** Nonzeros of the inputs of the first `rows` rows of the window; −1 where one is not finite. */
  nonzerosOfWindow(rows: number): number {
    const { offset, columns } = this.#plan.window.x
    return this.#backend.kernels.countNonzeros(offset, rows * columns)
  }

  /** The outputs of the first `rows` rows of the window, written row-major to `out` at `at`. */
  predictWindow(rows: number, out: Floats, at: number): void {
    this.#backend.run(this.#predict.from, this.#predict.to, 0, rows, rows, 0, 1, 0)
    const { offset } = predictResult(this.#plan)
    const { floats } = this
    const { outputs } = this.architecture
    const stride = padded(outputs)
    if (stride === outputs) {
      out.set(floats.subarray(offset, offset + rows * outputs), at)
      return
    }
    for (let r = 0; r < rows; ++r) {
      const row = offset + r * stride
      for (let j = 0; j < outputs; ++j) out[at + r * outputs + j] = floats[row + j]
    }
  }

  /** Sums of the losses and of the hits of the first `rows` rows of the window, added to those before. */
  evaluateWindow(rows: number, hitMode: number, before: Sums): Sums {
    if (hitMode !== this.#evaluateHits) {
      this.#evaluateHits = hitMode
      this.#evaluate = this.#write(evaluateTape(this.#plan, 'evaluate', hitMode))
    }
    this.#backend.run(this.#evaluate.from, this.#evaluate.to, 0, rows, rows, 0, 1, 0)
    return this.#sumWindow(this.#plan.window, rows, before)
  }

  /** The same in the team's window, by the team. */
  async validateWindow(rows: number, hitMode: number, before: Sums): Promise<Sums> {
    if (hitMode !== this.#validateHits) {
      this.#validateHits = hitMode
      this.#validate = this.#write(evaluateTape(this.#plan, 'validate', hitMode))
    }
    const { x, y, losses, hits } = this.#plan.validation!
    const copies = { writes: [x, y], reads: [losses, hits] }
    await this.#hands!.run([this.#validate!.from, this.#validate!.to, 0, rows, rows], copies)
    return this.#sumWindow(this.#plan.validation!, rows, before)
  }

  #sumWindow({ losses, hits }: Window, rows: number, before: Sums): Sums {
    return { loss: this.sum(losses, 0, rows, before.loss), hits: this.sum(hits, 0, rows, before.hits) }
  }

  /** Copies rows [from, to) of a row-major array to a tensor, from its row `at` on. */
  fill(tensor: Tensor, values: ArrayLike<number>, from: number, to: number, at = 0): void {
    fillRows(this.floats, tensor, values, from, to, at)
  }

  /** sum + Σ tensor[from … to), in order, in float64: the same bits in whatever parts a sum is taken. */
  sum(tensor: Tensor, from: number, to: number, sum = 0): number {
    const { floats } = this
    for (let i = tensor.offset + from; i < tensor.offset + to; ++i) sum += floats[i]
    return sum
  }

  /** The element of tensor[from … to) that is not finite first, counted from the tensor's beginning. */
  firstNotFinite(tensor: Tensor, from: number, to: number): number {
    const { floats } = this
    let i = from
    while (i < to && Number.isFinite(floats[tensor.offset + i])) i += 1
    return i
  }

  /** Rows whose forward pass takes about one slice, on a machine slower than most; what was measured comes later. */
  get rowsPerSlice(): number {
    const flops = this.architecture.layers.reduce(
      (sum, { inputs, units }) => sum + 2 * inputs * units,
      ROW_FLOPS,
    )
    const flopsPerMs = this.#backend.name === 'reference' ? 1e6 : 1e7
    return Math.max(1, Math.floor((SLICE_MS * flopsPerMs) / flops))
  }

  /** Rows that are looked at, checked and evaluated at once: the same for every capacity. */
  get blockRows(): number {
    return Math.min(this.#plan.window.rows, this.rowsPerSlice)
  }

  // Training.

  /** How training compares a row with its target; one of the HITS_ codes. */
  set hitMode(mode: number) {
    if (mode === this.#trainHits) return
    this.#trainHits = mode
    if (this.#train) this.#train = this.#write(trainTape(this.#plan, this.#rule, mode))
  }

  /** True where the kernels can skip the zeros of the input. */
  get skipsZeros(): boolean {
    return this.#backend.listNonzeros !== undefined
  }

  /**
   * Lists the nonzeros of the first `rows` rows of the window as those of the data's rows from `firstRow` on, at the
   * offset `entries`, where the lists before them end. Returns their end.
   */
  listWindow(rows: number, firstRow: number, entries: number): number {
    const { window, sparse } = this.#plan
    const { offset, columns } = window.x
    return this.#backend.listNonzeros!(rows, offset, columns, sparse!.starts.offset + firstRow, entries)
  }

  /** Takes the rows in their own order. */
  *orderSlices(rows: number): Slices<void> {
    const { offset } = this.#plan.order
    for (let from = 0; from < rows; from += CHUNK) {
      const to = Math.min(from + CHUNK, rows)
      // With workers, this thread must stay free.
      if (this.#hands?.ready) yield this.#hands.call('countUp', [offset, from, to])
      else this.#backend.kernels.countUp(offset, from, to)
      yield
    }
  }

  /** Takes the rows in the random order number `stream` of the seed. */
  *shuffleSlices(rows: number, seed: number, stream: number): Slices<void> {
    yield* this.orderSlices(rows)
    const { offset } = this.#plan.order
    let word = 0
    for (let from = rows - 1; from > 0; from -= SHUFFLED_AT_ONCE) {
      const to = Math.max(0, from - SHUFFLED_AT_ONCE)
      const args = [offset, from, to, word, seed | 0, Math.floor(seed / 2 ** 32), stream] as const
      word = this.#hands?.ready
        ? ((yield this.#hands.call('shuffle', args)) as number)
        : this.#backend.kernels.shuffle(...args)
      yield
    }
  }

  /** Every step of the slice in one call of the backend. Done when it returns or, with a team, resolves. */
  train({ firstRow, endRow, batchRows }: Slice): Promise<void> | undefined {
    const { from, to } = this.#train!
    if (this.teamSize > 0) {
      const { losses, hits } = this.#plan
      const ofRows = ({ offset }: Tensor) => ({ offset: offset + firstRow, length: endRow - firstRow })
      const copies = { reads: [ofRows(losses), ofRows(hits)] }
      return this.#hands!.run([from, to, firstRow, endRow, batchRows], copies)
    }
    this.#backend.run(from, to, firstRow, endRow, batchRows, 0, 1, 0)
    return undefined
  }

  /** The two stages of a training step. */
  get step(): { readonly compute: Stage; readonly update: Stage } {
    const { compute, update } = this.#train!
    return { compute, update: update! }
  }

  /** Part `part` of `parts` of a span of one step, in the caller's thread. */
  trainPart({ from, to }: Span, { firstRow, endRow, batchRows }: Slice, part: number, parts: number): void {
    this.#backend.run(from, to, firstRow, endRow, batchRows, part, parts, 0)
  }

  /** ∇W and ∇b over the first `rows` rows of the order, as one batch. */
  computeGradients(rows: number): void {
    const { from, to } = this.#gradients!
    this.#backend.run(from, to, 0, rows, rows, 0, 1, 0)
  }
}
