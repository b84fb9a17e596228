// What a user may ask of a fit, and what it reports on its way. Defaults and checks are in call-settings.ts.

import type { ClassWeight, Data } from './data-options.ts'
import type { LearningRateOption } from './learning-rate-options.ts'
import type { MetricSpec } from './metrics.ts'

/** What `fit` reports after an epoch. */
export interface EpochLog {
  /** Counted from 1. */
  readonly epoch: number
  /** How many epochs this fit was asked for. */
  readonly epochs: number
  /** Mean training loss over the epoch, penalties included, each row at the parameters it met: Σ s l / Σ s where rows have weights s. */
  readonly loss: number
  /** η of the epoch's last step. */
  readonly learningRate: number
  /** Share of training rows that were right, where the targets are classes; weights of rows are left aside. */
  readonly accuracy?: number
  /** Mean loss over the validation data after the epoch, penalties included; where there are such data. */
  readonly validationLoss?: number
  /** Share of the validation rows that are right, where there are such data and the targets are classes. */
  readonly validationAccuracy?: number
  /** The figures of `metrics`, by their names. */
  readonly metrics?: Readonly<Record<string, number>>
  /** Seconds since `fit` began. */
  readonly seconds: number
}

/** What `fit` reports after a mini-batch. */
export interface BatchLog {
  /** Of the epoch, counted from 1. */
  readonly batch: number
  /** How many there are; undefined for a stream. */
  readonly batches?: number
  /** The epoch, counted from 1. */
  readonly epoch: number
  /** Mean loss over the rows of the step, at the parameters that its batches met: as in the epoch's log Σ s l / Σ s where the
   * rows have weights s, those of classes included, and the penalties. The penalties alone where all its rows have the weight
   * 0. Of L-BFGS it is that after the step. */
  readonly loss: number
}

/** When a fit ends before its last epoch. By default after 10 epochs that were no better, with the parameters of the best. */
export interface EarlyStoppingOptions {
  /** One of the `metrics` by its name, or a figure of the epoch's log; a metric goes before a figure of the same name.
   * Of the log it may be 'loss', 'accuracy', 'validationLoss' or 'validationAccuracy'. Default: the log's 'validationLoss' where there is validation data, else its 'loss'. */
  monitor?: string
  /** Whether less or more of it is better. Default: what is known of the metric, whatever it is called; of the log 'min' for
   * the losses, else 'max'. Needed for a metric that is a function of your own. */
  mode?: 'min' | 'max'
  /** Epochs in a row that may be no better before the training ends. Default 10. */
  patience?: number
  /** A change of less is no better. Default 0. */
  minDelta?: number
  /** Whether the network ends with the parameters of its best epoch, also where the training ran to its end. Default true. */
  restoreBest?: boolean
}

/** Where and how often `fit` saves its state, for `Network.resume`. */
export interface CheckpointOptions {
  /** A file, in Node, Deno and Bun: written beside it and put in its place when it is whole and on the disk, so that there
   * is always a whole one; the one before is kept as `<file>.previous`. */
  file?: string
  /** Or a function that is given the bytes, and awaited. */
  save?: (bytes: Uint8Array) => unknown
  /** Epochs between two, or a number of steps or seconds, within an epoch too. Default 1. */
  every?:
    | number
    | {
        /** Epochs between two, at least 1. */
        epochs: number
      }
    | {
        /** Steps of the optimizer between two, at least 1. */
        steps: number
      }
    | {
        /** Seconds between two at least, above 0: the first step that ends after them is saved. */
        seconds: number
      }
}

/** A share of the training data that is kept apart for validation. */
export interface ValidationShare {
  /** Above 0 and below 1. The rows are drawn at random from the network's seed, and rounded up. */
  share: number
  /** Whether each class has its share, where the targets are classes. Default true. */
  stratify?: boolean
}

/** What `fit` needs of an AbortSignal. Described here because not every project has the platform's types. */
export interface AbortSignalLike {
  /** Whether the work is to end. */
  readonly aborted: boolean
  /** What the work rejects with. */
  readonly reason: unknown
  /** Throws the reason where it is aborted. */
  throwIfAborted(): void
  /** Has the listener called when it is aborted. */
  addEventListener(type: 'abort', listener: () => void): void
  /** Undoes addEventListener. */
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Options of Network.fit and Network.train. */
export interface FitOptions {
  /** Passes over the data, at least 1. Default 1. */
  epochs?: number
  /** Rows in a mini-batch, at least 1; the last one of an epoch may be smaller. Default 32. */
  batchSize?: number
  /** Mini-batches whose gradients are summed for one step of the optimizer, at least 1: as one batch of so many times the
   * rows, in less memory. What is left at the end of an epoch makes a step of its own; so does what is left at the end of a
   * part of a stream, for which `batchSize` is then needed. Default 1. */
  accumulate?: number
  /** Whether every epoch takes the rows in a new random order. Default true. */
  shuffle?: boolean
  /** Data to evaluate on after every epoch, or a share of the training data to keep apart for it. */
  validation?: Data | number | ValidationShare
  /** Figures of the validation data, or where there is none of the training data, after every epoch, weights left aside: names, names with
   * options such as { name: 'f1', average: 'macro' }, or functions (docs/metrics.md). */
  metrics?: readonly MetricSpec[]
  /** Ends the training when it gets no better; true for the defaults. */
  earlyStopping?: boolean | EarlyStoppingOptions
  /**
   * Multiplies the weight of each training row by that of its class: `{ 0: 1, 1: 5 }`, `{ cat: 1, dog: 5 }` where classes have
   * names, or 'balanced', by which every class that occurs counts alike. The targets must be classes. Validation is not
   * weighted by it. Default: none.
   */
  classWeight?: ClassWeight
  /** η for this call. Default: the optimizer's. */
  learningRate?: LearningRateOption
  /** Called after every epoch, and awaited; returning false ends the training there. */
  onEpoch?: (log: EpochLog) => unknown
  /** Called after every step, which is after every mini-batch unless `accumulate` takes several for one, and awaited;
   * returning false ends the training there. Each step is then a slice of its own, which takes a few microseconds more. */
  onBatch?: (log: BatchLog) => unknown
  /** Saves the state of the training while it runs. */
  checkpoint?: CheckpointOptions
  /** True to show the progress: a bar on a terminal (standard error), elsewhere a line for each epoch. A metric
   * whose name is that of another figure is shown as `metrics.name`. Default false. */
  verbose?: boolean
  /** For this call. Default: the network's. */
  threads?: number | 'auto'
  /** True to train in a worker even where that is one thread only: the caller's stays free. Default false. */
  offThread?: boolean
  /** Ends the training early: `fit` rejects with the signal's reason and the network keeps what it has learned, up to the
   * last whole step, or the last epoch where that step left parameters that are not finite. */
  signal?: AbortSignalLike
}
