// The legend: rows of samples with names, above the axes so that no curve runs behind it.

import { FAINT } from './colours.ts'
import { element } from './svg.ts'
import { label, SMALL, shortened, widthOf } from './text.ts'

export type Mark = 'line' | 'dot' | 'square' | 'triangle' | 'diamond' | 'patch'

export interface LegendEntry {
  readonly name: string
  readonly mark: Mark
  readonly colour: string
  readonly dash?: string
}

const ROW = 18
const SAMPLE = 22
const GAP = 6
const BETWEEN = 18
/** A name takes no more of a row that it shares. */
const MOST_NAME = 240

/** A point with its middle at x, y: a different shape for each class, beside its colour. */
export function marker(mark: Mark, x: number, y: number, colour: string, r = 4): string {
  const shape = { fill: colour, stroke: '#ffffff', 'stroke-width': 1 }
  if (mark === 'square' || mark === 'patch')
    return element('rect', { x: x - r, y: y - r, width: 2 * r, height: 2 * r, ...shape })
  if (mark === 'triangle')
    return element('path', {
      d: `M${at(x, y - 1.2 * r)}L${at(x + 1.2 * r, y + r)}L${at(x - 1.2 * r, y + r)}Z`,
      ...shape,
    })
  if (mark === 'diamond') {
    const d = 1.35 * r
    return element('path', {
      d: `M${at(x, y - d)}L${at(x + d, y)}L${at(x, y + d)}L${at(x - d, y)}Z`,
      ...shape,
    })
  }
  return element('circle', { cx: x, cy: y, r, ...shape })
}

const at = (x: number, y: number): string => `${Math.round(x * 100) / 100} ${Math.round(y * 100) / 100}`

function sampleOf({ mark, colour, dash }: LegendEntry, x: number, y: number): string {
  if (mark !== 'line') return marker(mark, x + SAMPLE / 2, y, colour)
  return element('path', {
    d: `M${at(x, y)}h${SAMPLE}`,
    stroke: colour,
    'stroke-width': 2,
    'stroke-dasharray': dash,
    fill: 'none',
  })
}

/** The rows in a width and at most a height, from x, y down; those that find no room are counted. */
export function legend(
  entries: readonly LegendEntry[],
  x: number,
  y: number,
  width: number,
  mostHeight: number,
): { parts: readonly string[]; height: number } {
  if (entries.length === 0) return { parts: [], height: 0 }
  const mostRows = Math.max(1, Math.floor(mostHeight / ROW))
  const share = width / entries.length - SAMPLE - GAP - BETWEEN
  const mostName = Math.min(Math.max(MOST_NAME, share), width - SAMPLE - GAP)
  // In columns where there is more than one row, so that names stand below each other.
  const names = entries.map(({ name }) => shortened(name, mostName, SMALL))
  const cells = names.map((name) => SAMPLE + GAP + widthOf(name, SMALL) + BETWEEN)
  const total = cells.reduce((sum, cell) => sum + cell, 0) - BETWEEN
  const column = Math.max(...cells)
  const columns = total <= width ? entries.length : Math.max(1, Math.floor((width + BETWEEN) / column))
  const fits = columns * mostRows
  const count = entries.length <= fits ? entries.length : Math.max(0, fits - 1)
  const parts: string[] = []
  let left = x
  for (let i = 0; i < count; ++i) {
    if (columns < entries.length) left = x + (i % columns) * column
    const middle = y + (Math.floor(i / columns) + 0.5) * ROW
    parts.push(sampleOf(entries[i], left, middle), label(left + SAMPLE + GAP, middle, names[i]))
    left += cells[i]
  }
  if (count < entries.length) {
    const place = x + (count % columns) * column
    const more = shortened(`… and ${entries.length - count} more`, Math.max(column, 90), SMALL)
    parts.push(label(place, y + (Math.floor(count / columns) + 0.5) * ROW, more, { fill: FAINT }))
  }
  const rows = Math.ceil(Math.min(entries.length, count + 1) / columns)
  return { parts, height: rows * ROW + 4 }
}
