// The number of units of each layer, from the options and the data.

import { OptionError, ShapeError, shown } from '../base/errors.ts'
import { isList } from './format.ts'
import type { INeuralNetworkOptions } from './types.ts'

function checked(size: unknown, where: string): number {
  if (Number.isSafeInteger(size) && (size as number) > 0) return size as number
  throw new OptionError(`${where}: expected a whole number above 0, got ${shown(size)}`)
}

/** Most weights of a network, 4 GB of them. */
export const MOST_WEIGHTS = 2 ** 30

export const countWeights = (sizes: readonly number[]): number =>
  sizes.slice(1).reduce((sum, units, l) => sum + units * sizes[l], 0)

/** Throws OptionError if no memory holds the weights: to try would end the process. */
function bearable(sizes: number[]): number[] {
  const count = countWeights(sizes)
  if (count <= MOST_WEIGHTS) return sizes
  throw new OptionError(
    `the layers ${sizes.join('-')}: expected at most 2³⁰ weights in all, got about ${count.toPrecision(2)}`,
  )
}

/** The hidden layers of the options; undefined if they have none. Throws OptionError. */
function hiddenSizes({ hiddenLayers }: INeuralNetworkOptions): number[] | undefined {
  if (hiddenLayers === undefined || hiddenLayers === null) return undefined
  if (!isList(hiddenLayers)) {
    throw new OptionError(`hiddenLayers: expected an array of sizes, got ${shown(hiddenLayers)}`)
  }
  return Array.from(hiddenLayers, (size, l) => checked(size, `hiddenLayers[${l}]`))
}

/**
 * The sizes for data with these numbers of inputs and outputs. Without hidden layers in the options there is one, with half as many
 * units as inputs, but at least 3. Throws ShapeError and OptionError.
 */
export function sizesFor(inputs: number, outputs: number, options: INeuralNetworkOptions): number[] {
  if (inputs === 0) throw new ShapeError('data[0].input: expected at least one number, got none')
  if (outputs === 0) throw new ShapeError('data[0].output: expected at least one number, got none')
  return bearable([inputs, ...(hiddenSizes(options) ?? [Math.max(3, Math.floor(inputs / 2))]), outputs])
}

/** The sizes from the options alone; empty if inputSize or outputSize is missing. Throws OptionError. */
export function sizesOf(options: INeuralNetworkOptions): number[] {
  const hidden = hiddenSizes(options)
  const { inputSize, outputSize } = options
  if (!inputSize || !outputSize) return []
  return bearable([checked(inputSize, 'inputSize'), ...(hidden ?? []), checked(outputSize, 'outputSize')])
}
