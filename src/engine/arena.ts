// Where a network lives: one backend arena and the plan that divides it. It grows or moves to another one for more room,
// and lets other networks have what it does not need.

import { SINGLE } from '../../assembly/abi/layout.ts'
import type { Backend, MakeBackend, Offering } from '../backends/backend.ts'
import { type Callbacks, callbacksOf } from '../backends/callbacks.ts'
import type { Floats } from '../base/floats.ts'
import { runNow, type Slices, toItsEnd } from '../base/pace.ts'
import type { Architecture } from '../model/architecture.ts'
import { type Capacity, PREDICTS, roomToTrain } from '../program/capacity.ts'
import { makePlan, type Plan } from '../program/plan.ts'
import { copySlices, zeroSlices } from './copies.ts'
import { Parameters } from './parameters.ts'
import type { Tapes } from './tapes.ts'

// An arena this much larger than its plan, in elements, is offered to others when a fit is done with it.
const WORTH_OFFERING = 1 << 18

/** What a call needs room for. */
type Wanted = Pick<Capacity, 'batchRows' | 'dataRows' | 'gradients' | 'steps'> & {
  readonly weighted?: boolean
}

export class Arena implements Offering {
  readonly architecture: Architecture
  /** True where its tapes call functions of the user's own, which only the caller's thread has. */
  readonly callsBack: boolean
  readonly #make: MakeBackend
  readonly #tiles: number
  readonly #callbacks: Callbacks | undefined
  #backend!: Backend
  #plan!: Plan
  #parameters!: Parameters
  readonly #tapes: Tapes

  constructor(architecture: Architecture, make: MakeBackend, tapes: Tapes, tiles: number = SINGLE) {
    this.architecture = architecture
    this.#make = make
    this.#tiles = tiles
    this.#callbacks = callbacksOf(architecture)
    this.callsBack = this.#callbacks !== undefined
    this.#tapes = tapes
    this.resize(PREDICTS)
  }

  get plan(): Plan {
    return this.#plan
  }

  /** Those in the arena. Do not keep it: `reserve` and `resize` move to another. */
  get parameters(): Parameters {
    return this.#parameters
  }

  protected get tapes(): Tapes {
    return this.#tapes
  }

  /** Do not keep it: `reserve` and `resize` put another in its place. */
  protected get backend(): Backend {
    return this.#backend
  }

  /** True while one of them is at work, in the middle of a tape. */
  get isCalling(): boolean {
    return this.callsBack && this.#callbacks!.isCalling
  }

  /** The elements. Do not keep them: `reserve` and `resize` put others in their place. */
  get floats(): Floats {
    return this.#backend.floats
  }

  /** Brings the arena to this capacity; the parameters and what the optimizer keeps of them stay, the data do not. */
  resize(capacity: Capacity): void {
    runNow(this.resizeSlices(capacity))
  }

  /**
   * The same in slices: where the arena can grow, the parameters stay where they are. shared: whether other threads are to
   * work in it, where the engine can do that. Throws BackendError, and has then changed nothing.
   */
  *resizeSlices(capacity: Capacity, shared = false): Slices<void> {
    // An abort in between would leave slots or copies that are not what they are taken for.
    yield* toItsEnd(this.#resize(capacity, shared))
  }

  *#resize(capacity: Capacity, shared: boolean): Slices<void> {
    const backend = this.#backend as Backend | undefined
    if (backend && (backend.shared || !shared)) {
      const kept = this.#plan.state.length
      const plan = makePlan(this.architecture, this.#withSlots(capacity), this.#tiles, backend.begin)
      if (backend.grow(plan.elements)) {
        this.#adopt(backend, plan)
        yield* zeroSlices(this.floats, plan.zeroed)
        if (plan.state.length > kept) {
          // The slots are new, and stand where the copies Wᵀ were.
          const { offset, length } = plan.state
          yield* zeroSlices(this.floats, { offset: offset + kept, length: length - kept })
          yield* this.#parameters.transposeSlices()
        }
        return
      }
    }
    yield* this.#move(capacity, shared)
    backend?.release()
  }

  /** The same, with what the optimizer needs; what it keeps of the parameters stays with a network once it was trained. */
  #withSlots(capacity: Capacity): Capacity {
    // Not where only gradients are wanted.
    const isTraining = capacity.steps > 0
    const needs = isTraining ? roomToTrain(this.architecture, this.#tapes.rule, capacity) : PREDICTS
    return {
      ...capacity,
      slots: Math.max(needs.slots, this.#plan?.capacity.slots ?? 0),
      strips: needs.strips,
      gradients: capacity.gradients || needs.gradients,
    }
  }

  /** Moves to a smaller arena, of what it takes to predict, and gives back the one it has. */
  moveOut(): void {
    const backend = this.#backend
    runNow(this.#move(PREDICTS, false))
    backend.release()
  }

  /** Moves to another arena. The old one is in use until everything is there. */
  *#move(capacity: Capacity, shared: boolean): Slices<void> {
    const wanted = this.#withSlots(capacity)
    const size = makePlan(this.architecture, wanted, this.#tiles)
    const backend = this.#make(size.elements, shared, this.#callbacks)
    const plan =
      backend.begin === size.begin ? size : makePlan(this.architecture, wanted, this.#tiles, backend.begin)
    const { floats } = backend
    yield* zeroSlices(floats, plan.zeroed)
    const kept = this.#plan?.state.length ?? 0
    const { offset, length } = plan.state
    yield* zeroSlices(floats, { offset: offset + kept, length: length - kept })
    if (this.#plan) {
      yield* copySlices(this.floats, this.#plan.state.offset, floats, { offset, length: kept })
      for (const [l, { weightsT }] of plan.layers.entries()) {
        if (weightsT) yield* copySlices(this.floats, this.#plan.layers[l].weightsT!.offset, floats, weightsT)
        yield
      }
    } else {
      for (const { weightsT } of plan.layers) {
        if (weightsT) yield* zeroSlices(floats, weightsT)
        yield
      }
    }
    this.#adopt(backend, plan)
  }

  #adopt(backend: Backend, plan: Plan): void {
    this.#plan = plan
    this.#backend = backend
    this.#parameters = new Parameters(plan, backend)
    // The threads of an earlier plan may have left anything in the words that they agree by.
    backend.writeInts(plan.sync.offset, new Int32Array(plan.sync.length))
    this.#tapes.writeTo(backend, plan)
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
    yield* toItsEnd(this.#move(PREDICTS, false))
    yield* this.#parameters.setSlices(copy)
  }

  /** Gives the memory back. The engine cannot be used any more. */
  release(): void {
    this.#backend.release()
  }

  /** Moves to a larger arena if this one has no room for so much. */
  reserve(wanted: Wanted): void {
    const larger = this.#largerFor(wanted)
    if (larger) this.resize(larger)
  }

  /** The same in slices. */
  *reserveSlices(wanted: Wanted): Slices<void> {
    const larger = this.#largerFor(wanted)
    if (larger) yield* this.resizeSlices(larger)
  }

  /** What it takes to have room for so much; undefined where there is. */
  #largerFor({ batchRows, dataRows, gradients, steps, weighted = false }: Wanted): Capacity | undefined {
    const has = this.#plan.capacity
    const hasRows = has.batchRows >= batchRows && has.dataRows >= dataRows
    const hasRest = has.steps >= steps && (has.gradients || !gradients) && (has.weighted || !weighted)
    if (hasRows && hasRest) return undefined
    return {
      ...PREDICTS,
      batchRows: Math.max(has.batchRows, batchRows),
      dataRows: Math.max(has.dataRows, dataRows),
      gradients: has.gradients || gradients,
      steps: Math.max(has.steps, steps),
      weighted: has.weighted || weighted,
    }
  }
}
