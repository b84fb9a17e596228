// k-fold cross-validation with brain.js's interface: each of k parts of the data tests a network trained on the others.

import { OptionError, ShapeError, shown } from '../base/errors.ts'
import { entry, listOf, objectOf } from '../base/plain.ts'
import { ratiosOf } from './test-results.ts'
import type {
  INeuralNetworkBinaryTestResult,
  INeuralNetworkState,
  INeuralNetworkTestResult,
} from './types.ts'

/** What can be cross-validated: a NeuralNetwork, or anything with these members of one. */
export interface IClassifier<TrainOptsType, JsonType, DatumType> {
  /** Options of train(). */
  trainOpts: TrainOptsType
  /** Returns the network as plain data. */
  toJSON: () => JsonType
  /** Becomes the network that toJSON() returned. */
  fromJSON: (json: JsonType) => unknown
  /** Trains on the data, and returns the last error and the number of iterations. */
  train: (data: DatumType[], options?: Partial<TrainOptsType>) => INeuralNetworkState
  /** Compares the network's outputs with the targets of the data. */
  test: (data: DatumType[]) => INeuralNetworkTestResult | INeuralNetworkBinaryTestResult
  /** Draws new weights. */
  initialize: () => void
}
/** Any classifier, whatever its options, JSON and data. */
// biome-ignore lint/suspicious/noExplicitAny: the type parameters are inferred where it is used
export type AnyClassifier = IClassifier<any, any, any>
/** Makes the network of a fold. */
export type InitClassifier<Classifier extends AnyClassifier = AnyClassifier> = () => Classifier

/** Means over the folds. */
export interface ICrossValidateStatsAverages {
  /** Time to train a fold, in milliseconds. */
  trainTime: number
  /** Time to test a fold, in milliseconds. */
  testTime: number
  /** Iterations to train a fold. */
  iterations: number
  /** The error of the last iteration of a fold's training. */
  error: number
}

/** Counts of the data. */
export interface ICrossValidateStatsResultStats {
  /** Number of data tested, over all folds. */
  total: number
  /** Number of data divided by k. Not rounded, although a fold tests a whole number of data. */
  testSize: number
  /** Number of data minus testSize, not rounded either. */
  trainSize: number
}

/** The same for a single output, with the counts of test() summed over the folds, and the ratios of these sums. */
export interface ICrossValidateStatsResultBinaryStats
  extends ICrossValidateStatsResultStats,
    Omit<INeuralNetworkBinaryTestResult, keyof INeuralNetworkTestResult> {}

/** What test() returns for a fold, except that `error` is the error of the last iteration of its training. */
export interface ICrossValidationTestPartitionResults<JsonType> extends INeuralNetworkTestResult {
  /** Time to train, in milliseconds. */
  trainTime: number
  /** Time to test, in milliseconds. */
  testTime: number
  /** Iterations of training. */
  iterations: number
  /** The trained network, as toJSON() returns it. */
  network: JsonType
}
/** The same for a single output. */
export type ICrossValidationTestPartitionBinaryResults<JsonType> = INeuralNetworkBinaryTestResult &
  ICrossValidationTestPartitionResults<JsonType>

/** The results of all folds. */
export interface ICrossValidateStats<JsonType> {
  /** Means over the folds. */
  avgs: ICrossValidateStatsAverages
  /** Counts of the data. */
  stats: ICrossValidateStatsResultStats
  /** What came of each fold. */
  sets: ICrossValidationTestPartitionResults<JsonType>[]
}
/** The results of all folds, for a single output. */
export interface ICrossValidateBinaryStats<JsonType> {
  /** Means over the folds. */
  avgs: ICrossValidateStatsAverages
  /** Counts of the data, and of right and wrong answers. */
  stats: ICrossValidateStatsResultBinaryStats
  /** What came of each fold. */
  sets: ICrossValidationTestPartitionBinaryResults<JsonType>[]
}
/** What CrossValidate's train() and toJSON() return. */
export type ICrossValidateJSON<JsonType> = ICrossValidateStats<JsonType> | ICrossValidateBinaryStats<JsonType>

/** What a classifier's toJSON() returns. */
export type ClassifierJSON<Classifier extends AnyClassifier> = ReturnType<Classifier['toJSON']>
/** The data that a classifier's train() takes. */
export type ClassifierData<Classifier extends AnyClassifier> = Parameters<Classifier['train']>[0]
/** The options that a classifier's train() takes. */
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
 * k-fold cross-validation: for each of k parts of the data, trains a network on the other parts and tests it on this one.
 *
 * initClassifier: a function that returns a new network, as in `new CrossValidate(() => new NeuralNetwork(options))`. Throws
 * OptionError for anything else, a class included.
 */
export class CrossValidate<Init extends InitClassifier> {
  /** Whether these counts are for a single output. */
  static readonly isBinaryStats = isBinaryStats
  /** Whether these results of all folds are for a single output. */
  static readonly isBinaryResults = isBinaryResults
  /** Whether these results of one fold are for a single output. */
  static readonly isBinaryPartitionResults = isBinaryPartitionResults

  /** Makes the network of a fold. */
  readonly initClassifier: Init
  /** What the last train() returned; before that, zeros and no folds. */
  json: ICrossValidateJSON<ClassifierJSON<ReturnType<Init>>> = {
    avgs: { error: 0, iterations: 0, testTime: 0, trainTime: 0 },
    stats: { total: 0, testSize: 0, trainSize: 0 },
    sets: [],
  }

  constructor(initClassifier: Init) {
    if (typeof initClassifier !== 'function' || isClass(initClassifier)) {
      const came = typeof initClassifier === 'function' ? 'a class' : shown(initClassifier)
      throw new OptionError(
        `initClassifier: expected a function that makes a network, such as () => new NeuralNetwork(), got ${came}`,
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

  /** Trains a new network on trainSet and tests it on testSet. Throws what the network throws. */
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

  /** Shuffles the array in place by Math.random, after R. Durstenfeld (1964, doi:10.1145/364520.364540), and returns it. */
  shuffleArray<K>(array: K[]): K[] {
    for (let i = array.length - 1; i > 0; --i) {
      const j = Math.floor(Math.random() * (i + 1))
      ;[array[i], array[j]] = [array[j], array[i]]
    }
    return array
  }

  /**
   * Returns the results of k folds, which toJSON() returns from then on. Shuffles a copy of the data; what is left over when they
   * are divided by k is trained on but never tested. k: a whole number of at least 2; 4 by default. Throws OptionError; ShapeError
   * for fewer than k data; and what the networks throw.
   */
  train(
    data: ClassifierData<ReturnType<Init>>,
    trainOpts: Partial<ClassifierOptions<ReturnType<Init>>> = {},
    k = 4,
  ): ICrossValidateJSON<ClassifierJSON<ReturnType<Init>>> {
    if (!Array.isArray(data)) throw new ShapeError(`data: expected an array, got ${shown(data)}`)
    if (!Number.isSafeInteger(k) || k < 2) {
      throw new OptionError(`k: expected a whole number of at least 2, got ${shown(k)}`)
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

  /** Returns the network whose training ended with the least error. Throws ShapeError before train(). */
  toNeuralNetwork(): ReturnType<Init> {
    return this.fromJSON(this.json)
  }

  /** Returns what the last train() returned; before that, zeros and no folds. */
  toJSON(): ICrossValidateJSON<ClassifierJSON<ReturnType<Init>>> {
    return this.json
  }

  /**
   * Returns the network of the saved results whose training ended with the least error. Throws ShapeError if there are no folds, and
   * FormatError for what toJSON() cannot have returned.
   */
  fromJSON(crossValidateJson: ICrossValidateJSON<ClassifierJSON<ReturnType<Init>>>): ReturnType<Init> {
    const sets = listOf(entry(objectOf(crossValidateJson, 'the JSON'), 'sets'), 'sets')
    const checked = sets.map((set, k) =>
      objectOf(set, `sets[${k}]`),
    ) as unknown as typeof crossValidateJson.sets
    const [first, ...others] = checked
    if (!first) throw new ShapeError('sets: expected the results of train(), got none')
    const best = others.reduce((least, set) => (set.error < least.error ? set : least), first)
    const network = this.#made()
    network.fromJSON(best.network)
    return network
  }
}
