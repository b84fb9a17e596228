// Keras's activations as nabla's.

import { FormatError, shown } from '../base/errors.ts'
import { booleanOf, entry, numberOf, type Plain } from '../base/plain.ts'
import type { Activation } from '../model/custom-activation.ts'
import { elu, leakyRelu } from '../model/sloped-activations.ts'
import type { KerasLayer } from './topology.ts'

// Slopes below zero of Keras's function and of its layer, and of its function's twin in tfjs.
const FUNCTION_SLOPE = 0.2
const LAYER_SLOPE = 0.3

const byName = new Map<string, () => Activation>([
  ['linear', () => 'linear'],
  ['sigmoid', () => 'sigmoid'],
  ['tanh', () => 'tanh'],
  ['relu', () => 'relu'],
  ['leaky_relu', () => leakyRelu(FUNCTION_SLOPE)],
  ['elu', () => 'elu'],
  ['selu', () => 'selu'],
  ['gelu', () => 'gelu'],
  ['silu', () => 'silu'],
  ['swish', () => 'silu'],
  ['softplus', () => 'softplus'],
  ['softsign', () => 'softsign'],
  ['softmax', () => 'softmax'],
])

const within = (value: number, { title }: KerasLayer, what: string): number => {
  if (value >= 0 && value < 1e6) return value
  throw new FormatError(`${title}: expected ${what} from 0 to 10⁶, got ${value}`)
}

/** Classes of layers that are an activation. */
const byLayer = new Map<string, (layer: KerasLayer, config: Plain) => Activation>([
  [
    'LeakyReLU',
    (layer, config) => {
      const slope = numberOf(entry(config, 'negative_slope', 'alpha'), LAYER_SLOPE, layer.title)
      return leakyRelu(within(slope, layer, 'a slope'))
    },
  ],
  [
    'ELU',
    (layer, config) => elu(within(numberOf(entry(config, 'alpha'), 1, layer.title), layer, 'an alpha')),
  ],
  [
    'ReLU',
    (layer, config) => {
      const most = entry(config, 'max_value', 'maxValue')
      const threshold = numberOf(entry(config, 'threshold'), 0, layer.title)
      if (most !== undefined || threshold !== 0) {
        throw new FormatError(`${layer.title}: expected no max_value and a threshold of 0, got others`)
      }
      return leakyRelu(within(numberOf(entry(config, 'negative_slope'), 0, layer.title), layer, 'a slope'))
    },
  ],
  [
    'Softmax',
    ({ title }, config) => {
      const axis = entry(config, 'axis') ?? -1
      const only = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis
      if (only !== -1 && only !== 1)
        throw new FormatError(`${title}: expected the last axis, got ${shown(axis)}`)
      return 'softmax'
    },
  ],
])

export const isActivationLayer = ({ className }: KerasLayer): boolean =>
  className === 'Activation' || byLayer.has(className)

/**
 * The activation of a layer that is one, or of another's `activation`: a name, or since Keras 3 also an object of a class or
 * function.
 */
export function activationOf(layer: KerasLayer): Activation {
  const own = byLayer.get(layer.className)
  if (own) return own(layer, layer.config)
  const given = entry(layer.config, 'activation') ?? 'linear'
  if (typeof given === 'string') return named(given, layer)
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    const className = entry(given as Plain, 'class_name')
    const config = entry(given as Plain, 'config')
    if (className === 'function' && typeof config === 'string') return named(config, layer)
    const made = typeof className === 'string' ? byLayer.get(className) : undefined
    if (made) return made({ ...layer, title: `${layer.title}: ${className}` }, (config ?? {}) as Plain)
    if (className === 'Activation' && typeof config === 'object' && config !== null) {
      const inner = entry(config as Plain, 'activation')
      if (typeof inner === 'string') return named(inner, layer)
    }
  }
  return unknown(given, layer)
}

/** 'relu'; tfjs writes its names as Keras does, and 'keras.activations.relu' is of Keras 3. */
function named(name: string, layer: KerasLayer): Activation {
  const short = name.replace(/^(keras\.activations\.|builtins\.)/, '')
  return byName.get(short)?.() ?? unknown(name, layer)
}

function unknown(given: unknown, { title }: KerasLayer): never {
  const known = [...byName.keys()].join(', ')
  throw new FormatError(`${title}: expected an activation among ${known}, got ${shown(given)}`)
}

/** Whether normalization over the last axis is asked for. */
export const isCentered = (config: Plain, name: 'center' | 'scale', title: string): boolean =>
  booleanOf(entry(config, name), true, `${title}: ${name}`)
