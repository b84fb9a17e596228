// How a layer's z is normalised before its activation: for each way its code, its options and what it keeps.

import * as Normalizations from '../../assembly/abi/normalizations.ts'
import {
  type Check,
  type Checked,
  checkOptions,
  isObject,
  oneOf,
  optional,
  rate,
  refuse,
} from '../base/check.ts'

const share: Check<number> = (value, name) =>
  typeof value === 'number' && value >= 0 && value <= 1 ? value : refuse(name, 'a number from 0 to 1', value)

/** layer: each row by its own mean and variance (Ba, Kiros and Hinton 2016) · batch: each unit by those of the batch, and
 * in prediction by running ones (Ioffe and Szegedy 2015). Formulas and defaults are PyTorch's. */
export const normalizations = {
  layer: {
    code: Normalizations.LAYER,
    /** True where a unit is normalised over the batch: outside training by running statistics. */
    isOverBatch: false,
    options: { epsilon: optional(rate, 1e-5) },
  },
  batch: {
    code: Normalizations.BATCH,
    isOverBatch: true,
    options: { epsilon: optional(rate, 1e-5), momentum: optional(share, 0.1) },
  },
} as const

/** 'layer' normalises each row of z, 'batch' each unit over the mini-batch: docs/layers.md. */
export type NormalizationName = keyof typeof normalizations

/** A normalization with every default in place. */
export type Normalization = {
  readonly [Name in NormalizationName]: {
    /** Which it is. */
    readonly name: Name
  } & Readonly<Checked<(typeof normalizations)[Name]['options']>>
}[NormalizationName]

const names = Object.keys(normalizations) as NormalizationName[]

/** A normalization by its name, or by its name and options; 'none' is undefined. Throws OptionError. */
export const normalization: Check<Normalization | undefined> = (value, name) => {
  if (value === 'none') return undefined
  const given = isObject(value) ? value : { name: value }
  const which = isObject(value)
    ? oneOf(names)(given.name, `${name}.name`)
    : oneOf<NormalizationName | 'none'>([...names, 'none'])(value, name)
  const { options } = normalizations[which as NormalizationName]
  const checked = checkOptions({ name: oneOf([which]), ...options }, given, name)
  return Object.freeze(checked) as unknown as Normalization
}
