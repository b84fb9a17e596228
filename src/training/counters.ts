// How far a training is: what it changes besides the parameters.

import type { ClassNames } from '../model/class-names.ts'
import type { StoppingState } from './early-stopping.ts'
import type { EpochFigures } from './history.ts'
import type { PairsState } from './lbfgs.ts'
import type { PlateauState } from './plateau.ts'

/** What decides which rows the batches of an epoch have, and how much they count. */
export interface Order {
  readonly rows: number
  readonly batchRows: number
  /** Batches that take one step together. */
  readonly accumulate: number
  readonly shuffle: boolean
  readonly seed: number
  /** Share of the data that is kept apart for validation, and whether of each class alike; 0 where none is. */
  readonly share: number
  readonly stratify: boolean
  /** Sum of the rows' weights. */
  readonly weight: number
}

/** How far a training is within an epoch. */
export interface Position {
  readonly order: Order
  /** Rows of the epoch that are done. */
  readonly row: number
  /** Sums over the rows that are done. */
  readonly loss: number
  readonly penalty: number
  readonly hits: number
  /** Steps of the optimizer in this epoch. */
  readonly steps: number
  /** η of the last of them, where a search has found it. */
  readonly rate?: number | undefined
}

/** What training changes besides the parameters: plain data, each value replaced as a whole. */
export interface Counters {
  /** Epochs the network was trained for: the shuffles go on where they stopped. */
  epochs: number
  /** Steps of the optimizer that were taken. */
  steps: number
  /** Where the training is, or has stopped, within an epoch; undefined between two. */
  position?: Position | undefined
  /** An epoch that is done and that its observers have not yet all seen. */
  unobserved?: EpochFigures | undefined
  /** What a rate that falls on a plateau has seen. */
  plateau?: PlateauState | undefined
  /** Which of the optimizer's slots hold pairs of L-BFGS. */
  pairs?: PairsState | undefined
  /** What early stopping has seen in the fit that runs, or was ended early. */
  stopping?: StoppingState | undefined
  /** What the classes are called. */
  classNames?: ClassNames | undefined
}
