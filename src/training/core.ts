// A network's state, and who may use it when: many readers, or a fit beside which others only read, or a short write that
// nobody sees half done.

import { type Choice, chooseBackend } from '../backends/choose.ts'
import { BackendError } from '../base/errors.ts'
import { note } from '../base/notes.ts'
import { runPaced, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { type Naming, namingOf } from '../intake/naming.ts'
import type { ClassNames } from '../model/class-names.ts'
import type { Settings } from '../model/network-settings.ts'
import { initialize, makeEngine } from './build.ts'
import type { Counters } from './counters.ts'
import { Readers } from './readers.ts'
import { Stepper } from './stepper.ts'
import { Transaction } from './transaction.ts'

export class Core {
  readonly settings: Settings
  readonly choice: Choice
  readonly counters: Counters
  readonly stepper: Stepper
  /** True where the next fit goes on with what a checkpoint left. */
  isResumed = false
  /** For callers that write to the engine. */
  readonly transaction: Transaction
  readonly #readers: Readers
  /** Undefined once the network is disposed. */
  #engine: Engine | undefined
  /** The user's call that trains it, while one does. */
  #trainedBy: string | undefined

  /** With initial parameters from the seed. Throws BackendError where the kernels cannot run. */
  constructor(settings: Settings) {
    const choice = chooseBackend(settings.kernels, settings.wide)
    if (choice.lacks) note(choice.lacks)
    const engine = makeEngine(settings, choice)
    this.settings = settings
    this.choice = choice
    this.counters = { epochs: 0, steps: 0, classNames: settings.classNames }
    this.#engine = engine
    this.#readers = new Readers(engine, () => makeEngine(settings, choice))
    this.transaction = new Transaction(engine, this.counters)
    this.stepper = new Stepper(settings.optimizer, this.counters)
    initialize(engine, settings)
  }

  get isDisposed(): boolean {
    return this.#engine === undefined
  }

  get isTraining(): boolean {
    return this.#trainedBy !== undefined
  }

  /** The counters that go with the parameters that readers see. */
  get seen(): Readonly<Counters> {
    return this.isTraining ? this.transaction.keptCounters : this.counters
  }

  /** What the classes are called, as readers see it. */
  get classNames(): ClassNames | undefined {
    return this.seen.classNames
  }

  /** What names among the targets of a call mean. part: the call, where it may see only some of the classes. */
  naming(part?: string): Naming {
    return namingOf(this.seen.classNames, this.seen.steps, part)
  }

  /** The engine; throws BackendError after dispose. call: the user's, for the message. */
  #inUse(call: string): Engine {
    if (!this.#engine) throw new BackendError(`${call}: the network is disposed`)
    if (this.#engine.isCalling) {
      throw new BackendError(`${call}: expected another network than the one that calls this function`)
    }
    return this.#engine
  }

  /** The engine for work that reads: during a fit, one with the parameters of the last epoch. */
  reading(call: string): Engine {
    this.#inUse(call)
    return this.#readers.current()
  }

  /** The engine, for work that would disturb a running fit. */
  writing(call: string): Engine {
    const engine = this.#inUse(call)
    if (this.#trainedBy) {
      throw new BackendError(`${call}: the network is training; await ${this.#trainedBy} first`)
    }
    this.#readers.detach()
    return engine
  }

  /** Called between the slices of work; throws what ends it. */
  #mayGoOn(call: string, signal: AbortSignal | undefined): () => void {
    return () => {
      signal?.throwIfAborted()
      this.#inUse(call)
    }
  }

  /** Work in slices that reads the parameters of one moment, the event loop free between them. */
  async readInSlices<T>(
    call: string,
    signal: AbortSignal | undefined,
    work: (engineOf: () => Engine) => Slices<T>,
  ): Promise<T> {
    this.#inUse(call)
    signal?.throwIfAborted()
    const pin = this.#readers.pin()
    try {
      return await runPaced(
        work(() => pin.engine),
        this.#mayGoOn(call, signal),
        signal,
      )
    } finally {
      this.#readers.release(pin)
    }
  }

  /** The same for work that needs an engine of its own, for it leaves something there from slice to slice. */
  async readApart<T>(
    call: string,
    signal: AbortSignal | undefined,
    work: (engine: Engine) => Slices<T>,
  ): Promise<T> {
    this.#inUse(call)
    signal?.throwIfAborted()
    const engine = this.#readers.apart()
    try {
      return await runPaced(work(engine), this.#mayGoOn(call, signal), signal)
    } finally {
      engine.release()
    }
  }

  /** Work in slices that trains. Until it has ended, others may only read: what its transaction has kept. */
  async trainInSlices<T>(
    call: string,
    signal: AbortSignal | undefined,
    work: (engine: Engine) => Slices<T>,
  ): Promise<T> {
    signal?.throwIfAborted()
    const engine = this.writing(call)
    this.#trainedBy = call
    engine.hold()
    this.transaction.begin()
    this.#readers.beginWriting(this.transaction)
    try {
      return await runPaced(work(engine), this.#mayGoOn(call, signal), signal)
    } finally {
      this.#trainedBy = undefined
      this.#readers.endWriting()
      this.transaction.end()
      if (this.#engine) engine.offer()
      else engine.release()
    }
  }

  /** Gives the memory back, at once or when the running fit has ended. */
  dispose(): void {
    const engine = this.#engine
    this.#engine = undefined
    // From a function that its tape calls, the memory is left to the garbage collector.
    if (engine && !this.isTraining && !engine.isCalling) engine.release()
  }
}
