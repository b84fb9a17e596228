// A random network with a random training, and what each of its options stands for: their defaults once more, from the
// documentation.

import type { FitOptions, LayerOptions, NetworkOptions } from '../../../src/index.ts'
import { numbers } from '../random.ts'
import { nameOf } from './activations.ts'
import type { PlainLayer } from './pass.ts'
import type { PlainRate } from './schedules.ts'
import type { PlainData, PlainFit, PlainOptions } from './trainer.ts'

export type Targets = 'values' | 'counts' | 'shares' | 'oneHot' | 'labels' | 'bits' | 'signs'

export type Call =
  | {
      readonly kind: 'fit'
      readonly settings: FitOptions
      readonly isWeighted: boolean
      readonly validationRows: number
    }
  | {
      readonly kind: 'trainBatch'
      readonly rows: number
      readonly isWeighted: boolean
      readonly learningRate?: PlainRate
    }
  | { readonly kind: 'resume' }

export interface RandomCase {
  readonly network: NetworkOptions
  readonly targets: Targets
  readonly rows: number
  /** Share of x that is 0. */
  readonly zeros: number
  /** Parameters that are not those of the beginning. */
  readonly isScattered: boolean
  readonly dataSeed: number
  readonly calls: readonly Call[]
}

/** The layers with all defaults. */
export function layersOf(network: NetworkOptions): PlainLayer[] {
  const given = network as unknown as Record<string, unknown> & { inputs: number; layers: LayerOptions[] }
  const fused: Readonly<Record<string, string>> = {
    crossEntropy: 'softmax',
    klDivergence: 'softmax',
    focal: 'softmax',
    binaryCrossEntropy: 'sigmoid',
    binaryFocal: 'sigmoid',
    poisson: 'softplus',
  }
  const { name: loss } = given.loss as { name: string }
  let inputs = given.inputs
  return given.layers.map((one, l): PlainLayer => {
    const isLast = l === given.layers.length - 1
    const asked = one.normalization ?? (isLast ? 'none' : ((given.normalization as 'none') ?? 'none'))
    const normalization = typeof asked === 'string' ? { name: asked } : asked
    const isNormalized = normalization.name !== 'none'
    const otherwise = isLast ? (fused[loss] ?? given.activation ?? 'linear') : (given.activation ?? 'relu')
    const shape = {
      inputs,
      units: one.units,
      activation: nameOf(one.activation ?? otherwise),
      bias: one.bias ?? (normalization.name === 'batch' ? false : ((given.bias as boolean) ?? true)),
      ...(isNormalized && {
        normalization: { epsilon: 1e-5, momentum: 0.1, ...(normalization as { name: 'layer' | 'batch' }) },
      }),
      dropout: one.dropout ?? (isLast ? 0 : ((given.dropout as number) ?? 0)),
      l1: one.l1 ?? (given.l1 as number) ?? 0,
      l2: one.l2 ?? (given.l2 as number) ?? 0,
      maxNorm: one.maxNorm ?? (given.maxNorm as number) ?? Number.POSITIVE_INFINITY,
    }
    inputs = one.units
    return shape
  })
}

/** All options with their defaults. */
export function plainOptions(network: NetworkOptions): PlainOptions {
  const given = network as unknown as PlainOptions
  return {
    inputs: given.inputs,
    layers: layersOf(network),
    loss: given.loss,
    inputDropout: given.inputDropout ?? 0,
    ...(given.clip && { clip: given.clip }),
    optimizer: given.optimizer,
    seed: given.seed,
  }
}

export function plainSettings(given: FitOptions, validation: PlainData | undefined): PlainFit {
  return {
    epochs: given.epochs!,
    batchSize: given.batchSize!,
    accumulate: given.accumulate ?? 1,
    shuffle: given.shuffle!,
    ...(given.learningRate !== undefined && { learningRate: given.learningRate as PlainRate }),
    ...(given.classWeight && { classWeight: given.classWeight }),
    ...(validation && { validation }),
  }
}

const inRows = (values: ArrayLike<number>, columns: number): number[][] =>
  Array.from({ length: values.length / columns }, (_, r) =>
    Array.from({ length: columns }, (__, j) => values[r * columns + j]),
  )

/** Data for a case, and y as the network is given it. */
export function dataOf(
  { network, targets, zeros, dataSeed }: RandomCase,
  rows: number,
  part = 0,
): Required<PlainData> & { readonly given: number[] | number[][] } {
  const layers = layersOf(network)
  const [inputs, outputs] = [layers[0].inputs, layers.at(-1)!.units]
  const seed = dataSeed * 8 + part
  const kept = numbers(rows * inputs, seed + 1e6)
  const x = inRows(
    numbers(rows * inputs, seed, 1.5).map((value, i) => (kept[i] / 2 + 0.5 < zeros ? 0 : value)),
    inputs,
  )
  const raw = inRows(numbers(rows * outputs, seed + 2e6), outputs)
  const shares = raw.map((row) => row.map((v) => Math.max(0, v)))
  const classes = raw.map((row) => row.indexOf(Math.max(...row)))
  const oneHot = raw.map((row, r) => row.map((_, j) => (j === classes[r] ? 1 : 0)))
  const y = {
    values: raw,
    counts: raw.map((row) => row.map((v) => (v < -0.5 ? 0 : Math.round(v * 2 + 1)))),
    shares,
    oneHot,
    labels: oneHot,
    bits: raw.map((row) => row.map((v) => (v > 0 ? 1 : 0))),
    signs: raw.map((row) => row.map((v) => (v > 0 ? 1 : -1))),
  }[targets]
  const weights = Array.from(numbers(rows, seed + 3e6), (v) => (v < -0.5 ? 0 : Math.fround(v + 1)))
  weights[0] = 1
  return { x, y, weights, given: targets === 'labels' ? classes : y }
}
