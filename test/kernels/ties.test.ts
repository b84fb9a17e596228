// Hits: how a row's outputs are compared with its targets, where outputs tie, and where one call compares otherwise than
// the one before.

import { describe, expect, it } from 'vitest'
import { argmax, type KernelsName, Network, type SizedNetworkOptions } from '../../src/index.ts'
import { measureThreads } from '../../src/threads/crew.ts'
import { runsRelaxed } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'

// Each fit takes the threads that it is told.
measureThreads(false)

const wasm: KernelsName[] = ['simd', ...(runsRelaxed ? (['relaxed'] as const) : [])]

describe.each<KernelsName>(['reference', ...wasm])('on %s', (kernels) => {
  /** The same outputs, before the activation, for every row. */
  const constant = (outputs: number[], options: Partial<SizedNetworkOptions>) => {
    const net = new Network({ sizes: [2, outputs.length], initializer: 'zeros', kernels, ...options })
    net.setBiases(0, outputs)
    return net
  }
  const x = [[1, 2]]

  it.each(['crossEntropy', 'quadratic', 'binaryCrossEntropy'] as const)(
    'of outputs that tie the first counts, with %s',
    (loss) => {
      const accuracies = (outputs: number[]) =>
        outputs.map((_, label) => constant(outputs, { loss }).evaluate({ x, y: [label] }).accuracy)
      expect(accuracies([0, 0, 0, 0, 0])).toEqual([1, 0, 0, 0, 0])
      expect(accuracies([-1, 2, 1, 2, 2])).toEqual([0, 1, 0, 0, 0])
      expect(argmax(constant([-1, 2, 1, 2, 2], { loss }).predict(x), 5)).toEqual(Int32Array.of(1))
    },
  )

  it('of targets that tie the first counts', () => {
    const accuracy = (outputs: number[], y: number[]) =>
      constant(outputs, { loss: 'crossEntropy' }).evaluate({ x, y: [y] }).accuracy
    expect(accuracy([1, 0, 0], [0.5, 0.5, 0])).toBe(1)
    expect(accuracy([0, 1, 0], [0.5, 0.5, 0])).toBe(0)
    expect(accuracy([0, 1, 0], [0, 0.5, 0.5])).toBe(1)
  })

  it('an output of ½ counts as 1', () => {
    const one = constant([0], { loss: 'binaryCrossEntropy' })
    expect([1, 0].map((y) => one.evaluate({ x, y: [y] }).accuracy)).toEqual([1, 0])
    const half = constant([0.5], { loss: 'quadratic' })
    expect([1, 0].map((y) => half.evaluate({ x, y: [y] }).accuracy)).toEqual([1, 0])
  })

  it('are counted as the targets of each fit ask for', async () => {
    const rows = 30
    const bits = Array.from({ length: rows }, (_, r) => [0, 1, 2].map((j) => (r >> j) & 1))
    const labels = Array.from({ length: rows }, (_, r) => r % 3)
    const data = numbers(rows * 4, 1)
    const net = new Network({ sizes: [4, 3], loss: 'binaryCrossEntropy', seed: 2, kernels, threads: 1 })
    const fits = { epochs: 1, batchSize: rows, learningRate: 1e-30 }
    for (const y of [labels, bits, labels, bits]) {
      // A rate that moves nothing: the epoch's hits are those of the parameters.
      const { accuracy } = await net.fit({ x: data, y }, fits)
      const a = net.predict(data)
      const right =
        y === labels
          ? labels.filter(
              (label, r) =>
                label ===
                [...a.subarray(3 * r, 3 * r + 3)].indexOf(Math.max(...a.subarray(3 * r, 3 * r + 3))),
            ).length
          : bits.flat().filter((bit, i) => a[i] >= 0.5 === (bit === 1)).length / 3
      expect(accuracy![0] * rows).toBeCloseTo(right, 4)
      expect(net.evaluate({ x: data, y }).accuracy! * rows).toBeCloseTo(right, 4)
    }
  })
})

describe.each(wasm)('in threads, on %s', (kernels) => {
  it('are counted as the validation of each fit asks for', async () => {
    const rows = 300
    const data = { x: numbers(rows * 4, 1), y: Int32Array.from({ length: rows }, (_, r) => r % 3) }
    const x = numbers(rows * 4, 2)
    const labels = { x, y: Int32Array.from({ length: rows }, (_, r) => r % 3) }
    const bits = { x, y: Array.from({ length: rows }, (_, r) => [0, 1, 2].map((j) => (r >> j) & 1)) }
    const values = { x, y: numbers(rows * 3, 3).map((v) => v / 2 + 0.5) }
    const net = new Network({ sizes: [4, 40, 3], loss: 'binaryCrossEntropy', seed: 2, kernels, threads: 2 })
    for (const validation of [labels, bits, values, labels, values, bits]) {
      const history = await net.fit(data, { epochs: 2, validation })
      expect(history.threads).toBe(2)
      // By the caller's thread.
      const { loss, accuracy } = net.evaluate(validation)
      expect(history.validationLoss![1]).toBeCloseTo(loss, 12)
      expect(history.validationAccuracy?.[1]).toBe(accuracy)
      expect(accuracy === undefined).toBe(validation === values)
    }
  })
})
