// The networks of the two rooms, from the settings of the page; and the settings of a network that was saved.

import { Network, type OptimizerOptions } from 'nabla'
import type { Settings } from '../state/page-state.ts'
import { DIGITS, OPTIMIZERS, type OptimizerChoice } from './choices.ts'

/** What a network calls its classes, in the order of its outputs: the digits where it has no names. */
export const namesOf = (network: Network): readonly string[] => network.classNames?.map(String) ?? DIGITS

const optimizerOf = ({ optimizer, learningRate }: Settings) =>
  ({ ...OPTIMIZERS[optimizer].options, learningRate }) as OptimizerOptions

const common = (settings: Settings, seed: number) => ({
  hidden: settings.layers.map((units) => ({ units, activation: settings.activation })),
  rest: { optimizer: optimizerOf(settings), seed },
})

/** 64 pixels to the probabilities of ten digits. */
export function digitsNetwork(settings: Settings, seed: number): Network {
  const { hidden, rest } = common(settings, seed)
  return new Network({
    inputs: 64,
    layers: [...hidden, 10],
    loss: 'crossEntropy',
    classNames: DIGITS,
    ...rest,
  })
}

/** A point of the plane to the probability of the second kind. */
export function planeNetwork(settings: Settings, seed: number): Network {
  const { hidden, rest } = common(settings, seed)
  return new Network({ inputs: 2, layers: [...hidden, 1], loss: 'binaryCrossEntropy', ...rest })
}

/** The network with the optimizer of these settings; whatever else it has, normalization or dropout, it keeps. */
export function withOptimizer(network: Network, settings: Settings): Network {
  const { options, ...rest } = network.toJSON()
  return Network.fromJSON({ ...rest, options: { ...options, optimizer: optimizerOf(settings) } })
}

/** The page's name for the optimizer of a network, and its options; undefined where the page does not offer it. */
function optimizerIn(network: Network) {
  const { optimizer } = network.toJSON().options
  const options: Record<string, unknown> =
    typeof optimizer === 'string' ? { name: optimizer } : { ...optimizer }
  const choice = (Object.keys(OPTIMIZERS) as OptimizerChoice[]).find((name) => {
    const wanted = OPTIMIZERS[name].options
    return wanted.name === options.name && Boolean(options.momentum) === 'momentum' in wanted
  })
  return choice && { choice, rate: options.learningRate }
}

/**
 * A network of a file as the page trains it, and the settings that make one like it. It is the same network, or with an
 * optimizer that the page does not offer, another with Adam. Throws where the page cannot show it.
 */
export function shown(network: Network, slow: boolean): { network: Network; settings: Settings } {
  const hidden = network.layers.slice(0, -1)
  if (network.inputs !== 64 || network.outputs !== 10) {
    throw new Error(
      `This model takes ${network.inputs} numbers and gives ${network.outputs}; the page needs 64 and 10.`,
    )
  }
  const names = namesOf(network)
  if (`${names}` !== `${DIGITS}` && DIGITS.every((digit) => names.includes(digit))) {
    throw new Error(
      `The classes of this model are the digits in the order ${names.join(', ')}; the page needs them from 0 to 9.`,
    )
  }
  const activations = new Set(hidden.map(({ activation }) => String(activation)))
  if (activations.size > 1) throw new Error('The hidden layers of this model differ in their activations.')
  const [activation = 'relu'] = activations
  const found = optimizerIn(network)
  const optimizer = found?.choice ?? 'adam'
  const settings = {
    layers: hidden.map(({ units }) => units),
    activation: activation as Settings['activation'],
    optimizer,
    learningRate: typeof found?.rate === 'number' ? found.rate : OPTIMIZERS[optimizer].rate,
    slow,
  }
  if (found) return { network, settings }
  const other = withOptimizer(network, settings)
  network.dispose()
  return { network: other, settings }
}
