// What a model was compiled with, as nabla's loss and optimizer.

import { NablaError, shown } from '../base/errors.ts'
import { shortest } from '../base/float32.ts'
import { entry, type Plain } from '../base/plain.ts'
import type { Activation } from '../model/custom-activation.ts'
import { lossRow } from '../model/custom-loss.ts'
import { loss as checkLoss, lossOptions } from '../model/loss-settings.ts'
import type { LossName } from '../model/losses.ts'
import { optimizer as checkOptimizer } from '../model/optimizer.ts'
import type { CommonNetworkOptions, LossOptions, OptimizerOptions } from '../model/options.ts'

/** As `compile` was given it: of .keras files, .h5 files and tfjs. */
export interface Compiled {
  readonly loss: unknown
  readonly optimizer: unknown
  /** The loss by nabla's name, as toTfjs() has written it. */
  readonly own: unknown
}

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** 'MeanSquaredError', 'mean_squared_error' and tfjs's 'meanSquaredError' alike. */
const plainName = (name: string): string =>
  name
    .replace(/^.*[>.]/, '')
    .replaceAll('_', '')
    .toLowerCase()

/** The name and the options of what is given by its name, or as an object of a class. */
function nameAndOptions(given: unknown): { name: string; options: Plain } | undefined {
  if (typeof given === 'string') return { name: plainName(given), options: {} }
  if (!isPlain(given)) return undefined
  const name = entry(given, 'class_name', 'className')
  const config = entry(given, 'config')
  if (typeof name !== 'string') return undefined
  // A function: { class_name: 'function', config: 'mse' }.
  if (name === 'function' && typeof config === 'string') return { name: plainName(config), options: {} }
  return { name: plainName(name), options: isPlain(config) ? config : {} }
}

type Options = Readonly<Record<string, number | boolean>>
function picked(options: Plain, names: Readonly<Record<string, string[]>>): Options {
  const found: Record<string, number | boolean> = {}
  for (const [own, theirs] of Object.entries(names)) {
    const value = entry(options, ...theirs)
    // Keras keeps its numbers in float32: 0.0020000000949949026 for 0.002.
    if (typeof value === 'number') found[own] = Math.fround(value) === value ? shortest(value) : value
    if (typeof value === 'boolean') found[own] = value
  }
  return found
}

const smoothing = { labelSmoothing: ['label_smoothing', 'labelSmoothing'] }
const same = (name: LossName, names = {}): [LossName, Readonly<Record<string, string[]>>] => [name, names]

/** Names of losses, without case and _, and the options that nabla has of them. */
const lossNames = new Map([
  ...['categoricalcrossentropy', 'sparsecategoricalcrossentropy'].map(
    (name) => [name, same('crossEntropy', smoothing)] as const,
  ),
  ['binarycrossentropy', same('binaryCrossEntropy', smoothing)],
  ...['mse', 'meansquarederror'].map((name) => [name, same('quadratic')] as const),
  ...['mae', 'meanabsoluteerror'].map((name) => [name, same('meanAbsoluteError')] as const),
  ['huber', same('huber', { delta: ['delta'] })],
  ['logcosh', same('logCosh')],
  ['poisson', same('poisson')],
  ...['kldivergence', 'kullbackleiblerdivergence', 'kld'].map(
    (name) => [name, same('klDivergence')] as const,
  ),
  ['hinge', same('hinge')],
  ['categoricalhinge', same('categoricalHinge')],
  ['categoricalfocalcrossentropy', same('focal', { gamma: ['gamma'], alpha: ['alpha'] })],
  ['binaryfocalcrossentropy', same('binaryFocal', { gamma: ['gamma'], alpha: ['alpha'] })],
] as const)

/** Of Keras's classes, what their options are without. */
const lossDefaults: Readonly<Record<string, Options>> = {
  categoricalfocalcrossentropy: { alpha: 0.25, gamma: 2 },
  binaryfocalcrossentropy: { alpha: 0.25, gamma: 2 },
}

/** What a network with that last activation learns by where nothing fits better. */
const usualLoss = (activation: Activation): LossName => {
  if (activation === 'softmax') return 'crossEntropy'
  return activation === 'sigmoid' ? 'binaryCrossEntropy' : 'quadratic'
}

const fits = (name: LossName, activation: Activation, units: number): boolean => {
  const { fusedWith, refuses, outputs } = lossRow(name)
  if (outputs && units < outputs.least) return false
  return (fusedWith ?? activation) === activation && !refuses.some((refused) => refused === activation)
}

/** Whether the loss, without options, is the one that a file which names none is read with. */
export function isUsual(given: unknown, activation: Activation, units: number): boolean {
  const chosen = checkLoss(given, 'loss')
  return chosen.loss === lossOf(undefined, activation, units).loss.name && lossOptions(chosen).length === 0
}

/** The loss that toTfjs() has written; undefined for what is none, or none of the last layer. isNormalized: whether that cannot give its z. */
export function ownLossOf(
  given: unknown,
  activation: Activation,
  units: number,
  isNormalized: boolean,
): LossOptions | undefined {
  try {
    const { loss } = checkLoss(given, 'loss')
    if (typeof loss !== 'string' || !fits(loss, activation, units)) return undefined
    if (isNormalized && lossRow(loss).fusedWith) return undefined
    return (typeof given === 'string' ? { name: given } : given) as LossOptions
  } catch (error) {
    if (error instanceof NablaError) return undefined
    throw error
  }
}

/** The loss that goes with the last activation, and a note where it is not that of the file. */
export function lossOf(
  given: unknown,
  activation: Activation,
  units: number,
): { loss: LossOptions; note?: string } {
  const usual = [usualLoss(activation), 'quadratic' as const].find((name) => fits(name, activation, units))!
  const fallback = { name: usual } as LossOptions
  if (given === undefined) return { loss: fallback }
  const found = nameAndOptions(given)
  const known = found && lossNames.get(found.name)
  const note = `the loss ${shown(found?.name ?? given)} has no twin here that goes with its last activation: it is '${usual}' now`
  if (!found || !known || found.options.from_logits === true || !fits(known[0], activation, units)) {
    return { loss: fallback, note }
  }
  const options = { ...lossDefaults[found.name], ...picked(found.options, known[1]) }
  const balance =
    found.name === 'binaryfocalcrossentropy' && found.options.apply_class_balancing !== true
      ? { alpha: 'none' }
      : {}
  try {
    const loss = { name: known[0], ...options, ...balance } as LossOptions
    checkLoss(loss, 'loss')
    return { loss }
  } catch (error) {
    if (error instanceof NablaError) return { loss: fallback, note }
    throw error
  }
}

/** Own option → Keras's, by own name of the optimizer, with what they are there where nothing is said. */
const momenta = { beta1: ['beta_1', 'beta1'], beta2: ['beta_2', 'beta2'] }
const adam = { ...momenta, epsilon: ['epsilon'] }
const decay = { weightDecay: ['weight_decay'] }
const epsilon = { epsilon: 1e-7 }
interface Twin {
  readonly name: OptimizerOptions['name']
  readonly options: Readonly<Record<string, string[]>>
  readonly defaults: Options
}
const optimizerNames = new Map<string, Twin>([
  ['sgd', { name: 'sgd', options: { momentum: ['momentum'], nesterov: ['nesterov'] }, defaults: {} }],
  [
    'momentum',
    {
      name: 'sgd',
      options: { momentum: ['momentum'], nesterov: ['useNesterov', 'use_nesterov'] },
      defaults: {},
    },
  ],
  [
    'rmsprop',
    {
      name: 'rmsprop',
      options: {
        rho: ['rho', 'decay'],
        momentum: ['momentum'],
        epsilon: ['epsilon'],
        centered: ['centered'],
      },
      defaults: { ...epsilon, rho: 0.9, learningRate: 0.001 },
    },
  ],
  [
    'adagrad',
    { name: 'adagrad', options: { epsilon: ['epsilon'] }, defaults: { ...epsilon, learningRate: 0.001 } },
  ],
  ['adam', { name: 'adam', options: adam, defaults: epsilon }],
  ['adamw', { name: 'adamw', options: { ...adam, ...decay }, defaults: { ...epsilon, weightDecay: 0.004 } }],
  ['nadam', { name: 'nadam', options: adam, defaults: { ...epsilon, learningRate: 0.001 } }],
  ['lion', { name: 'lion', options: { ...momenta, ...decay }, defaults: { learningRate: 0.001 } }],
])

const clips = [
  ['value', 'clipvalue'],
  ['norm', 'clipnorm'],
  ['globalNorm', 'global_clipnorm'],
] as const

/** The optimizer, and a limit of the gradient; none, with a note, where nabla has no twin of it. */
export function optimizerOf(given: unknown): {
  options: Pick<CommonNetworkOptions, 'optimizer' | 'clip'>
  note?: string
} {
  if (given === undefined) return { options: {} }
  const found = nameAndOptions(given)
  const known = found && optimizerNames.get(found.name)
  const note = `the optimizer ${shown(found?.name ?? given)} has no twin here: it is 'sgd' now`
  if (!found || !known) return { options: {}, note }
  // SGD without momentum may still say nesterov.
  const chosen: Record<string, unknown> = {
    name: known.name,
    ...known.defaults,
    ...picked(found.options, { ...known.options, learningRate: ['learning_rate', 'learningRate', 'lr'] }),
  }
  if (!chosen.momentum) delete chosen.nesterov
  const clip = clips.flatMap(([own, theirs]) => {
    const limit = found.options[theirs]
    return typeof limit === 'number' && limit > 0 && Number.isFinite(Math.fround(limit))
      ? [{ [own]: limit }]
      : []
  })[0] as unknown as CommonNetworkOptions['clip']
  try {
    checkOptimizer(chosen, 'optimizer')
    return { options: { optimizer: chosen as unknown as OptimizerOptions, ...(clip && { clip }) } }
  } catch (error) {
    if (error instanceof NablaError) return { options: {}, note }
    throw error
  }
}
