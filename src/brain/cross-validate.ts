// k-fold cross-validation of brain.js's interface: each of k parts tests what was trained on the others.

import { OptionError, ShapeError, shown } from '../base/errors.ts'
import type {
  INeuralNetworkBinaryTestResult,
  INeuralNetworkState,
  INeuralNetworkTestResult,
} from './types.ts'

/** What can be cross-validated. */
export interface IClassifier<TrainOptsType, JsonType, DatumType> {
  trainOpts: TrainOptsType
  toJSON: () => JsonType
  fromJSON: (json: JsonType) => unknown
  train: (data: DatumType[], options?: Partial<TrainOptsType>) => INeuralNetworkState
  test: (data: DatumType[]) => INeuralNetworkTestResult | INeuralNetworkBinaryTestResult
  initialize: () => void
}
// biome-ignore lint/suspicious/noExplicitAny: any classifier will do, and what it is is inferred
type AnyClassifier = IClassifier<any, any, any>
export type InitClassifier<Classifier extends AnyClassifier = AnyClassifier> = () => Classifier

/** Milliseconds of a fold's training and test, and the iterations and the error of its training: means over the folds. */
export interface ICrossValidateStatsAverages {
  trainTime: number
  testTime: number
  iterations: number
  error: number
}

export interface ICrossValidateStatsResultStats {
  /** Data that were tested. */
  total: number
  /** Data of a part, and of the others together: not rounded. */
  testSize: number
  trainSize: number
}

/** With the sums over the folds, and what follows from them: 0 where there is nothing to divide by. */
export interface ICrossValidateStatsResultBinaryStats extends ICrossValidateStatsResultStats {
  truePos: number
  trueNeg: number
  falsePos: number
  falseNeg: number
  precision: number
  recall: number
  accuracy: number
}

/** What test() tells of a fold, but for `error`, which is that of the training in its last iteration. */
export interface ICrossValidationTestPartitionResults<JsonType> extends INeuralNetworkTestResult {
  trainTime: number
  testTime: number
  iterations: number
  network: JsonType
}
export type ICrossValidationTestPartitionBinaryResults<JsonType> = INeuralNetworkBinaryTestResult &
  ICrossValidationTestPartitionResults<JsonType>

export interface ICrossValidateStats<JsonType> {
  avgs: ICrossValidateStatsAverages
  stats: ICrossValidateStatsResultStats
  sets: ICrossValidationTestPartitionResults<JsonType>[]
}
export interface ICrossValidateBinaryStats<JsonType> {
  avgs: ICrossValidateStatsAverages
  stats: ICrossValidateStatsResultBinaryStats
  sets: ICrossValidationTestPartitionBinaryResults<JsonType>[]
}
export type ICrossValidateJSON<JsonType> = ICrossValidateStats<JsonType> | ICrossValidateBinaryStats<JsonType>

type JsonOf<Classifier extends AnyClassifier> = ReturnType<Classifier['toJSON']>
type DataOf<Classifier extends AnyClassifier> = Parameters<Classifier['train']>[0]
type OptionsOf<Classifier extends AnyClassifier> = NonNullable<Parameters<Classifier['train']>[1]>

const isBinaryStats = (
  stats: ICrossValidateStatsResultStats | ICrossValidateStatsResultBinaryStats,
): stats is ICrossValidateStatsResultBinaryStats => 'truePos' in stats

const isBinaryResults = <JsonType>(
  results: ICrossValidateStats<JsonType> | ICrossValidateBinaryStats<JsonType>,
): results is ICrossValidateBinaryStats<JsonType> => isBinaryStats(results.stats)

const isBinaryPartitionResults = <JsonType>(
  results:
    | ICrossValidationTestPartitionResults<JsonType>
    | ICrossValidationTestPartitionBinaryResults<JsonType>,
): results is ICrossValidationTestPartitionBinaryResults<JsonType> => 'truePos' in results

const isClass = (value: unknown): boolean => /^class\b/.test(Function.prototype.toString.call(value))
const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0)

/**
 * Trains a network for each of k parts of the data on the other parts, and tests it on that part.
 *
 * initClassifier: makes a network. `new CrossValidate(() => new NeuralNetwork(options))`. Throws OptionError.
 */
export class CrossValidate<Init extends InitClassifier> {
  static readonly isBinaryStats = isBinaryStats
  static readonly isBinaryResults = isBinaryResults
  static readonly isBinaryPartitionResults = isBinaryPartitionResults

  readonly initClassifier: Init
  json: ICrossValidateJSON<JsonOf<ReturnType<Init>>> = {
    avgs: { error: 0, iterations: 0, testTime: 0, trainTime: 0 },
    stats: { total: 0, testSize: 0, trainSize: 0 },
    sets: [],
  }

  constructor(initClassifier: Init) {
    if (typeof initClassifier !== 'function' || isClass(initClassifier)) {
      const came = typeof initClassifier === 'function' ? 'a class' : shown(initClassifier)
      throw new OptionError(
        `initClassifier: expected a function that makes a network, as () => new NeuralNetwork(), got ${came}`,
      )
    }
    this.initClassifier = initClassifier
  }

  /** Trains a new network on the one set and tests it on the other. */
  testPartition(
    trainOpts: Partial<OptionsOf<ReturnType<Init>>> | undefined,
    trainSet: DataOf<ReturnType<Init>>,
    testSet: DataOf<ReturnType<Init>>,
  ):
    | ICrossValidationTestPartitionResults<JsonOf<ReturnType<Init>>>
    | ICrossValidationTestPartitionBinaryResults<JsonOf<ReturnType<Init>>> {
    const classifier = this.initClassifier()
    const before = Date.now()
    const { error, iterations } = classifier.train(trainSet, trainOpts)
    const between = Date.now()
    const results = classifier.test(testSet)
    const after = Date.now()
    return {
      ...results,
      error,
      ...{ trainTime: between - before, testTime: after - between, iterations },
      network: classifier.toJSON(),
    }
  }

  /** Shuffles the array in place, by R. Durstenfeld (1964, doi:10.1145/364520.364540), and returns it. */
  shuffleArray<K>(array: K[]): K[] {
    for (let i = array.length - 1; i > 0; --i) {
      const j = Math.floor(Math.random() * (i + 1))
      ;[array[i], array[j]] = [array[j], array[i]]
    }
    return array
  }

  /**
   * Returns what came of k folds, which toJSON() returns too. The data are shuffled, a copy of them; what k does not divide is
   * never tested. Throws OptionError, ShapeError, and what the networks throw.
   */
  train(
    data: DataOf<ReturnType<Init>>,
    trainOpts: Partial<OptionsOf<ReturnType<Init>>> = {},
    k = 4,
  ): ICrossValidateJSON<JsonOf<ReturnType<Init>>> {
    if (!Array.isArray(data)) throw new ShapeError(`data: expected an array, got ${shown(data)}`)
    if (!Number.isSafeInteger(k) || k < 2) {
      throw new OptionError(`k: expected a whole number from 2 on, got ${shown(k)}`)
    }
    if (data.length < k) {
      throw new ShapeError(`Training set size is too small for ${data.length} k folds of ${k}`)
    }
    const shuffled = this.shuffleArray([...data])
    const size = Math.floor(data.length / k)
    const sets = Array.from({ length: k }, (_, fold) => {
      const [from, to] = [fold * size, (fold + 1) * size]
      return this.testPartition(
        trainOpts,
        [...shuffled.slice(0, from), ...shuffled.slice(to)],
        shuffled.slice(from, to),
      )
    })
    const sum = (name: string): number =>
      sets.reduce((total, set) => total + (set as unknown as Record<string, number>)[name], 0)
    const mean = (name: string): number => sum(name) / k
    const avgs = {
      ...{ trainTime: mean('trainTime'), testTime: mean('testTime') },
      ...{ iterations: mean('iterations'), error: mean('error') },
    }
    const total = sum('total')
    const stats = { total, testSize: data.length / k, trainSize: data.length - data.length / k }
    if (!sets.every(isBinaryPartitionResults)) {
      this.json = { avgs, stats, sets }
      return this.json
    }
    const [truePos, trueNeg] = [sum('truePos'), sum('trueNeg')]
    const [falsePos, falseNeg] = [sum('falsePos'), sum('falseNeg')]
    const ratios = {
      precision: ratio(truePos, truePos + falsePos),
      recall: ratio(truePos, truePos + falseNeg),
      accuracy: ratio(trueNeg + truePos, total),
    }
    this.json = {
      avgs,
      stats: { ...stats, truePos, trueNeg, falsePos, falseNeg, ...ratios },
      sets,
    }
    return this.json
  }

  /** Returns the network whose training had the least error. Throws ShapeError before train() or fromJSON(). */
  toNeuralNetwork(): ReturnType<Init> {
    return this.fromJSON(this.json)
  }

  toJSON(): ICrossValidateJSON<JsonOf<ReturnType<Init>>> {
    return this.json
  }

  /** Returns the network of the saved results whose training had the least error. Throws ShapeError. */
  fromJSON(crossValidateJson: ICrossValidateJSON<JsonOf<ReturnType<Init>>>): ReturnType<Init> {
    const [first, ...others] = crossValidateJson.sets
    if (!first) throw new ShapeError('sets: expected those of train(), got none')
    const best = others.reduce((least, set) => (set.error < least.error ? set : least), first)
    const network = this.initClassifier() as ReturnType<Init>
    network.fromJSON(best.network)
    return network
  }
}
