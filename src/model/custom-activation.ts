// An activation of the user's own: JavaScript functions, checked, and the row that stands for them beside those of the table.

import * as Activations from '../../assembly/abi/activations.ts'
import { type Check, callback, checkOptions, isObject, oneOf, refuse } from '../base/check.ts'
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

/** What a layer makes of z: a built-in function by its name, or one of your own. */
export type Activation = ActivationName | CustomActivation

type Named = { readonly name: string }

/** What messages and `explain` call it. */
export const nameOf = (one: string | Named): string => (typeof one === 'string' ? one : one.name)

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

/** An activation by its name, or one of the user's own. */
export const activationOption: Check<Activation> = (value, name) =>
  isObject(value)
    ? Object.freeze(checkOptions(activationTable, value, name))
    : oneOf(Object.keys(activations) as ActivationName[])(value, name)

// Unknown: the diagnosis takes it for a function that neither shrinks nor stretches.
const customActivation: ActivationRow = activation(Activations.CUSTOM, (s) => s, 1, { storesSlope: true })

/** All that is particular to an activation. */
export const activationRow = (one: Activation): ActivationRow =>
  typeof one === 'string' ? activations[one] : customActivation

/** The code of f' where the backward pass takes it from a, or from what the forward pass has stored. */
export const slopeCode = (one: Activation): number =>
  typeof one === 'string' ? activations[one].code : Activations.STORED

/** How δ = ∂C/∂a · f'(z) ends, as `explain` prints it: an elementwise product, but where a depends on the whole row. */
export const slopeText = (f: Activation, z: string): string =>
  activationRow(f).wholeRow ? '· ∂a/∂z' : `⊙ ${nameOf(f)}'(${z})`
