import { describe, expect, it } from 'vitest'
import { ARENA_START } from '../../assembly/abi/layout.ts'
import { SHUFFLE, WEIGHTS } from '../../assembly/abi/purposes.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { PhiloxStream, philox4x32 } from '../../src/base/random.ts'
import { backends, readInts } from '../helpers/backends.ts'

// Known answers of Random123 for philox4x32-10 (kat_vectors, github.com/DEShawResearch/random123).
const vectors: [string, number[], number[], number[]][] = [
  ['zeros', [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  [
    'ones',
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    'digits of π',
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
]

/** ints[0 … n), shuffled in parts of 4 places, so that parts begin at every word of a block. */
function shuffle({ kernels }: Backend, n: number, seed: number, stream: number): void {
  kernels.countUp(ARENA_START, 0, n)
  let word = 0
  for (let from = n - 1; from > 0; from -= 4) {
    const to = Math.max(0, from - 4)
    word = kernels.shuffle(ARENA_START, from, to, word, seed | 0, Math.floor(seed / 2 ** 32), stream)
    // Whoever draws between two parts leaves other words where the shuffle keeps its own.
    kernels.uniform(ARENA_START + n, 1, 1, 0, 1, 2, WEIGHTS, 0)
  }
}

describe('philox4x32', () => {
  it.each(vectors)('gives the published words for a counter of %s', (_, counter, key, expected) => {
    const out = new Uint32Array(4)
    philox4x32(counter, key, out)
    expect([...out]).toEqual(expected)
  })

  describe.each(backends.map((backend) => [backend.name, backend] as const))('on %s', (_, { make }) => {
    const backend = make(4096)

    it('draws uniform numbers from the published words', () => {
      const [, , , words] = vectors[0]
      backend.kernels.uniform(ARENA_START, 4, 1, 0, 0, 0, 0, 0)
      const expected = words.map((word) => (word >>> 8) * 2 ** -23 - 1)
      expect([...backend.floats.subarray(ARENA_START, ARENA_START + 4)]).toEqual(expected)
    })

    it.each([0, 1, 3, 4, 5, 17])('draws %d uniform numbers from any word of a stream on', (n) => {
      const bound = 0.7
      for (const first of [0, 1, 2, 3, 4, 4097]) {
        for (const seed of [0, 2 ** 32 + 7, 2 ** 53 - 1]) {
          const random = new PhiloxStream(seed, WEIGHTS, 6)
          for (let i = 0; i < first; ++i) random.nextUint32()
          const expected = Array.from({ length: n }, () => Math.fround(bound * (2 * random.uniform() - 1)))
          backend.floats.fill(-7, ARENA_START, ARENA_START + 20)
          const seedHigh = Math.floor(seed / 2 ** 32)
          backend.kernels.uniform(ARENA_START, n, bound, first, seed | 0, seedHigh, WEIGHTS, 6)
          expect([...backend.floats.subarray(ARENA_START, ARENA_START + n + 1)]).toEqual([...expected, -7])
        }
      }
    })

    it('draws the last words that it can reach', () => {
      const out = new Uint32Array(4)
      philox4x32([2 ** 30 - 1, 0, 6, WEIGHTS], [5, 0], out)
      backend.kernels.uniform(ARENA_START, 2, 1, 2 ** 32 - 2, 5, 0, WEIGHTS, 6)
      const expected = [out[2], out[3]].map((word) => (word >>> 8) * 2 ** -23 - 1)
      expect([...backend.floats.subarray(ARENA_START, ARENA_START + 2)]).toEqual(expected)
    })

    it.each([0, 1, 2, 3, 10, 1797])('shuffles %d rows into the same order as JavaScript', (n) => {
      const expected = Int32Array.from({ length: n }, (__, i) => i)
      new PhiloxStream(5, SHUFFLE, 11).shuffle(expected)
      shuffle(backend, n, 5, 11)
      expect([...readInts(backend, ARENA_START, n)]).toEqual([...expected])
      expect([...expected].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (__, i) => i))
    })

    it('shuffles with every bit of a large seed and every stream', () => {
      const order = (seed: number, stream: number) => {
        const expected = Int32Array.from({ length: 50 }, (__, i) => i)
        new PhiloxStream(seed, SHUFFLE, stream).shuffle(expected)
        shuffle(backend, 50, seed, stream)
        expect([...readInts(backend, ARENA_START, 50)]).toEqual([...expected])
        return expected.join()
      }
      const orders = [
        order(2 ** 53 - 1, 0),
        order(2 ** 32 - 1, 0),
        order(2 ** 32, 0),
        order(0, 0),
        order(0, 1),
      ]
      expect(new Set(orders).size).toBe(5)
    })
  })
})

describe('PhiloxStream', () => {
  it('draws uniform numbers in [0, 1) with the mean and variance of a uniform distribution', () => {
    const random = new PhiloxStream(3, WEIGHTS)
    const n = 100_000
    let sum = 0
    let squares = 0
    for (let i = 0; i < n; ++i) {
      const u = random.uniform()
      expect(u >= 0 && u < 1).toBe(true)
      sum += u
      squares += (u - 0.5) ** 2
    }
    // Five standard errors: 1/√12n of the mean, and 1/√180n of the variance.
    expect(Math.abs(sum / n - 0.5)).toBeLessThan(5 / Math.sqrt(12 * n))
    expect(Math.abs(squares / n - 1 / 12)).toBeLessThan(5 / Math.sqrt(180 * n))
  })

  it('draws every index below n equally often', () => {
    const random = new PhiloxStream(4, WEIGHTS)
    const counts = new Array(7).fill(0)
    for (let i = 0; i < 70_000; ++i) counts[random.below(7)] += 1
    // χ² with 6 degrees of freedom is below 22.5 with probability 0.999.
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(22.5)
  })

  it('gives different streams for different seeds, purposes and streams', () => {
    const first = (...key: [number, number, number]) => new PhiloxStream(...key).nextUint32()
    const words = [first(0, 1, 0), first(1, 1, 0), first(2 ** 32, 1, 0), first(0, 2, 0), first(0, 1, 1)]
    expect(new Set(words).size).toBe(words.length)
  })
})
