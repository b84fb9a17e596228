// What the digits room trains on: most of the embedded digits and changed copies of them, and digits written from strokes.

import { trainTestSplit } from 'nabla/data'
import { digits } from 'nabla/datasets'
import type { TrainingData } from '../training/trainer.ts'
import { distort } from './augment.ts'
import { FULL, normalise, PIXELS } from './normalise.ts'
import { randomFrom } from './random.ts'
import type { Stroke } from './strokes.ts'
import { rewrite, writtenDigits } from './written.ts'

/** With 8 and 40 the digits of pens other than the data's are read best that a second can buy: README.md. */
const DISTORTED = 8
const WRITTEN = 40
/** A fifth of the data is held back, each digit its share. */
const HELD_BACK = 0.2

const toUnit = (counts: Float32Array): Float32Array => counts.map((count) => count / FULL)

export function prepare(): TrainingData {
  const { x, y, rows } = digits()
  const { train, test } = trainTestSplit({ x, y, rows }, { testSize: HELD_BACK, stratify: true, seed: 1 })
  const written = writtenDigits(WRITTEN, 1)
  const copied = train.y.length * (1 + DISTORTED)
  const images = new Float32Array(copied * PIXELS + written.x.length)
  const labels = new Int32Array(copied + written.y.length)
  images.set(train.x)
  const random = randomFrom(1)
  for (let row = 0; row < copied; ++row) {
    const original = row % train.y.length
    labels[row] = train.y[original]
    if (row >= train.y.length) distort(train.x, original * PIXELS, images, row * PIXELS, random)
  }
  images.set(written.x, copied * PIXELS)
  labels.set(written.y, copied)
  return { x: toUnit(images), y: labels, validation: { x: toUnit(test.x), y: test.y } }
}

/** Images of a drawing, (copies × 64), from 0 to 1: itself, and as the same hand might write it again. */
export function copiesOf(strokes: readonly Stroke[], copies: number): Float32Array {
  const images = new Float32Array(copies * PIXELS)
  const random = randomFrom(strokes.length)
  for (let copy = 0; copy < copies; ++copy) {
    images.set(normalise(copy === 0 ? strokes : rewrite(strokes, random))!, copy * PIXELS)
  }
  return toUnit(images)
}
