// Readers of a network's parameters: predict, evaluate and weights during a fit, and their asynchronous forms, which
// read for longer than one turn of the event loop. A reader sees the parameters of one moment, and gets a copy of them
// only if there is a writer.

import type { Floats } from '../base/floats.ts'
import { runNow } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import type { Transaction } from './transaction.ts'

/** What a reader reads: the same parameters for as long as it is held. */
interface Pin {
  engine: Engine
}

export class Readers {
  readonly #engine: Engine
  readonly #makeEngine: () => Engine
  readonly #pins = new Set<Pin>()
  #writer: Transaction | undefined
  #copy: Engine | undefined
  #version = 0

  /** makeEngine: an engine of the same network, its parameters not yet set. */
  constructor(engine: Engine, makeEngine: () => Engine) {
    this.#engine = engine
    this.#makeEngine = makeEngine
  }

  /** Admits a writer: until `endWriting`, readers get what its transaction has kept. */
  beginWriting(transaction: Transaction): void {
    this.detach()
    this.#writer = transaction
  }

  endWriting(): void {
    this.#writer = undefined
    this.#forget()
  }

  /** Before a synchronous write: gives those that hold the parameters a copy of them. */
  detach(): void {
    const held = [...this.#pins].filter((pin) => pin.engine === this.#engine)
    if (held.length === 0) return
    const { parameters } = this.#engine
    const values = parameters.makeCopy()
    runNow(parameters.copySlices(values))
    const copy = this.#make(values)
    for (const pin of held) pin.engine = copy
  }

  #make(values: Floats): Engine {
    const copy = this.#makeEngine()
    runNow(copy.parameters.setSlices(values))
    return copy
  }

  /** Where to read now: the network's own arena, or, while it is being trained, one with the last good parameters. */
  current(): Engine {
    if (!this.#writer) return this.#engine
    if (!this.#copy || this.#version !== this.#writer.version) {
      this.#forget()
      this.#version = this.#writer.version
      this.#copy = this.#make(this.#writer.goodParameters())
    }
    return this.#copy
  }

  /** An engine with the parameters of now that is the caller's own, to release. */
  apart(): Engine {
    const { parameters } = this.current()
    const values = parameters.makeCopy()
    runNow(parameters.copySlices(values))
    return this.#make(values)
  }

  pin(): Pin {
    const pin = { engine: this.current() }
    this.#pins.add(pin)
    return pin
  }

  release(pin: Pin): void {
    this.#pins.delete(pin)
    if (pin.engine !== this.#copy) this.#free(pin.engine)
  }

  /** Drops the copy; those who hold it still keep it. */
  #forget(): void {
    const copy = this.#copy
    this.#copy = undefined
    if (copy) this.#free(copy)
  }

  #free(engine: Engine): void {
    const isHeld = [...this.#pins].some((pin) => pin.engine === engine)
    if (engine !== this.#engine && !isHeld) engine.release()
  }
}
