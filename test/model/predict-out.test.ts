// predict into the caller's array: which arrays will do, and that what comes is what a new array would have.

import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { Network, OptionError, ShapeError } from '../../src/index.ts'
import { numbers } from '../helpers/random.ts'

// Several blocks of rows.
const ROWS = 40_000
const net = new Network({ sizes: [4, 60, 60, 4], seed: 1, kernels: 'simd', threads: 1 })
const x = numbers(4 * ROWS, 1)
const expected = net.predict(x)

/** A difference between arrays of this length is not to be printed. */
function expectSame(out: Float32Array, values: Float32Array): void {
  expect(out.length).toBe(values.length)
  expect(out.findIndex((value, i) => value !== values[i])).toBe(-1)
}

const ways = [
  ['predict', async (...given: Parameters<Network['predict']>) => net.predict(...given)],
  ['predictAsync', (...given: Parameters<Network['predict']>) => net.predictAsync(...given)],
] as const

describe.each(ways)('%s into an array', (_, predict) => {
  it('returns that array, with the outputs of a new one', async () => {
    const out = new Float32Array(4 * ROWS)
    expect(await predict(x, { out })).toBe(out)
    expectSame(out, expected)
  })

  it.each([
    ['of x itself', 0, 0],
    ['that begins after x', 0, 1000],
    ['that begins before x', 1000, 0],
    ['that begins within a row of x', 0, 1],
    ['that touches x', 0, 4 * ROWS],
  ])('reads x before it writes over it: %s', async (__, xAt, outAt) => {
    for (const buffer of [new ArrayBuffer(33 * ROWS), new SharedArrayBuffer(33 * ROWS)]) {
      const over = new Float32Array(buffer as ArrayBuffer, 4 * xAt, 4 * ROWS)
      const out = new Float32Array(buffer as ArrayBuffer, 4 * outAt, 4 * ROWS)
      over.set(x)
      await predict(over, { out })
      expectSame(out, expected)
    }
  })

  it('reads it where x has more columns than there are outputs, or is of another type', async () => {
    const wide = new Network({ sizes: [8, 60, 60, 4], seed: 1, kernels: 'simd', threads: 1 })
    const all = numbers(8 * ROWS, 1)
    const there = all.subarray(3, 3 + 4 * ROWS)
    const values = wide.predict(all)
    wide.predict(all, { out: there })
    expectSame(there, values)
    const doubles = Float64Array.from(x)
    const out = new Float32Array(doubles.buffer, 4 * 77, 4 * ROWS)
    await predict(doubles, { out })
    expectSame(out, expected)
  })

  it('reads rows in arrays of their own, the one that it writes over too', async () => {
    const out = x.slice(0, 40)
    const rows = Array.from({ length: 10 }, (__, r) => out.subarray(4 * r, 4 * r + 4)).reverse()
    await predict(rows, { out })
    const reversed = Array.from({ length: 10 }, (__, r) => [...x.subarray(4 * r, 4 * r + 4)]).reverse()
    expect(out).toEqual(net.predict(reversed))
  })

  it('takes an array of shared memory, and one of another realm, and none for no rows', async () => {
    const shared = new Float32Array(new SharedArrayBuffer(16 * ROWS))
    expect(await predict(x, { out: shared })).toBe(shared)
    expectSame(shared, expected)
    const foreign = runInNewContext('new Float32Array(8)') as Float32Array
    await predict(x.subarray(0, 8), { out: foreign })
    expect([...foreign]).toEqual([...expected.subarray(0, 8)])
    // As without it: no rows are no data.
    for (const out of [new Float32Array(0), new Float32Array(4), undefined]) {
      await expect(predict([], { out })).rejects.toThrow('x: expected at least one row')
      await expect(predict(new Float32Array(0), { out })).rejects.toThrow('x: expected at least one row')
    }
  })

  it.each([7, 9, 0])('refuses %i values for two rows of four, and writes nothing', async (length) => {
    const out = new Float32Array(length).fill(5)
    const run = predict(x.subarray(0, 8), { out })
    await expect(run).rejects.toThrow(ShapeError)
    await expect(run).rejects.toThrow(`out: expected room for 2 rows of 4 (8 values), got ${length} values`)
    expect(out.every((value) => value === 5)).toBe(true)
  })

  it.each([
    ['numbers', [0, 0, 0, 0]],
    ['a Float64Array', new Float64Array(4)],
    ['a DataView', new DataView(new ArrayBuffer(16))],
    ['a buffer', new ArrayBuffer(16)],
    ['null', null],
    ['what says it is one', { length: 4, [Symbol.toStringTag]: 'Float32Array' }],
  ])('refuses %s', async (__, out) => {
    const run = predict(x.subarray(0, 4), { out } as never)
    await expect(run).rejects.toThrow(OptionError)
    await expect(run).rejects.toThrow('out: expected a Float32Array')
  })
})

it('predictAsync says so where the array is transferred meanwhile', async () => {
  // More than the turn of the event loop that begins at once.
  const large = new Network({ sizes: [4, 512, 512, 4], seed: 1 })
  const rows = 8000
  const out = new Float32Array(4 * rows)
  const run = large.predictAsync(new Float32Array(4 * rows), { out })
  structuredClone(out, { transfer: [out.buffer] })
  await expect(run).rejects.toThrow('out: expected an array that keeps its length')
})
