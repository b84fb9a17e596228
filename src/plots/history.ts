// The curves of a training, by epoch.

import { boolean, checkOptions, isList, isObject, optional, refuse } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'
import { COLOURS, colourOf, dashOf } from './colours.ts'
import { counted, drawSeries, type LinesOptions, type Series } from './lines.ts'
import { axesTable, namedEntries, numbers, strings } from './options.ts'

/** What `fit` resolves to, as far as a plot reads it: lists of one number an epoch, by name. */
export interface HistoryLike {
  /** Of the training rows. */
  readonly loss: ArrayLike<number>
  /** Of the validation rows. */
  readonly validationLoss?: ArrayLike<number>
  /** Of the training rows, from 0 to 1. */
  readonly accuracy?: ArrayLike<number>
  /** Of the validation rows, from 0 to 1. */
  readonly validationAccuracy?: ArrayLike<number>
}

export interface HistoryOptions extends LinesOptions {
  /** The lists to draw. Default: 'loss', and 'validationLoss' where there is one. */
  metrics?: readonly string[]
}

const historyTable = {
  ...axesTable,
  logScale: optional(boolean, false),
  metrics: optional(strings, undefined),
}

const isHistory = (value: unknown): value is HistoryLike => isObject(value) && isList(value.loss)

/** validationLoss → validation loss. */
const spoken = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()

const USUAL = ['loss', 'validationLoss']

function listsOf(history: HistoryLike, where: string, metrics: readonly string[] | undefined) {
  const read = history as unknown as Record<string, unknown>
  const wanted = metrics ?? USUAL.filter((name) => name in read && read[name] !== undefined)
  return wanted.map((metric) => {
    if (isList(read[metric])) return { metric, values: numbers(read[metric], `${where}.${metric}`) }
    const known = Object.keys(read).filter((name) => isList(read[name]))
    return refuse('options.metrics', `lists of ${where} (${known.join(', ')})`, metric)
  })
}

/**
 * Returns loss and other figures of a training by epoch as SVG text: of one history, or of several by name, each with a
 * colour of its own. Throws ShapeError, OptionError.
 */
export function plotHistory(
  history: HistoryLike | Readonly<Record<string, HistoryLike>>,
  options: HistoryOptions = {},
): string {
  const checked = checkOptions(historyTable, options, 'options')
  const given: [string, unknown][] = isHistory(history)
    ? [['', history]]
    : namedEntries(history, 'history', 'a history, or histories by name')
  const perMetric = isHistory(history)
  const series: Series[] = []
  const drawn = new Set<string>()
  given.forEach(([name, one], h) => {
    const where = perMetric ? 'history' : `history[${JSON.stringify(name)}]`
    if (!isHistory(one)) {
      throw new ShapeError(`${where}: expected a history, with a list \`loss\`, got ${shown(one)}`)
    }
    const lists = listsOf(one, where, checked.metrics)
    lists.forEach(({ metric, values }, m) => {
      drawn.add(metric)
      series.push({
        name: [name, perMetric || lists.length > 1 ? spoken(metric) : ''].filter(Boolean).join(', '),
        x: counted(values.length),
        y: values,
        colour: colourOf(perMetric ? m : h),
        // Of one history each list has its colour, of several its dashes.
        dash: perMetric ? undefined : dashOf(h + COLOURS * m),
      })
    })
  })
  const isLossOnly = [...drawn].every((metric) => USUAL.includes(metric))
  const yLabel =
    checked.yLabel ?? (drawn.size === 1 ? spoken([...drawn][0]) : isLossOnly ? 'loss' : undefined)
  return drawSeries(series, {
    ...checked,
    xLabel: checked.xLabel ?? 'epoch',
    yLabel,
    whole: true,
    kind: `${yLabel ?? 'figures'} by epoch`,
  })
}
