// leakyRelu with a slope and elu with an α of the user's own: options, what is known of each, and what readers of other formats make.

import { ELU_ALPHA, LEAKY_RELU_SLOPE, SCALED_ELU, SLOPED_RELU } from '../../assembly/abi/activations.ts'
import { type Check, checkOptions, optional, refuse } from '../base/check.ts'
import { shortest } from '../base/float32.ts'
import { type ActivationRow, activation } from './tables.ts'

/** max(z, slope · z) for a slope from 0 to 1: z above 0, else slope · z. */
export interface LeakyReluOptions {
  /** Selects it. */
  readonly name: 'leakyRelu'
  /** Below 0; a finite float32 number. Default 0.01. */
  readonly slope?: number
}

/** z above 0, else α (eᶻ − 1). */
export interface EluOptions {
  /** Selects it. */
  readonly name: 'elu'
  /** α, a finite float32 number. Default 1. */
  readonly alpha?: number
}

/** A built-in activation with a number of your own, trained by the kernels as the others are. */
export type ActivationOptions = LeakyReluOptions | EluOptions

const known = {
  leakyRelu: ['slope', LEAKY_RELU_SLOPE],
  elu: ['alpha', ELU_ALPHA],
} as const

type SlopedName = ActivationOptions['name']

/** The codes of those with a number of their own. */
export const slopedCodes = { leakyRelu: SLOPED_RELU, elu: SCALED_ELU } as const

/** What the network computes with. */
const inFloat32: Check<number> = (value, name) =>
  typeof value === 'number' && Number.isFinite(Math.fround(value))
    ? value
    : refuse(name, 'a finite float32 number', value)

/** Whether an activation of this name can have a number of one's own. */
export const isSlopedName = (name: unknown): name is SlopedName => name === 'leakyRelu' || name === 'elu'

/** The options of `own` checked; its name alone where the number is the usual one. */
export function slopedOption(own: SlopedName, value: object, name: string): ActivationOptions | SlopedName {
  const [option, usual] = known[own]
  const table = { name: () => own, [option]: optional(inFloat32, usual) }
  const checked = checkOptions(table, value, name) as unknown as ActivationOptions
  return Math.fround(numberOf(checked)) === Math.fround(usual) ? own : Object.freeze(checked)
}

/** The slope or the α. */
export const numberOf = (one: ActivationOptions): number =>
  (one.name === 'elu' ? one.alpha : one.slope) ?? known[one.name][1]

/** All that is particular to it. f' cannot be read from a, whose sign is not that of z where the number is below 0. */
export function slopedRow(one: ActivationOptions): ActivationRow {
  // Half of a unit's z are below 0; of 1 and 0.01 it makes what the rows of the table have.
  const share = (1 + numberOf(one) ** 2) / 2
  return activation(slopedCodes[one.name], (s) => share * s, share, { storesSlope: true })
}

/** max(z, slope · z), as another library has it. */
export function leakyRelu(slope: number): 'relu' | 'linear' | SlopedName | ActivationOptions {
  if (slope === 0) return 'relu'
  if (slope === 1) return 'linear'
  return slopedOption('leakyRelu', { slope: shortest(Math.fround(slope)) }, 'leakyRelu')
}

/** z, or α (eᶻ − 1) below 0, as another library has it. */
export const elu = (alpha: number): 'relu' | SlopedName | ActivationOptions =>
  alpha === 0 ? 'relu' : slopedOption('elu', { alpha: shortest(Math.fround(alpha)) }, 'elu')
