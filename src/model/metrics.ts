// The metrics that `fit` may be asked for by name: their options, what they are computed from, and which way is better. How
// they are computed is in src/metrics/, above this room: src/metrics/table.ts has one function for each row.

import {
  type Check,
  type Checked,
  checkOptions,
  integer,
  isArray,
  isObject,
  oneOf,
  optional,
  refuse,
} from '../base/check.ts'

type Table = Record<string, Check<unknown>>

interface Row<T extends Table> {
  readonly options: T
  /** What it reads: the outputs as they are, beside classes ('scores') or numbers ('values'), or the classes they stand for. */
  readonly needs: 'scores' | 'classes' | 'values'
  readonly better: 'max' | 'min'
  /** Whether a row may have several labels, each true or false. */
  readonly manyLabels: boolean
}

const row = <T extends Table>(
  needs: Row<T>['needs'],
  better: Row<T>['better'],
  options: T,
  more: { manyLabels?: boolean } = {},
): Row<T> => ({ options, needs, better, manyLabels: needs !== 'classes', ...more })

/** How the figures of several classes become one. 'binary' takes those of one class, and leaves the others aside. */
export type Average = 'binary' | 'macro' | 'micro' | 'weighted'
export const averages = ['binary', 'macro', 'micro', 'weighted'] as const
/** Averages of what is computed from scores: a curve for each class. */
export const curveAverages = ['macro', 'micro', 'weighted'] as const

/** What stands for 0 / 0. NaN is left out of averages. */
export const zeroDivision: Check<number> = (value, name) =>
  value === 0 || value === 1 || (typeof value === 'number' && Number.isNaN(value))
    ? value
    : refuse(name, '0, 1 or NaN', value)

const byClass = { average: optional(oneOf(averages), undefined), zeroDivision: optional(zeroDivision, 0) }
const byCurve = { average: optional(oneOf(curveAverages), 'macro' as const) }
const several = { manyLabels: true }

export const metrics = {
  accuracy: row('classes', 'max', {}, several),
  balancedAccuracy: row('classes', 'max', {}),
  precision: row('classes', 'max', byClass, several),
  recall: row('classes', 'max', byClass, several),
  f1: row('classes', 'max', byClass, several),
  cohenKappa: row('classes', 'max', {}),
  matthews: row('classes', 'max', {}),
  topK: row('scores', 'max', { k: optional(integer(1), 2) }, { manyLabels: false }),
  auc: row('scores', 'max', byCurve),
  averagePrecision: row('scores', 'max', byCurve),
  logLoss: row('scores', 'min', {}),
  r2: row('values', 'max', {}),
  explainedVariance: row('values', 'max', {}),
  meanSquaredError: row('values', 'min', {}),
  rootMeanSquaredError: row('values', 'min', {}),
  meanAbsoluteError: row('values', 'min', {}),
  meanAbsolutePercentageError: row('values', 'min', {}),
} as const

/** A metric that `fit` and `crossValidate` measure, by the name of its function: of classes 'accuracy', 'balancedAccuracy',
 * 'precision', 'recall', 'f1', 'cohenKappa' and 'matthews', of their scores 'topK', 'auc', 'averagePrecision' and 'logLoss', of
 * numbers 'r2', 'explainedVariance', 'meanSquaredError', 'rootMeanSquaredError', 'meanAbsoluteError' and
 * 'meanAbsolutePercentageError': docs/metrics.md. */
export type MetricName = keyof typeof metrics

/**
 * A metric of your own, known by the function's name. outputs and targets: (rows × outputs), row-major, classes one-hot;
 * copies for this call alone.
 */
export type CustomMetric = (
  outputs: Float32Array,
  targets: Float32Array,
  shape: { readonly rows: number; readonly outputs: number },
) => number

interface Renamed {
  /** What the figure is called in logs and history. Default: the metric's name. */
  as?: string
}

/** Precision, recall or F1 among the metrics of a fit. */
export interface ClassMetricOptions extends Renamed {
  /** Which of them. */
  name: 'precision' | 'recall' | 'f1'
  /** Default 'binary' for one output and for two classes, otherwise 'macro'. */
  average?: Average
  /** What stands for 0 / 0: 0, 1, or NaN, which averages leave out. Default 0. */
  zeroDivision?: number
}

/** The area under the ROC curve, or the average precision, among the metrics of a fit. */
export interface CurveMetricOptions extends Renamed {
  /** Which of them. */
  name: 'auc' | 'averagePrecision'
  /** Over the classes, each against all others, or over the labels. Default 'macro'. */
  average?: 'macro' | 'micro' | 'weighted'
}

/** The share of rows whose class is among those with the largest outputs, among the metrics of a fit. */
export interface TopKMetricOptions extends Renamed {
  /** Selects it. */
  name: 'topK'
  /** How many of the largest outputs may be the row's class. Default 2. */
  k?: number
}

/** Any other metric of a fit, under another name. */
export interface PlainMetricOptions extends Renamed {
  /** Which metric: one that has no options. */
  name: Exclude<MetricName, (ClassMetricOptions | CurveMetricOptions | TopKMetricOptions)['name']>
}

/** A metric by its name, by its name and options, or a function. */
export type MetricSpec =
  | MetricName
  | CustomMetric
  | ClassMetricOptions
  | CurveMetricOptions
  | TopKMetricOptions
  | PlainMetricOptions

/** A metric by name with every default in place. */
type NamedSettings = {
  readonly [Name in MetricName]: { readonly name: Name; readonly as: string } & Checked<
    (typeof metrics)[Name]['options']
  >
}[MetricName]

/** A metric with every default in place, or a function and what it is called. */
export type MetricSettings =
  | NamedSettings
  | { readonly name: undefined; readonly as: string; readonly compute: CustomMetric }

const names = Object.keys(metrics) as MetricName[]

const label: Check<string> = (value, name) =>
  typeof value === 'string' && value !== '' ? value : refuse(name, 'a name', value)

/** A metric by its name, by its name and options, or a function. Throws OptionError. */
export const metric: Check<MetricSettings> = (value, name) => {
  if (typeof value === 'function') {
    const as: unknown = value.name
    if (typeof as !== 'string' || as === '') refuse(name, 'a function that has a name', value)
    return { name: undefined, as: as as string, compute: value as CustomMetric }
  }
  if (typeof value !== 'string' && !isObject(value)) {
    return refuse(name, 'the name of a metric, its name and options, or a function', value)
  }
  const given = isObject(value) ? value : { name: value }
  const which = oneOf(names)(given.name, `${name}.name`)
  // The name is read again with the rest: it must be the one whose options these are.
  const table = { name: oneOf([which]), as: optional(label, which), ...metrics[which].options }
  return checkOptions(table, given, name) as unknown as MetricSettings
}

/** A list of metrics, each called something else. Throws OptionError. */
export const metricList: Check<readonly MetricSettings[]> = (value, name) => {
  if (!isArray(value)) return refuse(name, 'an array of metrics', value)
  const list: MetricSettings[] = []
  for (let i = 0; i < value.length; ++i) {
    const one = metric(value[i], `${name}[${i}]`)
    if (list.some(({ as }) => as === one.as)) {
      refuse(
        `${name}[${i}]`,
        `a metric that is not called '${one.as}' as one before it (\`as\` names it)`,
        value[i],
      )
    }
    list.push(one)
  }
  return list
}
