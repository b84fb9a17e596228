// What is exported, as a list of steps on one row: what the writers of JavaScript and of C have in common.

import { finite, isArray, isObject, oneOf, refuse } from '../base/check.ts'
import { FormatError, OptionError, shown } from '../base/errors.ts'
import type { Floats } from '../base/floats.ts'
import type { FeaturesJSON } from '../data/features/features.ts'
import type { ClassValue } from '../data/features/predictions.ts'
import type { NumberTargetJSON, TargetJSON } from '../data/features/target.ts'
import type { NetworkJSON } from '../formats/network-json.ts'
import { classNames as checkClassNames, nameCount } from '../model/class-names.ts'
import { nameOf as activationName } from '../model/custom-activation.ts'
import { isOwnLoss } from '../model/loss-settings.ts'
import { type LossName, losses } from '../model/losses.ts'
import { type ActivationOptions, isSlopedName, numberOf, slopedOption } from '../model/sloped-activations.ts'
import type { LayerParameters, NetworkSnapshot, SavedOptions } from '../model/snapshot.ts'
import { type ActivationName, activations } from '../model/tables.ts'
import { type ModelJSON, modelFromJSON } from '../models/json.ts'
import { Model } from '../models/model.ts'
import type { ModelSnapshot } from '../models/parts.ts'
import { givesProbabilities } from '../models/prediction.ts'
import { modelOf, modelSnapshotOf } from '../models/snapshot.ts'
import { Network } from '../network.ts'

/** What can be exported: a network, a model, or what `toJSON()` returns of either. */
export type Deployable = Network | Model | NetworkJSON | ModelJSON

/** One step of a prediction, in place but for `dense`. All numbers are float32. */
export type Step =
  | {
      readonly kind: 'dense'
      readonly inputs: number
      readonly units: number
      /** Row-major (inputs × units). */
      readonly weights: Floats
      readonly biases: Floats | undefined
    }
  | {
      /** γ ⊙ (z − μ) / √(σ² + ε) + β, with 1 / √(σ² + ε) computed here. */
      readonly kind: 'batchNormalization'
      readonly units: number
      readonly means: Floats
      readonly inverses: Floats
      readonly gains: Floats
      readonly shifts: Floats
    }
  | {
      readonly kind: 'layerNormalization'
      readonly units: number
      readonly epsilon: number
      readonly gains: Floats
      readonly shifts: Floats
    }
  | {
      readonly kind: 'activation'
      readonly units: number
      readonly activation: Exclude<ActivationName, 'linear'> | 'slopedRelu' | 'scaledElu'
      /** The slope or the α of those with a number of their own. */
      readonly number: number | undefined
    }

/** What outputs stand for. */
export type Answer =
  | {
      readonly kind: 'class'
      readonly values: readonly ClassValue[]
      /** Of one output: class 1 is from here on. Of several the largest is the class. */
      readonly boundary: number
      /** Whether the outputs are probabilities. */
      readonly isLikely: boolean
    }
  | {
      readonly kind: 'labels'
      readonly values: readonly string[]
      /** From here on a label is there. */
      readonly boundary: number
      readonly isLikely: boolean
    }
  | { readonly kind: 'numbers'; readonly columns: NumberTargetJSON['columns'] }

/** All that a writer needs. */
export interface Deployment {
  readonly inputs: number
  readonly outputs: number
  readonly steps: readonly Step[]
  /** What inputs are made from; undefined where rows are inputs. */
  readonly features: FeaturesJSON | undefined
  /** Undefined where the outputs are the answer. */
  readonly answer: Answer | undefined
  /** True for a model, which predicts answers; a network predicts outputs, whether or not its classes have names. */
  readonly isModel: boolean
  /** "64-32-10 (relu, softmax)", for the head of the file. */
  readonly summary: string
}

const { fround } = Math

/** The activation of a layer, where it is one of nabla's. Throws OptionError by the name of another. */
function activationOf(given: unknown, where: string): ActivationName | ActivationOptions {
  if (typeof given === 'string' && Object.hasOwn(activations, given)) return given as ActivationName
  if (isObject(given) && isSlopedName(given.name)) return slopedOption(given.name, given, where)
  throw new OptionError(
    `${where}: expected one of nabla's activations, got ${shown(nameOf(given))}, a function of your own, which cannot be exported`,
  )
}

/** How the z of a layer are normalised. */
function normalizationSteps(
  normalization: { name: string; epsilon: number },
  units: number,
  { gains, shifts, runningMean, runningVariance }: LayerParameters,
): Step[] {
  // As the kernels have it.
  const epsilon = fround(normalization.epsilon)
  const both = { units, gains: gains!, shifts: shifts! }
  if (normalization.name === 'layer') return [{ kind: 'layerNormalization', epsilon, ...both }]
  const inverses = Float32Array.from(runningVariance!, (v) => 1 / fround(Math.sqrt(fround(v + epsilon))))
  return [{ kind: 'batchNormalization', means: runningMean!, inverses, ...both }]
}

/** The step of an activation; none of linear. */
function activationSteps(one: ActivationName | ActivationOptions, units: number): Step[] {
  if (one === 'linear') return []
  if (typeof one === 'string') return [{ kind: 'activation', units, activation: one, number: undefined }]
  const activation = one.name === 'elu' ? 'scaledElu' : 'slopedRelu'
  return [{ kind: 'activation', units, activation, number: fround(numberOf(one)) }]
}

function stepsOf({ options, layers }: NetworkSnapshot): Step[] {
  return layers.flatMap((parameters, l): Step[] => {
    const { units, activation, normalization } = options.layers[l]
    const inputs = l === 0 ? options.inputs : options.layers[l - 1].units
    const { weights, biases } = parameters
    return [
      { kind: 'dense', inputs, units, weights, biases },
      ...(typeof normalization === 'object'
        ? normalizationSteps(normalization as { name: string; epsilon: number }, units, parameters)
        : []),
      ...activationSteps(activationOf(activation, `layers[${l}].activation`), units),
    ]
  })
}

const nameOf = (given: unknown): unknown =>
  typeof given === 'object' && given !== null ? (given as { name?: unknown }).name : given

/** What targets of the loss are, and from which output on one of two classes or a label is 1. */
function sidesOf(loss: unknown): { kind: 'values' | 'classes' | 'labels'; boundary: number } {
  if (isOwnLoss(loss)) return { kind: loss.targets, boundary: loss.threshold }
  const { kind, fusedWith, threshold } = losses[nameOf(loss) as LossName]
  return { kind, boundary: fusedWith ? 0.5 : threshold }
}

/** As src/models/prediction.ts has it. */
function answerOf({ options }: NetworkSnapshot, target: TargetJSON | undefined): Answer | undefined {
  if (target?.type === 'number') return { kind: 'numbers', columns: target.columns }
  const { units, activation } = options.layers[options.layers.length - 1]
  const { kind, boundary } = sidesOf(options.loss)
  const areLabels = target ? target.type === 'labels' : units > 1 && kind === 'labels'
  const names = target?.type === 'labels' ? target.names : (target?.classes ?? options.classNames)
  if (!names) return undefined
  const isLikely = givesProbabilities({ outputs: units, activation: activation! }, areLabels)
  if (!areLabels) {
    return { kind: 'class', values: names, boundary, isLikely }
  }
  return {
    kind: 'labels',
    values: names.map(String),
    boundary: kind === 'labels' ? boundary : 0.5,
    isLikely,
  }
}

/** The options of a network as one can be made of: what only a function stands for is refused by its name, or left aside. */
function plainOptions(options: SavedOptions): SavedOptions {
  options.layers.forEach((layer, l) => {
    if (typeof layer?.activation === 'object') activationOf(layer.activation, `layers[${l}].activation`)
  })
  if (!isOwnLoss(options.loss)) return { ...options, optimizer: 'sgd' }
  const { classNames, ...others } = options
  return { ...others, optimizer: 'sgd', loss: 'quadratic' }
}

/** A loss of the user's own and the names of the classes, which that of plainOptions has no use for. Throws OptionError. */
function ownOptions({ loss, layers, classNames }: SavedOptions): Partial<SavedOptions> {
  if (!isOwnLoss(loss)) return {}
  const targets = oneOf(['values', 'classes', 'labels'] as const)(loss.targets ?? 'values', 'loss.targets')
  const threshold = finite(loss.threshold ?? 0.5, 'loss.threshold')
  const own = { loss: { ...loss, targets, threshold } } as Partial<SavedOptions>
  if (classNames === undefined) return own
  const names = checkClassNames(classNames, 'classNames')
  const count = nameCount(layers[layers.length - 1].units)
  if (names.length !== count) refuse('classNames', `${count} names`, classNames)
  return { ...own, classNames: names }
}

/** What the JSON is of, checked as a model is. */
function checkedSnapshot(json: unknown): ModelSnapshot {
  if (!isObject(json)) return refuse('model', 'a Network, a Model, or what toJSON() returns of one', json)
  const { network, features, target } = modelFromJSON(json)
  const { layers } = network.options
  if (!isArray(layers)) {
    throw new FormatError(`model: options.layers: expected an array of layers, got ${shown(layers)}`)
  }
  const options = plainOptions(network.options)
  const plain = { network: { options, layers: network.layers }, features, target } as ModelSnapshot
  const made = modelOf(plain, { kernels: 'reference', threads: 1 })
  const checked = modelSnapshotOf(made)
  ;(made instanceof Model ? made.network : made).dispose()
  const own = ownOptions(network.options)
  return { ...checked, network: { ...checked.network, options: { ...checked.network.options, ...own } } }
}

/** The steps of a model. Throws OptionError for what cannot be exported, FormatError for JSON that is not of a model. */
export function deploymentOf(model: Deployable): Deployment {
  const isLive = model instanceof Network || model instanceof Model
  const { network, features, target } = isLive ? modelSnapshotOf(model) : checkedSnapshot(model)
  const { options } = network
  const sizes = [options.inputs, ...options.layers.map(({ units }) => units)].join('-')
  const steps = stepsOf(network)
  const stages = options.layers.map(({ activation, normalization }) => {
    const before = typeof normalization === 'object' ? `${normalization.name} normalization + ` : ''
    return `${before}${activationName(activation!)}`
  })
  return {
    inputs: options.inputs,
    outputs: options.layers[options.layers.length - 1].units,
    steps,
    features,
    answer: answerOf(network, target),
    isModel: features !== undefined || target !== undefined,
    summary: `${sizes} (${stages.join(', ')})`,
  }
}
