// A network as a line of text, and its options as plain data: what console.log and String show, who would otherwise see nothing,
// since its state is private. And why it cannot be cloned.

import { shortest } from '../base/float32.ts'
import type { Architecture, LayerShape } from '../model/architecture.ts'
import { type Activation, type CustomActivation, isOwn, nameOf } from '../model/custom-activation.ts'
import type { CustomLossSettings } from '../model/custom-loss.ts'
import { lossOptions, lossSettingsOf } from '../model/loss-settings.ts'
import type { LossName } from '../model/losses.ts'
import type { Settings } from '../model/network-settings.ts'
import { optimizer } from '../model/optimizer.ts'
import type { OptimizerSettings } from '../model/optimizers.ts'
import type { LossOptions, OptimizerOptions } from '../model/options.ts'
import type { ClipOptions, LayerRegularization, Regularization } from '../model/regularization.ts'
import type { LearningRate } from '../model/schedules.ts'
import type { SavedOptions } from '../model/snapshot.ts'

/** What Node and Bun, and what Deno, call to print an object. */
export const NODE_INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')
export const DENO_INSPECT: unique symbol = Symbol.for('Deno.customInspect')

/** What is not in a network's settings. */
interface Condition {
  readonly parameterCount: number
  readonly kernels: string
  readonly wide: boolean
  readonly isTraining: boolean
  readonly isDisposed: boolean
}

/** The list, or of more than eight the first five and the last two, with an ellipsis between. */
const shortened = (list: readonly unknown[]): readonly unknown[] =>
  list.length <= 8 ? list : [...list.slice(0, 5), '…', ...list.slice(-2)]

/** "relu ×3", "softmax": neighbours that are the same, counted. */
function runs(names: readonly string[]): string[] {
  const found: { name: string; count: number }[] = []
  for (const name of names) {
    const last = found.at(-1)
    if (last?.name === name) last.count += 1
    else found.push({ name, count: 1 })
  }
  return found.map(({ name, count }) => (count === 1 ? name : `${name} ×${count}`))
}

/** "batch norm + relu + dropout 0.2": the stages of a layer behind its product. */
const stagesOf = ({ activation, normalization, dropout }: LayerShape): string =>
  [
    ...(normalization ? [`${normalization.name} norm`] : []),
    nameOf(activation),
    ...(dropout ? [`dropout ${dropout}`] : []),
  ].join(' + ')

/** "sgd 0.1, Nesterov momentum 0.9": its rate, and what differs from its defaults. */
function optimizerLine(settings: OptimizerSettings): string {
  const { name, learningRate, ...options } = settings
  const defaults: Record<string, unknown> = optimizer(name, 'optimizer')
  const isNesterov = 'nesterov' in settings && settings.nesterov
  const facts = Object.entries(options)
    .filter(([key, value]) => value !== defaults[key] && key !== 'nesterov')
    .map(([key, value]) => {
      const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
      if (value === true) return words
      return `${isNesterov && key === 'momentum' ? 'Nesterov momentum' : words} ${value}`
    })
  return [`${name} ${rateText(learningRate)}`, ...facts].join(', ')
}

const rateText = (given: LearningRate): string => {
  if (typeof given === 'function') return 'custom rate'
  return typeof given === 'number' ? `${given}` : given.name
}

/** The penalties and the limit of a layer, those that there are. */
function layerRegularization({ l1, l2, maxNorm }: LayerRegularization) {
  return {
    ...(l1 > 0 && { l1: shortest(l1) }),
    ...(l2 > 0 && { l2: shortest(l2) }),
    ...(maxNorm > 0 && { maxNorm: shortest(maxNorm) }),
  }
}

/** "l2 0.0001" where all layers have it, "l2 in layers 0, 2" where some do; "clip globalNorm 1". */
function regularizationFacts(regularization: Regularization | undefined): string[] {
  if (!regularization) return []
  const { layers, clip } = regularization
  const facts = (['l1', 'l2', 'maxNorm'] as const).flatMap((name) => {
    const values = layers.map((layer) => layer[name])
    if (values.every((value) => value === 0)) return []
    if (values.every((value) => value === values[0])) return [`${name} ${shortest(values[0])}`]
    const some = values.flatMap((value, l) => (value > 0 ? [l] : []))
    return [`${name} in layer${some.length > 1 ? 's' : ''} ${shortened(some).join(', ')}`]
  })
  return clip ? [...facts, `clip ${clip.kind} ${shortest(clip.limit)}`] : facts
}

/** "Network 784-30-10 (relu, softmax; crossEntropy; sgd 0.01; 23,860 parameters; kernels 'relaxed')". */
export function describe({ architecture, optimizer: settings }: Settings, condition: Condition): string {
  const { inputs, layers, loss, inputDropout } = architecture
  const chosen = lossOptions(architecture).map(([name, value]) => `, ${name} ${value}`)
  const sizes = shortened([inputs, ...layers.map(({ units }) => units)]).join('-')
  const facts = [
    ...(inputDropout ? [`input dropout ${inputDropout}`] : []),
    shortened(runs(layers.map(stagesOf))).join(', '),
    `${nameOf(loss)}${chosen.join('')}`,
    optimizerLine(settings),
    ...regularizationFacts(architecture.regularization),
    `${condition.parameterCount.toLocaleString('en')} parameters`,
    `kernels '${condition.kernels}'${condition.wide ? ', wide' : ''}`,
    ...(condition.isTraining ? ['training'] : []),
    ...(condition.isDisposed ? ['disposed'] : []),
  ]
  return `Network ${sizes} (${facts.join('; ')})`
}

/** By its name alone where it has no options, or these are the defaults. */
function savedLoss(architecture: Architecture): LossName | LossOptions {
  const { loss } = architecture
  if (typeof loss === 'object') return withoutFunctions(loss) as LossOptions
  return lossOptions(architecture).length === 0 ? loss : ({ ...lossSettingsOf(architecture) } as LossOptions)
}

/** What is plain data of functions of the user's own: their name, and what else there is. */
const withoutFunctions = ({ f, derivative, ...rest }: CustomActivation | CustomLossSettings): object => rest

/** The network's options, each default in its place, as plain data; without what is a function. */
function plainOptions(settings: Settings): SavedOptions {
  const { architecture, initializers, biasInitializer, classNames, seed, kernels, wide, threads } = settings
  const { inputs, layers, inputDropout, regularization } = architecture
  const clip = regularization?.clip
  return {
    inputs,
    layers: layers.map(({ inputs: _, ...layer }, l) => {
      const { activation } = layer
      const initializer = initializers[l]
      return {
        ...layer,
        activation: (isOwn(activation) ? withoutFunctions(activation) : activation) as Activation,
        ...(typeof initializer !== 'function' && { initializer }),
        ...(regularization && layerRegularization(regularization.layers[l])),
      }
    }),
    ...(inputDropout && { inputDropout }),
    loss: savedLoss(architecture),
    optimizer: { ...settings.optimizer } as OptimizerOptions,
    ...(clip && { clip: { [clip.kind]: shortest(clip.limit) } as unknown as ClipOptions }),
    biasInitializer,
    ...(classNames && { classNames }),
    seed,
    kernels,
    wide,
    threads,
  }
}

/**
 * The options that make a network, each default in its place, as plain data: functions are left out, and a rate that is one is a
 * text, which `new Network` refuses where nothing stands for it.
 */
export function optionsToSave(settings: Settings): SavedOptions {
  const options = plainOptions(settings)
  const { optimizer } = settings
  if (typeof optimizer.learningRate !== 'function') return options
  const learningRate = 'a function: give it to resume again'
  return { ...options, optimizer: { ...optimizer, learningRate } as never }
}

const CANNOT_BE_CLONED = Symbol(
  "a Network cannot be cloned: send net.toJSON(), or toSafetensors(net) of 'nabla/model', and make it anew from that",
)

/**
 * Makes structuredClone and postMessage throw a DataCloneError that gives the reason. Without this they would return an
 * empty object, since they skip private state. They refuse a symbol among the properties, and quote its description.
 */
export function refuseCloning(network: object): void {
  Object.defineProperty(network, 'cloning', { value: CANNOT_BE_CLONED, enumerable: true })
}
