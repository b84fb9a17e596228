// A small network to misuse, and data for it.

import { Network, type SizedNetworkOptions } from '../../src/index.ts'
import { numbers } from './random.ts'

export const make = (options: Partial<SizedNetworkOptions> = {}) =>
  new Network({ sizes: [3, 4, 2], activation: 'sigmoid', seed: 1, ...options })

export const x = numbers(3 * 6, 1)
export const y = [0, 1, 0, 1, 1, 0]

export const parametersOf = (net: Network) =>
  net.layers.flatMap((_, l) => [...net.weights(l), ...net.biases(l)])

// biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
export type Anything = any
