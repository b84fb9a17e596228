// What is loaded may be a model or a network alone: which of the two a caller gets, and that its type says so.

import { oneOf, optional, refuse } from '../base/check.ts'
import { FormatError } from '../base/errors.ts'
import type { ResumeOptions } from '../model/options.ts'
import type { Network } from '../network.ts'
import { type Model, modelFrom } from './model.ts'
import type { ModelSnapshot } from './parts.ts'

/** What a loader returns, where it is asked for one of the two. */
export type LoadAs = 'model' | 'network'

/** What is loaded `as` this. */
export type Loaded<As extends LoadAs | undefined = undefined> = As extends 'model'
  ? Model
  : As extends 'network'
    ? Network
    : Model | Network

/** What loadModel and fromSafetensors are given: how it is taken, and options of the network in place of the saved ones. */
export interface LoadOptions<As extends LoadAs | undefined = undefined> extends ResumeOptions {
  /** 'model': a Model, of a network alone one without columns and target; 'network': a Network, and a FormatError for a model with
   * columns or a target. Default: what was saved. */
  as?: As
}

const asOption = optional(oneOf<LoadAs>(['model', 'network']), undefined)

/** Checked options: how it is taken, and the others. Throws OptionError. */
export function loadSettings<Options extends { as?: LoadAs | undefined }>(
  given: Options,
): { as: LoadAs | undefined; options: Omit<Options, 'as'> } {
  if (typeof given !== 'object' || given === null) refuse('options', 'an object of options', given)
  const { as, ...options } = given
  return { as: asOption(as, 'options.as'), options }
}

/**
 * The model or the network of a snapshot. kind: what it is, where `as` does not ask for one of the two. Throws FormatError, and
 * OptionError for options that are wrong or missing.
 */
export function loaded<As extends LoadAs | undefined>(
  saved: ModelSnapshot,
  kind: LoadAs,
  as: As,
  options: ResumeOptions,
): Loaded<As> {
  const { features, target } = saved
  if (as === 'network' && (features || target)) {
    const parts = [...(features ? ['features'] : []), ...(target ? ['a target'] : [])].join(' and ')
    throw new FormatError(
      `model: expected a network alone, got a model with ${parts}; as: 'model' takes it, and its network is model.network`,
    )
  }
  const model = modelFrom(saved, options)
  return ((as ?? kind) === 'model' ? model : model.network) as Loaded<As>
}

/** What a file is that does not say it: a model where it has columns or a target. */
export const kindOf = ({ features, target }: ModelSnapshot): LoadAs =>
  features || target ? 'model' : 'network'
