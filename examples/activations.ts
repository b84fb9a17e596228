// The activation functions with their derivatives, and why a deep network of sigmoids learns slowly: σ′ is ¼ at most.
//
//   npx tsx examples/activations.ts

import { Network } from 'nabla'
import { plotActivations, plotLines } from 'nabla/plot'
import { isMain, save } from './terminal.ts'

const NAMES = [
  'sigmoid',
  'tanh',
  'relu',
  'leakyRelu',
  'elu',
  'selu',
  'gelu',
  'silu',
  'softplus',
  'softsign',
] as const
const LAYERS = 8

/** The size of ∇W, layer by layer, of a deep network on one row: √(mean square). */
export function gradientByLayer(activation: (typeof NAMES)[number]): number[] {
  const net = new Network({
    sizes: [20, ...Array<number>(LAYERS - 1).fill(20), 2],
    activation,
    loss: 'crossEntropy',
    initializer: 'glorotNormal',
    seed: 1,
  })
  const x = Float32Array.from({ length: 20 }, (_, i) => Math.sin(i))
  const { weights } = net.gradients(x, [0])
  return weights.map((w) => Math.sqrt(w.reduce((sum, g) => sum + g * g, 0) / w.length))
}

export const pictures = () => ({
  sigmoid: plotActivations('sigmoid', { title: 'σ(z) and its derivative σ′(z)' }),
  activations: plotActivations(NAMES, { title: 'Activation functions and their derivatives', width: 860 }),
  'gradient-by-layer': plotLines(
    Object.fromEntries((['sigmoid', 'tanh', 'relu'] as const).map((name) => [name, gradientByLayer(name)])),
    { title: 'Gradients of a network of 8 layers', xLabel: 'layer', yLabel: 'size of ∇W', logScale: true },
  ),
})

if (isMain(import.meta.url)) {
  for (const name of ['sigmoid', 'tanh', 'relu'] as const) {
    const sizes = gradientByLayer(name)
    console.log(
      `${name.padEnd(8)} ∇W of layers 1 to ${LAYERS}: ${sizes.map((s) => s.toExponential(0)).join(' ')}`,
    )
  }
  save(pictures())
}
