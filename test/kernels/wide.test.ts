// 256-bit vectors: the bits of 'simd' where the engine has them, and a note where it has not.

import { describe, expect, it, vi } from 'vitest'
import { binariesOf } from '../../src/backends/fuse.ts'
import { asOtherModule } from '../../src/backends/wide.ts'
import { kernels } from '../../src/generated/kernels.ts'
import { Network, type OptimizerOptions } from '../../src/index.ts'
import { stripedKinds, titleOf } from '../helpers/optimizers.ts'
import { numbers } from '../helpers/random.ts'

const isNew = Number.parseInt(process.versions.node, 10) >= 24
const canFuse = isNew && process.arch === 'x64'
if (!canFuse) console.warn('skipped: 256-bit vectors, which need Node 24 or newer on x86-64')

const train = async (wide: boolean, optimizer?: OptimizerOptions) => {
  const layers = [{ units: 37, activation: 'tanh' as const }, { units: 20, activation: 'gelu' as const }, 9]
  const net = new Network({
    inputs: 50,
    layers,
    loss: 'crossEntropy',
    kernels: 'simd',
    wide,
    optimizer,
    seed: 1,
  })
  const y = Int32Array.from({ length: 90 }, (_, r) => r % 9)
  // Long enough for V8's optimizing compiler, which is where vectors are fused.
  await net.fit({ x: numbers(90 * 50, 1), y }, { epochs: 400, batchSize: 13 })
  return { net, bits: net.layers.flatMap((_, l) => [...net.weights(l), ...net.biases(l)]).join() }
}

describe('wide', () => {
  it.skipIf(!canFuse)('trains to the bits of simd', async () => {
    const narrow = await train(false)
    const wide = await train(true)
    expect([narrow.net.wide, wide.net.wide, wide.net.kernels]).toEqual([false, true, 'simd'])
    expect(wide.bits === narrow.bits).toBe(true)
    expect(new Network({ sizes: [2, 1], wide: true }).kernels).toBe('simd')
  })

  it.skipIf(!canFuse).each(stripedKinds.map((one) => [titleOf(one), one] as const))(
    'trains by %s to the bits of simd',
    async (_, optimizer) => {
      const narrow = await train(false, optimizer)
      const wide = await train(true, optimizer)
      expect([narrow.net.wide, wide.net.wide]).toEqual([false, true])
      expect(wide.bits === narrow.bits).toBe(true)
    },
  )

  it.skipIf(canFuse)('falls back with one note where the engine has none', async () => {
    const why = isNew
      ? `it needs x86-64 with AVX2, and this is ${process.arch}`
      : `it needs Node 24 or newer, and this is ${process.versions.node}`
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const narrow = await train(false)
    const wide = await train(true)
    await train(true)
    expect(warn.mock.calls.map(([note]) => note)).toEqual([
      `nabla: wide is unavailable here (${why}); training goes on with 128-bit vectors, to the same bits`,
    ])
    expect(wide.net.wide).toBe(false)
    expect(wide.bits === narrow.bits).toBe(true)
    warn.mockRestore()
  })

  it('is compiled from bytes of its own, which mean the same', () => {
    const bytes = binariesOf(kernels)('simd')
    const other = asOtherModule(bytes)
    expect(other.length).toBeGreaterThan(bytes.length)
    const exports = (one: Uint8Array<ArrayBuffer>) => WebAssembly.Module.exports(new WebAssembly.Module(one))
    expect(exports(other)).toEqual(exports(bytes))
  })

  it('leaves the reference kernels as they are', () => {
    expect(new Network({ sizes: [2, 1], kernels: 'reference', wide: true }).wide).toBe(false)
  })
})
