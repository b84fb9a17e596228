// The path of a curve: broken at gaps, a dot where a value stands alone, and no more points than can be seen.

import type { Axes } from './axes.ts'
import { drawable } from './scale.ts'
import { coordinate, element } from './svg.ts'

interface Style {
  readonly log?: boolean
  readonly colour: string
  readonly dash?: string
  readonly strokeWidth?: number
}

/** Points of a curve for each pixel of width before it is thinned. */
const MOST_PER_PIXEL = 2

interface Point {
  readonly x: number
  readonly y: number
}

/** Of every run of points the first, the lowest, the highest and the last: what a pen of a pixel would show. */
function thinned(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points
  const run = Math.ceil((4 * points.length) / most)
  const kept: Point[] = []
  for (let from = 0; from < points.length; from += run) {
    const to = Math.min(points.length, from + run) - 1
    let [low, high] = [from, from]
    for (let i = from; i <= to; ++i) {
      if (points[i].y < points[low].y) low = i
      if (points[i].y > points[high].y) high = i
    }
    for (const i of [...new Set([from, low, high, to])].sort((a, b) => a - b)) kept.push(points[i])
  }
  return kept
}

/** The parts of the curve that is y over x, in pixels of the axes. */
export function pathOf(
  { x: xScale, y: yScale, area }: Axes,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { log, colour, dash, strokeWidth = 2 }: Style,
): string[] {
  const parts: string[] = []
  let points: Point[] = []
  let d = ''
  const end = () => {
    if (points.length === 1) {
      parts.push(element('circle', { cx: points[0].x, cy: points[0].y, r: 2.5, fill: colour }))
    } else if (points.length > 1) {
      const seen = thinned(points, MOST_PER_PIXEL * area.width)
      d += `M${seen.map((point) => `${coordinate(point.x)} ${coordinate(point.y)}`).join('L')}`
    }
    points = []
  }
  for (let i = 0; i < y.length; ++i) {
    const [px, py] = [drawable(x[i]), drawable(y[i], log)]
    if (Number.isNaN(px) || Number.isNaN(py)) end()
    else points.push({ x: xScale(px), y: yScale(py) })
  }
  end()
  if (d === '') return parts
  const stroke = { stroke: colour, 'stroke-width': strokeWidth, 'stroke-dasharray': dash }
  return [element('path', { d, fill: 'none', 'stroke-linejoin': 'round', ...stroke }), ...parts]
}
