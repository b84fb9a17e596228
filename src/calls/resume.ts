// The options of a network from a checkpoint: those that it holds, others in place of some, and the functions that it cannot
// hold.

import { isArray, isObject, refuse } from '../base/check.ts'
import { OptionError } from '../base/errors.ts'
import { activationOption, type CustomActivation } from '../model/custom-activation.ts'
import type { NetworkOptions, ResumeOptions } from '../model/options.ts'

const LACKS = 'which a checkpoint cannot hold'

/** Whether a saved option stands for functions: an object with their name alone, or with what else a custom loss has. */
const isOwn = (value: unknown): value is { readonly name: string } =>
  isObject(value) && typeof value.name === 'string'

/** The custom activations by their names. Throws OptionError for what is none. */
function functionsOf({ activation, activations = [] }: ResumeOptions): Map<string, CustomActivation> {
  if (!isArray(activations)) {
    return refuse('resume options.activations', 'an array of custom activations', activations)
  }
  const given = [...activations.entries()].map(
    ([i, one]) => [one, `resume options.activations[${i}]`] as [unknown, string],
  )
  if (isObject(activation)) given.push([activation, 'resume options.activation'])
  const found = new Map<string, CustomActivation>()
  for (const [one, name] of given) {
    const checked = activationOption(one, name)
    if (typeof checked === 'string') return refuse(name, 'a custom activation', one)
    found.set(checked.name, checked)
  }
  return found
}

/** The layers with their functions. */
function withFunctions(layers: readonly unknown[], options: ResumeOptions): unknown[] {
  const functions = functionsOf(options)
  const wanted = new Map<string, number[]>()
  const whole = layers.map((layer, l) => {
    if (!isObject(layer) || !isOwn(layer.activation)) return layer
    const { name } = layer.activation
    wanted.set(name, [...(wanted.get(name) ?? []), l])
    return { ...layer, activation: functions.get(name) }
  })
  for (const [name, at] of wanted) {
    if (functions.has(name)) continue
    throw new OptionError(
      `resume options.activations: expected the functions of '${name}' of layer${at.length > 1 ? 's' : ''} ${at.join(', ')}, ` +
        `${LACKS}, got ${functions.size > 0 ? [...functions.keys()].map((one) => `'${one}'`).join(', ') : 'none'}`,
    )
  }
  for (const name of functions.keys()) {
    if (!wanted.has(name)) refuse('resume options.activations', 'activations of the checkpoint', name)
  }
  return whole
}

/** What the network is made from. saved: the options in the checkpoint. Throws OptionError where functions are missing. */
export function optionsToResume(saved: object, options: ResumeOptions): NetworkOptions {
  const { activations: _, ...given } = options
  for (const shape of ['sizes', 'inputs', 'layers'] as const) {
    const value = (given as Readonly<Record<string, unknown>>)[shape]
    if (value !== undefined) refuse(`resume options.${shape}`, 'none: the checkpoint has the layers', value)
  }
  const { layers, loss } = saved as { readonly layers?: unknown; readonly loss?: unknown }
  // Only a loss of the user's own is saved with what its targets are.
  if (isOwn(loss) && 'targets' in loss) {
    const expected = `the functions of '${loss.name}', ${LACKS}`
    if (given.loss === undefined) refuse('resume options.loss', expected, given.loss)
    if (!isOwn(given.loss) || given.loss.name !== loss.name)
      refuse('resume options.loss', expected, given.loss)
  }
  const whole = isArray(layers) ? withFunctions(layers, options) : layers
  return { ...saved, ...given, layers: whole } as NetworkOptions
}
