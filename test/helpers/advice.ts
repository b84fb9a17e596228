// Reads the advice of a message, and does as it says.

import { standardScaler } from '../../src/data/index.ts'
import { type FitOptions, Network, type NetworkOptions } from '../../src/index.ts'

export interface Training {
  readonly options: NetworkOptions
  readonly x: Float32Array
  readonly y: Float32Array | number[]
  readonly fit: FitOptions
}

export const inputsOf = ({ sizes, inputs }: NetworkOptions) => sizes?.[0] ?? inputs!
export const outputsOf = (options: NetworkOptions) => new Network(options).outputs

export async function train({ options, x, y, fit }: Training) {
  return await new Network(options).fit({ x, y }, fit)
}

/** The training as its message says to do it; `undefined` where nothing is said. */
export function followed(training: Training, message: string): Training | undefined {
  let { options, x, y, fit } = training
  const row = /leave row (\d+) of x and y out/.exec(message)
  if (row) {
    const left = Number(row[1])
    const without = <T extends Float32Array | number[]>(values: T, columns: number) =>
      values.filter((_, i) => Math.floor(i / columns) !== left) as T
    y = without(y, outputsOf(options))
    x = without(x, inputsOf(options))
  }
  const scaledX = /standardScaler\(x, (\d+)\)/.exec(message)
  if (scaledX) x = standardScaler(x, Number(scaledX[1])).transform(x)
  const scaledY = /standardScaler\(y, (\d+)\)/.exec(message)
  if (scaledY) y = standardScaler(y, Number(scaledY[1])).transform(y)
  const initializer = /initializer: 'glorotUniform'/.test(message)
  if (initializer) options = { ...options, initializer: 'glorotUniform', biasInitializer: 'zeros' }
  const linear = /take activation: 'linear' there/.test(message)
  if (linear) {
    const layers = new Network(options).layers.map(({ units, activation }, l, all) => ({
      units,
      activation: l === all.length - 1 ? ('linear' as const) : activation,
    }))
    options = { ...options, sizes: undefined, inputs: inputsOf(options), layers } as NetworkOptions
  }
  const shares = /divide each row by its sum/.test(message)
  if (shares) {
    const columns = outputsOf(options)
    const values = y
    y = Float32Array.from(values, (v, i) => {
      const from = i - (i % columns)
      let sum = 0
      for (let c = 0; c < columns; ++c) sum += values[from + c]
      return v / sum
    })
  }
  const rate = /too (?:high|low).*; try ([\d.e+-]+?)(?:[.;]? |\.$)/.exec(message)
  if (rate) fit = { ...fit, learningRate: Number(rate[1]) }
  return row || scaledX || scaledY || initializer || linear || shares || rate
    ? { options, x, y, fit }
    : undefined
}
