// The 8×8 digits, unpacked from digits-data.ts.

import { fromBase64 } from '../base/base64.ts'
import { packed } from './digits-data.ts'
import { LevelModel, LevelReader } from './levels.ts'

const ROWS = 1797
const PIXELS = 64
const CLASSES = 10

/** What digits() returns. */
export interface Digits {
  /** Pixels from 0 (paper) to 16 (ink), (1797 × 64), each row an 8 × 8 image row by row. */
  readonly x: Float32Array
  /** The digit of each image, (1797). */
  readonly y: Int32Array
  /** Images: 1797. */
  readonly rows: number
  /** Pixels of an image: 64. */
  readonly inputs: number
  /** '0' to '9', by the digit. */
  readonly classNames: readonly string[]
  /** Authors, source and licence, which CC BY 4.0 asks to be named where the data are passed on. */
  readonly attribution: string
}

/** The context of pixel p: its place, and whether the pixels to its left and above are paper, grey or ink. */
export function pixelContext(image: ArrayLike<number>, at: number, p: number): number {
  const shade = (v: number) => (v === 0 ? 0 : v < 9 ? 1 : 2)
  const left = p % 8 ? shade(image[at + p - 1]) : 0
  const above = p >= 8 ? shade(image[at + p - 8]) : 0
  return p * 9 + left * 3 + above
}

/** The models that the images and the digits are packed with. */
export const digitModels = () => ({
  pixels: new LevelModel(PIXELS * 9, 17),
  labels: new LevelModel(1, CLASSES),
})

let kept: { x: Float32Array; y: Int32Array } | undefined

function unpack(): { x: Float32Array; y: Int32Array } {
  const reader = new LevelReader(fromBase64(packed))
  const { pixels, labels } = digitModels()
  const x = new Float32Array(ROWS * PIXELS)
  const y = new Int32Array(ROWS)
  for (let r = 0; r < ROWS; ++r) {
    const at = r * PIXELS
    for (let p = 0; p < PIXELS; ++p) x[at + p] = reader.next(pixels, pixelContext(x, at, p))
    y[r] = reader.next(labels, 0)
  }
  return { x, y }
}

/**
 * Returns the 1,797 handwritten digits of 8 × 8 pixels: the test part of "Optical Recognition of Handwritten Digits"
 * (E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998, doi:10.24432/C50P49), under CC BY 4.0. The
 * arrays are the caller's own.
 */
export function digits(): Digits {
  kept ??= unpack()
  return {
    x: kept.x.slice(),
    y: kept.y.slice(),
    rows: ROWS,
    inputs: PIXELS,
    classNames: Array.from({ length: CLASSES }, (_, digit) => String(digit)),
    attribution:
      'Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998, ' +
      'https://doi.org/10.24432/C50P49, CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)',
  }
}
