// k-fold cross-validation of brain.js's interface: each of k parts tests what was trained on the others.

import { OptionError, ShapeError, shown } from '../base/errors.ts'
import { entry, listOf, objectOf } from '../base/plain.ts'
import { ratiosOf } from './test-results.ts'
import type {
  INeuralNetworkBinaryTestResult,
  INeuralNetworkState,
  INeuralNetworkTestResult,
} from './types.ts'

/** What can be cross-validated: a NeuralNetwork, or what has these of it. */
export interface IClassifier<TrainOptsType, JsonType, DatumType> {
  /** The options that train() goes by. */
  trainOpts: TrainOptsType
  /** Returns the network as plain data. */
  toJSON: () => JsonType
  /** Becomes the network that toJSON() gave. */
  fromJSON: (json: JsonType) => unknown
  /** Trains on the data, and returns how it ended. */
  train: (data: DatumType[], options?: Partial<TrainOptsType>) => INeuralNetworkState
  /** Compares the answers with the data. */
  test: (data: DatumType[]) => INeuralNetworkTestResult | INeuralNetworkBinaryTestResult
  /** Draws new weights. */
  initialize: () => void
}
/** Any classifier: what it is of is inferred. */
// biome-ignore lint/suspicious/noExplicitAny: any will do
export type AnyClassifier = IClassifier<any, any, any>
/** Makes a network of each fold. */
export type InitClassifier<Classifier extends AnyClassifier = AnyClassifier> = () => Classifier

/** Means over the folds. */
export interface ICrossValidateStatsAverages {
  /** Milliseconds of a fold's training. */
  trainTime: number
  /** Milliseconds of a fold's test. */
  testTime: number
  /** Iterations of a fold's training. */
  iterations: number
  /** The error of a fold's training in its last iteration. */
  error: number
}

/** Counts of the data. */
export interface ICrossValidateStatsResultStats {
  /** Data that were tested, in all folds. */
  total: number
  /** Data divided by k: not rounded, though a fold tests a whole number. */
  testSize: number
  /** Data less testSize: not rounded. */
  trainSize: number
}

/** With what test() counts of a single output, summed over the folds, and the shares that follow from the sums. */
export interface ICrossValidateStatsResultBinaryStats
  extends ICrossValidateStatsResultStats,
    Omit<INeuralNetworkBinaryTestResult, keyof INeuralNetworkTestResult> {}

/** What test() tells of a fold, but for `error`, which is that of the training in its last iteration. */
export interface ICrossValidationTestPartitionResults<JsonType> extends INeuralNetworkTestResult {
  /** Milliseconds of the training. */
  trainTime: number
  /** Milliseconds of the test. */
  testTime: number
  /** Iterations of the training. */
  iterations: number
  /** The trained network, as toJSON() gives it. */
  network: JsonType
}
/** The same of a single output. */
export type ICrossValidationTestPartitionBinaryResults<JsonType> = INeuralNetworkBinaryTestResult &
  ICrossValidationTestPartitionResults<JsonType>

/** What came of the folds. */
export interface ICrossValidateStats<JsonType> {
  /** Means over the folds. */
  avgs: ICrossValidateStatsAverages
  /** Counts of the data. */
  stats: ICrossValidateStatsResultStats
  /** What came of each fold. */
  sets: ICrossValidationTestPartitionResults<JsonType>[]
}
/** What came of the folds, of a single output. */
export interface ICrossValidateBinaryStats<JsonType> {
  /** Means over the folds. */
  avgs: ICrossValidateStatsAverages
  /** Counts of the data, and of how they were answered. */
  stats: ICrossValidateStatsResultBinaryStats
  /** What came of each fold. */
  sets: ICrossValidationTestPartitionBinaryResults<JsonType>[]
}
/** What train() and toJSON() of CrossValidate return. */
export type ICrossValidateJSON<JsonType> = ICrossValidateStats<JsonType> | ICrossValidateBinaryStats<JsonType>

/** What toJSON() of a classifier returns. */
export type ClassifierJSON<Classifier extends AnyClassifier> = ReturnType<Classifier['toJSON']>
/** What train() of a classifier takes. */
export type ClassifierData<Classifier extends AnyClassifier> = Parameters<Classifier['train']>[0]
/** The options of train() of a classifier. */
export type ClassifierOptions<Classifier extends AnyClassifier> = NonNullable<
  Parameters<Classifier['train']>[1]
>

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

/**
 * Trains a network for each of k parts of the data on the other parts, and tests it on that part.
 *
 * initClassifier: makes a network. `new CrossValidate(() => new NeuralNetwork(options))`. Throws OptionError.
 */
export class CrossValidate<Init extends InitClassifier> {
  /** Whether the counts are those of a single output. */
  static readonly isBinaryStats = isBinaryStats
  /** Whether what came of the folds is of a single output. */
  static readonly isBinaryResults = isBinaryResults
  /** Whether what came of a fold is of a single output. */
  static readonly isBinaryPartitionResults = isBinaryPartitionResults

  /** Makes a network of each fold. */
  readonly initClassifier: Init
  /** What the last train() returned; without folds before it. */
  json: ICrossValidateJSON<ClassifierJSON<ReturnType<Init>>> = {
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

  #made(): ReturnType<Init> {
    const network = this.initClassifier()
    if (typeof network?.train === 'function') return network as ReturnType<Init>
    throw new OptionError(
      `initClassifier(): expected a network, got ${shown(network)}. Does the function return it?`,
    )
  }

  /** Trains a new network on the one set and tests it on the other. Throws what the network throws. */
  testPartition(
    trainOpts: Partial<ClassifierOptions<ReturnType<Init>>> | undefined,
    trainSet: ClassifierData<ReturnType<Init>>,
    testSet: ClassifierData<ReturnType<Init>>,
  ):
    | ICrossValidationTestPartitionResults<ClassifierJSON<ReturnType<Init>>>
    | ICrossValidationTestPartitionBinaryResults<ClassifierJSON<ReturnType<Init>>> {
    const classifier = this.#made()
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
   * never tested. k: a whole number from 2 on, 4 by default. Throws OptionError; ShapeError where there are fewer than k data; and
   * what the networks throw.
   */
  train(
    data: ClassifierData<ReturnType<Init>>,
    trainOpts: Partial<ClassifierOptions<ReturnType<Init>>> = {},
    k = 4,
  ): ICrossValidateJSON<ClassifierJSON<ReturnType<Init>>> {
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
    const counts = {
      ...{ truePos: sum('truePos'), trueNeg: sum('trueNeg') },
      ...{ falsePos: sum('falsePos'), falseNeg: sum('falseNeg') },
    }
    this.json = { avgs, stats: { ...stats, ...counts, ...ratiosOf({ ...counts, total }) }, sets }
    return this.json
  }

  /** Returns the network whose training had the least error. Throws ShapeError before train(). */
  toNeuralNetwork(): ReturnType<Init> {
    return this.fromJSON(this.json)
  }

  /** What the last train() returned; without folds before it. */
  toJSON(): ICrossValidateJSON<ClassifierJSON<ReturnType<Init>>> {
    return this.json
  }

  /** Returns the network of the saved results whose training had the least error. Throws ShapeError of no folds, and FormatError. */
  fromJSON(crossValidateJson: ICrossValidateJSON<ClassifierJSON<ReturnType<Init>>>): ReturnType<Init> {
    const sets = listOf(entry(objectOf(crossValidateJson, 'the JSON'), 'sets'), 'sets')
    const checked = sets.map((set, k) =>
      objectOf(set, `sets[${k}]`),
    ) as unknown as typeof crossValidateJson.sets
    const [first, ...others] = checked
    if (!first) throw new ShapeError('sets: expected those of train(), got none')
    const best = others.reduce((least, set) => (set.error < least.error ? set : least), first)
    const network = this.#made()
    network.fromJSON(best.network)
    return network
  }
}
