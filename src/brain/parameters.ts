// What training changes, in brain.js's layout: a Float32Array per unit for its weights, and one per layer for its biases.

import { PhiloxStream, WEIGHTS } from '../base/random.ts'

/** Of a layer: weights (units × inputs) and biases (units). */
export interface Weights {
  readonly weights: readonly Float32Array[]
  readonly biases: Float32Array
}

export interface Layer extends Weights {
  /** Last change of each weight (units × inputs), which momentum continues. */
  changes: readonly Float32Array[] | undefined
  /** Adam's running means: m of the gradients, and v of their squares. */
  firstMoments: Weights | undefined
  secondMoments: Weights | undefined
}

/** Of the layers above the inputs, from the lowest up. */
export interface Parameters {
  readonly layers: readonly Layer[]
  /** Steps of Adam so far, one per sample. */
  steps: number
}

const zeros = (units: number, inputs: number): Float32Array[] =>
  Array.from({ length: units }, () => new Float32Array(inputs))

/** Parameters that are all 0. */
export function zeroParameters(sizes: readonly number[]): Parameters {
  const layers = sizes.slice(1).map((units, l) => ({
    weights: zeros(units, sizes[l]),
    biases: new Float32Array(units),
    ...{ changes: undefined, firstMoments: undefined, secondMoments: undefined },
  }))
  return { layers, steps: 0 }
}

/** Draws biases and weights from [−0.2, 0.2), in the order in which brain.js draws them. */
export function randomize({ layers }: Parameters, seed: number | undefined): void {
  layers.forEach(({ biases, weights }, l) => {
    const stream = seed === undefined ? undefined : new PhiloxStream(seed, WEIGHTS, l)
    const random = stream ? () => stream.uniform() : Math.random
    for (const values of [biases, ...weights]) {
      for (let i = 0; i < values.length; ++i) values[i] = random() * 0.4 - 0.2
    }
  })
}

/** New parameters, drawn by randomize(). */
export function drawn(sizes: readonly number[], seed: number | undefined): Parameters {
  const parameters = zeroParameters(sizes)
  randomize(parameters, seed)
  return parameters
}

const zerosLike = ({ weights, biases }: Weights): Weights => ({
  weights: zeros(weights.length, weights[0]?.length ?? 0),
  biases: new Float32Array(biases.length),
})

/** Makes what the rule keeps for each weight, if it is not there yet. */
export function prepare({ layers }: Parameters, isAdam: boolean): void {
  for (const layer of layers) {
    if (isAdam) {
      layer.firstMoments ??= zerosLike(layer)
      layer.secondMoments ??= zerosLike(layer)
    } else layer.changes ??= zerosLike(layer).weights
  }
}

/** A copy that shares nothing. */
export function cloneParameters({ layers, steps }: Parameters): Parameters {
  const copy = (rows: readonly Float32Array[]) => rows.map((row) => row.slice())
  const clone = (one: Weights | undefined) =>
    one && { weights: copy(one.weights), biases: one.biases.slice() }
  return {
    layers: layers.map((layer) => ({
      ...clone(layer)!,
      changes: layer.changes && copy(layer.changes),
      firstMoments: clone(layer.firstMoments),
      secondMoments: clone(layer.secondMoments),
    })),
    steps,
  }
}

/** False if a weight or a bias is infinite or NaN. */
export function areFinite({ layers }: Parameters): boolean {
  // 0 · w is NaN for those alone. For 2 million weights this takes 5 ms, and every(Number.isFinite) 50 ms (Node 20, one core).
  let sum = 0
  for (const { biases, weights } of layers) {
    for (const values of [biases, ...weights]) for (let i = 0; i < values.length; ++i) sum += 0 * values[i]
  }
  return sum === 0
}
