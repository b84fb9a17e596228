// The sheet that a plot is drawn on: title and legend at its top, the rest for the plot.

import { type LegendEntry, legend } from './legend.ts'
import { type Box, picture } from './svg.ts'
import { label, shortened, TITLE } from './text.ts'

const MARGIN = 14

interface SheetOptions {
  readonly title: string | undefined
  readonly width: number
  readonly height: number
  /** What the picture is, for screen readers, where it has no title. */
  readonly kind: string
  readonly entries?: readonly LegendEntry[]
}

interface Sheet {
  /** What is left for the plot. */
  readonly body: Box
  /** The picture with these parts on it. */
  finish(parts: readonly string[]): string
}

/** Pixels that title and margins take: for plots that choose their height. */
export const headOf = (title: string | undefined): number => 2 * MARGIN + (title ? TITLE + 12 : 0)

export function sheet({ title, width, height, kind, entries = [] }: SheetOptions): Sheet {
  const parts: string[] = []
  const inner = width - 2 * MARGIN
  let top = MARGIN
  if (title) {
    const line = shortened(title, inner, TITLE, true)
    parts.push(label(width / 2, top + TITLE / 2, line, { size: TITLE, anchor: 'middle', bold: true }))
    top += TITLE + 12
  }
  const key = legend(entries, MARGIN, top, inner, 0.25 * height)
  top += key.height
  return {
    body: { x: MARGIN, y: top, width: inner, height: height - top - MARGIN },
    finish: (body) => picture(width, height, title || kind, [...parts, ...key.parts, ...body]),
  }
}
