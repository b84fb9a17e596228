// What a network of two inputs says everywhere in a rectangle, with the examples on top.

import { checkOptions, integer, isArray, optional } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'
import { axes } from './axes.ts'
import { bar, barWidth } from './bar.ts'
import { COLOURS, colourOf, diverging, MISSING, type Rgb, tint } from './colours.ts'
import { contour } from './contour.ts'
import { type LegendEntry, type Mark, marker } from './legend.ts'
import { type AxesOptions, axesTable, expectLength, numbers, range, strings } from './options.ts'
import { png } from './png.ts'
import { drawable, padded, type Range, rangeOf } from './scale.ts'
import { sheet } from './sheet.ts'
import { element, INK } from './svg.ts'
import { shortNumber } from './ticks.ts'

export interface DecisionOptions extends AxesOptions {
  /** Examples to draw on top: (rows × 2), row-major, or an array of rows. */
  x?: ArrayLike<number> | readonly ArrayLike<number>[]
  /** The class index of each of them. */
  y?: ArrayLike<number>
  /** A name for each class. Default: the indices. */
  classNames?: readonly string[]
  /** The first input, from and to. Default: that of the examples with some air, or 0 to 1. */
  xRange?: readonly [number, number]
  /** The second input. */
  yRange?: readonly [number, number]
  /** Points of the grid along each input. Default 100. */
  resolution?: number
  /** Of a network with one output: where the two classes part. Default ½. */
  threshold?: number
}

const table = {
  ...axesTable,
  x: optional(flat, undefined),
  y: optional(numbers, undefined),
  classNames: optional(strings, undefined),
  xRange: optional(range, undefined),
  yRange: optional(range, undefined),
  resolution: optional(integer(2, 1000), 100),
  threshold: optional((value: unknown, name: string) => numbers([value], name)[0], 0.5),
}

/** Rows of two, or a list of them in a row, as one list. */
function flat(value: unknown, name: string): ArrayLike<number> {
  const rows = isArray(value) && value.length > 0 && typeof value[0] !== 'number' ? value : undefined
  const list = rows
    ? rows.flatMap((row, r) => {
        expectLength(numbers(row, `${name}[${r}]`), 2, `${name}[${r}]`, 'the two inputs')
        return Array.from(row as ArrayLike<number>)
      })
    : numbers(value, name)
  if (list.length % 2 !== 0) throw new ShapeError(`${name}: expected rows of 2, got ${list.length} values`)
  return list
}

const marks: readonly Mark[] = ['dot', 'square', 'triangle', 'diamond']
const LEVELS = 32

/** The grid's outputs as pixels from the top left, with their palette. */
interface Surface {
  readonly pixels: Uint8Array
  readonly palette: Rgb[]
}

/** Each pixel the colour of its largest output, the stronger the larger its share. */
function surfaceOfClasses(outputs: ArrayLike<number>, classes: number, cells: number): Surface {
  const hues = Math.min(classes, COLOURS)
  const palette = Array.from({ length: hues * LEVELS }, (_, i) =>
    tint(Math.floor(i / LEVELS), (i % LEVELS) / (LEVELS - 1)),
  )
  const pixels = Uint8Array.from({ length: cells }, (_, p) => {
    let [best, least, total] = [0, Number.POSITIVE_INFINITY, 0]
    for (let c = 0; c < classes; ++c) {
      const value = outputs[p * classes + c]
      if (!(Math.abs(value) <= 1e280)) return hues * LEVELS
      if (value > outputs[p * classes + best]) best = c
      least = Math.min(least, value)
      total += value
    }
    // Outputs below 0 are no shares: those of a linear layer get one strength.
    const share = least < 0 || total <= 0 ? 1 : outputs[p * classes + best] / total
    const even = 1 / classes
    const strength = Math.min(1, Math.max(0, (share - even) / (1 - even)))
    return (best % COLOURS) * LEVELS + Math.round(strength * (LEVELS - 1))
  })
  return { pixels, palette: [...palette, MISSING] }
}

function surfaceOfValues(outputs: ArrayLike<number>, [low, high]: Range, cells: number): Surface {
  const palette = Array.from({ length: 128 }, (_, i) => diverging(0.15 + (0.7 * i) / 127))
  const pixels = Uint8Array.from({ length: cells }, (_, p) => {
    const value = drawable(outputs[p])
    return Number.isNaN(value)
      ? 128
      : Math.round(Math.min(1, Math.max(0, (value - low) / (high - low))) * 127)
  })
  return { pixels, palette: [...palette, MISSING] }
}

/** Inputs of the grid, row by row from the top, and what the network says of them. */
function ask(
  predict: (x: Float32Array) => ArrayLike<number>,
  [x0, x1]: Range,
  [y0, y1]: Range,
  side: number,
): { outputs: ArrayLike<number>; width: number } {
  const grid = new Float32Array(side * side * 2)
  for (let r = 0; r < side; ++r) {
    for (let c = 0; c < side; ++c) {
      // The middles of the pixels.
      grid[2 * (r * side + c)] = x0 + ((x1 - x0) * (c + 0.5)) / side
      grid[2 * (r * side + c) + 1] = y1 - ((y1 - y0) * (r + 0.5)) / side
    }
  }
  const outputs = numbers(predict(grid), 'predict(x)')
  const width = outputs.length / (side * side)
  if (Number.isInteger(width) && width > 0) return { outputs, width }
  throw new ShapeError(
    `predict(x): expected one or more outputs for each of ${side * side} rows, got ${outputs.length}`,
  )
}

/**
 * Returns the decision surface of a network with two inputs as SVG text: with one output its value and the line where the
 * classes part, with more the class of the largest. `predict` gets a grid, (rows × 2) row-major, and returns
 * (rows × outputs): `(x) => network.predict(x)`. Throws ShapeError, OptionError.
 */
export function plotDecisionSurface(
  predict: (x: Float32Array) => ArrayLike<number>,
  options: DecisionOptions = {},
): string {
  const checked = checkOptions(table, options, 'options')
  const { x, y, classNames, resolution: side, threshold, title, width, height = 480 } = checked
  if (typeof predict !== 'function') {
    throw new ShapeError(`predict: expected a function of rows, got ${shown(predict)}`)
  }
  const rows = x ? x.length / 2 : 0
  if (y) expectLength(y, rows, 'options.y', 'one for each row of x')
  const columnOf = (c: number) => Float64Array.from({ length: rows }, (_, r) => x![2 * r + c])
  const [first, second] = [columnOf(0), columnOf(1)]
  const around = (column: Float64Array): Range => {
    const [min, max] = padded(rangeOf([column]), { share: 0 })
    const air = rows > 0 ? 0.1 * (max - min) : 0
    return [min - air, max + air]
  }
  const xRange = checked.xRange ?? around(first)
  const yRange = checked.yRange ?? around(second)
  const { outputs, width: classes } = ask(predict, xRange, yRange, side)

  const limits = rangeOf([outputs]) ?? [0, 1]
  const most = Math.max(Math.abs(limits[0] - threshold), Math.abs(limits[1] - threshold), 1e-280)
  const reach = limits[0] >= 0 && limits[1] <= 1 && threshold === 0.5 ? 0.5 : most
  const span: Range = [threshold - reach, threshold + reach]
  const single = classes === 1
  const surface = single
    ? surfaceOfValues(outputs, span, side * side)
    : surfaceOfClasses(outputs, classes, side * side)

  // Of two classes by one output the first is below the threshold: blue, the second vermilion, as the surface.
  const name = (index: number) => classNames?.[index] ?? `class ${index}`
  const present = y ? [...new Set(Array.from(y))].filter((one) => one >= 0).sort((a, b) => a - b) : []
  const shownClasses = single ? present : [...new Set([...Array(classes).keys(), ...present])]
  const entries = shownClasses.map(
    (c): LegendEntry => ({ name: name(c), mark: marks[c % marks.length] ?? 'dot', colour: colourOf(c) }),
  )
  const { body, finish } = sheet({ title, width, height, kind: 'decision surface', entries })
  const legend = {
    ramp: (share: number) => diverging(0.15 + 0.7 * share),
    labels: [span[0], threshold, span[1]].map((value) => shortNumber(value, 3)),
    caption: 'output',
  }
  const room = single ? body.width - barWidth(legend) : body.width
  const frame = axes(
    { ...body, width: room },
    { range: xRange, label: checked.xLabel ?? 'x₁' },
    { range: yRange, label: checked.yLabel ?? 'x₂' },
  )
  const { area } = frame
  const image = element('image', {
    ...area,
    href: png(surface.pixels, side, side, surface.palette),
    preserveAspectRatio: 'none',
    style: 'image-rendering:pixelated',
  })
  const d = single ? contour(outputs, side, threshold, area) : ''
  const points: string[] = []
  for (let r = 0; r < rows; ++r) {
    const inside =
      first[r] >= xRange[0] && first[r] <= xRange[1] && second[r] >= yRange[0] && second[r] <= yRange[1]
    const c = y?.[r] ?? 0
    if (inside) {
      const mark = marks[c % marks.length] ?? 'dot'
      points.push(
        marker(mark, frame.x(first[r]), frame.y(second[r]), y ? colourOf(c) : INK, rows > 400 ? 2.5 : 4),
      )
    }
  }
  return finish([
    image,
    d && element('path', { d, fill: 'none', stroke: INK, 'stroke-width': 1.5 }),
    frame.before,
    ...points,
    ...(single ? bar({ ...body, y: area.y, height: area.height }, legend) : []),
  ])
}
