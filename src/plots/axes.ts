// Axes with ticks, grid and labels around an area for data.

import { AXIS, FAINT, GRID } from './colours.ts'
import { type Range, type Scale, scaleOf } from './scale.ts'
import { type Box, element, group } from './svg.ts'
import { LINE, label, NORMAL, SMALL, shortened, widest, widthOf } from './text.ts'
import { linearTicks, logTicks, type Ticks } from './ticks.ts'

export interface AxisOptions {
  readonly range: Range
  readonly label?: string
  readonly log?: boolean
  /** Ticks at whole numbers only. */
  readonly whole?: boolean
}

export interface Axes {
  readonly x: Scale
  readonly y: Scale
  /** The area inside. */
  readonly area: Box
  /** Behind the data. */
  readonly behind: string
  /** In front of it. */
  readonly before: string
}

const BETWEEN = 10
const TICK = 5
/** Pixels that a tick of the y axis takes, at least. */
const LEAST_Y = 34
const LEAST_X = 44

const ticksOf = ({ range: [min, max], log, whole }: AxisOptions, most: number): Ticks =>
  log ? logTicks(min, max, most) : linearTicks(min, max, most, whole)

/** As many ticks of the x axis as find room for their labels. */
function ticksAlong(axis: AxisOptions, width: number): Ticks {
  for (let most = Math.max(1, Math.floor(width / LEAST_X)); ; --most) {
    const ticks = ticksOf(axis, most)
    const place = scaleOf(axis.range, 0, width, axis.log)
    const sizes = ticks.labels.map((text) => widthOf(text, SMALL))
    const fits = ticks.values.every((value, i) => {
      if (i === 0) return true
      return place(value) - place(ticks.values[i - 1]) >= (sizes[i] + sizes[i - 1]) / 2 + BETWEEN
    })
    if (fits) return ticks
    // The grid keeps its lines; the first label stays.
    if (most === 1) return { ...ticks, labels: ticks.labels.map((text, i) => (i === 0 ? text : '')) }
  }
}

/** Draws the axes in a box, which they fill. */
export function axes(box: Box, xAxis: AxisOptions, yAxis: AxisOptions, size: number = NORMAL): Axes {
  const titleHeight = size * LINE + 4
  const labelHeight = SMALL * LINE + TICK
  // Up to here the ticks of y depend on the height alone; those of x on the width that the labels of y leave.
  const roughY = ticksOf(yAxis, 4)
  const hasOffsetX = ticksAlong(xAxis, box.width * 0.8).offset !== undefined
  const bottom = labelHeight + (xAxis.label || hasOffsetX ? titleHeight : 0)
  const top = SMALL * (roughY.offset ? LINE + 0.5 : 0.6)
  const height = Math.max(20, box.height - bottom - top)
  const yTicks = ticksOf(yAxis, Math.max(1, Math.floor(height / LEAST_Y)))
  const left = (yAxis.label ? titleHeight : 0) + widest(yTicks.labels, SMALL) + TICK + 3
  // Half a label sticks out on the right.
  let right = 4
  let xTicks = ticksAlong(xAxis, Math.max(20, box.width - left - right))
  right = Math.max(right, widthOf(xTicks.labels.at(-1) ?? '', SMALL) / 2)
  const width = Math.max(20, box.width - left - right)
  xTicks = ticksAlong(xAxis, width)
  const area = { x: box.x + left, y: box.y + top, width, height }
  const x = scaleOf(xAxis.range, area.x, area.x + width, xAxis.log)
  const y = scaleOf(yAxis.range, area.y + height, area.y, yAxis.log)

  const lines = [
    ...xTicks.values.map((value) => `M${short(x(value))} ${short(area.y)}v${short(height)}`),
    ...yTicks.values.map((value) => `M${short(area.x)} ${short(y(value))}h${short(width)}`),
  ]
  const behind = element('path', { d: lines.join('') || 'M0 0', stroke: GRID, fill: 'none' })
  const below = area.y + height + TICK + (SMALL * LINE) / 2
  const parts = [
    element('rect', { ...area, fill: 'none', stroke: AXIS }),
    ...xTicks.values.map((value, i) =>
      xTicks.labels[i] === '' ? '' : label(x(value), below, xTicks.labels[i], { anchor: 'middle' }),
    ),
    ...yTicks.values.map((value, i) =>
      label(area.x - TICK - 1, y(value), yTicks.labels[i], { anchor: 'end' }),
    ),
  ]
  const titleAt = area.y + height + labelHeight + titleHeight / 2
  let room = width
  if (xTicks.offset) {
    const text = shortened(xTicks.offset, width, SMALL)
    room -= 2 * (widthOf(text, SMALL) + BETWEEN)
    parts.push(label(area.x + width, titleAt, text, { anchor: 'end', fill: FAINT }))
  }
  if (xAxis.label && room > 20) {
    const text = shortened(xAxis.label, room, size)
    parts.push(label(area.x + width / 2, titleAt, text, { anchor: 'middle', size }))
  }
  if (yTicks.offset) {
    const text = shortened(yTicks.offset, width, SMALL)
    parts.push(label(area.x, box.y + SMALL / 2, text, { fill: FAINT }))
  }
  if (yAxis.label) {
    const text = shortened(yAxis.label, height, size)
    const middle = area.y + height / 2
    parts.push(label(box.x + size / 2, middle, text, { anchor: 'middle', size, upright: true }))
  }
  return { x, y, area, behind, before: group({}, parts.filter(Boolean)) }
}

const short = (value: number): number => Math.round(value * 100) / 100

/** Says that there is nothing to draw. */
export const nothing = ({ x, y, width, height }: Box): string =>
  label(x + width / 2, y + height / 2, shortened('no data', width, NORMAL), {
    anchor: 'middle',
    size: NORMAL,
    fill: FAINT,
  })
