// Activations as nodes of opset 13.

import { type ActivationOptions, numberOf } from '../../model/sloped-activations.ts'
import type { ActivationName } from '../../model/tables.ts'
import type { GraphWriter } from './graph.ts'

type Write = (graph: GraphWriter, z: string, name: string) => string

const node =
  (operator: string, attributes = {}): Write =>
  (graph, z, name) =>
    graph.node(operator, [z], name, attributes)

/** gelu z · Φ(z) = z · (1 + erf(z / √2)) / 2: the operator Gelu comes with opset 20. */
const gelu: Write = (graph, z, name) => {
  const scaled = graph.node('Div', [z, graph.scalar(`${name}/root2`, Math.SQRT2)], `${name}/scaled`)
  const erf = graph.node('Erf', [scaled], `${name}/erf`)
  const raised = graph.node('Add', [erf, graph.scalar(`${name}/one`, 1)], `${name}/raised`)
  const product = graph.node('Mul', [z, raised], `${name}/product`)
  return graph.node('Mul', [product, graph.scalar(`${name}/half`, 0.5)], name)
}

const silu: Write = (graph, z, name) =>
  graph.node('Mul', [z, graph.node('Sigmoid', [z], `${name}/sigmoid`)], name)

const activationNodes: Readonly<Record<ActivationName, Write>> = {
  linear: (_, z) => z,
  sigmoid: node('Sigmoid'),
  tanh: node('Tanh'),
  relu: node('Relu'),
  leakyRelu: node('LeakyRelu', { alpha: { float: 0.01 } }),
  elu: node('Elu', { alpha: { float: 1 } }),
  selu: node('Selu'),
  gelu,
  silu,
  softplus: node('Softplus'),
  softsign: node('Softsign'),
  softmax: node('Softmax', { axis: { int: -1 } }),
}

/** The activation's nodes over the value `z`; returns the name of a. */
export function writeActivation(
  graph: GraphWriter,
  z: string,
  name: string,
  activation: ActivationName | ActivationOptions,
): string {
  if (typeof activation === 'string') return activationNodes[activation](graph, z, name)
  const operator = activation.name === 'elu' ? 'Elu' : 'LeakyRelu'
  return graph.node(operator, [z], name, { alpha: { float: numberOf(activation) } })
}
