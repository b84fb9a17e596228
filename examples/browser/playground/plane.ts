// The plane: what the network says of each point, and the points that it learns from.

import { element, fitCanvas, make } from '../elements.ts'
import { divergingColours, onRecolour, palette } from '../palette.ts'
import type { PageState } from '../state/page-state.ts'
import type { Store } from '../state/store.ts'
import type { LabelledPoint } from './points.ts'

/** Points of the surface along a side. */
const GRID = 96
/** The plane shows a little more than the square from −1 to 1. */
export const REACH = 1.1
const KEY_STEP = 0.08

/** (side² × 2) points of the plane, row by row from the top left. */
export function gridOf(side: number): Float32Array {
  const grid = new Float32Array(side * side * 2)
  for (let i = 0; i < side * side; ++i) {
    grid[2 * i] = (((i % side) + 0.5) / side - 0.5) * 2 * REACH
    grid[2 * i + 1] = (0.5 - (Math.floor(i / side) + 0.5) / side) * 2 * REACH
  }
  return grid
}

export interface PlanePoints {
  readonly trained: readonly LabelledPoint[]
  readonly heldBack: readonly LabelledPoint[]
}

/** Shows the plane. `surface` gives the probability of the second kind for rows of points. */
export function showPlane(
  store: Store<PageState>,
  points: () => PlanePoints,
  surface: (grid: Float32Array, out: Float32Array) => void,
  add: (point: { x: number; y: number }) => void,
): void {
  const canvas = element('[data-plane]', HTMLCanvasElement)
  const grid = gridOf(GRID)
  const probabilities = new Float32Array(GRID * GRID)
  const small = make('canvas', { width: GRID, height: GRID })
  const smallContext = small.getContext('2d')!
  let colours = divergingColours()
  // Where the keys have the cross.
  let cross: { x: number; y: number } | undefined

  const redraw = fitCanvas(canvas, (context, side) => {
    const { ink, none, 'first-full': blue, 'second-full': orange } = palette()
    surface(grid, probabilities)
    const pixels = smallContext.createImageData(GRID, GRID)
    probabilities.forEach((p, i) => {
      // Not to the full colours, which are the points'.
      const at = 3 * Math.round(255 + 165 * (2 * p - 1))
      pixels.data[4 * i] = colours[at]
      pixels.data[4 * i + 1] = colours[at + 1]
      pixels.data[4 * i + 2] = colours[at + 2]
      pixels.data[4 * i + 3] = 255
    })
    smallContext.putImageData(pixels, 0, 0)
    context.imageSmoothingQuality = 'high'
    context.drawImage(small, 0, 0, side, side)

    const at = (v: number) => ((v / REACH + 1) / 2) * side
    const size = Math.max(3, side / 120)
    const dot = ({ x, y }: { x: number; y: number }, radius: number) => {
      context.beginPath()
      context.arc(at(x), at(-y), radius, 0, 2 * Math.PI)
    }
    const { trained, heldBack } = points()
    context.lineWidth = 1.4
    for (const point of trained) {
      dot(point, size)
      Object.assign(context, { fillStyle: point.label === 0 ? blue : orange, strokeStyle: none })
      context.fill()
      context.stroke()
    }
    for (const point of heldBack) {
      dot(point, size - 0.5)
      Object.assign(context, {
        fillStyle: none,
        strokeStyle: point.label === 0 ? blue : orange,
        lineWidth: 2,
      })
      context.fill()
      context.stroke()
    }
    if (!cross) return
    const [x, y, arm] = [at(cross.x), at(-cross.y), 11]
    context.strokeStyle = ink
    context.lineWidth = 2
    context.beginPath()
    context.moveTo(x - arm, y)
    context.lineTo(x + arm, y)
    context.moveTo(x, y - arm)
    context.lineTo(x, y + arm)
    context.stroke()
  })

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    cross = undefined
    const { left, top, width, height } = canvas.getBoundingClientRect()
    add({
      x: (((event.clientX - left) / width) * 2 - 1) * REACH,
      y: (1 - ((event.clientY - top) / height) * 2) * REACH,
    })
  })
  const moves: Record<string, readonly [number, number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, 1],
    ArrowDown: [0, -1],
  }
  canvas.addEventListener('keydown', (event) => {
    const move = moves[event.key]
    const from = cross ?? { x: 0, y: 0 }
    if (move) {
      const within = (v: number) => Math.max(-1, Math.min(1, v))
      cross = { x: within(from.x + move[0] * KEY_STEP), y: within(from.y + move[1] * KEY_STEP) }
      redraw()
    } else if (event.key === ' ' || event.key === 'Enter') {
      cross = from
      add(from)
    } else return
    event.preventDefault()
  })
  canvas.addEventListener('blur', () => {
    cross = undefined
    redraw()
  })
  store.watch(
    ({ playground, problem, noise, pointsSeed, ownPoints, view }) => [
      playground.revision,
      problem,
      noise,
      pointsSeed,
      ownPoints,
      view,
    ],
    redraw,
  )
  onRecolour(() => {
    colours = divergingColours()
    redraw()
  })
}
