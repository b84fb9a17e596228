// A loss as a user gives it.

import type { LossName } from './losses.ts'

export interface CrossEntropyOptions {
  name: 'crossEntropy' | 'binaryCrossEntropy'
  /** ε, from 0 to below 1: a target y counts as (1 − ε) y + ε / outputs, or with binaryCrossEntropy + ε / 2. Default 0. */
  labelSmoothing?: number
}

export interface HuberOptions {
  name: 'huber'
  /** Up to this error the loss is ½ e², beyond it δ (|e| − ½ δ); above 0. Default 1. */
  delta?: number
}

export interface FocalOptions {
  name: 'focal'
  /** γ in (1 − a)^γ, by which well classified rows count less; at least 0. Default 2. */
  gamma?: number
  /** A factor of the whole loss, above 0. Default 1. */
  alpha?: number
}

export interface BinaryFocalOptions {
  name: 'binaryFocal'
  /** γ in (1 − a)^γ, by which well classified labels count less; at least 0. Default 2. */
  gamma?: number
  /** A factor from 0 to 1 of labels that are true; 1 − α is that of the others. 'none' for 1 in both cases. Default 0.25. */
  alpha?: number | 'none'
}

type WithOptions = CrossEntropyOptions | HuberOptions | FocalOptions | BinaryFocalOptions

/** A loss by its name and options; docs/losses.md has the formulas. */
export type LossOptions = WithOptions | { name: Exclude<LossName, WithOptions['name']> }
