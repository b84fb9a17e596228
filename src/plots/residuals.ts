// A regression beside its targets.

import { checkOptions, oneOf, optional } from '../base/check.ts'
import { axes, nothing } from './axes.ts'
import { colourOf, FAINT } from './colours.ts'
import type { LegendEntry } from './legend.ts'
import { type AxesOptions, axesTable, expectLength, numbers } from './options.ts'
import { drawable, padded, rangeOf } from './scale.ts'
import { sheet } from './sheet.ts'
import { coordinate, element } from './svg.ts'

export interface ResidualsOptions extends AxesOptions {
  /** What stands over what: 'predicted' over actual values (default), or the 'residual' actual − predicted over predicted. */
  kind?: 'predicted' | 'residual'
}

const table = { ...axesTable, kind: optional(oneOf(['predicted', 'residual']), 'predicted') }

/** Dots as one path of round caps: a fifth of the text that circles take. Those on one spot are one. */
function dots(places: Iterable<readonly [x: number, y: number]>, colour: string, count: number): string {
  const spots = new Set<string>()
  for (const [x, y] of places) spots.add(`${coordinate(x)} ${coordinate(y)}`)
  if (spots.size === 0) return ''
  const size = count > 2000 ? 3 : count > 300 ? 4 : 6
  return element('path', {
    d: [...spots].map((spot) => `M${spot}h0`).join(''),
    fill: 'none',
    stroke: colour,
    'stroke-width': size,
    'stroke-linecap': 'round',
    'stroke-opacity': String(count > 2000 ? 0.35 : 0.6),
  })
}

/**
 * Returns predicted over actual values, or the residuals over the predicted ones, as SVG text. Pairs of which one is not a
 * finite number are counted and not drawn. Throws ShapeError, OptionError.
 */
export function plotResiduals(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ResidualsOptions = {},
): string {
  const { kind, title, width, height = 420, xLabel, yLabel } = checkOptions(table, options, 'options')
  numbers(actual, 'actual')
  expectLength(numbers(predicted, 'predicted'), actual.length, 'predicted', 'one for each of actual')
  const ofResiduals = kind === 'residual'
  const xs: number[] = []
  const ys: number[] = []
  for (let i = 0; i < actual.length; ++i) {
    const [x, y] = ofResiduals ? [predicted[i], actual[i] - predicted[i]] : [actual[i], predicted[i]]
    if (Number.isNaN(drawable(x) + drawable(y))) continue
    xs.push(drawable(x))
    ys.push(drawable(y))
  }
  const missing = actual.length - xs.length
  const ideal = ofResiduals ? 'residual 0' : 'predicted = actual'
  const entries: LegendEntry[] = [{ name: ideal, mark: 'line', colour: FAINT, dash: '6 3' }]
  if (missing > 0) {
    entries.push({ name: `${missing} not drawn: not finite`, mark: 'dot', colour: '#ffffff' })
  }
  const { body, finish } = sheet({ title, width, height, kind: `${kind} values`, entries })
  const both = rangeOf(ofResiduals ? [xs] : [xs, ys])
  const rangeX = padded(both)
  // Symmetrical about 0, so that the line of no error runs through the middle.
  const most = ys.reduce((largest, y) => Math.max(largest, Math.abs(y)), 0)
  const rangeY = ofResiduals ? padded([-most, most]) : rangeX
  const frame = axes(
    body,
    { range: rangeX, label: xLabel ?? (ofResiduals ? 'predicted' : 'actual') },
    { range: rangeY, label: yLabel ?? (ofResiduals ? 'actual − predicted' : 'predicted') },
  )
  const ends = ofResiduals ? [0, 0] : rangeX
  const [x0, x1, y0, y1] = [...rangeX.map(frame.x), ...ends.map(frame.y)].map(coordinate)
  const line = element('path', { d: `M${x0} ${y0}L${x1} ${y1}`, stroke: FAINT, 'stroke-dasharray': '6 3' })
  const places = xs.map((x, i) => [frame.x(x), frame.y(ys[i])] as const)
  return finish([
    frame.behind,
    frame.before,
    xs.length === 0 ? nothing(frame.area) : line,
    dots(places, colourOf(0), places.length),
  ])
}
