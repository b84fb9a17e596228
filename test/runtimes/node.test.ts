// The built package in processes of Node: the same bits every time, from every compiler of the engine. The other
// runtimes are in others.runtime.ts, for `npm run test:runtimes`.

import { describe, expect, it } from 'vitest'
import { Network } from '../../src/index.ts'
import { hashOfParameters, TURNS } from './probe.mjs'
import { once, probeIn } from './runtimes.ts'

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

describe('the built package in a process of Node', () => {
  const probe = once(() => probeIn(process.execPath))

  it.each(['simd', 'reference'] as const)('learns with the %s kernels', async (kernels) => {
    const { hash, hashBefore, firstLoss, lastLoss } = (await probe())[kernels]
    expect(hash).not.toBe(hashBefore)
    expect(lastLoss).toBeLessThan(0.2 * firstLoss)
  })

  it('begins from the same weights with either kernels', async () => {
    const result = await probe()
    expect(result.simd.hashBefore).toBe(result.reference.hashBefore)
  })

  it('gets the same bits in two threads', async () => {
    const { long, threaded } = await probe()
    expect([1, 2]).toContain(threaded.threads)
    expect(threaded).toEqual({ ...long, threads: threaded.threads })
  })

  it('gives a timer its turns during fit', async () => {
    expect((await probe()).timers.map((turns) => turns >= TURNS)).toEqual([true, true])
  })

  it.each([
    ['another process', []],
    ["V8's baseline compiler alone", ['--liftoff-only']],
    ["V8's optimizing compiler alone", ['--no-liftoff']],
    ['JavaScript that is only interpreted', ['--no-opt', '--no-sparkplug']],
  ])('gets the same bits in %s', async (_, flags) => {
    const again = await probeIn(process.execPath, ...flags)
    const result = await probe()
    expect([again.simd, again.reference]).toEqual([result.simd, result.reference])
  })
})
