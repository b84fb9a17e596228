// The parameters that a network holds, and who has them: while kernels train, the memory does.

import { BackendError, DivergedError } from '../base/errors.ts'
import type { Slices } from '../base/pace.ts'
import type { Online } from './online.ts'
import { areFinite, cloneParameters, type Layer, type Parameters } from './parameters.ts'

class Held {
  parameters: Parameters | undefined
  #online: Online | undefined
  /** True where the arrays were handed out, and may have been written to, while something trains. */
  #isExposed = false

  refuseWhileTraining(): void {
    if (this.#online) throw new BackendError('the network is training: expected that to end first')
  }

  replace(parameters: Parameters): void {
    this.refuseWhileTraining()
    this.parameters = parameters
  }

  /** The parameters as they are now, to be read. Throws BackendError where there are none. */
  current(): Parameters {
    if (!this.parameters) throw new BackendError('network not runnable')
    this.#online?.write()
    return this.parameters
  }

  /** Something of each layer, from index 1 on, that may be written to. */
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
   * Does the work while `online` trains. `resume`, which the work is given, takes over what was written to the arrays meanwhile.
   * Afterwards the parameters are those that training came to, or, where it diverged, those from before: where the work throws
   * DivergedError, and where a parameter is not finite, of which `diverged` makes the error to throw.
   */
  *during<T>(
    online: Online,
    work: (resume: () => void) => Slices<T>,
    diverged: (result: T) => DivergedError,
  ): Slices<T> {
    const before = cloneParameters(this.parameters!)
    this.#online = online
    try {
      const result = yield* work(() => {
        if (this.#isExposed) online.read()
        this.#isExposed = false
      })
      online.write()
      // The error of an iteration is that from before each step: the last steps do not show in it.
      if (!areFinite(this.parameters!)) throw diverged(result)
      return result
    } catch (error) {
      if (error instanceof DivergedError) this.parameters = before
      else online.write()
      throw error
    } finally {
      online.release()
      this.#online = undefined
    }
  }
}

const HELD = Symbol('held')

/**
 * Gives a network its Held. A #private field would not be there for a proxy of the network, as Vue's reactive() makes one of each
 * object that it is given: a property is, and a function is handed out as it is where objects are wrapped as well.
 */
export function giveHeld(network: object): void {
  const held = new Held()
  Object.defineProperty(network, HELD, { value: () => held, writable: true, configurable: true })
}

/** The Held of a network, or of a proxy of one. */
export const heldBy = (network: object): Held => (network as { [HELD](): Held })[HELD]()
