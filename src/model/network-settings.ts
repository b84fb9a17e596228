// The settings that the options of a network stand for: one table checks them and fills in the defaults, and what they mean
// together is found here.

import {
  boolean,
  type Check,
  checkOptions,
  fraction,
  integer,
  isArray,
  isObject,
  knownOf,
  oneOf,
  optional,
  refuse,
  threads,
} from '../base/check.ts'
import { OptionError } from '../base/errors.ts'
import type { Architecture, LayerShape } from './architecture.ts'
import { type ClassNames, checkNames, classNames } from './class-names.ts'
import { refuseThreads, refuseTwins } from './custom.ts'
import { type Activation, activationOption, activationRow, nameOf } from './custom-activation.ts'
import { type Loss, lossRow } from './custom-loss.ts'
import { type CustomInitializer, type InitializerName, initializers } from './initializers.ts'
import { loss } from './loss-settings.ts'
import { losses } from './losses.ts'
import { normalization } from './normalizations.ts'
import { optimizer, updateRuleOf } from './optimizer.ts'
import type { OptimizerSettings } from './optimizers.ts'
import type { KernelsName, NetworkOptions } from './options.ts'
import { clip, limitOrNone, penalty, regularizationOf } from './regularization.ts'
import type { SavedOptions } from './snapshot.ts'

const names = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[]

const initializer: Check<InitializerName | CustomInitializer> = (value, name) =>
  typeof value === 'function'
    ? (value as CustomInitializer)
    : oneOf(names(initializers))(value, `${name} (a name or a function)`)

const regularizationTable = {
  l1: optional(penalty, undefined),
  l2: optional(penalty, undefined),
  maxNorm: optional(limitOrNone, undefined),
}

const layerTable = {
  units: integer(1, 2 ** 24),
  activation: optional(activationOption, undefined),
  bias: optional(boolean, undefined),
  initializer: optional(initializer, undefined),
  // 'none' is kept apart from a missing option: it overrides the network's default.
  normalization: optional((value, name) => normalization(value, name) ?? ('none' as const), undefined),
  dropout: optional(fraction, undefined),
  ...regularizationTable,
}

const layer: Check<ReturnType<typeof checkLayer>> = (value, name) => checkLayer(value, name)
const checkLayer = (value: unknown, name: string) =>
  checkOptions(layerTable, isObject(value) ? value : { units: value }, name)

const list =
  <T>(check: Check<T>, least: number, what: string): Check<T[]> =>
  (value, name) =>
    isArray(value) && value.length >= least
      ? Array.from({ length: value.length }, (_, i) => check(value[i], `${name}[${i}]`)) // map skips holes
      : refuse(name, `an array of ${least} or more ${what}`, value)

const networkTable = {
  sizes: optional(list(integer(1, 2 ** 24), 2, 'layer sizes'), undefined),
  inputs: optional(integer(1, 2 ** 24), undefined),
  layers: optional(list(layer, 1, 'layers'), undefined),
  activation: optional(activationOption, undefined),
  loss: optional(loss, undefined),
  optimizer: (value: unknown, name: string) => optimizer(value ?? 'sgd', name),
  ...regularizationTable,
  clip: optional(clip, undefined),
  bias: optional(boolean, true),
  initializer: optional(initializer, 'glorotUniform' as const),
  biasInitializer: optional(oneOf(names(initializers)), 'zeros' as const),
  normalization: optional(normalization, undefined),
  dropout: optional(fraction, 0),
  inputDropout: optional(fraction, 0),
  classNames: optional(classNames, undefined),
  seed: optional(integer(0), 0),
  kernels: optional(oneOf<KernelsName>(['auto', 'relaxed', 'simd', 'reference']), 'auto' as const),
  wide: optional(boolean, false),
  threads: optional(threads, 'auto' as const),
}

/** The options that there are here, of the network and of its layers, out of those that a newer version has saved. */
export function knownOptions(options: SavedOptions): SavedOptions {
  const known = knownOf(networkTable, options) as unknown as SavedOptions
  if (!isArray(known.layers)) return known
  const layers = known.layers.map((one) => (isObject(one) ? knownOf(layerTable, one) : one))
  return { ...known, layers: layers as unknown as SavedOptions['layers'] }
}

/** A network's options with every default in place. */
export interface Settings {
  readonly architecture: Architecture
  readonly optimizer: OptimizerSettings
  /** One for each layer. */
  readonly initializers: readonly (InitializerName | CustomInitializer)[]
  readonly biasInitializer: InitializerName
  /** What the classes are called, where the user says so. */
  readonly classNames?: ClassNames | undefined
  readonly seed: number
  readonly kernels: KernelsName
  readonly wide: boolean
  readonly threads: number | 'auto'
}

/** The settings that the options of a network stand for. Throws OptionError. */
export function networkSettings(options: NetworkOptions): Settings {
  const given = checkOptions(networkTable, options, 'options')
  if ((given.sizes === undefined) === (given.layers === undefined && given.inputs === undefined)) {
    throw new OptionError(
      'options: expected the shape once, as { inputs, layers } or as { sizes: [784, 30, 10] }, got ' +
        (given.sizes ? 'both' : 'neither'),
    )
  }
  const layers = given.sizes ? given.sizes.slice(1).map((units) => checkLayer(units, 'layer')) : given.layers
  const inputs = given.sizes ? given.sizes[0] : given.inputs
  if (inputs === undefined) return refuse('options.inputs', 'the number of values in a row of x', inputs)
  if (layers === undefined) return refuse('options.layers', 'an array of layers', layers)

  const lastActivation = layers.at(-1)!.activation ?? given.activation
  const chosen = given.loss ?? loss(activationRow(lastActivation ?? 'linear').usualLoss, 'loss')
  const { fusedWith } = lossRow(chosen.loss)
  const outputActivation: Activation = fusedWith ?? given.activation ?? 'linear'

  const shapes = layers.map((one, l): LayerShape => {
    const isLast = l === layers.length - 1
    const asked = one.normalization ?? (isLast ? undefined : given.normalization)
    const normalizes = asked === 'none' ? undefined : asked
    const dropout = one.dropout ?? (isLast ? 0 : given.dropout)
    return Object.freeze({
      inputs: l === 0 ? inputs : layers[l - 1].units,
      units: one.units,
      activation: one.activation ?? (isLast ? outputActivation : (given.activation ?? 'relu')),
      // The mean of the batch takes a bias away again.
      bias: one.bias ?? (normalizes?.name === 'batch' ? false : given.bias),
      ...(normalizes && { normalization: normalizes }),
      ...(dropout > 0 && { dropout }),
    })
  })
  checkPairs(shapes, chosen.loss)
  checkLast(shapes, chosen.loss)
  refuseTwins(shapes)
  const { inputDropout } = given
  const regularization = regularizationOf(given, layers)
  const architecture: Architecture = {
    inputs,
    outputs: shapes.at(-1)!.units,
    layers: Object.freeze(shapes),
    ...chosen,
    ...(inputDropout > 0 && { inputDropout }),
    ...(regularization && { regularization }),
  }
  checkAllRows(given.optimizer, architecture)
  if (given.classNames) checkNames(given.classNames, architecture, 'options.classNames')
  if (given.threads !== 'auto' && given.threads > 1) {
    refuseThreads(architecture, 'options.threads', "1 or 'auto'", given.threads)
  }
  return {
    architecture,
    optimizer: given.optimizer,
    initializers: layers.map((one) => one.initializer ?? given.initializer),
    biasInitializer: given.biasInitializer,
    ...(given.classNames && { classNames: given.classNames }),
    seed: given.seed,
    kernels: given.kernels,
    wide: given.wide,
    threads: given.threads,
  }
}

/** Refuses stages that make no sense in the last layer. */
function checkLast(layers: readonly LayerShape[], loss: Loss): void {
  const { activation, normalization, dropout } = layers.at(-1)!
  const name = `options.layers[${layers.length - 1}]`
  if (dropout !== undefined) {
    refuse(`${name}.dropout`, '0 in the last layer, whose outputs are what the loss compares', dropout)
  }
  if (normalization && (lossRow(loss).fusedWith === activation || activationRow(activation).wholeRow)) {
    refuse(
      `${name}.normalization`,
      `'none' in a last layer of '${nameOf(activation)}' with the loss '${nameOf(loss)}'`,
      normalization.name,
    )
  }
}

/** Refuses what an optimizer that takes all rows at once cannot do: its loss must be one function of the weights. */
function checkAllRows(
  optimizer: OptimizerSettings,
  { layers, inputDropout, regularization }: Architecture,
): void {
  if (!updateRuleOf(optimizer).allRows) return
  const withOut = (what: string) => `${what} with '${optimizer.name}', which takes all rows in each step`
  if (inputDropout) refuse('options.inputDropout', withOut('0'), inputDropout)
  layers.forEach(({ dropout, normalization }, l) => {
    if (dropout) refuse(`options.layers[${l}].dropout`, withOut('0'), dropout)
    if (normalization?.name === 'batch') {
      refuse(`options.layers[${l}].normalization`, withOut("'layer' or 'none'"), normalization.name)
    }
    const limit = regularization?.layers[l].maxNorm
    if (limit) refuse(`options.layers[${l}].maxNorm`, withOut('no limit'), limit)
  })
  if (regularization?.clip) refuse('options.clip', withOut('no limit'), regularization.clip.kind)
}

/** Refuses activations and losses that make no sense together. */
function checkPairs(layers: readonly LayerShape[], loss: Loss): void {
  layers.forEach(({ activation }, l) => {
    if (activationRow(activation).wholeRow && l < layers.length - 1) {
      refuse(
        `options.layers[${l}].activation`,
        `an elementwise activation (only the last layer may be '${nameOf(activation)}')`,
        activation,
      )
    }
  })
  const { activation, units } = layers.at(-1)!
  const { outputs, fusedWith } = lossRow(loss)
  if (outputs && units < outputs.least) {
    throw new OptionError(`options.loss: '${nameOf(loss)}' expects ${outputs.expected}, got ${outputs.got}`)
  }
  const meets = (one: Loss) => {
    const { fusedWith, refuses } = lossRow(one)
    return (fusedWith ?? activation) === activation && !refuses.some((refused) => refused === activation)
  }
  if (!meets(loss)) {
    const fitting = names(losses).filter(meets)
    const expected = fusedWith ? `'${fusedWith}'` : 'an elementwise activation'
    const own = nameOf(activation)
    throw new OptionError(
      `options.loss: '${nameOf(loss)}' expects ${expected} as the last layer's activation, got '${own}' ` +
        `(with '${own}' the loss can be ${fitting.map((one) => `'${one}'`).join(' or ')})`,
    )
  }
}
