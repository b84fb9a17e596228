// Digits as strokes, in ways of writing that are rare among the 1,797 images: a 1 with a foot, a 7 without a bar, an open 4.
// They are turned into images as drawings are, each with changes of its own, and trained on beside the data.

import { normalise, PIXELS } from './normalise.ts'
import { randomFrom } from './random.ts'
import { mapPoints, type Point, type Stroke } from './strokes.ts'

/** Ways of writing each digit: strokes apart by |, points as x,y in hundredths of the side; ~ begins a curve. */
const WAYS: readonly (readonly string[])[] = [
  [
    '~ 50,10 28,22 24,50 30,78 50,90 70,78 76,50 72,22 50,10',
    '~ 62,14 45,10 30,30 28,60 42,88 62,86 72,60 70,30 56,12',
  ],
  ['50,10 50,90', '34,28 52,10 52,90', '32,30 50,10 50,90 | 30,90 70,90', '58,10 46,90'],
  [
    '~ 26,30 36,12 56,10 72,24 66,44 44,68 28,90 | 28,90 74,90',
    '~ 28,26 44,10 64,14 70,34 52,60 32,84 28,82 40,78 58,88 76,82',
  ],
  [
    '~ 28,20 46,10 64,16 66,32 48,46 | ~ 48,46 68,56 70,76 52,90 26,82',
    '30,12 70,12 48,42 | ~ 48,42 66,50 72,68 60,86 40,90 26,80',
  ],
  [
    '56,10 22,62 80,62 | 62,36 62,92',
    '30,10 27,50 72,50 | 70,10 68,92',
    '60,92 60,10 20,65 80,65',
    '34,10 24,54 76,54 | 60,34 56,92',
  ],
  [
    '70,10 34,10 30,44 | ~ 30,44 50,38 70,52 68,76 48,90 26,82',
    '36,12 32,46 | ~ 32,46 54,42 68,58 62,82 42,90 28,84 | 36,12 72,12',
  ],
  [
    '~ 66,10 44,20 30,46 28,72 44,90 66,84 70,64 52,52 32,64',
    '~ 60,10 40,36 30,66 40,88 62,86 66,66 50,56 32,68',
  ],
  [
    '25,12 75,12 42,90',
    '25,12 75,12 42,90 | 34,50 70,50',
    '26,22 27,12 73,12 52,50 47,90',
    '24,14 74,10 58,46 50,90',
  ],
  [
    '~ 50,48 32,36 34,16 50,10 66,16 68,36 50,48 30,62 30,82 50,90 70,82 70,62 50,48',
    '~ 70,20 52,10 34,18 38,38 62,56 68,76 50,90 32,78 40,54 64,36 70,20',
  ],
  [
    '~ 70,28 58,10 36,14 30,34 46,48 66,40 70,28 | 70,28 66,90',
    '~ 68,30 52,10 32,20 34,42 54,48 70,30 68,60 56,86 34,88',
    '~ 70,24 50,10 32,24 40,44 62,40 70,24 62,60 54,92',
  ],
]

/** A curve through all points (E. Catmull and R. Rom, 1974), as a polyline. */
function curveThrough(points: Stroke): Stroke {
  const between = 6
  const spline = (a: number, b: number, c: number, d: number, t: number) =>
    0.5 * (2 * b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * b - a - 3 * c + d))))
  return points.flatMap((b, i) => {
    if (i === points.length - 1) return [b]
    const [a, c] = [points[Math.max(0, i - 1)], points[i + 1]]
    const d = points[Math.min(points.length - 1, i + 2)]
    return Array.from({ length: between }, (_, k): Point => {
      const t = k / between
      return { x: spline(a.x, b.x, c.x, d.x, t), y: spline(a.y, b.y, c.y, d.y, t) }
    })
  })
}

/** The strokes of a text as above, for a side of 1. */
export function readStrokes(text: string): Stroke[] {
  return text.split('|').map((part) => {
    const points = [...part.matchAll(/(\d+),(\d+)/g)].map(([, x, y]) => ({ x: +x / 100, y: +y / 100 }))
    return part.includes('~') ? curveThrough(points) : points
  })
}

/** The strokes as another hand, or the same one later, might write them. */
export function rewrite(strokes: readonly Stroke[], random: () => number): Stroke[] {
  const within = (most: number) => (2 * random() - 1) * most
  const [turn, shear, wide, high] = [within(0.18), within(0.25), 1 + within(0.35), 1 + within(0.2)]
  const [sin, cos] = [Math.sin(turn), Math.cos(turn)]
  // A slow bend, since neighbours of a line move together.
  const [bend, phase, pitch] = [within(0.05), within(Math.PI), 4 + within(2)]
  return mapPoints(strokes, (point) => {
    const x = (point.x - 0.5) * wide
    const y = (point.y - 0.5) * high
    return {
      x: 0.5 + cos * x - sin * y + shear * y + bend * Math.sin(phase + pitch * y),
      y: 0.5 + sin * x + cos * y + bend * Math.cos(phase + pitch * x),
    }
  })
}

/** `copies` of each way of writing, as images (copies · ways × 64) of counts, and their digits. */
export function writtenDigits(copies: number, seed: number): { x: Float32Array; y: Int32Array } {
  const random = randomFrom(seed)
  const rows = WAYS.flat().length * copies
  const x = new Float32Array(rows * PIXELS)
  const y = new Int32Array(rows)
  let row = 0
  for (const [digit, ways] of WAYS.entries()) {
    for (const way of ways) {
      const strokes = readStrokes(way)
      for (let copy = 0; copy < copies; ++copy, ++row) {
        x.set(normalise(rewrite(strokes, random))!, row * PIXELS)
        y[row] = digit
      }
    }
  }
  return { x, y }
}
