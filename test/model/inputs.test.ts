// A caller's arrays belong to the caller, who may go on with them: what was checked is what is trained on, or the change is
// refused.

import { describe, expect, it } from 'vitest'
import { type FitOptions, Network, ShapeError } from '../../src/index.ts'
import { numbers } from '../helpers/random.ts'

const bitsOf = (net: Network): string =>
  net.layers.map((_, l) => `${net.weights(l).join()} ${net.biases(l).join()}`).join()

interface Arrays {
  x: Float32Array
  y: Float32Array
  vx: Float32Array
  vy: Float32Array
}

const small = (): Arrays => ({
  x: numbers(40 * 12, 1),
  y: numbers(80, 2),
  vx: numbers(10 * 12, 3),
  vy: numbers(20, 4),
})

/** Trains on arrays to which something happens after the call. */
async function trainThrough(
  kernels: 'simd' | 'reference',
  change: (arrays: Arrays) => void,
  options: FitOptions = {},
) {
  const arrays = small()
  const net = new Network({ sizes: [12, 8, 2], seed: 1, kernels })
  const { x, y, vx, vy } = arrays
  const fit = net.fit({ x, y }, { epochs: 3, validation: { x: vx, y: vy }, ...options })
  change(arrays)
  const history = await fit
  return `${bitsOf(net)} ${history.loss} ${history.validationLoss}`
}

describe.each(['simd', 'reference'] as const)('fit with kernels %s', (kernels) => {
  it.each([
    ['x is filled', ({ x }: Arrays) => void x.fill(5)],
    ['x is filled with NaN', ({ x }: Arrays) => void x.fill(Number.NaN)],
    ['y is filled', ({ y }: Arrays) => void y.fill(-7)],
    [
      'the validation is filled',
      ({ vx, vy }: Arrays) => {
        vx.fill(9)
        vy.fill(9)
      },
    ],
    [
      'the buffers are transferred',
      (arrays: Arrays) => {
        const buffers = [arrays.x, arrays.y, arrays.vx, arrays.vy].map(({ buffer }) => buffer as ArrayBuffer)
        structuredClone(0, { transfer: buffers })
      },
    ],
  ])('trains on what it was given where %s after the call', async (_, change) => {
    expect(await trainThrough(kernels, change)).toBe(await trainThrough(kernels, () => {}))
  })

  it('validates on what it was given where that changes in a later epoch', async () => {
    const expected = await trainThrough(kernels, () => {})
    let arrays: Arrays | undefined
    const onEpoch = () => void arrays?.vx.fill(100)
    const found = await trainThrough(
      kernels,
      (given) => {
        arrays = given
      },
      { onEpoch },
    )
    expect(found).toBe(expected)
  })
})

describe('predictAsync', () => {
  it('refuses an x that is filled meanwhile', async () => {
    const x = numbers(64 * 20_000, 1)
    const net = new Network({ sizes: [64, 256, 256, 2], seed: 1 })
    const expected = net.predict(x)
    expect(await net.predictAsync(x)).toEqual(expected)
    const predictions = net.predictAsync(x)
    x.fill(5)
    await expect(predictions).rejects.toThrow(/x: expected values that stay as they are/)
  })
})

describe('fit on data that take many slices to read', () => {
  const ROWS = 30_000
  const large = () => ({ x: numbers(100 * 784, 1), y: new Float32Array(ROWS * 2) })
  const grown = (values: Float32Array) => {
    const x = new Float32Array(ROWS * 784)
    for (let at = 0; at < x.length; at += values.length)
      x.set(values.subarray(0, Math.min(values.length, x.length - at)), at)
    return x
  }

  it.each([
    ['filled', (x: Float32Array) => void x.fill(5)],
    ['transferred', (x: Float32Array) => void structuredClone(0, { transfer: [x.buffer as ArrayBuffer] })],
    ['changed at one value near its end', (x: Float32Array) => void (x[x.length - 3] = 0.123)],
  ])('refuses an x that is %s meanwhile, and trains nothing', async (how, change) => {
    const { x: rows, y } = large()
    const x = grown(rows)
    const net = new Network({ sizes: [784, 8, 2], seed: 1 })
    const before = bitsOf(net)
    const fit = net.fit({ x, y })
    if (how.startsWith('changed')) {
      // Between the two readings: one value that no sample sees is seen by the checksum of its block, or was read changed.
      let settled = false
      const settle = () => {
        settled = true
      }
      fit.then(settle, settle)
      let flips = 0
      while (!settled) {
        x[x.length - 3] = 1 / ++flips
        await new Promise(setImmediate)
      }
      expect(flips).toBeGreaterThan(1)
      await expect(fit).rejects.toThrow(/x: expected values that stay as they are until they have been read/)
    } else {
      change(x)
      await expect(fit).rejects.toThrow(ShapeError)
      await expect(fit).rejects.toThrow(/x: expected values that stay as they are until they have been read/)
    }
    expect(bitsOf(net) === before).toBe(true)
    expect(() => net.trainBatch(numbers(784, 1), [1, 2])).not.toThrow()
  })
})
