// What the demo page makes of drawings, and how well a network that it trains reads them.

import { Network } from 'nabla'
import { digits } from 'nabla/datasets'
import { describe, expect, it } from 'vitest'
import { distort } from '../../examples/browser/digits/augment.ts'
import { FULL, normalise, PIXELS } from '../../examples/browser/digits/normalise.ts'
import { copiesOf, prepare } from '../../examples/browser/digits/prepare.ts'
import { randomFrom } from '../../examples/browser/digits/random.ts'
import { mapPoints, squaredDistance } from '../../examples/browser/digits/strokes.ts'
import { hands } from './hands.ts'

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, v) => total + v, 0)

describe('a drawing as 8 × 8 counts', () => {
  it('has the ink of the data, whatever is drawn', () => {
    const { x, rows } = digits()
    const inData = sum(x) / rows
    for (const strokes of hands.flat()) {
      const counts = normalise(strokes)!
      expect(counts.length).toBe(PIXELS)
      expect(Math.max(...counts)).toBeLessThanOrEqual(FULL)
      // Of a straight stroke up to 64 of the field's pixels are as far away as the last that is black.
      expect(sum(counts) - inData).toBeGreaterThan(-2)
      expect(sum(counts) - inData).toBeLessThan(64)
    }
  })
  it('is the same wherever and however large it is drawn', () => {
    for (const strokes of hands.flat()) {
      const whole = normalise(strokes)!
      const small = normalise(mapPoints(strokes, ({ x, y }) => ({ x: 0.6 + 0.3 * x, y: 0.1 + 0.3 * y })))!
      // Rounding may take a pixel of the field into the ink or out of it.
      whole.forEach((count, p) => {
        expect(Math.abs(count - small[p])).toBeLessThanOrEqual(2)
      })
    }
  })
  it('fills the height and leaves the sides free, as in the data', () => {
    const counts = normalise(hands[0][0])!
    const column = (c: number) => sum(counts.filter((_, p) => p % 8 === c))
    expect([column(0), column(7)]).toEqual([0, 0])
    expect(sum(counts.subarray(0, 8))).toBeGreaterThan(16)
    expect(sum(counts.subarray(56))).toBeGreaterThan(16)
  })
  it('shows a dot, a flat line and nothing', () => {
    expect(normalise([])).toBe(undefined)
    const dot = normalise([[{ x: 0.5, y: 0.5 }]])!
    expect(sum(dot)).toBeGreaterThan(0)
    expect(dot.every((count) => count >= 0 && count <= FULL)).toBe(true)
    const flat = normalise([
      [
        { x: 0.1, y: 0.5 },
        { x: 0.9, y: 0.5 },
      ],
    ])!
    expect(sum(flat.subarray(0, 16))).toBe(0)
    expect(sum(flat.subarray(24, 40))).toBeGreaterThan(0)
  })
  it('measures from a segment, its ends and a point', () => {
    const [a, b] = [
      { x: 0, y: 0 },
      { x: 4, y: 0 },
    ]
    expect(squaredDistance(2, 3, a, b)).toBe(9)
    expect(squaredDistance(7, 4, a, b)).toBe(25)
    expect(squaredDistance(3, 4, a, a)).toBe(25)
  })
})

describe('copies', () => {
  it('of an image keep its ink but for what leaves the field, and differ', () => {
    const { x } = digits()
    const random = randomFrom(1)
    const copies = new Float32Array(20 * PIXELS)
    for (let copy = 0; copy < 20; ++copy) distort(x, 0, copies, copy * PIXELS, random)
    const inks = Array.from({ length: 20 }, (_, i) => sum(copies.subarray(i * PIXELS, (i + 1) * PIXELS)))
    for (const ink of inks) expect(Math.abs(ink / sum(x.subarray(0, PIXELS)) - 1)).toBeLessThan(0.35)
    expect(new Set(inks.map((ink) => ink.toFixed(3))).size).toBe(20)
    expect(Math.max(...copies)).toBeLessThanOrEqual(FULL)
  })
  it('of a drawing begin with the drawing itself', () => {
    const images = copiesOf(hands[5][0], 3)
    expect(images.length).toBe(3 * PIXELS)
    expect(images.subarray(0, PIXELS)).toEqual(normalise(hands[5][0])!.map((count) => count / FULL))
    expect(images.subarray(PIXELS, 2 * PIXELS)).not.toEqual(images.subarray(0, PIXELS))
  })
})

it('a network trained as on the page reads the digits of other hands', async () => {
  const { x, y, validation } = prepare()
  expect(x.length).toBe(y.length * PIXELS)
  expect(x.every((ink) => ink >= 0 && ink <= 1)).toBe(true)
  const layers = [{ units: 48, activation: 'relu' as const }, 10]
  const optimizer = { name: 'adam' as const, learningRate: 0.002 }
  const net = new Network({
    inputs: PIXELS,
    layers,
    loss: 'crossEntropy',
    optimizer,
    kernels: 'simd',
    seed: 1,
  })
  await net.fit({ x, y }, { epochs: 25, batchSize: 32 })
  expect(net.evaluate(validation).accuracy).toBeGreaterThan(0.97)
  const read = hands.map((ways) =>
    ways.map((strokes) => net.classify(normalise(strokes)!.map((count) => count / FULL))[0]),
  )
  expect(read).toEqual(hands.map((ways, digit) => ways.map(() => digit)))
})
