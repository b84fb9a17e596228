// A drawing as the digits of the data set are: 8 × 8 counts from 0 to 16.
//
// The data were made by NIST's form-reading software: each digit was stretched into a box 20 wide and 32 high, its slant
// taken out, its lines made thicker or thinner until the ink was about the same in all, and then the black pixels of the
// 32 × 32 bitmap were counted in blocks of 4 × 4 (doi:10.24432/C50P49; G. T. Candela et al., NISTIR 5469, 1994). The mean
// ink of the 1,797 images is 30.5%, of each digit between 29.6 and 32.2%. From strokes the same comes without
// pictures: stretch, then take the pixels nearest to the lines, as many as that ink has.

import { boxOf, mapPoints, type Point, type Stroke, segmentsOf, squaredDistance } from './strokes.ts'

export const SIDE = 8
export const PIXELS = SIDE * SIDE
/** The most that a pixel counts. */
export const FULL = 16

const FIELD = 32
const BLOCK = FIELD / SIDE
const BOX_WIDTH = 20
/** Of the 1,024 pixels. */
const INK = 312
const THICKEST = 6
/** Pixels farther from a line than this are white. */
const REACH = THICKEST + 1
/** A stroke that is nearly straight up, as of a 1, is not spread over the width of the box: at most so much. */
const MOST_STRETCH = 1.3
/** The share of the slant that is taken out, and the most: all of it would lean a 7 and a 4 the other way. */
const STRAIGHTENING = 0.35
const MOST_SLANT = 0.6

/** How far x moves for each step of y, by the second moments of what was drawn: Σ(x − x̄)(y − ȳ) / Σ(y − ȳ)². */
function slantOf(strokes: readonly Stroke[]): number {
  // Each segment counts by its length, at its middle.
  let [mass, sx, sy, sxy, syy] = [0, 0, 0, 0, 0]
  for (const [a, b] of segmentsOf(strokes)) {
    const length = Math.hypot(b.x - a.x, b.y - a.y)
    const [x, y] = [(a.x + b.x) / 2, (a.y + b.y) / 2]
    mass += length
    sx += length * x
    sy += length * y
    sxy += length * x * y
    syy += length * y * y
  }
  if (mass === 0) return 0
  const variance = syy - (sy * sy) / mass
  const slant = variance > 0 ? (sxy - (sx * sy) / mass) / variance : 0
  return Math.max(-MOST_SLANT, Math.min(MOST_SLANT, slant)) * STRAIGHTENING
}

const POINTS = 28

/** The strokes in the field, straightened and stretched so that a pen of the given radius just fits. */
function place(strokes: readonly Stroke[], radius: number): Stroke[] {
  const box = boxOf(strokes)!
  const tall = Math.max(box.height, 1e-9)
  const height = FIELD - 2 * radius
  const y = height / Math.max(tall, box.width * 0.5)
  const room = BOX_WIDTH - 2 * Math.min(radius, 3)
  const x = Math.min(room / Math.max(box.width, 1e-9), y * MOST_STRETCH)
  const [cx, cy] = [box.left + box.width / 2, box.top + box.height / 2]
  return mapPoints(strokes, (p) => ({
    x: FIELD / 2 + (p.x - cx) * x,
    y: FIELD / 2 + (p.y - cy) * y,
  }))
}

/** Of each pixel's middle, row by row, how far it is from the nearest line, squared. */
function distances(strokes: readonly Stroke[]): Float32Array {
  const field = new Float32Array(FIELD * FIELD).fill(Infinity)
  for (const [a, b] of segmentsOf(strokes)) {
    const from = (u: number, v: number) => Math.max(0, Math.floor(Math.min(u, v) - REACH))
    const to = (u: number, v: number) => Math.min(FIELD, Math.ceil(Math.max(u, v) + REACH))
    const [left, right] = [from(a.x, b.x), to(a.x, b.x)]
    for (let y = from(a.y, b.y); y < to(a.y, b.y); ++y)
      for (let x = left, p = y * FIELD + x; x < right; ++x, ++p)
        field[p] = Math.min(field[p], squaredDistance(x + 0.5, y + 0.5, a, b))
  }
  return field
}

/** The radius of the pen that blackens the pixels of INK: those nearest to the lines. */
function penFor(field: Float32Array): number {
  const sorted = field.slice().sort()
  return Math.min(THICKEST, Math.sqrt(sorted[INK]))
}

/** Without the points that are so close together that 32 pixels do not tell them apart. */
function thin(strokes: readonly Stroke[]): Stroke[] {
  const box = boxOf(strokes)!
  const least = Math.max(box.width, box.height) / POINTS
  return strokes.map((stroke) => {
    const kept: Point[] = [stroke[0]]
    stroke.forEach((point, i) => {
      const last = kept.at(-1)!
      if (i === stroke.length - 1 || Math.hypot(point.x - last.x, point.y - last.y) >= least) kept.push(point)
    })
    return kept
  })
}

/** The drawing as (64) counts of ink from 0 to 16, row by row; undefined where nothing is drawn. */
export function normalise(drawn: readonly Stroke[]): Float32Array | undefined {
  if (drawn.length === 0) return undefined
  const thinned = thin(drawn)
  const slant = slantOf(thinned)
  const upright = mapPoints(thinned, ({ x, y }) => ({ x: x - slant * y, y }))
  // The room depends on the pen and the pen on the room: twice is enough.
  const radius = penFor(distances(place(upright, 3)))
  const field = distances(place(upright, radius))
  const pen = penFor(field) ** 2
  const counts = new Float32Array(PIXELS)
  field.forEach((distance, i) => {
    if (distance > pen) return
    const [row, column] = [Math.floor(i / FIELD / BLOCK), Math.floor((i % FIELD) / BLOCK)]
    counts[row * SIDE + column] += 1
  })
  return counts
}
