// An activation of the user's own: JavaScript functions, checked, and the row that stands for them beside those of the table.

import * as Activations from '../../assembly/abi/activations.ts'
import { type Check, callback, checkOptions, isObject, oneOf, refuse } from '../base/check.ts'
import {
  type ActivationOptions,
  isSlopedName,
  numberOf,
  slopedOption,
  slopedRow,
} from './sloped-activations.ts'
import { type ActivationName, type ActivationRow, activation, activations } from './tables.ts'

/**
 * An activation of your own, element by element. Both functions are called without `this`, once for each unit and row, and
 * must return a finite number wherever they are given one, or the call that needs it throws OptionError. A network with them is
 * trained by the caller's thread alone. `checkGradients` tells whether `derivative` is that of `f`.
 *
 *     { name: 'sine', f: (z) => Math.sin(z), derivative: (z) => Math.cos(z) }
 */
export interface CustomActivation {
  /** What `explain` and messages call it, and what `Network.resume` finds it by: letters, digits, - and _, no built-in name. */
  readonly name: string
  /** a = f(z). */
  readonly f: (z: number) => number
  /** f'(z); a is f(z). */
  readonly derivative: (z: number, a: number) => number
}

/** What a layer makes of z: a built-in function by its name, or with a number of your own, or a function of your own. */
export type Activation = ActivationName | ActivationOptions | CustomActivation

interface Functions {
  readonly name: string
  readonly f: unknown
}

/** Whether an activation, or a loss, is functions of the user's own, or the name that saving has left of them. */
export const isOwn = <T extends string | ActivationOptions | Functions>(
  one: T,
): one is Extract<T, Functions> => typeof one === 'object' && ('f' in one || !isSlopedName(one.name))

/** What messages and `explain` call it: 'relu', 'leakyRelu[0.3]', 'mish'. */
export const nameOf = (one: string | ActivationOptions | Functions): string =>
  typeof one === 'string' ? one : isOwn(one) ? one.name : `${one.name}[${numberOf(one)}]`

const WORD = /^[\p{L}_][\p{L}\p{N}_-]{0,39}$/u

/** A name that is none of the table's. */
export const freeName =
  (known: object): Check<string> =>
  (value, where) => {
    if (typeof value !== 'string' || !WORD.test(value)) {
      return refuse(where, 'a name of at most 40 letters, digits, - and _', value)
    }
    return Object.hasOwn(known, value) ? refuse(where, 'a name that is not built in', value) : value
  }

const activationTable = {
  name: freeName(activations),
  f: callback<CustomActivation['f']>(),
  derivative: callback<CustomActivation['derivative']>(),
}

/** An activation by its name, with a number of its own, or one of the user's own. */
export const activationOption: Check<Activation> = (value, name) => {
  if (!isObject(value)) return oneOf(Object.keys(activations) as ActivationName[])(value, name)
  const { name: own } = value
  if (isSlopedName(own) && !('f' in value)) return slopedOption(own, value, name)
  return Object.freeze(checkOptions(activationTable, value, name))
}

// Unknown: the diagnosis takes it for a function that neither shrinks nor stretches.
const customActivation: ActivationRow = activation(Activations.CUSTOM, (s) => s, 1, { storesSlope: true })

/** All that is particular to an activation. */
export const activationRow = (one: Activation): ActivationRow =>
  typeof one === 'string' ? activations[one] : isOwn(one) ? customActivation : slopedRow(one)

/** The number that the kernels are given with the code: a slope or an α of the user's own. */
export const activationNumber = (one: Activation): number =>
  typeof one === 'string' || isOwn(one) ? 0 : numberOf(one)

/** The code of f' where the backward pass takes it from a, or from what the forward pass has stored. */
export const slopeCode = (one: Activation): number =>
  typeof one === 'string' ? activations[one].code : Activations.STORED

/** How δ = ∂C/∂a · f'(z) ends, as `explain` prints it: an elementwise product, but where a depends on the whole row. */
export const slopeText = (f: Activation, z: string): string =>
  activationRow(f).wholeRow ? '· ∂a/∂z' : `⊙ ${nameOf(f)}'(${z})`
