// What `fit` reports: epoch by epoch, and at its end.

import { now } from '../base/clock.ts'
import type { EpochLog } from '../model/options.ts'
import type { Evaluation } from './evaluate.ts'

/** What `fit` resolves to: one entry an epoch in each list. */
export interface History {
  /** Epochs done. */
  readonly epochs: number
  /** Mean training loss over each epoch, penalties included, each row at the parameters it met. */
  readonly loss: number[]
  /** η of each epoch's last step. */
  readonly learningRate: number[]
  /** Share of training rows that were right, where the targets are classes. */
  readonly accuracy?: number[]
  /** Mean loss over the validation data after each epoch, penalties included; where there are such data. */
  readonly validationLoss?: number[]
  /** Share of the validation rows that are right, where there are such data and the targets are classes. */
  readonly validationAccuracy?: number[]
  /** The figures of each metric by its name, an entry an epoch. */
  readonly metrics?: Readonly<Record<string, number[]>>
  /** The epoch whose parameters were the best, counted from 1, where `earlyStopping` looks for it; 0 where none of
   * this fit was. */
  readonly bestEpoch?: number
  /** Threads that did the work. */
  readonly threads: number
  /** Seconds that the call took, validation included. */
  readonly seconds: number
  /** Rows trained in a second, validation and callbacks left out. */
  readonly samplesPerSecond: number
}

/** What an epoch comes to, as plain data. */
export interface EpochFigures {
  readonly rows: number
  /** Mean over the rows, weighted where they have weights; without penalties. */
  readonly loss: number
  /** Mean of the penalty that each row's batch met. */
  readonly penalty: number
  /** Sum over the rows, where hits are counted. */
  readonly hits: number | undefined
  /** Of the last step. */
  readonly learningRate: number
  readonly milliseconds: number
}

/** Collects the figures of the epochs. */
export class Recorder {
  readonly #began: number
  readonly #epochs: number
  #rows = 0
  readonly loss: number[] = []
  readonly #learningRates: number[] = []
  /** The same without penalties, once there were some. */
  #rowLoss: number[] | undefined
  readonly #accuracy: number[] = []
  readonly #validations: Evaluation[] = []
  readonly #metrics: Readonly<Record<string, number>>[] = []
  #training = 0
  bestEpoch: number | undefined

  /** epochs: how many were asked for. began: when the call did, by now() of base/clock.ts. */
  constructor(epochs: number, began: number) {
    this.#began = began
    this.#epochs = epochs
  }

  /** The losses without penalties: how far predictions are from their targets. */
  get rowLoss(): readonly number[] {
    return this.#rowLoss ?? this.loss
  }

  get #seconds(): number {
    return (now() - this.#began) / 1000
  }

  add({ rows, loss, penalty, hits, learningRate, milliseconds }: EpochFigures): void {
    if (penalty !== 0) this.#rowLoss ??= this.loss.slice()
    this.#rowLoss?.push(loss)
    this.loss.push(loss + penalty)
    this.#learningRates.push(learningRate)
    if (hits !== undefined) this.#accuracy.push(hits / rows)
    this.#rows += rows
    this.#training += milliseconds
  }

  addMetrics(figures: Readonly<Record<string, number>>): void {
    this.#metrics.push(figures)
  }

  addValidation(evaluation: Evaluation): void {
    this.#validations.push(evaluation)
  }

  /** What is reported of the last epoch. */
  log(): EpochLog {
    const validation = this.#validations.at(-1)
    return {
      epoch: this.loss.length,
      epochs: this.#epochs,
      loss: this.loss.at(-1)!,
      learningRate: this.#learningRates.at(-1)!,
      ...(this.#accuracy.length > 0 && { accuracy: this.#accuracy.at(-1)! }),
      ...(validation && { validationLoss: validation.loss }),
      ...(validation?.accuracy !== undefined && { validationAccuracy: validation.accuracy }),
      // A copy: the log is the user's.
      ...(this.#metrics.length > 0 && { metrics: { ...this.#metrics.at(-1) } }),
      seconds: this.#seconds,
    }
  }

  /** One list for each metric. */
  get #byMetric(): Record<string, number[]> {
    const names = Object.keys(this.#metrics[0])
    return Object.fromEntries(names.map((name) => [name, this.#metrics.map((figures) => figures[name])]))
  }

  history(threads: number): History {
    const validations = this.#validations
    return {
      epochs: this.loss.length,
      loss: this.loss,
      learningRate: this.#learningRates,
      ...(this.#accuracy.length > 0 && { accuracy: this.#accuracy }),
      ...(validations.length > 0 && { validationLoss: validations.map((one) => one.loss) }),
      ...(validations[0]?.accuracy !== undefined && {
        validationAccuracy: validations.map((one) => one.accuracy!),
      }),
      ...(this.#metrics.length > 0 && { metrics: this.#byMetric }),
      ...(this.bestEpoch !== undefined && { bestEpoch: this.bestEpoch }),
      threads,
      seconds: this.#seconds,
      samplesPerSecond: (this.#rows * 1000) / this.#training,
    }
  }
}
