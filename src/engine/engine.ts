// An arena at work: predicting, evaluating and training in it, in the caller's thread or in others. Knows offsets; knows
// nothing of users' arrays, epochs or errors.

import { SINGLE } from '../../assembly/abi/layout.ts'
import { SCALARS } from '../../assembly/abi/rules.ts'
import type { MakeBackend } from '../backends/backend.ts'
import type { Floats } from '../base/floats.ts'
import { SLICE_MS, type Slices, VALUES_AT_ONCE } from '../base/pace.ts'
import type { Architecture } from '../model/architecture.ts'
import type { UpdateRule } from '../model/optimizer-row.ts'
import { hasPenalty } from '../model/regularization.ts'
import type { Range, Staging, Tensor } from '../program/plan.ts'
import type { Span, Stage } from '../program/stages.ts'
import { predictResult } from '../program/tape.ts'
import type { Group } from '../program/updates.ts'
import { Crew, type Order } from '../threads/crew.ts'
import type { Hands } from '../threads/hands.ts'
import { Remote } from '../threads/remote.ts'
import { Arena } from './arena.ts'
import { copyRows, fillRows } from './copies.ts'
import { Tapes } from './tapes.ts'

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

// What a row costs besides its products, in operations: a row drawn from all over a large data set comes from no cache.
// Without it the first slice of 2-2-1 on 4 million rows took 350 ms.
const ROW_FLOPS = 500
// A call of a user's own function is taken to last this long until it is known, in milliseconds: some 0.00002 where it is plain
// arithmetic, but nobody says that it is.
const CALL_MS = 0.02
// The shortest time that every clock tells from none.
const LEAST_MS = 0.01
// All parts of the work.
const WHOLE = [0, 1] as const
// Places that are shuffled at once: a few milliseconds, where they are in no cache.
const SHUFFLED_AT_ONCE = 1 << 16

export class Engine extends Arena {
  #hands: Hands | undefined
  /** Rows that the user's own functions get at once in a prediction, from how long the last ones took. */
  #mouthful = 1

  /** rule: by which training updates the parameters. tiles: of the products, as makePlan takes them. */
  constructor(architecture: Architecture, make: MakeBackend, rule: UpdateRule, tiles: number = SINGLE) {
    super(architecture, make, new Tapes(rule), tiles)
  }

  // Threads.

  /** True where other threads can work in an arena that is made for them. */
  get canShare(): boolean {
    return this.backend.canShare
  }

  /** Workers that get the next slice: 0 where the caller's own thread does it. */
  get teamSize(): number {
    return this.#hands?.size ?? 0
  }

  /** True where the next slice should be short: its speed is being measured. */
  get isSample(): boolean {
    return this.#hands?.isSample ?? false
  }

  /** Threads that did most of the training. */
  get threads(): number {
    return this.#hands?.threads ?? 1
  }

  /** Hands the training steps and `validateStaged` to as many worker threads as gain by it. */
  async hireTeam(order: Omit<Order, 'most'>): Promise<void> {
    const { capacity, sync } = this.plan
    this.#hands = await Crew.hire({ ...order, most: capacity.threads }, this.backend.shared!, sync.offset)
  }

  /** True where a worker can do the work in a memory of its own. */
  get canMoveAway(): boolean {
    return this.backend.module !== undefined
  }

  /** Hands the same to one worker that has a memory of its own. */
  async hireRemote(): Promise<void> {
    const { begin, elements, parameters, steps } = this.plan
    this.#hands = await Remote.hire({
      module: this.backend.module!,
      floats: this.floats,
      whole: { offset: begin, length: elements - begin },
      changing: [{ offset: begin, length: parameters.offset - begin }, steps],
    })
  }

  /** True where the parameters are trained in another memory. */
  get trainsElsewhere(): boolean {
    // A step on all rows is taken here, and only its gradient computed there.
    return (this.#hands?.isRemote ?? false) && !this.takesAllRows
  }

  /** Brings the parameters here where they are trained in another memory. */
  *fetchParameters(): Slices<void> {
    if (!this.trainsElsewhere) return
    yield this.#hands!.fetch(this.plan.state)
    yield* this.parameters.transposeSlices()
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
    // What is half done in another memory does no harm here.
    return (hands?.failed && !hands.isRemote) ?? false
  }

  // Staged rows: predict and evaluate.

  /** A number that changes where `length` elements of the arena do. */
  checksum(offset: number, length: number): number {
    return this.backend.kernels.checksum(offset, length)
  }

  /** Nonzeros of the inputs of the first `rows` staged rows; −1 where one is not finite. */
  countStagedNonzeros(rows: number): number {
    const { offset, columns } = this.plan.staging.x
    return this.backend.kernels.countNonzeros(offset, rows * columns)
  }

  /** How many of `rows` staged rows to take at once: all, unless functions of the user's own would hold the event loop. */
  staged(rows: number): number {
    return this.callsBack ? Math.min(rows, this.#mouthful) : rows
  }

  #runStaged({ from, to }: Span, rows: number): void {
    if (!this.callsBack) {
      this.backend.run(from, to, 0, rows, rows, 0, 1, 0)
      return
    }
    const begin = performance.now()
    this.backend.run(from, to, 0, rows, rows, 0, 1, 0)
    const perRow = Math.max(performance.now() - begin, LEAST_MS) / rows
    // The first calls run in the engine's baseline code: grow with each time that was short.
    this.#mouthful = Math.max(1, Math.min(Math.floor(SLICE_MS / perRow), 4 * rows))
  }

  /** Brings the staged inputs from row `from` on to the front: those before are done. */
  advanceStaged(from: number, rows: number): void {
    const { offset, columns } = this.plan.staging.x
    this.floats.copyWithin(offset, offset + from * columns, offset + rows * columns)
  }

  /** The outputs of the first `rows` staged rows, written row-major to `out` at `at`. */
  predictStaged(rows: number, out: Floats, at: number): void {
    this.#runStaged(this.tapes.predict, rows)
    copyRows(this.floats, predictResult(this.plan), rows, this.architecture.outputs, out, at)
  }

  /**
   * Sums of the losses and of the hits of the first `rows` staged rows, added to those before. weights: of the losses of
   * these rows.
   */
  evaluateStaged(rows: number, hitMode: number, before: Sums, weights?: ArrayLike<number>): Sums {
    this.#runStaged(this.tapes.evaluate(hitMode), rows)
    return this.#sumStaged(this.plan.staging, rows, before, weights)
  }

  /** The same in the team's staging rows, by the team. */
  async validateStaged(
    rows: number,
    hitMode: number,
    before: Sums,
    weights?: ArrayLike<number>,
  ): Promise<Sums> {
    const { from, to } = this.tapes.validate(hitMode)
    const { x, y, losses, hits } = this.plan.validation!
    const copies = { writes: [x, y], reads: [losses, hits] }
    await this.#hands!.run([from, to, 0, rows, rows], copies, WHOLE)
    return this.#sumStaged(this.plan.validation!, rows, before, weights)
  }

  #sumStaged({ losses, hits }: Staging, rows: number, before: Sums, weights?: ArrayLike<number>): Sums {
    const loss = weights
      ? this.#weightedSum(losses, weights, before.loss)
      : this.sum(losses, 0, rows, before.loss)
    return { loss, hits: this.sum(hits, 0, rows, before.hits) }
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

  /** sum + Σ weights[i] tensor[i], in order, in float64; what has the weight 0 is left out, whatever it is. */
  #weightedSum({ offset }: Tensor, weights: ArrayLike<number>, sum: number): number {
    const { floats } = this
    for (let i = 0; i < weights.length; ++i) if (weights[i] !== 0) sum += weights[i] * floats[offset + i]
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
    if (!this.callsBack) return this.#plainRowsPerSlice
    const { layers } = this.architecture
    const calls = layers.reduce(
      (sum, { units, activation }) => sum + (typeof activation === 'object' ? units : 0),
      1,
    )
    return Math.max(1, Math.min(this.#plainRowsPerSlice, Math.floor(SLICE_MS / (CALL_MS * calls))))
  }

  /** The same of the products and the built-in functions alone. */
  get #plainRowsPerSlice(): number {
    const flops = this.architecture.layers.reduce(
      (sum, { inputs, units }) => sum + 2 * inputs * units,
      ROW_FLOPS,
    )
    const flopsPerMs = this.backend.name === 'reference' ? 1e6 : 1e7
    return Math.max(1, Math.floor((SLICE_MS * flopsPerMs) / flops))
  }

  /** Rows that are looked at, checked and evaluated at once: the same for every capacity. */
  get blockRows(): number {
    return Math.min(this.plan.staging.rows, this.#plainRowsPerSlice)
  }

  // Training.

  /** Sets what the rule needs to know of step number `step` of the next call: at most SCALARS numbers. */
  setScalars(step: number, values: readonly number[]): void {
    this.floats.set(values, this.plan.steps.offset + step * SCALARS)
  }

  /** What the masks of dropout are drawn from: the random numbers of (seed, purpose, stream). */
  setMasks(seed: number, purpose: number, stream: number): void {
    const { random } = this.plan
    if (random) this.backend.writeInts(random.offset, [seed | 0, Math.floor(seed / 2 ** 32), stream, purpose])
  }

  /** How training compares a row with its target; a code of assembly/abi/hits.ts. */
  set hitMode(mode: number) {
    this.tapes.trainHits = mode
  }

  /** The batches of the slices to come that are summed for a step; undefined where each takes its own. */
  set group(group: Group | undefined) {
    this.tapes.group = group
  }

  /** λ₁ Σ|w| + λ₂ Σw² of the weights as they are: the part of the loss that no row has. */
  penalty(): number {
    const { regularization } = this.architecture
    if (!hasPenalty(regularization)) return 0
    return this.plan.layers.reduce((sum, { weights }, l) => {
      const { l1, l2 } = regularization!.layers[l]
      return sum + this.backend.kernels.penalty(weights.offset, weights.length, l1, l2)
    }, 0)
  }

  /** The same before the step on the batch that began at this row of the order, as the step left it. */
  penaltyAt(row: number): number {
    return this.plan.penalties.length > 0 ? this.floats[this.plan.penalties.offset + row] : 0
  }

  /** sum + Σ over the slice's batches of their rows times the penalty that they met. */
  sumPenalties({ firstRow, endRow, batchRows }: Slice, sum: number): number {
    if (this.plan.penalties.length === 0) return sum
    for (let row = firstRow; row < endRow; row += batchRows) {
      sum += Math.min(batchRows, endRow - row) * this.penaltyAt(row)
    }
    return sum
  }

  /**
   * Mean loss of the slice's rows at the parameters that each batch met, Σ s l / Σ s where they have weights s, and of the
   * penalties; of rows that all have the weight 0, the penalties alone.
   */
  meanLoss(slice: Slice): number {
    const { losses, order, rowWeights } = this.plan
    const { firstRow, endRow } = slice
    const rows = endRow - firstRow
    let weight = rowWeights ? 0 : rows
    for (let row = firstRow; rowWeights && row < endRow; ++row) {
      weight += this.floats[rowWeights.offset + this.backend.intAt(order.offset + row)]
    }
    const loss = weight > 0 ? this.sum(losses, firstRow, endRow) / weight : 0
    return loss + this.sumPenalties(slice, 0) / rows
  }

  /** True where the kernels can skip the zeros of the input: not where some of it is dropped, from row to row others. */
  get skipsZeros(): boolean {
    return this.backend.listNonzeros !== undefined && !this.architecture.inputDropout
  }

  /**
   * Lists the nonzeros of the first `rows` staged rows as those of the data's rows from `firstRow` on, at the
   * offset `entries`, where the lists before them end. Returns their end.
   */
  listStaged(rows: number, firstRow: number, entries: number): number {
    const { staging, sparse } = this.plan
    const { offset, columns } = staging.x
    return this.backend.listNonzeros!(rows, offset, columns, sparse!.starts.offset + firstRow, entries)
  }

  /** Takes the rows in their own order. */
  *orderSlices(rows: number): Slices<void> {
    const { offset } = this.plan.order
    for (let from = 0; from < rows; from += VALUES_AT_ONCE) {
      if (from > 0) yield
      const to = Math.min(from + VALUES_AT_ONCE, rows)
      // Where workers train, this thread must stay free.
      if (this.teamSize > 0) yield this.#hands!.call('countUp', [offset, from, to])
      else this.backend.kernels.countUp(offset, from, to)
    }
  }

  /** Takes the rows in the random order number `stream` of the seed. */
  *shuffleSlices(rows: number, seed: number, stream: number): Slices<void> {
    yield* this.orderSlices(rows)
    const { offset } = this.plan.order
    let word = 0
    for (let from = rows - 1; from > 0; from -= SHUFFLED_AT_ONCE) {
      if (from < rows - 1) yield
      const to = Math.max(0, from - SHUFFLED_AT_ONCE)
      const args = [offset, from, to, word, seed | 0, Math.floor(seed / 2 ** 32), stream] as const
      word =
        this.teamSize > 0
          ? ((yield this.#hands!.call('shuffle', args)) as number)
          : this.backend.kernels.shuffle(...args)
    }
  }

  /**
   * Every step of the slice in one call of the backend, or part `part` of `parts` of a span of one step. Done when it returns
   * or, with a team, resolves to the milliseconds that the team worked. writes, reads: what else the caller has changed for it and wants of it.
   */
  train(
    { firstRow, endRow, batchRows }: Slice,
    { from, to }: Span = this.tapes.train,
    part = 0,
    parts = 1,
    { writes, reads = [] }: { writes?: readonly Range[]; reads?: readonly Range[] } = {},
  ): Promise<number> | undefined {
    if (this.teamSize === 0) {
      this.backend.run(from, to, firstRow, endRow, batchRows, part, parts, 0)
      return undefined
    }
    const { losses, hits, penalties, rowWeights, order } = this.plan
    const ofRows = ({ offset }: Tensor) => ({ offset: offset + firstRow, length: endRow - firstRow })
    // What weight each of them had.
    const orders = rowWeights ? [order] : []
    const known = [losses, hits, ...(penalties.length > 0 ? [penalties] : []), ...orders]
    const copies = { writes: writes ?? [], reads: [...known.map(ofRows), ...reads] }
    return this.#hands!.run([from, to, firstRow, endRow, batchRows], copies, [part, parts])
  }

  /** The two stages of a training step. */
  get step(): { readonly compute: Stage; readonly update: Stage } {
    const { compute, update } = this.tapes.train
    return { compute, update: update! }
  }

  /** The two stages of the gradient of a batch, the last of which stores it. */
  get gradientStages(): { readonly compute: Stage; readonly update: Stage } {
    const { compute, update } = this.tapes.gradients
    return { compute, update: update! }
  }

  /** True where a step takes all rows. */
  get takesAllRows(): boolean {
    return this.tapes.rule.allRows ?? false
  }

  /** ∇W, ∇b, ∇γ and ∇β over the first `rows` rows of the order, as one batch. */
  computeGradients(rows: number): void {
    const { from, to } = this.tapes.gradients
    this.backend.run(from, to, 0, rows, rows, 0, 1, 0)
  }

  /** The sum of the losses that these are the gradients of: normalised over the batch where that is what training does. */
  computeLoss(rows: number): number {
    const { from, to } = this.tapes.gradients.compute
    this.backend.run(from, to, 0, rows, rows, 0, 1, 0)
    return this.sum(this.plan.losses, 0, rows)
  }
}
