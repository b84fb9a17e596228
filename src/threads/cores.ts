// Cores of the platform.

import { builtin } from '../base/builtin.ts'

/** Cores that this process may use. */
export function availableCores(): number {
  const os = builtin<{ availableParallelism(): number }>('node:os')
  return os ? os.availableParallelism() : (globalThis.navigator?.hardwareConcurrency ?? 1)
}
