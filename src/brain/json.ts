// Networks of brain.js, as their toJSON() gives them. Written from brain.js's documentation and from what 1.6.1 and 2.0.0-beta.24 are
// seen to write and to answer.
//
//   2.x  layers: [{ weights: [], biases: [] }, { weights: (units × inputs), biases: (units) }, …]
//        inputLookup, outputLookup: { name: index }, or null
//   1.x  layers: [{ name: {} }, { node: { bias, weights: { name below: weight } } }, …]
//        inputLookup, outputLookup: whether the names are the user's own

import { isArray, isObject } from '../base/check.ts'
import { FormatError, NablaError, shown } from '../base/errors.ts'
import { entry, listOf, numberOf, objectOf, type Plain, parsed, refuse } from '../base/plain.ts'
import type { ColumnScale } from '../data/features/scale.ts'
import type { Activation } from '../model/custom-activation.ts'
import { optimizer as checkOptimizer } from '../model/optimizer.ts'
import type { CommonNetworkOptions, OptimizerOptions } from '../model/options.ts'
import { leakyRelu } from '../model/sloped-activations.ts'
import type { LayerParameters } from '../model/snapshot.ts'
import { kindOf, type LoadAs, type Loaded, loaded, loadSettings } from '../models/loaded.ts'
import type { ModelSnapshot } from '../models/snapshot.ts'
import { namesOf } from './lookup.ts'
import { checkType, shapeOfJSON } from './state.ts'

/** What is the same in both versions: parameters, and the names where there are some. */
interface Read {
  readonly inputs: number
  readonly layers: readonly Required<Pick<LayerParameters, 'weights' | 'biases'>>[]
  readonly inputNames: readonly string[] | undefined
  readonly outputNames: readonly string[] | undefined
}

/** A finite float32 number. */
function parameter(value: unknown, where: string): number {
  const rounded = typeof value === 'number' ? Math.fround(value) : Number.NaN
  return Number.isFinite(rounded) ? rounded : refuse(where, 'a finite float32 number', value)
}

/** (units) weights of each of the inputs, as brain.js has them, and biases: turned to (inputs × units). */
function layerOf(
  units: number,
  inputs: number,
  where: string,
  at: { weight: (unit: number, input: number) => unknown; bias: (unit: number) => unknown },
) {
  const weights = new Float32Array(inputs * units)
  const biases = new Float32Array(units)
  for (let j = 0; j < units; ++j) {
    biases[j] = parameter(at.bias(j), `${where}: bias of node ${j}`)
    for (let i = 0; i < inputs; ++i) {
      weights[i * units + j] = parameter(at.weight(j, i), `${where}: weight ${i} of node ${j}`)
    }
  }
  return { weights, biases }
}

function version2(json: Plain): Read {
  const { sizes, parameters, inputLookup, outputLookup } = shapeOfJSON(json)
  return {
    inputs: sizes[0],
    layers: parameters.layers.map(({ weights, biases }, l) =>
      layerOf(biases.length, sizes[l], `json.layers[${l + 1}]`, {
        weight: (j, i) => weights[j][i],
        bias: (j) => biases[j],
      }),
    ),
    inputNames: inputLookup ? namesOf(inputLookup) : undefined,
    outputNames: outputLookup ? namesOf(outputLookup) : undefined,
  }
}

function version1(json: Plain, layers: readonly unknown[]): Read {
  const tables = layers.map((layer, l) => objectOf(layer, `json.layers[${l}]`))
  const nodes = tables.map((table) => Object.keys(table))
  nodes.forEach((names, l) => {
    if (names.length === 0) refuse(`json.layers[${l}]`, 'at least one node', 'none')
  })
  const read = tables.slice(1).map((table, k) => {
    const where = `json.layers[${k + 1}]`
    const below = nodes[k]
    const units = nodes[k + 1].map((name) => {
      const node = objectOf(table[name], `${where}[${shown(name)}]`)
      const weights = objectOf(entry(node, 'weights'), `${where}[${shown(name)}].weights`)
      const { length } = Object.keys(weights)
      if (length !== below.length || !below.every((input) => Object.hasOwn(weights, input))) {
        refuse(`${where}[${shown(name)}].weights`, `those of the ${below.length} nodes below`, length)
      }
      return { bias: entry(node, 'bias'), weights }
    })
    return layerOf(units.length, below.length, where, {
      weight: (j, i) => units[j].weights[below[i]],
      bias: (j) => units[j].bias,
    })
  })
  const own = (lookup: string, names: readonly string[]) => (entry(json, lookup) ? names : undefined)
  return {
    inputs: nodes[0].length,
    layers: read,
    inputNames: own('inputLookup', nodes[0]),
    outputNames: own('outputLookup', nodes[nodes.length - 1]),
  }
}

/** One for all layers, the last one too. */
function activationOf(json: Plain, isSecond: boolean): Activation {
  const places = ['trainOpts', 'options'].map((name) => entry(json, name)).filter(isObject)
  const all = [json, ...places]
  const found = all.map((place) => entry(place, 'activation')).find((one) => one !== undefined) ?? 'sigmoid'
  if (found === 'sigmoid' || found === 'tanh' || found === 'relu') return found
  if (found !== 'leaky-relu')
    return refuse('json.activation', "'sigmoid', 'relu', 'leaky-relu' or 'tanh'", found)
  // Below 0 that of 1.x is 0, and 0.01 z above: scaledFor() has the factor.
  if (!isSecond) return 'relu'
  const alpha = all.map((place) => entry(place, 'leakyReluAlpha')).find((one) => one !== undefined)
  const slope = numberOf(alpha, 0.01, 'json.leakyReluAlpha')
  return slope >= 0 && slope < 1e6
    ? leakyRelu(slope)
    : refuse('json.leakyReluAlpha', 'a number from 0 to 10⁶', slope)
}

/** What 1.x calls 'leaky-relu' and is seen to compute: relu(0.01 z), a relu of weights and biases a hundredth of its own. */
function scaledFor(json: Plain, layers: Read['layers']): Read['layers'] {
  if (entry(json, 'activation') !== 'leaky-relu') return layers
  const less = (values: ArrayLike<number>) => Float32Array.from(values, (value) => 0.01 * value)
  return layers.map(({ weights, biases }) => ({ weights: less(weights), biases: less(biases) }))
}

/** The rule that train() followed, where its numbers are such that nabla takes them. */
function optimizerOf(json: Plain): OptimizerOptions | undefined {
  const options = entry(json, 'trainOpts')
  if (!isObject(options)) return undefined
  const [learningRate, beta1, beta2, epsilon] = ['learningRate', 'beta1', 'beta2', 'epsilon'].map((name) =>
    entry(options, name),
  )
  const chosen =
    entry(options, 'praxis') === 'adam'
      ? { name: 'adam', learningRate, beta1, beta2, epsilon }
      : { name: 'sgd', learningRate, momentum: entry(options, 'momentum') }
  try {
    checkOptimizer(chosen, 'optimizer')
    return chosen as OptimizerOptions
  } catch (error) {
    if (error instanceof NablaError) return undefined
    throw error
  }
}

/** A number as it is. */
const plainScale: ColumnScale = { log1p: false, offset: 0, scale: 1 }

/** The network or model in plain data, of the object or the text that toJSON() gives. Throws FormatError. */
export function readBrain(given: unknown): ModelSnapshot {
  if (isObject(given) && typeof given.toJSON === 'function') {
    throw new FormatError(
      `json: expected what toJSON() of a network returns, got ${shown(given)}; give its toJSON()`,
    )
  }
  const json = objectOf(typeof given === 'string' ? parsed(given, 'json') : given, 'json')
  checkType(json)
  const layers = listOf(entry(json, 'layers'), 'json.layers')
  if (layers.length < 2) refuse('json.layers', 'at least two, the inputs and the outputs', layers.length)
  const first = layers[0]
  const isSecond = isObject(first) && isArray(entry(first, 'weights'))
  const read = isSecond ? version2(json) : version1(json, layers)
  const activation = activationOf(json, isSecond)
  const optimizer = optimizerOf(json)
  return {
    network: {
      options: {
        inputs: read.inputs,
        layers: read.layers.map(({ biases }) => ({ units: biases.length, activation })),
        // brain.js lessens the square of the error, whatever the activation is.
        loss: 'quadratic',
        ...(optimizer && { optimizer }),
      },
      layers: isSecond ? read.layers : scaledFor(json, read.layers),
    },
    ...(read.inputNames && {
      features: {
        // What a row does not have is 0 in brain.js.
        columns: read.inputNames.map((name) => ({
          ...{ type: 'numeric' as const, name },
          ...plainScale,
          ...{ missing: 0, indicator: false },
        })),
        cells: null,
        absent: 'missing',
      },
    }),
    ...(read.outputNames && {
      target: { type: 'number' as const, columns: read.outputNames.map((name) => ({ name, ...plainScale })) },
    }),
  }
}

/**
 * Returns the network of a brain.js `NeuralNetwork`, 1.x or 2.x, from what its toJSON() gives or the text of it. Where it was trained on objects,
 * it is a Model that takes and gives numbers by the same names: docs/brain.md.
 *
 * options: of the network, in place of what the JSON says, and `as: 'model'` or `'network'` for which of the two it is to be. Throws
 * FormatError, also for networks of other types, and for names where a network is asked for; OptionError.
 */
export function fromBrain<As extends LoadAs | undefined = undefined>(
  json: string | object,
  options: Partial<CommonNetworkOptions> & { as?: As } = {},
): Loaded<As> {
  const { as, options: own } = loadSettings(options)
  const saved = readBrain(json)
  return loaded(saved, kindOf(saved), as as As, own)
}
