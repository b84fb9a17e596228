// A loss as a user gives it.

import type { LossName } from './losses.ts'

/** Cross-entropy of classes, or of labels, with smoothed targets (Szegedy et al. 2016). */
export interface CrossEntropyOptions {
  /** Selects the loss of classes or that of labels. */
  name: 'crossEntropy' | 'binaryCrossEntropy'
  /** ε, from 0 to below 1: a target y counts as (1 − ε) y + ε / outputs, or with binaryCrossEntropy + ε / 2. Default 0. */
  labelSmoothing?: number
}

/** Huber's loss of numbers, to which outliers matter less (Huber 1964). */
export interface HuberOptions {
  /** Selects Huber's loss. */
  name: 'huber'
  /** Up to this error the loss is ½ e², beyond it δ (|e| − ½ δ); above 0. Default 1. */
  delta?: number
}

/** The focal loss of classes (Lin et al. 2017). */
export interface FocalOptions {
  /** Selects the focal loss of classes. */
  name: 'focal'
  /** γ in (1 − a)^γ, by which well classified rows count less; at least 0. Default 2. */
  gamma?: number
  /** A factor of the whole loss, above 0. Default 1. */
  alpha?: number
}

/** The focal loss of labels, each true or false (Lin et al. 2017). */
export interface BinaryFocalOptions {
  /** Selects the focal loss of labels. */
  name: 'binaryFocal'
  /** γ in (1 − a)^γ, by which well classified labels count less; at least 0. Default 2. */
  gamma?: number
  /** A factor from 0 to 1 of labels that are true; 1 − α is that of the others. 'none' for 1 in both cases. Default 0.25. */
  alpha?: number | 'none'
}

/** A loss by its name and options; docs/losses.md has the formulas. */
export type LossOptions =
  | CrossEntropyOptions
  | HuberOptions
  | FocalOptions
  | BinaryFocalOptions
  | {
      /** Selects a loss that has no options. */
      name: Exclude<LossName, 'crossEntropy' | 'binaryCrossEntropy' | 'huber' | 'focal' | 'binaryFocal'>
    }
