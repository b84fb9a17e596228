// The ROC curve: the share of the positives found over that of the negatives taken for one, threshold by threshold.

import { checkOptions, isList } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'
import { axes, nothing } from './axes.ts'
import { colourOf, dashOf, FAINT } from './colours.ts'
import { type AxesOptions, axesTable, expectLength, namedEntries, numbers } from './options.ts'
import { pathOf } from './path.ts'
import { sheet } from './sheet.ts'
import { coordinate, element } from './svg.ts'

interface Roc {
  readonly x: number[]
  readonly y: number[]
  /** The area under the curve; NaN where one of the classes is absent. */
  readonly area: number
}

/** Fawcett 2006, "An introduction to ROC analysis", algorithms 1 and 2: rows of one score are one step. */
function rocOf(labels: ArrayLike<number>, scores: ArrayLike<number>): Roc {
  const order = Array.from({ length: labels.length }, (_, i) => i).sort((a, b) => scores[b] - scores[a])
  const positives = order.reduce((sum, i) => sum + labels[i], 0)
  const negatives = order.length - positives
  const [x, y] = [[0], [0]]
  let [found, wrong, area] = [0, 0, 0]
  order.forEach((i, k) => {
    found += labels[i]
    wrong += 1 - labels[i]
    if (k + 1 < order.length && scores[order[k + 1]] === scores[i]) return
    x.push(wrong / negatives)
    y.push(found / positives)
    area += ((x[x.length - 1] - x[x.length - 2]) * (y[y.length - 1] + y[y.length - 2])) / 2
  })
  return { x, y, area: positives > 0 && negatives > 0 ? area : Number.NaN }
}

/**
 * Returns ROC curves with the area under each as SVG text: of one list of scores, or of several by name. labels: 1 for a
 * positive, 0 for a negative; both must occur for a curve. Throws ShapeError, OptionError.
 */
export function plotRocCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number> | Readonly<Record<string, ArrayLike<number>>>,
  options: AxesOptions = {},
): string {
  const { title, width, height = 480, xLabel, yLabel } = checkOptions(axesTable, options, 'options')
  numbers(labels, 'labels')
  for (let i = 0; i < labels.length; ++i) {
    if (labels[i] === 0 || labels[i] === 1) continue
    throw new ShapeError(`labels[${i}]: expected 0 or 1, got ${shown(labels[i])}`)
  }
  const given: [string, unknown][] = isList(scores)
    ? [['', scores]]
    : namedEntries(scores, 'scores', 'scores, or scores by name')
  const curves = given.map(([name, list]) => {
    const where = name ? `scores[${JSON.stringify(name)}]` : 'scores'
    const values = numbers(list, where)
    expectLength(values, labels.length, where, 'one for each label')
    for (let i = 0; i < values.length; ++i) {
      if (Number.isNaN(values[i])) throw new ShapeError(`${where}[${i}]: expected a number, got NaN`)
    }
    return { name, ...rocOf(labels, values) }
  })
  const entries = curves.map(({ name, area }, i) => ({
    name: `${name ? `${name}, ` : ''}area ${Number.isNaN(area) ? 'undefined' : area.toFixed(3)}`,
    mark: 'line' as const,
    colour: colourOf(i),
    dash: dashOf(i),
  }))
  const { body, finish } = sheet({ title, width, height, kind: 'ROC curve', entries })
  const frame = axes(
    body,
    { range: [0, 1], label: xLabel ?? 'false positive rate' },
    { range: [0, 1], label: yLabel ?? 'true positive rate' },
  )
  const [x0, x1, y0, y1] = [frame.x(0), frame.x(1), frame.y(0), frame.y(1)].map(coordinate)
  const chance = element('path', { d: `M${x0} ${y0}L${x1} ${y1}`, stroke: FAINT, 'stroke-dasharray': '6 3' })
  const drawn = curves.flatMap(({ x, y, area }, i) =>
    Number.isNaN(area) ? [] : pathOf(frame, x, y, { colour: colourOf(i), dash: dashOf(i) }),
  )
  return finish([
    frame.behind,
    frame.before,
    ...(drawn.length === 0 ? [nothing(frame.area)] : [chance, ...drawn]),
  ])
}
