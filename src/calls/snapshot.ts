// A network's options, parameters and training as plain data, and a network brought to them.

import { isObject, refuse } from '../base/check.ts'
import { BackendError, FormatError, NablaError, OptionError } from '../base/errors.ts'
import { optionsToSave } from '../inspect/describe.ts'
import type { Architecture, LayerShape } from '../model/architecture.ts'
import { networkSettings, type Settings } from '../model/network-settings.ts'
import { updateRuleOf } from '../model/optimizer.ts'
import type { NetworkOptions, ResumeOptions } from '../model/options.ts'
import {
  type LayerParameters,
  type NetworkSnapshot,
  type SavedOptions,
  type TrainingSnapshot,
  VECTORS,
} from '../model/snapshot.ts'
import { PREDICTS } from '../program/capacity.ts'
import type { Core } from '../training/core.ts'
import { readCounters, savedCounters } from '../training/saved-counters.ts'
import { setVector, setWeights } from './layer-parameters.ts'
import { optionsToResume } from './resume.ts'

/** How the work is done, and not what is computed: for each machine to say. */
type Means = 'kernels' | 'wide' | 'threads'

/** What stands for a rate that is a function, where the training is to go on. */
const CUSTOM_RATE = 'a function: give the optimizer again'

/** The options as plain data. trains: whether the training is to go on, for which a rate of the user's own is needed. */
function optionsOf(core: Core, trains: boolean): SavedOptions {
  const { kernels, wide, threads, ...options } = optionsToSave(core.settings) as SavedOptions &
    Record<Means, unknown>
  const { classNames } = core
  const { learningRate, ...optimizer } = core.settings.optimizer
  return {
    ...options,
    ...(typeof learningRate === 'function' && {
      optimizer: { ...optimizer, ...(trains && { learningRate: CUSTOM_RATE }) } as never,
    }),
    ...(classNames && { classNames }),
  }
}

/** What an optimizer keeps of a layer: nothing of running statistics, which it does not train. */
const withoutStatistics = ({ runningMean, runningVariance, ...rest }: LayerParameters): LayerParameters =>
  rest

function training(core: Core): TrainingSnapshot {
  const { parameters, architecture } = core.reading('saving')
  if (core.isTraining) {
    throw new BackendError(
      'optimizer: the network is training; net.checkpoint() has the state of its last epoch',
    )
  }
  // What a fit that was ended early has left is not for the next.
  const { position, unobserved, stopping, classNames, ...counters } = core.counters
  const slots = counters.steps > 0 ? parameters.slots : 0
  return {
    progress: JSON.parse(JSON.stringify(savedCounters(counters))),
    slots: Array.from({ length: slots }, (_, slot) =>
      architecture.layers.map((_, l) => withoutStatistics(parameters.layer(l, slot + 1))),
    ),
  }
}

/**
 * The network as it is; while it trains, after its last whole epoch. optimizer: with how far its training is. Throws BackendError
 * for this while it trains.
 */
export function snapshot(core: Core, optimizer = false): NetworkSnapshot {
  const { parameters } = core.reading('saving')
  const options = optionsOf(core, optimizer)
  return {
    options,
    layers: options.layers.map((_, l) => parameters.layer(l)),
    ...(optimizer && { training: training(core) }),
  }
}

/** Throws FormatError where the parameters are not as many as those of such a layer. */
function checkLayer(values: LayerParameters, layer: LayerShape, name: string, withStatistics: boolean): void {
  const { inputs, units, bias, normalization } = layer
  const check = (which: 'weights' | (typeof VECTORS)[number], expected: number) => {
    const length = values[which]?.length ?? 0
    if (length === expected) return
    throw new FormatError(
      `${name}.${which}: expected ${expected === 0 ? 'none' : `${expected} numbers`} for ${inputs} inputs and ${units} units, ` +
        `got ${length === 0 ? 'none' : length}`,
    )
  }
  const has = {
    biases: bias,
    gains: normalization !== undefined,
    shifts: normalization !== undefined,
    runningMean: withStatistics && normalization?.name === 'batch',
    runningVariance: withStatistics && normalization?.name === 'batch',
  }
  check('weights', inputs * units)
  for (const which of VECTORS) check(which, has[which] ? units : 0)
}

/** Before anything is allocated for them. Throws FormatError. */
function checkLayers(
  layers: readonly LayerParameters[],
  architecture: Architecture,
  name: string,
  withStatistics: boolean,
): void {
  const expected = architecture.layers
  if (layers.length !== expected.length) {
    throw new FormatError(`${name}: expected ${expected.length} layers, got ${layers.length}`)
  }
  layers.forEach((values, l) => {
    checkLayer(values, expected[l], `${name}[${l}]`, withStatistics)
  })
}

/** The name of the optimizer among options as they are saved. */
const optimizerName = ({ optimizer }: SavedOptions): unknown =>
  isObject(optimizer) ? optimizer.name : optimizer

function settingsOf(options: object): Settings | OptionError {
  try {
    return networkSettings(options as NetworkOptions)
  } catch (error) {
    if (error instanceof OptionError) return error
    throw error
  }
}

/** The options of the network. Throws OptionError where those that are given are to blame, else FormatError. */
function optionsFor({ options }: NetworkSnapshot, given: ResumeOptions): [NetworkOptions, Settings] {
  const saved: unknown = isObject(options.optimizer) ? options.optimizer.learningRate : undefined
  if (saved === CUSTOM_RATE && given.optimizer === undefined) {
    refuse(
      'options.optimizer',
      `'${optimizerName(options)}' with its learning rate, a function`,
      given.optimizer,
    )
  }
  const whole = optionsToResume(options, given, 'options', 'saved model')
  const settings = settingsOf(whole)
  if (!(settings instanceof OptionError)) return [whole, settings]
  const { activation, activations, loss, optimizer } = given
  const functions = {
    ...(isObject(activation) && { activation }),
    ...(activations && { activations }),
    ...(isObject(loss) && { loss }),
    ...(saved === CUSTOM_RATE && { optimizer }),
  } as ResumeOptions
  const alone = settingsOf(optionsToResume(options, functions, 'options', 'saved model'))
  throw alone instanceof OptionError ? new FormatError(`model: ${alone.message}`) : settings
}

/** The training that goes on, where its optimizer is still the same. Throws FormatError. */
function trainingFor(
  { options, training }: NetworkSnapshot,
  settings: Settings,
): (Pick<TrainingSnapshot, 'slots'> & { counters: ReturnType<typeof readCounters> }) | undefined {
  // What was kept for one optimizer means nothing to another, which begins afresh.
  if (!training || optimizerName(options) !== settings.optimizer.name) return undefined
  const counters = readCounters(training.progress, settings, undefined, 'training.progress')
  const { slots } = updateRuleOf(settings.optimizer)
  const expected = counters.steps > 0 ? slots : 0
  if (training.slots.length !== expected) {
    throw new FormatError(
      `training.slots: expected ${expected} of '${settings.optimizer.name}' after ${counters.steps} steps, got ` +
        `${training.slots.length}`,
    )
  }
  training.slots.forEach((slot, s) => {
    checkLayers(slot, settings.architecture, `training.slots[${s}]`, false)
    const areFinite = slot.every((layer) => Object.values(layer).every((list) => list.every(Number.isFinite)))
    if (!areFinite)
      throw new FormatError(`training.slots[${s}]: expected finite numbers, got some that are not`)
  })
  return { slots: training.slots, counters }
}

function bringLayer(core: Core, l: number, values: LayerParameters): void {
  try {
    setWeights(core, l, values.weights)
    for (const which of VECTORS) {
      const vector = values[which]
      if (vector) setVector(core, l, which, vector)
    }
  } catch (error) {
    throw error instanceof NablaError ? new FormatError(`model: ${error.message}`) : error
  }
}

/**
 * The network of a snapshot. given: options in place of the saved ones, and functions, which it cannot hold. Throws FormatError
 * where options or parameters are not those of a network, OptionError where a given option is wrong or a function is missing.
 */
export function revive<N extends { dispose(): void }>(
  saved: NetworkSnapshot,
  given: ResumeOptions,
  make: (options: NetworkOptions) => N,
  coreOf: (network: N) => Core,
): N {
  if (!isObject(given)) return refuse('options', 'an object of options', given)
  const [options, settings] = optionsFor(saved, given)
  checkLayers(saved.layers, settings.architecture, 'parameters', true)
  const training = trainingFor(saved, settings)
  const network = make(options)
  try {
    const core = coreOf(network)
    saved.layers.forEach((values, l) => {
      bringLayer(core, l, values)
    })
    if (training) goOnFrom(core, training)
  } catch (error) {
    network.dispose()
    throw error
  }
  return network
}

function goOnFrom(core: Core, { slots, counters }: NonNullable<ReturnType<typeof trainingFor>>): void {
  const engine = core.writing('resume')
  if (slots.length > 0) engine.resize({ ...PREDICTS, batchRows: 1, steps: 1 })
  slots.forEach((layers, slot) => {
    layers.forEach((values, l) => {
      engine.parameters.setLayer(l, values, slot + 1)
    })
  })
  Object.assign(core.counters, { ...counters, classNames: core.counters.classNames })
}
