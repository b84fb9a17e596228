// An arena that is trained in too, and evaluated in, by the caller's thread or by others. Knows offsets; knows nothing of
// users' arrays, epochs or errors.

import { SINGLE } from '../../assembly/abi/layout.ts'
import { SCALARS } from '../../assembly/abi/rules.ts'
import type { MakeBackend, SharedArena } from '../backends/backend.ts'
import { type Slices, VALUES_AT_ONCE } from '../base/pace.ts'
import type { Architecture } from '../model/architecture.ts'
import type { UpdateRule } from '../model/optimizer-row.ts'
import { hasPenalty } from '../model/regularization.ts'
import type { Span, Stage } from '../program/stages.ts'
import type { Range, Tensor } from '../program/tensors.ts'
import type { Group } from '../program/updates.ts'
import type { Hands } from '../threads/hands.ts'
import type { RemoteArena } from '../threads/remote.ts'
import { StagedArena, type Sums } from './staged.ts'
import { Tapes } from './tapes.ts'

/** Some rows of the order, taken in mini-batches of batchRows; the last one may be smaller. */
export interface Slice {
  readonly firstRow: number
  readonly endRow: number
  readonly batchRows: number
}

// All parts of the work.
const WHOLE = [0, 1] as const
// Places that are shuffled at once: a few milliseconds, where they are in no cache.
const SHUFFLED_AT_ONCE = 1 << 16

export class Engine extends StagedArena {
  #hands: Hands | undefined

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
  async hireTeam(hire: (most: number, arena: SharedArena, sync: number) => Promise<Hands>): Promise<void> {
    const { capacity, sync } = this.plan
    this.#hands = await hire(capacity.threads, this.backend.shared!, sync.offset)
  }

  /** True where a worker can do the work in a memory of its own. */
  get canMoveAway(): boolean {
    return this.backend.module !== undefined
  }

  /** Hands the same to one worker that has a memory of its own. */
  async hireRemote(hire: (arena: RemoteArena) => Promise<Hands>): Promise<void> {
    const { begin, elements, parameters, steps } = this.plan
    this.#hands = await hire({
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

  /** What `evaluateStaged` does, in the team's staging rows and by the team. */
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
    return this.sumStaged(this.plan.validation!, rows, before, weights)
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
