// Copies of digits, each a little shifted, turned, sheared and scaled: a mouse writes in more ways than the data show.

import { FULL, PIXELS, SIDE } from './normalise.ts'

/** Largest change either way: of a pixel's side, of a radian, of the length. */
const SHIFT = 0.8
const TURN = 0.16
const SHEAR = 0.25
const SCALE = 0.12

/** Writes a changed copy of the image at `from` of `source` to `to` of `target`; both hold images of 8 × 8. */
export function distort(
  source: Float32Array,
  from: number,
  target: Float32Array,
  to: number,
  random: () => number,
): void {
  const within = (most: number) => (2 * random() - 1) * most
  const turn = within(TURN)
  const shear = within(SHEAR)
  const [wide, high] = [1 + within(SCALE), 1 + within(SCALE)]
  const [sin, cos] = [Math.sin(turn), Math.cos(turn)]
  const middle = (SIDE - 1) / 2
  const [dx, dy] = [middle + within(SHIFT), middle + within(SHIFT)]
  const at = (row: number, column: number) =>
    row < 0 || column < 0 || row >= SIDE || column >= SIDE ? 0 : source[from + row * SIDE + column]
  for (let p = 0; p < PIXELS; ++p) {
    const [u, v] = [(p % SIDE) - middle, Math.floor(p / SIDE) - middle]
    const x = (cos * u - sin * v) / wide + shear * v + dx
    const y = (sin * u + cos * v) / high + dy
    const [column, row] = [Math.floor(x), Math.floor(y)]
    const [fx, fy] = [x - column, y - row]
    const above = at(row, column) * (1 - fx) + at(row, column + 1) * fx
    const below = at(row + 1, column) * (1 - fx) + at(row + 1, column + 1) * fx
    target[to + p] = Math.min(FULL, above * (1 - fy) + below * fy)
  }
}
