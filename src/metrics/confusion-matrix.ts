import { checkOptions } from '../base/check.ts'
import { ShapeError } from '../base/errors.ts'
import { largest } from '../base/largest.ts'
import { checkText, type MetricOptions, metricTable, readNamed } from './named.ts'
import type { ClassLabel } from './options.ts'

// A matrix of this many classes takes half a gigabyte.
const MOST_CLASSES = 2 ** 13

/** What confusionMatrix() returns. */
export interface ConfusionMatrix {
  /** Of the rows and columns, in their order, (classes). */
  readonly classNames: readonly string[]
  /** counts[t][p]: rows of class t that were predicted to be of class p, or their weight. */
  readonly counts: readonly (readonly number[])[]
  /** The matrix as text: a row a true class, a column a predicted one. */
  toString(): string
}

/**
 * Returns the counts of every pair of true and predicted class, (classes × classes). With `labels` a row counts whose true and
 * predicted class are both among them. Throws ShapeError, also for more than 8,192 classes; OptionError.
 */
export function confusionMatrix(
  labels: ArrayLike<ClassLabel>,
  predicted: ArrayLike<ClassLabel>,
  options: MetricOptions = {},
): ConfusionMatrix {
  const { classNames, truth, guess, weights } = readNamed(
    labels,
    predicted,
    checkOptions(metricTable, options, 'options'),
  )
  const classes = classNames.length
  if (classes > MOST_CLASSES) {
    throw new ShapeError(
      `confusionMatrix: expected at most ${MOST_CLASSES} classes, got ${classes} (classificationReport takes any number)`,
    )
  }
  const counts = classNames.map(() => new Array<number>(classes).fill(0))
  for (let r = 0; r < truth.length; ++r) {
    if (truth[r] >= 0 && guess[r] >= 0) counts[truth[r]][guess[r]] += weights ? weights[r] : 1
  }
  return { classNames, counts, toString: () => matrixText(classNames, counts) }
}

function matrixText(classNames: readonly string[], counts: readonly (readonly number[])[]): string {
  const widest = largest(counts.map((row) => largest(row.map((count) => String(count).length))))
  const width = Math.max(widest, largest(classNames.map((name) => name.length)))
  checkText((classNames.length + 1) ** 2 * (width + 2))
  const row = (head: string, cells: readonly unknown[]) =>
    [head, ...cells].map((cell) => String(cell).padStart(width)).join('  ')
  return [row('', classNames), ...counts.map((cells, t) => row(classNames[t], cells))].join('\n')
}
