// The parameters of a network, and where they are: while kernels train, in the kernels' memory.

import { BackendError, type DivergedError } from '../base/errors.ts'
import type { Slices } from '../base/pace.ts'
import type { Online } from './online.ts'
import { areFinite, cloneParameters, type Layer, type Parameters } from './parameters.ts'

class Held {
  parameters: Parameters | undefined
  /** True once the network has had data: whether they come in order or by name is then settled. */
  hasSides = false
  #online: Online | undefined
  /** True if the arrays were handed out during a training, and may have been written to. */
  #isExposed = false

  refuseWhileTraining(): void {
    if (this.#online) throw new BackendError('the network is training: wait until that has ended')
  }

  replace(parameters: Parameters): void {
    this.refuseWhileTraining()
    this.parameters = parameters
  }

  /** The parameters as they are now, to be read. Throws BackendError if there are none. */
  current(): Parameters {
    if (!this.parameters) throw new BackendError('network not runnable')
    this.#online?.write()
    return this.parameters
  }

  /** Something of each layer, from index 1 on, which the caller may write to. Empty if there are no parameters. */
  layerByLayer<T>(of: (layer: Layer) => T): T[] {
    const values: T[] = []
    if (!this.parameters) return values
    this.current().layers.forEach((layer, l) => {
      values[l + 1] = of(layer)
    })
    this.#isExposed = this.#online !== undefined
    return values
  }

  /**
   * Does the work while `online` trains. The work calls `resume` to take over what was written to the arrays meanwhile.
   * Afterwards the parameters are the trained ones, also if the work throws. But if the error or a parameter is no longer finite at
   * the end of the work, they are those from before, and this throws what `diverged` makes of the result.
   */
  *during<T>(
    online: Online,
    work: (resume: () => void) => Slices<T>,
    diverged: (result: T) => DivergedError,
  ): Slices<T> {
    const before = cloneParameters(this.parameters!)
    this.#online = online
    try {
      let result: T
      try {
        result = yield* work(() => {
          if (this.#isExposed) online.read()
          this.#isExposed = false
        })
      } finally {
        online.write()
      }
      // Errors are taken before each step, so the last steps do not show in them.
      if (Number.isFinite(online.error) && areFinite(this.parameters!)) return result
      this.parameters = before
      throw diverged(result)
    } finally {
      online.release()
      this.#online = undefined
    }
  }
}

const HELD = Symbol('held')

/**
 * Gives a network its Held. A proxy of the network, such as Vue's reactive() makes, has no access to #private fields, but it has to
 * properties. The property is a function, because such proxies wrap objects in turn, but not what a function returns.
 */
export function giveHeld(network: object): void {
  const held = new Held()
  Object.defineProperty(network, HELD, { value: () => held, writable: true, configurable: true })
}

/** The Held of a network, or of a proxy of one. */
export const heldBy = (network: object): Held => (network as { [HELD](): Held })[HELD]()
