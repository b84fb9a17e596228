// The layers of a network as nodes.

import { FormatError, OptionError } from '../../base/errors.ts'
import { isOwn } from '../../model/custom-activation.ts'
import type { NormalizationOptions, OutputLayerOptions } from '../../model/options.ts'
import type { LayerParameters, NetworkSnapshot } from '../../model/snapshot.ts'
import { writeActivation } from './activations.ts'
import type { GraphWriter } from './graph.ts'

interface Product {
  /** Row-major (inputs × units). */
  readonly weights: Float32Array
  readonly biases: Float32Array
}

/** The numbers in float32, a copy. */
function rounded(values: ArrayLike<number>, what: string): Float32Array {
  const floats = new Float32Array(values)
  for (let i = 0; i < floats.length; ++i) {
    if (!Number.isFinite(floats[i])) throw new FormatError(`${what}: too large for float32`)
  }
  return floats
}

const normalizationOf = ({ normalization }: OutputLayerOptions): NormalizationOptions | undefined => {
  if (normalization === undefined || normalization === 'none') return undefined
  return typeof normalization === 'string' ? { name: normalization } : normalization
}

/** Batch normalization by running statistics is z · s + t for each unit, and so another product: W · s and b · s + t. */
function folded(layer: LayerParameters, units: number, epsilon: number, l: number): Product {
  const { weights, biases, gains, shifts, runningMean, runningVariance } = layer
  const scale = new Float64Array(units)
  const shift = new Float64Array(units)
  for (let j = 0; j < units; ++j) {
    scale[j] = gains![j] / Math.sqrt(runningVariance![j] + epsilon)
    shift[j] = shifts![j] + ((biases?.[j] ?? 0) - runningMean![j]) * scale[j]
  }
  const product = new Float64Array(weights.length)
  for (let row = 0; row < product.length; row += units) {
    for (let j = 0; j < units; ++j) product[row + j] = weights[row + j] * scale[j]
  }
  const where = `layer ${l} with its batch normalization in its weights`
  return { weights: rounded(product, where), biases: rounded(shift, where) }
}

/** γ ⊙ (z − μ) / √(σ² + ε) + β over each row: the operator LayerNormalization comes with opset 17. */
function layerNormalization(
  graph: GraphWriter,
  z: string,
  name: string,
  { gains, shifts }: LayerParameters,
  epsilon: number,
): string {
  const of = (part: string) => `${name}/normalization/${part}`
  const axes = { axes: { ints: [-1] } }
  const floats = (part: string, values: ArrayLike<number>) =>
    graph.floats(of(part), [values.length], Float32Array.from(values))
  const mean = graph.node('ReduceMean', [z], of('mean'), axes)
  const centered = graph.node('Sub', [z, mean], of('centered'))
  const squares = graph.node('Mul', [centered, centered], of('squares'))
  const variance = graph.node('ReduceMean', [squares], of('variance'), axes)
  const raised = graph.node('Add', [variance, graph.scalar(of('epsilon'), epsilon)], of('raised'))
  const deviation = graph.node('Sqrt', [raised], of('deviation'))
  const standard = graph.node('Div', [centered, deviation], of('standard'))
  const scaled = graph.node('Mul', [standard, floats('gains', gains!)], of('scaled'))
  return graph.node('Add', [scaled, floats('shifts', shifts!)], of('shifted'))
}

function writeLayer(graph: GraphWriter, a: string, network: NetworkSnapshot, l: number): string {
  const options = network.options.layers[l]
  const layer = network.layers[l]
  const { units } = options
  const name = `layer${l}`
  const normalization = normalizationOf(options)
  const epsilon = normalization?.epsilon ?? 1e-5
  const product =
    normalization?.name === 'batch'
      ? folded(layer, units, epsilon, l)
      : { weights: rounded(layer.weights, `layer ${l}`), biases: rounded(layer.biases ?? [], `layer ${l}`) }
  const { weights, biases } = product
  const inputs = [a, graph.floats(`${name}/weights`, [weights.length / units, units], weights)]
  if (biases.length > 0) inputs.push(graph.floats(`${name}/biases`, [units], biases))
  let z = graph.node('Gemm', inputs, `${name}/z`)
  if (normalization?.name === 'layer') z = layerNormalization(graph, z, name, layer, epsilon)
  const { activation = 'linear' } = options
  if (isOwn(activation))
    throw new OptionError(`network: layer ${l} has an activation of your own, which ONNX has no operator for`)
  return writeActivation(graph, z, `${name}/a`, activation)
}

/** Writes all layers over the value `x` (rows × inputs); returns the name of the outputs. */
export function writeLayers(graph: GraphWriter, x: string, network: NetworkSnapshot): string {
  let a = x
  network.layers.forEach((_, l) => {
    a = writeLayer(graph, a, network, l)
  })
  return a
}
