// A bar of colours beside a plot: what a colour means.

import { hexOf, type Rgb } from './colours.ts'
import { type Box, element } from './svg.ts'
import { LINE, label, SMALL, shortened, widest } from './text.ts'

const WIDTH = 12
const GAP = 6
const STEPS = 32

interface BarOptions {
  readonly ramp: (share: number) => Rgb
  /** From the lowest to the highest, at equal distances. */
  readonly labels: readonly string[]
  readonly caption?: string
}

/** Pixels that the bar takes beside a plot. */
export const barWidth = ({ labels, caption }: BarOptions): number =>
  16 + WIDTH + GAP + widest(labels, SMALL) + (caption ? SMALL * LINE + 4 : 0)

/** The bar at the right end of the box, over its height. */
export function bar(box: Box, options: BarOptions): string[] {
  const { ramp, labels, caption } = options
  const x = box.x + box.width - barWidth(options) + 16
  const part = box.height / STEPS
  const parts = Array.from({ length: STEPS }, (_, i) =>
    element('rect', {
      x,
      y: box.y + i * part,
      width: WIDTH,
      // Without a seam where pixels are cut.
      height: i === STEPS - 1 ? part : part + 0.5,
      fill: hexOf(ramp(1 - (i + 0.5) / STEPS)),
    }),
  )
  const room = Math.max(1, Math.floor(box.height / (SMALL * LINE)))
  const stride = labels.length <= room ? 1 : labels.length - 1
  labels.forEach((text, i) => {
    if (text === '' || i % stride !== 0 || (room < 2 && i > 0)) return
    const y = box.y + box.height * (1 - i / Math.max(1, labels.length - 1))
    const inside = Math.min(box.y + box.height - SMALL / 2, Math.max(box.y + SMALL / 2, y))
    parts.push(label(x + WIDTH + GAP, inside, text))
  })
  if (caption) {
    parts.push(
      label(box.x + box.width - SMALL / 2, box.y + box.height / 2, shortened(caption, box.height, SMALL), {
        anchor: 'middle',
        upright: true,
      }),
    )
  }
  return parts
}
