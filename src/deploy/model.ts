// What is exported, as a list of steps on one row: what the writers of JavaScript and of C have in common.

import { refuse } from '../base/check.ts'
import { OptionError, shown } from '../base/errors.ts'
import type { Floats } from '../base/floats.ts'
import type { FeaturesJSON } from '../data/features/features.ts'
import type { ClassValue, NumberTargetJSON, TargetJSON } from '../data/features/target.ts'
import { type LossName, losses } from '../model/losses.ts'
import type { LayerParameters, NetworkSnapshot } from '../model/snapshot.ts'
import { type ActivationName, activations } from '../model/tables.ts'
import { Model } from '../models/model.ts'
import { type ModelSnapshot, modelOf, modelSnapshotOf } from '../models/snapshot.ts'
import { Network } from '../network.ts'

/** What can be exported: a network, a model, or either as plain data. */
export type Deployable = Network | Model | ModelSnapshot

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
  | { readonly kind: 'activation'; readonly units: number; readonly activation: ActivationName }

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
function activationOf(given: unknown, where: string): ActivationName {
  if (typeof given === 'string' && Object.hasOwn(activations, given)) return given as ActivationName
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

function stepsOf({ options, layers }: NetworkSnapshot): Step[] {
  return layers.flatMap((parameters, l): Step[] => {
    const { units, activation, normalization } = options.layers[l]
    const name = activationOf(activation, `layers[${l}].activation`)
    const inputs = l === 0 ? options.inputs : options.layers[l - 1].units
    const { weights, biases } = parameters
    return [
      { kind: 'dense', inputs, units, weights, biases },
      ...(typeof normalization === 'object'
        ? normalizationSteps(normalization as { name: string; epsilon: number }, units, parameters)
        : []),
      ...(name === 'linear' ? [] : [{ kind: 'activation' as const, units, activation: name }]),
    ]
  })
}

const nameOf = (given: unknown): unknown =>
  typeof given === 'object' && given !== null ? (given as { name?: unknown }).name : given

/** A loss of the user's own has numbers for targets, and no options here. */
const isOwnLoss = (loss: unknown): boolean =>
  typeof loss === 'object' && !Object.hasOwn(losses, nameOf(loss) as string)

/** As src/models/prediction.ts has it. */
function answerOf({ options }: NetworkSnapshot, target: TargetJSON | undefined): Answer | undefined {
  if (target?.type === 'number') return { kind: 'numbers', columns: target.columns }
  const { units, activation } = options.layers[options.layers.length - 1]
  const row = losses[isOwnLoss(options.loss) ? 'quadratic' : (nameOf(options.loss) as LossName)]
  const boundary = row.fusedWith ? 0.5 : row.threshold
  const areLabels = target ? target.type === 'labels' : units > 1 && row.kind === 'labels'
  const names = target?.type === 'labels' ? target.names : (target?.classes ?? options.classNames)
  if (!names) return undefined
  if (!areLabels) {
    const isLikely = activation === 'softmax' || (activation === 'sigmoid' && units === 1)
    return { kind: 'class', values: names, boundary, isLikely }
  }
  return {
    kind: 'labels',
    values: names.map(String),
    boundary: row.kind === 'labels' ? boundary : 0.5,
    isLikely: activation === 'sigmoid',
  }
}

/** A copy that has been checked as a model is. */
function checkedSnapshot(given: ModelSnapshot): ModelSnapshot {
  const { network, features, target } = (typeof given === 'object' && given ? given : {}) as ModelSnapshot
  if (!Array.isArray(network?.options?.layers) || !Array.isArray(network.layers)) {
    return refuse('model', 'a Network, a Model, or the snapshot of one', given)
  }
  const { options, layers } = network
  // What only a function stands for is refused by its name; what is only for training is left aside.
  options.layers.forEach((layer, l) => {
    if (typeof layer?.activation === 'object') activationOf(layer.activation, `layers[${l}].activation`)
  })
  const { loss } = options
  const made = modelOf(
    { network: { options, layers }, ...(features && { features }), ...(target && { target }) },
    { kernels: 'reference', threads: 1, optimizer: 'sgd', ...(isOwnLoss(loss) && { loss: 'quadratic' }) },
  )
  const checked = modelSnapshotOf(made)
  ;(made instanceof Model ? made.network : made).dispose()
  return checked
}

/** The steps of a model. Throws OptionError for what cannot be exported, FormatError for a snapshot that is none. */
export function deploymentOf(model: Deployable): Deployment {
  const isLive = model instanceof Network || model instanceof Model
  const { network, features, target } = isLive ? modelSnapshotOf(model) : checkedSnapshot(model)
  const { options } = network
  const sizes = [options.inputs, ...options.layers.map(({ units }) => units)].join('-')
  const steps = stepsOf(network)
  const stages = options.layers.map(({ activation, normalization }) => {
    const before = typeof normalization === 'object' ? `${normalization.name} normalization + ` : ''
    return `${before}${activation}`
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
