// The packed package in processes of Node: the same bits every time, from every compiler of the engine. The other
// runtimes are in others.runtime.ts, for `npm run test:runtimes`.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Network } from '../../src/index.ts'
import { part } from '../helpers/thorough.ts'
import { hashOfParameters } from './hash.mjs'
import { once, probeBriefly } from './installed.ts'
import { TURNS } from './probe.mjs'

/** Worked out by hand, but for the split, which is that of this seed. */
const expectedEntries = {
  '.': { kernels: 'reference', layers: [3, 1], error: 'ShapeError' },
  './brain': { error: 'FormatError' },
  './data': {
    csv: {
      x: [1.5, -0.002, 0.1, 7].map(Math.fround),
      y: [0, 1],
      columns: ['size', 'a "name"'],
      classNames: ['x\r\ny', 'ü'],
    },
    numbers: {
      x: '1|NaN|3',
      y: [0, 1, 2],
      rows: 3,
      inputs: 1,
      columns: ['__proto__'],
      classNames: ['007', '8', '9'],
      texts: [['constructor', ['x', 'y "z"', '']]],
    },
    tables: {
      whole: ['__proto__,constructor,é', 3, '1|NaN|3', 'x|y "z"|', '007|8|9'],
      parts: [
        ['__proto__,constructor,é', 2, '1|NaN', 'x|y "z"', '007|8'],
        ['__proto__,constructor,é', 1, '3', '', '9'],
      ],
      latin: ['é', 1, 'ü'],
      sampled: 2,
      error: 'FormatError',
    },
    idx: { shape: [2, 2], data: [0, 1, 128, 255] },
    idxGzipped: { shape: [2, 2], data: [0, 1, 128, 255] },
    minMax: [0, 0, 1, 1],
    standard: [-1, -1, 1, 1],
    saved: [-1, -1, 1, 1],
    oneHot: [0, 1, 1, 0],
    taken: [3, 4, 1, 2],
    split: { train: [10, 30, 20], test: [40] },
    error: 'FormatError',
  },
  './datasets': { xor: [0, 1, 1, 0], images: [1797, 64], ink: 561718, digits: [0, 1, 2, 3] },
  './deploy': Array(2).fill(expect.stringMatching(/^[0-9a-f]{1,8}$/)),
  './keras': true,
  './model': {
    json: expect.stringMatching(/^[0-9a-f]{1,8}$/),
    safetensors: expect.stringMatching(/^[0-9a-f]{1,8}$/),
    predicts: Array(3).fill({ class: expect.any(String), probabilities: expect.anything() }),
    printed: [
      "Network 3-4-2 (relu, softmax; crossEntropy; adam 0.001; 26 parameters; kernels 'reference')",
      expect.stringMatching(/^Model \("size", "colour" → 3 inputs; Network 3-4-2 .*; class "kind"\)$/),
    ],
    error: 'DataCloneError',
  },
  './node': { error: 'FormatError' },
  './onnx': { same: true, gelu: true, error: 'FormatError' },
  // The hashes are for other runtimes to compare: they change with the look of a plot.
  './predict': { same: true, error: 'FormatError' },
  './plot': Array(3).fill(['<svg', expect.stringMatching(/^[0-9a-f]{1,8}$/)]),
}

describe('work that tests share', () => {
  it('runs once, and where it fails once more, for a test that is retried', async () => {
    let runs = 0
    const works = once(async () => ++runs)
    expect([await works(), await works()]).toEqual([1, 1])
    const fails = once(async () => Promise.reject(new Error(`run ${++runs}`)))
    for (const run of [2, 3, 3]) await expect(fails()).rejects.toThrow(`run ${run}`)
  })
})

describe('the hash of the parameters', () => {
  const net = new Network({ sizes: [2, 3, 1], seed: 1 })

  it('is FNV-1a of their bytes', () => {
    // Of no bytes at all it is the offset basis; of the four bytes of 0, that times the prime⁴ (isthe.com/chongo/tech/comp/fnv).
    const hashOf = (...values: number[]) =>
      hashOfParameters({
        layers: [1],
        weights: () => Float32Array.from(values),
        biases: () => new Float32Array(0),
      })
    expect(hashOf()).toBe('811c9dc5')
    expect(hashOf(0)).toBe(((0x811c9dc5n * 0x01000193n ** 4n) & 0xffffffffn).toString(16).padStart(8, '0'))
  })

  it('changes with the last bit of any one of them', () => {
    const hashes = new Set([hashOfParameters(net)])
    for (const l of [0, 1]) {
      const weights = net.weights(l)
      for (let i = 0; i < weights.length; ++i) {
        const changed = weights.slice()
        new Uint32Array(changed.buffer)[i] ^= 1
        net.setWeights(l, changed)
        hashes.add(hashOfParameters(net))
      }
      net.setWeights(l, weights)
    }
    expect(hashes.size).toBe(1 + 6 + 3)
  })
})

describe('the packed package in a process of Node', () => {
  const probe = once(() => probeBriefly(process.execPath))

  it('has every entry that it says, and each does its work', async () => {
    const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    // The others are files: the worker's script (policy.runtime.ts), the kernels (edge.runtime.ts), package.json; and
    // nabla/fit gives nothing, but is there before the first fit (in-service-worker.mjs).
    const names = Object.keys(exports).filter((name) => exports[name].default && name !== './fit')
    const { entries, files } = await probe()
    expect(Object.keys(entries).sort()).toEqual(names.sort())
    expect(files).toEqual(['none', 'none'])
    const [first, ...others] = (entries['./model'] as { predicts: unknown[] }).predicts
    expect(others).toEqual([first, first])
    expect(entries).toEqual(expectedEntries)
  })

  it.each(['simd', 'reference'] as const)('learns with the %s kernels', async (kernels) => {
    const { hash, hashBefore, firstLoss, lastLoss } = (await probe())[kernels]!
    expect(hash).not.toBe(hashBefore)
    expect(lastLoss).toBeLessThan(0.2 * firstLoss)
  })

  it('begins from the same weights with either kernels', async () => {
    const result = await probe()
    expect(result.simd!.hashBefore).toBe(result.reference.hashBefore)
  })

  it('gets the same bits in two threads', async () => {
    const { long, threaded } = await probe()
    expect([1, 2]).toContain(threaded!.threads)
    expect(threaded).toEqual({ ...long, threads: threaded!.threads })
  })

  it('gives a timer its turns during fit', async () => {
    expect((await probe()).timers.map((turns) => turns >= TURNS)).toEqual([true, true])
  })

  const modes: [string, string[]][] = [
    ['another process', []],
    ["V8's baseline compiler alone", ['--liftoff-only']],
    ["V8's optimizing compiler alone", ['--no-liftoff']],
    ['JavaScript that is only interpreted', ['--no-opt', '--no-sparkplug']],
    ['a process where __proto__ throws', ['--disable-proto=throw']],
    ['a process without __proto__', ['--disable-proto=delete']],
    ['a process that makes no code of texts', ['--disallow-code-generation-from-strings']],
  ]
  it.each(part(modes, 5))('gets the same bits in %s', async (_, flags) => {
    const again = await probeBriefly(process.execPath, ...flags)
    const result = await probe()
    expect([again.simd, again.reference, again.entries]).toEqual([
      result.simd,
      result.reference,
      result.entries,
    ])
  })
})
