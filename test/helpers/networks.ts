// Small networks, and the kernels that a user can choose for them.

import { type KernelsName, Network, type SizedNetworkOptions } from '../../src/index.ts'
import { runsRelaxed } from './backends.ts'

export const kernels: KernelsName[] = ['reference', 'simd', ...(runsRelaxed ? (['relaxed'] as const) : [])]

/** Makes small networks for these kernels. */
export const makeOn =
  (name: KernelsName) =>
  (options: Partial<SizedNetworkOptions> = {}) =>
    new Network({
      sizes: [4, 5, 3],
      activation: 'sigmoid',
      loss: 'quadratic',
      seed: 1,
      kernels: name,
      ...options,
    })
