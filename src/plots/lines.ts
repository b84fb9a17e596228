// Curves: one or several lists of numbers over a common pair of axes.

import { boolean, checkOptions, isList, isObject, optional } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'
import { axes, nothing } from './axes.ts'
import { colourOf, dashOf } from './colours.ts'
import { type AxesOptions, axesTable, expectLength, namedEntries, numbers } from './options.ts'
import { pathOf } from './path.ts'
import { padded, rangeOf } from './scale.ts'
import { sheet } from './sheet.ts'

/** A curve: its values over 1, 2, 3 …, or over places of its own. */
export type Curve =
  | ArrayLike<number>
  | {
      /** Places along the x axis, in any order. */
      readonly x: ArrayLike<number>
      /** A value for each of them. */
      readonly y: ArrayLike<number>
    }

export interface LinesOptions extends AxesOptions {
  /** True for a logarithmic y axis, on which values of 0 and less are gaps. Default false. */
  logScale?: boolean
}

export interface Series {
  readonly name: string
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
  readonly colour: string
  readonly dash: string | undefined
}

const linesTable = { ...axesTable, logScale: optional(boolean, false) }

/** 1, 2, 3 … */
export const counted = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => i + 1)

function seriesOf(name: string, curve: unknown, i: number): Series {
  const where = `lines[${JSON.stringify(name)}]`
  const style = { name, colour: colourOf(i), dash: dashOf(i) }
  if (isList(curve)) return { ...style, x: counted(curve.length), y: numbers(curve, where) }
  if (!isObject(curve)) {
    throw new ShapeError(`${where}: expected an array of numbers or { x, y }, got ${shown(curve)}`)
  }
  const y = numbers(curve.y, `${where}.y`)
  const x = numbers(curve.x, `${where}.x`)
  expectLength(x, y.length, `${where}.x`, 'one for each of y')
  return { ...style, x, y }
}

interface DrawOptions {
  readonly title?: string
  readonly width: number
  readonly height?: number
  readonly xLabel?: string
  readonly yLabel?: string
  readonly logScale: boolean
  readonly kind: string
  readonly whole: boolean
}

/** The picture of some series. */
export function drawSeries(all: readonly Series[], options: DrawOptions): string {
  const { title, width, height = 400, logScale: log, kind, whole, xLabel, yLabel } = options
  const entries =
    all.length > 1 ? all.map(({ name, colour, dash }) => ({ name, colour, dash, mark: 'line' as const })) : []
  const { body, finish } = sheet({ title, width, height, kind, entries })
  const rangeY = rangeOf(
    all.map(({ y }) => y),
    log,
  )
  const rangeX = rangeOf(all.map(({ x }) => x))
  const isPoint = rangeX && rangeX[0] === rangeX[1]
  const frame = axes(
    body,
    { range: isPoint && whole ? [0, 2 * rangeX[0]] : padded(rangeX, { share: 0 }), label: xLabel, whole },
    { range: padded(rangeY, { log }), label: yLabel, log },
  )
  const curves = all.flatMap(({ x, y, colour, dash }) => pathOf(frame, x, y, { log, colour, dash }))
  return finish([frame.behind, frame.before, ...curves, rangeX && rangeY ? '' : nothing(frame.area)])
}

/**
 * Returns curves as SVG text: each a list of values, drawn over 1, 2, 3 …, or { x, y }. NaN and infinities are gaps, and
 * beyond ±1e280 too. Throws ShapeError, OptionError.
 */
export function plotLines(lines: Readonly<Record<string, Curve>>, options: LinesOptions = {}): string {
  const checked = checkOptions(linesTable, options, 'options')
  const given = namedEntries(lines, 'lines', 'an object of curves by name')
  const all = given.map(([name, curve], i) => seriesOf(name, curve, i))
  const whole = given.every(([, curve]) => isList(curve))
  const yLabel = checked.yLabel ?? (all.length === 1 ? all[0].name : undefined)
  return drawSeries(all, { ...checked, yLabel, whole, kind: 'line chart' })
}
