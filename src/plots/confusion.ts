// A confusion matrix: a row a true class, a column a predicted one.

import { checkOptions, isArray, isObject } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'
import { nothing } from './axes.ts'
import { bar, barWidth } from './bar.ts'
import { AXIS, blues, hexOf, isDark } from './colours.ts'
import { type AxesOptions, axesTable, expectLength, LEAST_HEIGHT, MOST, numbers, strings } from './options.ts'
import { png } from './png.ts'
import { headOf, sheet } from './sheet.ts'
import { type Box, coordinate, element, group, INK } from './svg.ts'
import { LINE, label, NORMAL, SMALL, shortened, widest, widthOf } from './text.ts'
import { shortNumber } from './ticks.ts'
import { levelOf, paletteOf } from './tiles.ts'

/** What `confusionMatrix` returns, as far as a plot reads it. */
export interface ConfusionLike {
  /** Of the rows and columns, in their order, (classes). */
  readonly classNames: readonly string[]
  /** counts[t][p]: rows of class t that were predicted to be of class p, at least 0. */
  readonly counts: readonly ArrayLike<number>[]
}

const BAR = { ramp: blues, labels: ['0%', '50%', '100%'], caption: 'share of the true class' }
const AXIS_TITLE = NORMAL * LINE + 4
const GAP = 6
/** Sizes of fonts in cells. */
const LEAST_FONT = 8
const MOST_FONT = 14
/** From this many classes on cells are pixels of an image: 120 classes as rectangles took half a megabyte. */
const PIXELS_FROM = 30

interface Matrix {
  readonly names: readonly string[]
  readonly counts: readonly ArrayLike<number>[]
  /** Of all rows of class t the share that was predicted to be of class p; 0 where there are none. */
  readonly shares: readonly (readonly number[])[]
}

function matrixOf(confusion: unknown): Matrix {
  if (!isObject(confusion) || !isArray(confusion.counts)) {
    throw new ShapeError(`confusion: expected { classNames, counts }, got ${shown(confusion)}`)
  }
  const names = strings(confusion.classNames, 'confusion.classNames')
  expectLength(confusion.counts, names.length, 'confusion.counts', 'a row for each class')
  const counts = confusion.counts.map((row, t) => {
    const where = `confusion.counts[${t}]`
    const list = numbers(row, where)
    expectLength(list, names.length, where, 'one for each class')
    const bad = Array.from(list).findIndex((count) => !(count >= 0 && count <= 1e280))
    if (bad < 0) return list
    throw new ShapeError(`${where}[${bad}]: expected a count of at least 0, got ${shown(list[bad])}`)
  })
  const shares = counts.map((row) => {
    const total = Array.from(row).reduce((sum, count) => sum + count, 0)
    return Array.from(row, (count) => (count === 0 ? 0 : count / total))
  })
  return { names, counts, shares }
}

/** How every count fits into a cell, and at which size of the font; undefined where none does. */
function fitting(counts: Matrix['counts'], width: number, height: number) {
  const texts = counts.flatMap((row) => Array.from(row))
  for (const write of [String, (count: number) => shortNumber(count, 2)]) {
    const size = Math.min(MOST_FONT, (width - 4) / widest(texts.map(write), 1), (height - 2) / LINE)
    if (size >= LEAST_FONT) return { write, size: Math.floor(size) }
  }
  return undefined
}

function cellsOf({ counts, shares }: Matrix, area: Box): string[] {
  const classes = counts.length
  const [width, height] = [area.width / classes, area.height / classes]
  if (classes >= PIXELS_FROM) {
    const pixels = shares.flatMap((row) => row.map((share) => levelOf(share, [0, 1])))
    return [
      element('image', {
        ...area,
        href: png(pixels, classes, classes, paletteOf(blues)),
        preserveAspectRatio: 'none',
        style: 'image-rendering:pixelated',
      }),
    ]
  }
  const text = fitting(counts, width, height)
  const rectangles: string[] = []
  const numbers: string[] = []
  shares.forEach((row, t) => {
    row.forEach((share, p) => {
      const [x, y] = [area.x + p * width, area.y + t * height]
      const colour = blues(share)
      const count = counts[t][p]
      if (count > 0) rectangles.push(element('rect', { x, y, width, height, fill: hexOf(colour) }))
      if (!text) return
      const fill = isDark(colour) ? '#ffffff' : count === 0 ? AXIS : INK
      const style = { size: text.size, anchor: 'middle', fill } as const
      numbers.push(label(x + width / 2, y + height / 2, text.write(count), style))
    })
  })
  const edges = Array.from({ length: classes - 1 }, (_, i) => {
    const [x, y] = [area.x + (i + 1) * width, area.y + (i + 1) * height].map(coordinate)
    return `M${x} ${coordinate(area.y)}v${coordinate(area.height)}M${coordinate(area.x)} ${y}h${coordinate(area.width)}`
  }).join('')
  const lines = edges && element('path', { d: edges, stroke: '#ffffff', fill: 'none' })
  return [group({}, rectangles), lines, group({}, numbers)]
}

/** Names beside rows and columns: every one, or every second, third … where they are too close. */
function namesAround(names: readonly string[], lie: boolean, area: Box): string[] {
  const parts: string[] = []
  const stride = (size: number) => Math.ceil((SMALL * LINE) / (size / names.length))
  const foot = area.y + area.height + GAP
  names.forEach((name, t) => {
    if (t % stride(area.height) !== 0 || name === '') return
    const y = area.y + ((t + 0.5) / names.length) * area.height
    parts.push(label(area.x - GAP, y, name, { anchor: 'end' }))
  })
  names.forEach((name, p) => {
    if (name === '' || (!lie && p % stride(area.width) !== 0)) return
    const x = area.x + ((p + 0.5) / names.length) * area.width
    if (lie) parts.push(label(x, foot + (SMALL * LINE) / 2, name, { anchor: 'middle' }))
    else parts.push(label(x, foot, name, { anchor: 'end', upright: true }))
  })
  return parts
}

/**
 * Returns a confusion matrix as SVG text: counts in the cells where they find room, colours by the share of the true class.
 * Throws ShapeError, OptionError.
 */
export function plotConfusionMatrix(confusion: ConfusionLike, options: AxesOptions = {}): string {
  const matrix = matrixOf(confusion)
  const checked = checkOptions(axesTable, options, 'options')
  const { title, width, xLabel = 'predicted class', yLabel = 'true class' } = checked
  const classes = matrix.names.length
  const mostName = Math.min(width, checked.height ?? width) / 5
  const names = matrix.names.map((name) => shortened(name, mostName, SMALL))
  const widestName = widest(names, SMALL)

  const beside = AXIS_TITLE + widestName + GAP
  const across = width - headOf(undefined) - beside - barWidth(BAR)
  // Names lie where all fit below their columns, else they stand.
  const lie = names.every((name) => widthOf(name, SMALL) <= across / classes - GAP)
  const below = AXIS_TITLE + GAP + (lie ? SMALL * LINE : widestName + 4)
  // Cells are square where the height is the plot's to choose.
  const square = classes === 0 ? LEAST_HEIGHT : Math.ceil(headOf(title) + across + below)
  const height = checked.height ?? Math.min(MOST, Math.max(LEAST_HEIGHT, square))
  const { body, finish } = sheet({ title, width, height, kind: 'confusion matrix' })
  if (classes === 0) return finish([nothing(body)])

  const area = { x: body.x + beside, y: body.y, width: across, height: Math.max(10, body.height - below) }
  const style = { anchor: 'middle', size: NORMAL } as const
  const [middleX, middleY] = [area.x + across / 2, area.y + area.height / 2]
  const under = body.y + body.height - NORMAL / 2
  return finish([
    ...cellsOf(matrix, area),
    element('rect', { ...area, fill: 'none', stroke: AXIS }),
    group({}, [
      ...namesAround(names, lie, area),
      label(middleX, under, shortened(xLabel, across, NORMAL), style),
      label(body.x + NORMAL / 2, middleY, shortened(yLabel, area.height, NORMAL), {
        ...style,
        upright: true,
      }),
    ]),
    ...bar({ ...body, y: area.y, height: area.height }, BAR),
  ])
}
