// Files that Keras 3.15.1 saved (scripts/make-keras-fixtures.py): what is read predicts what Keras does.

import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { fromKeras } from '../../src/keras/index.ts'

const file = (name: string) => readFileSync(new URL(`../fixtures/keras/${name}`, import.meta.url))
const { models } = JSON.parse(file('expected.json').toString()) as {
  models: Record<string, { x: number[]; y: number[] }>
}

vi.spyOn(console, 'warn').mockImplementation(() => {})

const read = (name: string, options = {}) => fromKeras(file(name), { threads: 1, ...options })

describe('fromKeras', () => {
  it.each([
    [
      'classifier.keras',
      '4-8-6-3 (relu + dropout 0.3, tanh, softmax; crossEntropy; adam 0.002, epsilon 1e-7;',
    ],
    ['classifier.h5', '4-8-6-3 (relu + dropout 0.3, tanh, softmax; crossEntropy; adam 0.002, epsilon 1e-7;'],
    [
      'graph.keras',
      '5-7-6-4-2 (batch norm + relu + dropout 0.25, elu, layer norm + silu, sigmoid; binaryCrossEntropy, ' +
        'labelSmoothing 0.1; sgd 0.1, Nesterov momentum 0.9;',
    ],
    [
      'graph.h5',
      '5-7-6-4-2 (batch norm + relu + dropout 0.25, elu, layer norm + silu, sigmoid; binaryCrossEntropy, ' +
        'labelSmoothing 0.1; sgd 0.1, Nesterov momentum 0.9;',
    ],
    [
      'activations.keras',
      '5-5-5-5-5-…-5-3 (sigmoid, tanh, relu, elu, selu, …, leakyRelu, softmax; crossEntropy;',
    ],
    ['images.keras', '6-4-1 (tanh, batch norm + linear; huber; rmsprop 0.001, rho 0.9, epsilon 1e-7;'],
    ['folded.keras', '3-4-3 (softplus + dropout 0.1, softmax; crossEntropy;'],
    ['bare.keras', '3-5-4-2 (layer norm + tanh, layer norm + relu, linear; quadratic;'],
    ['bare.h5', '3-5-4-2 (layer norm + tanh, layer norm + relu, linear; quadratic;'],
  ])('reads %s, which predicts what it does in Keras', async (name, line) => {
    const { x, y } = models[name.split('.')[0]]
    const net = await read(name)
    expect(String(net)).toContain(line)
    const predicted = net.predict(Float32Array.from(x))
    expect(predicted.length).toBe(y.length)
    for (let i = 0; i < y.length; ++i) expect(Math.abs(predicted[i] - y[i])).toBeLessThan(1e-5)
  })

  it('says of an .h5 file with a layer whose name is not ASCII why it is not read', async () => {
    await expect(read('accented.h5')).rejects.toThrow(
      "HDF5: expected groups of symbol tables, as h5py and Keras write them, got a group of links, as names beyond ASCII and libver='latest' make them",
    )
  })

  it('keeps the epsilon and turns the momentum of batch normalization', async () => {
    const { layers } = (await read('graph.keras')).toJSON().options as unknown as {
      layers: { normalization?: unknown; bias?: boolean }[]
    }
    expect(layers[0]).toMatchObject({
      normalization: { name: 'batch', epsilon: 1e-3, momentum: 0.1 },
      bias: false,
    })
    expect(layers[2]).toMatchObject({ normalization: { name: 'layer', epsilon: 1e-4 } })
  })

  it('trains on from what was read', async () => {
    const net = await read('classifier.keras')
    const { x } = models.classifier
    const y = Int32Array.from({ length: 8 }, (_, r) => r % 3)
    const data = { x: Float32Array.from(x), y }
    const before = net.evaluate(data).loss
    await net.fit(data, { epochs: 60 })
    expect(net.evaluate(data).loss).toBeLessThan(before)
  })

  it('takes options in place of those of the file', async () => {
    const net = await read('classifier.keras', { optimizer: 'sgd', classNames: ['a', 'b', 'c'] })
    expect(String(net)).toContain('sgd')
    expect(net.classNames).toEqual(['a', 'b', 'c'])
    await expect(read('classifier.keras', { units: 3 })).rejects.toThrow(/units/)
  })

  it('says once what no longer trains by itself', async () => {
    vi.mocked(console.warn).mockClear()
    vi.resetModules()
    const fresh = await import('../../src/keras/index.ts')
    await fresh.fromKeras(file('folded.keras'), { threads: 1 })
    const said = vi.mocked(console.warn).mock.calls.flat().join('\n')
    expect(said).toMatch(/BatchNormalization "batch_normalization" is folded/)
    expect(said).toMatch(/behind Dense "dense_1" is folded/)
  })
})
