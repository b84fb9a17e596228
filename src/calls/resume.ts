// The options of a network from a checkpoint or a saved model: those that it holds, others in place of some, and the functions that it cannot
// hold.

import { isArray, isObject, refuse } from '../base/check.ts'
import { OptionError } from '../base/errors.ts'
import { activationOption, type CustomActivation, isOwn } from '../model/custom-activation.ts'
import type { NetworkOptions, ResumeOptions } from '../model/options.ts'
import { isSlopedName } from '../model/sloped-activations.ts'

/** Whether a saved option may be that of functions: an object with their name alone, or with what else a custom loss has. */
const isSaved = (value: unknown): value is { readonly name: string } =>
  isObject(value) && typeof value.name === 'string'

/** Where options were not saved, but made by a reader of another format. */
const hasFunctions = (value: object): boolean => 'f' in value && typeof value.f === 'function'

/** The custom activations by their names. where: what the options are called. Throws OptionError for what is none. */
function functionsOf(
  { activation, activations = [] }: ResumeOptions,
  where: string,
): Map<string, CustomActivation> {
  if (!isArray(activations)) {
    return refuse(`${where}.activations`, 'an array of custom activations', activations)
  }
  const given = [...activations.entries()].map(
    ([i, one]) => [one, `${where}.activations[${i}]`] as [unknown, string],
  )
  if (isObject(activation) && !isSlopedName(activation.name)) given.push([activation, `${where}.activation`])
  const found = new Map<string, CustomActivation>()
  for (const [one, name] of given) {
    const checked = activationOption(one, name)
    if (!isOwn(checked)) return refuse(name, 'a custom activation', one)
    found.set(checked.name, checked)
  }
  return found
}

/** The layers with their functions. */
function withFunctions(
  layers: readonly unknown[],
  options: ResumeOptions,
  where: string,
  source: string,
): unknown[] {
  const functions = functionsOf(options, where)
  const wanted = new Map<string, number[]>()
  const whole = layers.map((layer, l) => {
    if (!isObject(layer) || !isSaved(layer.activation) || hasFunctions(layer.activation)) return layer
    const { name } = layer.activation
    if (isSlopedName(name)) return layer
    wanted.set(name, [...(wanted.get(name) ?? []), l])
    return { ...layer, activation: functions.get(name) }
  })
  for (const [name, at] of wanted) {
    if (functions.has(name)) continue
    throw new OptionError(
      `${where}.activations: expected the functions of '${name}' of layer${at.length > 1 ? 's' : ''} ${at.join(', ')}, ` +
        `which a ${source} cannot hold, got ${functions.size > 0 ? [...functions.keys()].map((one) => `'${one}'`).join(', ') : 'none'}`,
    )
  }
  for (const name of functions.keys()) {
    if (!wanted.has(name)) refuse(`${where}.activations`, `activations of the ${source}`, name)
  }
  return whole
}

/**
 * What the network is made from. saved: the options in the checkpoint, or whatever `source` is. where: what the given ones are
 * called. Throws OptionError where functions are missing.
 */
export function optionsToResume(
  saved: object,
  options: ResumeOptions,
  where = 'resume options',
  source = 'checkpoint',
): NetworkOptions {
  const { activations: _, ...given } = options
  for (const shape of ['sizes', 'inputs', 'layers'] as const) {
    const value = (given as Readonly<Record<string, unknown>>)[shape]
    if (value !== undefined) refuse(`resume options.${shape}`, 'none: the checkpoint has the layers', value)
  }
  const { layers, loss } = saved as { readonly layers?: unknown; readonly loss?: unknown }
  // Only a loss of the user's own is saved with what its targets are.
  if (isSaved(loss) && 'targets' in loss && !hasFunctions(loss)) {
    const expected = `the functions of '${loss.name}', which a ${source} cannot hold`
    if (!isSaved(given.loss) || given.loss.name !== loss.name) refuse(`${where}.loss`, expected, given.loss)
  }
  const whole = isArray(layers) ? withFunctions(layers, options, where, source) : layers
  return { ...saved, ...given, layers: whole } as NetworkOptions
}
