// What is exported, as a list of steps on one row: what the writers of JavaScript and of C have in common.

import { refuse } from '../base/check.ts'
import { OptionError, shown } from '../base/errors.ts'
import type { Floats } from '../base/floats.ts'
import { type LossName, losses } from '../model/losses.ts'
import type { LayerParameters, NetworkSnapshot } from '../model/snapshot.ts'
import { type ActivationName, activations } from '../model/tables.ts'
import { Network } from '../network.ts'
import { networkOf, snapshotOf } from '../network-snapshot.ts'

/** A Network of nabla: each entry has types of its own, by which a class of another one is known by its members alone. */
export interface DeployableNetwork {
  readonly inputs: number
  readonly outputs: number
  readonly parameterCount: number
  checkpoint(): Uint8Array
}

/** A model as plain data: its network, and what stands before and behind it. */
export interface DeployableModel {
  readonly network: DeployableNetwork | NetworkSnapshot
  /** One for each class, in the order of their indices. Default: those of the network, where it has some. */
  readonly classNames?: readonly (string | boolean)[] | undefined
  /** How raw rows become inputs. Not yet: it must be missing. */
  readonly features?: undefined
  /** How outputs become the target in its own unit. Not yet: it must be missing. */
  readonly target?: undefined
}

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

/** How outputs become classes: the side of a boundary, one for each label, or the largest. */
export type Decision =
  | { readonly kind: 'side' | 'labels'; readonly boundary: number }
  | { readonly kind: 'largest' }

/** All that a writer needs. */
export interface Deployment {
  readonly inputs: number
  readonly outputs: number
  readonly steps: readonly Step[]
  readonly classes: { readonly names: readonly (string | boolean)[]; readonly decision: Decision } | undefined
  /** "64-32-10: relu, softmax", for the head of the file. */
  readonly summary: string
}

const { fround } = Math

/** The activation of a layer, where it is one of nabla's. Throws OptionError by the name of another. */
function activationOf(given: unknown, where: string): ActivationName {
  if (typeof given === 'string' && Object.hasOwn(activations, given)) return given as ActivationName
  const name = typeof given === 'object' && given !== null ? (given as { name?: unknown }).name : given
  throw new OptionError(
    `${where}: expected one of nabla's activations, got ${shown(name)}, a function of your own, which cannot be exported`,
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

/** See classSlices in src/metrics/classify.ts. */
function decisionOf(outputs: number, loss: unknown): Decision {
  const name = typeof loss === 'object' && loss !== null ? (loss as { name: string }).name : (loss as string)
  const row = Object.hasOwn(losses, name) ? losses[name as LossName] : losses.quadratic
  const boundary = row.fusedWith ? 0.5 : row.threshold
  if (outputs === 1) return { kind: 'side', boundary }
  return row.kind === 'labels' ? { kind: 'labels', boundary } : { kind: 'largest' }
}

function namesOf(given: unknown, outputs: number): readonly (string | boolean)[] {
  const count = outputs === 1 ? 2 : outputs
  const names = Array.isArray(given) ? [...given] : []
  const isName = (one: unknown) => typeof one === 'string' || typeof one === 'boolean'
  if (names.length !== count || !names.every(isName) || new Set(names).size !== count) {
    return refuse('model.classNames', `${count} names, each once`, given)
  }
  return names
}

/** The same network, or a copy of the snapshot that has been checked as a network's options and parameters are. */
function checkedSnapshot(network: DeployableNetwork | NetworkSnapshot): NetworkSnapshot {
  if (network instanceof Network) return snapshotOf(network)
  const { options, layers } = (typeof network === 'object' && network ? network : {}) as NetworkSnapshot
  if (!Array.isArray(options?.layers)) return refuse('model.network', 'a Network or its snapshot', network)
  options.layers.forEach(({ activation }, l) => {
    if (typeof activation === 'object') activationOf(activation, `layers[${l}].activation`)
  })
  const made = networkOf({ options, layers }, { kernels: 'reference', threads: 1 })
  const checked = snapshotOf(made)
  made.dispose()
  return checked
}

/** The steps and the names of a model. Throws OptionError for what cannot be exported, FormatError for a snapshot that is none. */
export function deploymentOf(model: DeployableNetwork | DeployableModel): Deployment {
  const given: DeployableModel = model instanceof Network ? { network: model } : (model as DeployableModel)
  if (typeof given !== 'object' || given === null) refuse('model', 'a Network or { network }', given)
  for (const part of ['features', 'target'] as const) {
    if (given[part] !== undefined)
      refuse(`model.${part}`, 'none: transforms cannot be exported yet', given[part])
  }
  const snapshot = checkedSnapshot(given.network)
  const { options } = snapshot
  const outputs = options.layers[options.layers.length - 1].units
  const classNames = given.classNames ?? (options as { classNames?: unknown }).classNames
  const sizes = [options.inputs, ...options.layers.map(({ units }) => units)].join('-')
  const stages = options.layers.map(({ activation, normalization }) => {
    const before = typeof normalization === 'object' ? `${normalization.name} normalization + ` : ''
    return `${before}${activation}`
  })
  return {
    inputs: options.inputs,
    outputs,
    steps: stepsOf(snapshot),
    classes:
      classNames === undefined
        ? undefined
        : { names: namesOf(classNames, outputs), decision: decisionOf(outputs, options.loss) },
    summary: `${sizes} (${stages.join(', ')})`,
  }
}
