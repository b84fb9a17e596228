// Small images in rows and columns, a caption of one or two lines beneath each.

import { MISSING, type Rgb } from './colours.ts'
import { png } from './png.ts'
import { type Box, element } from './svg.ts'
import { LINE, label, SMALL, shortened, widthOf } from './text.ts'

export interface Caption {
  readonly text: string
  /** What stands there where the text finds no room. */
  readonly short?: string
  readonly fill?: string
  readonly bold?: boolean
}

export interface Tile {
  /** Indices of the palette, row by row. */
  readonly pixels: ArrayLike<number>
  readonly captions: readonly Caption[]
  readonly frame: { readonly colour: string; readonly width: number }
}

interface TilesOptions {
  readonly imageWidth: number
  readonly imageHeight: number
  readonly columns: number
  readonly palette: readonly Rgb[]
}

const GAP = 10
const CAPTION = SMALL * LINE
/** Pixels of an image across that a few images do not exceed. */
const MOST_ACROSS = 200

/** The palette of a ramp: its colours, and last a grey for NaN. */
export const LEVELS = 64
export const paletteOf = (ramp: (share: number) => Rgb): Rgb[] => [
  ...Array.from({ length: LEVELS }, (_, i) => ramp(i / (LEVELS - 1)).map(Math.round) as unknown as Rgb),
  MISSING,
]

/** The index of a value's colour between the limits; that of the grey where it is NaN. */
export function levelOf(value: number, [low, high]: readonly [number, number]): number {
  if (Number.isNaN(value)) return LEVELS
  // Halves: the difference of two numbers of float64 may overflow.
  const share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5
  return Math.round(Math.min(1, Math.max(0, share)) * (LEVELS - 1))
}

/** Pixels that the tiles take in this width. */
export function heightOfTiles(
  count: number,
  lines: number,
  width: number,
  { imageWidth, imageHeight, columns }: TilesOptions,
): number {
  const rows = Math.ceil(count / columns)
  const image = Math.min(MOST_ACROSS, (width - (columns - 1) * GAP) / columns)
  return rows * ((image * imageHeight) / imageWidth + lines * CAPTION + GAP) - GAP
}

/** The tiles in a box, as large as they fit into its width and its height, in its middle. */
export function drawTiles(all: readonly Tile[], box: Box, options: TilesOptions): string[] {
  const { imageWidth, imageHeight, columns, palette } = options
  const lines = all.reduce((most, { captions }) => Math.max(most, captions.length), 0)
  const rows = Math.ceil(all.length / columns)
  const room = (box.height - (rows - 1) * GAP) / rows - lines * CAPTION
  const cell = (box.width - (columns - 1) * GAP) / columns
  const scale = Math.max(0.01, Math.min(cell / imageWidth, room / imageHeight))
  const size = { width: imageWidth * scale, height: imageHeight * scale }
  const step = { x: Math.min(cell, Math.max(size.width, 48)) + GAP, y: size.height + lines * CAPTION + GAP }
  const left = box.x + (box.width - columns * step.x + GAP) / 2
  return all.flatMap(({ pixels, captions, frame }, i) => {
    const middle = left + (i % columns) * step.x + (step.x - GAP) / 2
    const at = { x: middle - size.width / 2, y: box.y + Math.floor(i / columns) * step.y }
    return [
      element('image', {
        ...at,
        ...size,
        href: png(pixels, imageWidth, imageHeight, palette),
        preserveAspectRatio: 'none',
        style: 'image-rendering:pixelated',
      }),
      element('rect', {
        ...at,
        ...size,
        fill: 'none',
        stroke: frame.colour,
        'stroke-width': frame.width,
      }),
      ...captions.map(({ text, short = text, fill, bold }, line) =>
        label(
          middle,
          at.y + size.height + (line + 0.6) * CAPTION,
          shortened(widthOf(text, SMALL, bold) > step.x - GAP ? short : text, step.x - GAP, SMALL, bold),
          { anchor: 'middle', fill, bold },
        ),
      ),
    ]
  })
}
