// What holds for the whole process, and not for one network.

import { useModule } from '../backends/choose.ts'
import { kernelsModule } from '../backends/given.ts'
import { type Check, checkOptions, isObject, optional, refuse } from '../base/check.ts'
import { setWorkerUrl } from './worker-url.ts'

/** What configure() sets. */
export interface Configuration {
  /**
   * The address at which a page serves the file `nabla/worker.js`, for a Content-Security-Policy that allows no workers
   * from blob:, as text or as a URL. Leave it out to go back to blob:. Node, Deno and Bun need none.
   */
  readonly workerUrl?:
    | string
    | {
        /** The address as text, which a URL has. */
        readonly href: string
      }
  /**
   * The file `nabla/simd.wasm` or `nabla/relaxed.wasm`, compiled, for engines that compile no bytes (workerd): a WebAssembly.Module,
   * which networks run that are made from now on. It trains in one thread. Leave it out to go back to what nabla compiles.
   */
  readonly module?: object
}

const address: Check<string> = (value, name) => {
  // By what it has: a URL may come from another realm.
  const href = isObject(value) ? value.href : value
  return typeof href === 'string' && href !== ''
    ? href
    : refuse(name, 'a URL or an address that is not empty', value)
}

const table = { workerUrl: optional(address, undefined), module: optional(kernelsModule, undefined) }

/**
 * Sets what holds for all networks of this process, for fits that begin from now on. Throws OptionError.
 *
 *     configure({ workerUrl: new URL('./assets/nabla-worker.js', import.meta.url) })
 */
export function configure(options: Configuration): void {
  const { workerUrl, module } = checkOptions(table, options, 'configuration')
  setWorkerUrl(workerUrl)
  useModule(module)
}
