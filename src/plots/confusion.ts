// A confusion matrix: a row a true class, a column a predicted one.

import { checkOptions, isArray, isObject } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'
import { nothing } from './axes.ts'
import { bar, barWidth } from './bar.ts'
import { AXIS, blues, hexOf, isDark } from './colours.ts'
import { type AxesOptions, axesTable, expectLength, numbers, strings } from './options.ts'
import { sheet } from './sheet.ts'
import { coordinate, element, group, INK } from './svg.ts'
import { LINE, label, NORMAL, SMALL, shortened, widest, widthOf } from './text.ts'
import { shortNumber } from './ticks.ts'

/** What `confusionMatrix` returns, as far as a plot reads it. */
export interface ConfusionLike {
  readonly classNames: readonly string[]
  /** counts[t][p]: rows of class t that were predicted to be of class p, at least 0. */
  readonly counts: readonly ArrayLike<number>[]
}

const LEAST_FONT = 8
const BAR = { ramp: blues, labels: ['0%', '50%', '100%'], caption: 'share of the true class' }

function check(confusion: unknown): { names: readonly string[]; counts: ArrayLike<number>[] } {
  if (!isObject(confusion) || !isArray(confusion.counts)) {
    throw new ShapeError(`confusion: expected { classNames, counts }, got ${shown(confusion)}`)
  }
  const names = strings(confusion.classNames, 'confusion.classNames')
  expectLength(confusion.counts, names.length, 'confusion.counts', 'a row for each class')
  const counts = confusion.counts.map((row, t) => {
    const where = `confusion.counts[${t}]`
    const list = numbers(row, where)
    expectLength(list, names.length, where, 'one for each class')
    const bad = Array.from(list).find((count) => !(count >= 0 && count <= 1e280))
    if (bad !== undefined) throw new ShapeError(`${where}: expected counts of at least 0, got ${bad}`)
    return list
  })
  return { names, counts }
}

/** The largest font at which every count fits into a cell, and how they are written; undefined where none does. */
function cellText(counts: readonly ArrayLike<number>[], cell: { width: number; height: number }) {
  const texts = counts.flatMap((row) => Array.from(row))
  for (const write of [String, (count: number) => shortNumber(count, 2)]) {
    const width = widest([...new Set(texts.map(write))], 1)
    const size = Math.min(NORMAL + 2, (cell.width - 4) / width, (cell.height - 2) / LINE)
    if (size >= LEAST_FONT) return { write, size: Math.floor(size) }
  }
  return undefined
}

/**
 * Returns a confusion matrix as SVG text: counts in the cells where they find room, colours by the share of the true class.
 * Throws ShapeError, OptionError.
 */
export function plotConfusionMatrix(confusion: ConfusionLike, options: AxesOptions = {}): string {
  const { names, counts } = check(confusion)
  const {
    title,
    width,
    height = width,
    xLabel = 'predicted class',
    yLabel = 'true class',
  } = checkOptions(axesTable, options, 'options')
  const { body, finish } = sheet({ title, width, height, kind: 'confusion matrix' })
  const classes = names.length
  if (classes === 0) return finish([nothing(body)])

  // A name takes a fifth of the picture at most.
  const rowNames = names.map((name) => shortened(name, width / 5, SMALL))
  const titleHeight = NORMAL * LINE + 4
  const left = body.x + titleHeight + widest(rowNames, SMALL) + 6
  const across = Math.max(20, body.x + body.width - barWidth(BAR) - left)
  // Names lie where all fit into their columns, else they stand.
  const fits = (name: string) => widthOf(name, SMALL) <= across / classes - 6
  const lie = rowNames.every(fits) && names.every((name, i) => rowNames[i] === name.trim() || fits(name))
  const columnNames = lie ? rowNames : names.map((name) => shortened(name, height / 5, SMALL))
  const below = titleHeight + (lie ? SMALL * LINE : widest(columnNames, SMALL)) + 8
  const down = Math.max(20, body.height - below)
  // Cells are square where the height was left to the plot.
  const cell = { width: across / classes, height: down / classes }
  const matrix = { x: left, y: body.y, width: across, height: down }

  const text = cellText(counts, cell)
  const cells: string[] = []
  const numbersIn: string[] = []
  counts.forEach((row, t) => {
    const total = Array.from(row).reduce((sum, count) => sum + count / 2 ** 20, 0)
    for (let p = 0; p < classes; ++p) {
      const share = row[p] === 0 ? 0 : row[p] / 2 ** 20 / total
      const colour = blues(share)
      const at = { x: left + p * cell.width, y: matrix.y + t * cell.height }
      if (row[p] > 0) cells.push(element('rect', { ...at, ...cell, fill: hexOf(colour) }))
      if (!text || (row[p] === 0 && classes > 20)) continue
      const middle = [at.x + cell.width / 2, at.y + cell.height / 2] as const
      const fill = isDark(colour) ? '#ffffff' : row[p] === 0 ? AXIS : INK
      numbersIn.push(label(...middle, text.write(row[p]), { size: text.size, anchor: 'middle', fill }))
    }
  })

  // Every name, or every second, third … where they are too close.
  const step = (size: number) => Math.ceil((SMALL * LINE) / size)
  const parts: string[] = []
  rowNames.forEach((name, t) => {
    if (t % step(cell.height) !== 0 || name === '') return
    parts.push(label(left - 6, matrix.y + (t + 0.5) * cell.height, name, { anchor: 'end' }))
  })
  const foot = matrix.y + down + 6
  columnNames.forEach((name, p) => {
    const x = left + (p + 0.5) * cell.width
    if (name === '') return
    if (lie) parts.push(label(x, foot + (SMALL * LINE) / 2, name, { anchor: 'middle' }))
    else if (p % step(cell.width) === 0) parts.push(label(x, foot, name, { anchor: 'end', upright: true }))
  })
  const titles = [
    label(left + across / 2, body.y + body.height - NORMAL / 2, shortened(xLabel, across, NORMAL), {
      anchor: 'middle',
      size: NORMAL,
    }),
    label(body.x + NORMAL / 2, matrix.y + down / 2, shortened(yLabel, down, NORMAL), {
      anchor: 'middle',
      size: NORMAL,
      upright: true,
    }),
  ]
  const lines = Array.from({ length: classes - 1 }, (_, i) => {
    const [x, y] = [left + (i + 1) * cell.width, matrix.y + (i + 1) * cell.height].map(coordinate)
    return `M${x} ${coordinate(matrix.y)}v${coordinate(down)}M${coordinate(left)} ${y}h${coordinate(across)}`
  }).join('')
  return finish([
    group({}, cells),
    lines &&
      element('path', { d: lines, stroke: '#ffffff', 'stroke-width': classes > 20 ? 0.5 : 1, fill: 'none' }),
    element('rect', { ...matrix, fill: 'none', stroke: AXIS }),
    group({}, numbersIn),
    group({}, [...parts, ...titles]),
    ...bar({ x: body.x, y: matrix.y, width: body.width, height: down }, BAR),
  ])
}
