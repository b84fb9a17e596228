// The options of train(): defaults, ranges, and how they are saved. The messages are brain.js's.

import { OptionError } from '../base/errors.ts'
import type { INeuralNetworkTrainOptions, INeuralNetworkTrainOptionsJSON } from './types.ts'

export const ACTIVATIONS = ['sigmoid', 'relu', 'leaky-relu', 'tanh'] as const

/** The options with their defaults. */
export function trainDefaults(): INeuralNetworkTrainOptions {
  return {
    activation: 'sigmoid',
    iterations: 20000,
    errorThresh: 0.005,
    log: false,
    logPeriod: 10,
    leakyReluAlpha: 0.01,
    learningRate: 0.3,
    momentum: 0.1,
    callbackPeriod: 10,
    timeout: Infinity,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  }
}

type Allows = (value: unknown) => boolean
const isAbove0: Allows = (value) => typeof value === 'number' && value > 0
const isShare: Allows = (value) => typeof value === 'number' && value > 0 && value < 1
const isFunction: Allows = (value) => typeof value === 'function'

/** What each option may be, in the order of the checks. */
const allowed: Record<keyof INeuralNetworkTrainOptions, Allows> = {
  activation: (value) => (ACTIVATIONS as readonly unknown[]).includes(value),
  iterations: isAbove0,
  errorThresh: isShare,
  log: (value) => typeof value === 'boolean' || isFunction(value),
  logPeriod: isAbove0,
  leakyReluAlpha: isShare,
  learningRate: isShare,
  momentum: isShare,
  callback: (value) => value === undefined || value === null || isFunction(value),
  callbackPeriod: isAbove0,
  timeout: isAbove0,
  praxis: (value) => !value || value === 'adam',
  beta1: isShare,
  beta2: isShare,
  epsilon: isShare,
}

/** The text of any value: String() throws for objects without a prototype. */
function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'an object'
  }
}

/** Throws OptionError unless it is the name of an activation. */
export function validateActivation(activation: unknown): void {
  if (allowed.activation(activation)) return
  const names = ACTIVATIONS.map((name) => `'${name}'`).join(', ')
  throw new OptionError(`Unknown activation ${textOf(activation)}. Available activations are: ${names}`)
}

const outOfRange = (name: string, value: unknown) =>
  new OptionError(
    `[${name}, ${textOf(value)}] is out of normal training range, your network will probably not train.`,
  )

/** Throws OptionError for an option that is out of range. */
export function validateTrainOptions(options: INeuralNetworkTrainOptions): void {
  for (const [name, allows] of Object.entries(allowed)) {
    const value = options[name as keyof INeuralNetworkTrainOptions]
    if (!allows(value)) throw outOfRange(name, value)
  }
}

/** Checks the limits of a training under way. Throws OptionError for what is not a number: `iterations = 0` ends it, as in brain.js. */
export function checkLimits({ iterations, errorThresh }: INeuralNetworkTrainOptions): void {
  if (typeof iterations !== 'number' || Number.isNaN(iterations)) throw outOfRange('iterations', iterations)
  if (typeof errorThresh !== 'number' || Number.isNaN(errorThresh))
    throw outOfRange('errorThresh', errorThresh)
}

function checkFinite(name: string, value: unknown): void {
  if (!Number.isFinite(value)) throw outOfRange(name, value)
}

/**
 * Checks the rule of a training under way. Throws OptionError for an unknown activation or what is not a finite number; any other will
 * do, as in brain.js.
 */
export function checkRule(options: INeuralNetworkTrainOptions): void {
  validateActivation(options.activation)
  // Without a loop: it is called for each learningRate that a callback writes.
  checkFinite('learningRate', options.learningRate)
  checkFinite('momentum', options.momentum)
  checkFinite('leakyReluAlpha', options.leakyReluAlpha)
  checkFinite('beta1', options.beta1)
  checkFinite('beta2', options.beta2)
  checkFinite('epsilon', options.epsilon)
}

/** The options as toJSON() saves them. */
export function trainOptionsToJSON(options: INeuralNetworkTrainOptions): INeuralNetworkTrainOptionsJSON {
  const { activation, iterations, errorThresh, logPeriod, leakyReluAlpha, learningRate, momentum } = options
  return {
    ...{ activation, iterations, errorThresh },
    log: typeof options.log === 'function' || options.log,
    ...{ logPeriod, leakyReluAlpha, learningRate, momentum, callbackPeriod: options.callbackPeriod },
    timeout: options.timeout === Infinity ? 'Infinity' : options.timeout,
    ...(options.praxis && { praxis: options.praxis }),
    ...{ beta1: options.beta1, beta2: options.beta2, epsilon: options.epsilon },
  }
}

/** The options that toJSON() saved. JSON turns infinite iterations into null. */
export function trainOptionsOfJSON(saved: object): Partial<INeuralNetworkTrainOptions> {
  const options = { ...saved } as Record<string, unknown>
  if (options.timeout === 'Infinity') options.timeout = Infinity
  if (options.iterations === null) options.iterations = Infinity
  return options
}
