// Rows whose number nobody knows: all of them come back in their order, also where they fill several blocks.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { RowBlocks } from '../../../src/data/csv/row-blocks.ts'

const BLOCK = 2 ** 18

afterEach(() => {
  vi.unstubAllGlobals()
})

/** As many rows of this width, of numbers that count up. */
function counted(rows: number, width: number, Blocks = RowBlocks): RowBlocks<Int32Array> {
  const blocks = new Blocks(Int32Array, width)
  for (let r = 0, next = 0; r < rows; ++r) {
    blocks.makeRoom()
    for (let c = 0; c < width; ++c) blocks.block[blocks.at++] = next++
  }
  return blocks
}

const isCounted = (all: Int32Array) => all.every((value, i) => value === i)

describe('rows in blocks', () => {
  it.each([
    [0, 1],
    [1, 1],
    [65, 3],
    [BLOCK, 1],
    [BLOCK + 1, 1],
    [3 * BLOCK, 1],
    [3 * BLOCK + 7, 1],
    // A block has whole rows: 2¹⁸ is no multiple of 5, nor of 1,000.
    [200_000, 5],
    [700, 1000],
    // Rows that are longer than a block.
    [3, BLOCK + 1],
  ])('join %i of width %i', (rows, width) => {
    const all = counted(rows, width).join()
    expect(all.length).toBe(rows * width)
    expect(isCounted(all)).toBe(true)
  })

  it('push numbers', () => {
    const blocks = new RowBlocks(Float32Array, 1)
    for (let i = 0; i < 2 * BLOCK + 3; ++i) blocks.push(i % 7)
    expect(blocks.join().every((value, i) => value === i % 7)).toBe(true)
  })

  it('join where buffers cannot be resized', async () => {
    class FixedBuffer extends ArrayBuffer {
      constructor(length: number) {
        super(length)
        Object.defineProperty(this, 'resize', { value: undefined })
      }
    }
    vi.stubGlobal('ArrayBuffer', FixedBuffer)
    vi.resetModules()
    const fresh = await import('../../../src/data/csv/row-blocks.ts')
    const all = counted(2 * BLOCK + 5, 1, fresh.RowBlocks).join()
    expect(all.length).toBe(2 * BLOCK + 5)
    expect(isCounted(all)).toBe(true)
  })
})
