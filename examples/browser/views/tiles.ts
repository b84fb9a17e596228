// Small square images side by side, one a unit: as many in a row as fill the space best.

import { element } from '../elements.ts'
import { divergingColours, onRecolour } from '../palette.ts'

const GAP = 1

export interface Tiles {
  /** images: (count × side²), row by row; what is at ±scale has the full colour. */
  show(images: Float32Array, side: number, scale: number): void
}

/** The columns for which `count` squares come out largest in a space of this shape. */
export function columnsFor(count: number, width: number, height: number): number {
  let [best, largest] = [1, 0]
  for (let columns = 1; columns <= count; ++columns) {
    const size = Math.min(width / columns, height / Math.ceil(count / columns))
    if (size > largest) [best, largest] = [columns, size]
  }
  return best
}

export function tilesIn(root: HTMLElement): Tiles {
  const canvas = element('canvas[data-tiles]', HTMLCanvasElement, root)
  const context = canvas.getContext('2d')!
  let colours = divergingColours()
  let shown: [images: Float32Array, side: number, scale: number] | undefined

  const redraw = () => {
    const { clientWidth, clientHeight } = canvas
    if (!shown || clientWidth === 0) return
    const [images, side, scale] = shown
    const count = images.length / side ** 2
    const columns = columnsFor(count, clientWidth, clientHeight)
    const pitch = side + GAP
    const [width, height] = [columns * pitch - GAP, Math.ceil(count / columns) * pitch - GAP]
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
    const pixels = context.createImageData(width, height)
    images.forEach((value, i) => {
      const [tile, p] = [Math.floor(i / side ** 2), i % side ** 2]
      const x = (tile % columns) * pitch + (p % side)
      const y = Math.floor(tile / columns) * pitch + Math.floor(p / side)
      const at = 3 * (255 + Math.round(255 * Math.max(-1, Math.min(1, value / scale))))
      const to = 4 * (y * width + x)
      pixels.data[to] = colours[at]
      pixels.data[to + 1] = colours[at + 1]
      pixels.data[to + 2] = colours[at + 2]
      pixels.data[to + 3] = 255
    })
    context.putImageData(pixels, 0, 0)
  }
  new ResizeObserver(redraw).observe(canvas)
  onRecolour(() => {
    colours = divergingColours()
    redraw()
  })
  return {
    show(...images) {
      shown = images
      redraw()
    },
  }
}

/** Weights (inputs × units) as images of each unit's weights, (units × inputs). */
export function imagesOf(weights: ArrayLike<number>, inputs: number): Float32Array {
  const units = weights.length / inputs
  return Float32Array.from(
    { length: weights.length },
    (_, i) => weights[(i % inputs) * units + Math.floor(i / inputs)],
  )
}

/** A scale that leaves few values beyond it: three times their root mean square. */
export function scaleOf(values: ArrayLike<number>): number {
  let squares = 0
  for (let i = 0; i < values.length; ++i) squares += values[i] ** 2
  return 3 * Math.sqrt(squares / Math.max(1, values.length)) || 1
}
