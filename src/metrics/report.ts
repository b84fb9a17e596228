import { checkOptions } from '../base/check.ts'
import { largest } from '../base/largest.ts'
import { accuracyOf } from './accuracy.ts'
import { checkText, type MetricOptions, metricTable, readNamed } from './named.ts'
import type { ClassLabel } from './options.ts'
import { pairUp } from './pairs.ts'
import { averageOf, type ClassScores, microOf, scoresOf, tallyOf } from './tally.ts'

/** What classificationReport() returns. */
export interface ClassificationReport {
  /** In the order of `classes`. */
  readonly classNames: readonly string[]
  /** The figures of each class. */
  readonly classes: readonly ClassScores[]
  /** Of all rows, whatever `labels` says. */
  readonly accuracy: number
  /** All classes together: every row counts the same. Where every class is counted, its figures are the accuracy. */
  readonly micro: ClassScores
  /** Mean over the classes. */
  readonly macro: ClassScores
  /** Mean over the classes, each weighted with its support. */
  readonly weighted: ClassScores
  /** The report as scikit-learn's classification_report prints it. */
  toString(): string
}

/**
 * Returns precision, recall, F1 and support of every class, the accuracy, and the averages. Classes are counted as scikit-learn
 * does: those that occur in either list, or those of `labels`, absent ones included. Throws ShapeError; OptionError.
 * Source of the definitions and of the layout: scikit-learn.org/stable/modules/model_evaluation.html
 */
export function classificationReport(
  labels: ArrayLike<ClassLabel>,
  predicted: ArrayLike<ClassLabel>,
  options: MetricOptions = {},
): ClassificationReport {
  const checked = checkOptions(metricTable, options, 'options')
  const { digits, zeroDivision } = checked
  const { classNames, ...pairs } = readNamed(labels, predicted, checked)
  const tally = tallyOf(pairs)
  const classes = scoresOf(tally, zeroDivision)
  const isWhole = pairs.truth.every((t) => t >= 0) && pairs.guess.every((g) => g >= 0)
  const report = {
    classNames,
    classes,
    accuracy: accuracyOf(isWhole ? pairs : pairUp(labels, predicted, pairs.weights)),
    micro: microOf(tally, zeroDivision),
    macro: averageOf(classes, () => 1),
    weighted: averageOf(classes, (score) => score.support),
  }
  return { ...report, toString: () => reportText(report, digits, isWhole) }
}

function reportText(
  report: Omit<ClassificationReport, 'toString'>,
  digits: number,
  isWhole: boolean,
): string {
  const { classNames, classes, micro, macro, weighted } = report
  const width = Math.max('weighted avg'.length, digits, largest(classNames.map((name) => name.length)))
  checkText((classes.length + 8) * (width + 64))
  const line = (name: string, cells: readonly string[]) =>
    `${name.padStart(width)} ${cells.map((cell) => ` ${cell.padStart(9)}`).join('')}`
  const scores = (name: string, { precision, recall, f1, support }: ClassScores) =>
    line(name, [...[precision, recall, f1].map((value) => value.toFixed(digits)), String(support)])
  return [
    line('', ['precision', 'recall', 'f1-score', 'support']),
    '',
    ...classes.map((score, c) => scores(classNames[c], score)),
    '',
    isWhole
      ? line('accuracy', ['', '', report.accuracy.toFixed(digits), String(macro.support)])
      : scores('micro avg', micro),
    scores('macro avg', macro),
    scores('weighted avg', weighted),
    '',
  ].join('\n')
}
