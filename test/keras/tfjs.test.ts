// LayersModels of TensorFlow.js both ways. What tfjs 4.22 predicts, with its own models and with exports, is in the fixture
// (scripts/make-tfjs-fixtures.mjs).

import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { fitFeatures, fitTarget } from '../../src/data/index.ts'
import { FormatError, Network, OptionError } from '../../src/index.ts'
import { fromTfjs, toTfjs } from '../../src/keras/index.ts'
import { Model } from '../../src/models/index.ts'
import { drawn, exported } from './exported.ts'

interface Case {
  name: string
  x: number[]
  y: number[]
}
interface Saved {
  modelTopology: { config: { layers: { config: Record<string, unknown> }[] } }
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[] }[] }[]
}
const fixture = JSON.parse(readFileSync(new URL('../fixtures/tfjs.json', import.meta.url), 'utf8')) as {
  imports: (Case & { modelJson: Saved; weights: string })[]
  exports: Case[]
}
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

const expectClose = (found: ArrayLike<number>, expected: ArrayLike<number>, most = 1e-5) => {
  expect(found.length).toBe(expected.length)
  for (let i = 0; i < expected.length; ++i) {
    expect(Math.abs(found[i] - expected[i])).toBeLessThan(most * Math.max(1, Math.abs(expected[i])))
  }
}

describe('fromTfjs', () => {
  it.each(fixture.imports.map((one) => [one.name, one] as const))(
    'reads %s',
    async (_, { modelJson, weights, x, y }) => {
      const net = await fromTfjs(modelJson, bytesOf(weights), { threads: 1 })
      expectClose(net.predict(Float32Array.from(x)), y)
    },
  )

  it('takes loss and optimizer from trainingConfig', async () => {
    const [{ modelJson, weights }] = fixture.imports
    const net = await fromTfjs(JSON.stringify(modelJson), bytesOf(weights))
    expect(String(net)).toContain(
      '4-6-5-3 (batch norm + leakyRelu + dropout 0.2, layer norm + silu, softmax; crossEntropy; adam 0.002, epsilon 1e-7',
    )
  })

  it('takes shards as one, as a list, and by their paths', async () => {
    const [{ modelJson, weights, x, y }] = fixture.imports
    const bytes = bytesOf(weights)
    const shards = [bytes.subarray(0, 101), bytes.subarray(101)]
    const asked: string[] = []
    const byPath = (path: string) => {
      asked.push(path)
      return Promise.resolve(shards[asked.length - 1])
    }
    for (const given of [bytes, bytes.buffer.slice(0), shards, byPath] as const) {
      expectClose((await fromTfjs(modelJson, given)).predict(Float32Array.from(x)), y)
    }
    expect(asked).toEqual(['group1-shard1of2.bin', 'group1-shard2of2.bin'])
    await expect(fromTfjs(modelJson, [bytes])).rejects.toThrow(
      'weights: expected 2 shards, as model.json names, got 1',
    )
    await expect(fromTfjs(modelJson, bytes.subarray(1))).rejects.toThrow(FormatError)
    await expect(fromTfjs(modelJson, () => bytes.subarray(1))).rejects.toThrow(/group1-shard1of2/)
    await expect(fromTfjs(modelJson, () => 7 as never)).rejects.toThrow(FormatError)
  })

  it('reads what the converter makes of a Keras file, with names around those of the layers', async () => {
    const [{ modelJson, weights, x, y }] = fixture.imports
    const converted = {
      ...modelJson,
      modelTopology: {
        keras_version: '2.15.0',
        backend: 'tensorflow',
        model_config: modelJson.modelTopology,
      },
      weightsManifest: modelJson.weightsManifest.map((group) => ({
        ...group,
        weights: group.weights.map((spec) => ({ ...spec, name: `model/${spec.name}` })),
      })),
    }
    expectClose((await fromTfjs(converted, bytesOf(weights))).predict(Float32Array.from(x)), y)
  })

  it('never asks for a path that leads elsewhere', async () => {
    const [{ modelJson }] = fixture.imports
    const fetched = vi.fn(() => new Uint8Array())
    for (const path of [
      '../secret',
      '/etc/passwd',
      'https://example.org/x',
      'a/../../b',
      '\\\\host\\x',
      'a?b',
    ]) {
      const hostile = { ...modelJson, weightsManifest: [{ paths: [path], weights: [] }] }
      await expect(fromTfjs(hostile, fetched)).rejects.toThrow(FormatError)
    }
    expect(fetched).not.toHaveBeenCalled()
  })

  it('gives a tensor to one layer alone', async () => {
    const layer = (name: string) => ({ class_name: 'Dense', config: { name, units: 2, use_bias: false } })
    const first = { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 2] } }
    const model = (...names: string[]) => ({
      modelTopology: { class_name: 'Sequential', config: { layers: [first, ...names.map(layer)] } },
      weightsManifest: [{ paths: ['w'], weights: [{ name: 'a/kernel', shape: [2, 2], dtype: 'float32' }] }],
    })
    await expect(fromTfjs(model('x/a'), new Uint8Array(16))).resolves.toBeInstanceOf(Network)
    await expect(fromTfjs(model('x/a', 'y/a'), new Uint8Array(16))).rejects.toThrow(/a tensor of its own/)
  })

  it('refuses a name that is there twice, of which another reader may take the other', async () => {
    const text = '{"weightsManifest":[],"modelTopology":{"a":1,"\\u0061":2}}'
    await expect(fromTfjs(text, new Uint8Array())).rejects.toThrow(FormatError)
    await expect(fromTfjs(text, new Uint8Array())).rejects.toThrow(
      'model.json: expected names that differ, got "a" twice',
    )
  })

  it('refuses graph models', async () => {
    await expect(fromTfjs({ format: 'graph-model' }, new Uint8Array())).rejects.toThrow(/graph model/)
  })
})

describe('toTfjs', () => {
  const made = exported()

  it.each(fixture.exports.map((one) => [one.name, one] as const))(
    'writes %s, which tfjs predicts with',
    async (name, { x, y }) => {
      const one = made[name]
      // What is written now, read by other code than tfjs's, is what tfjs was given.
      const { modelJson, weights } = toTfjs(one)
      const again = await fromTfjs(modelJson, weights, { threads: 1 })
      expectClose(again.predict(Float32Array.from(x)), y)
      if (one instanceof Network) {
        expectClose(one.predict(Float32Array.from(x)), y)
        return
      }
      const columns = one.features!.columns
      const rows = Array.from({ length: 8 }, (_, r) =>
        Object.fromEntries(columns.map((column, c) => [column, x[r * columns.length + c]])),
      )
      // The lift of a row is neither there nor not: as a number it is what tfjs was given.
      const network = one.network
      const { columns: fitted } = one.features!.toJSON()
      const inputs = rows.flatMap((row) =>
        fitted.map((column) =>
          column.type === 'numeric'
            ? ((row[column.name] as number) - column.offset) / column.scale
            : (row[column.name] as number),
        ),
      )
      const out = network.predict(Float32Array.from(inputs))
      expectClose(
        out.map((v) => one.target!.unscaled(v, 0)),
        y,
      )
    },
  )

  it.each(Object.keys(made))('is read again bit for bit: %s', async (name) => {
    const { modelJson, weights } = toTfjs(made[name])
    const again = await fromTfjs(JSON.stringify(modelJson), weights, { threads: 1 })
    const twice = toTfjs(again)
    expect(Buffer.from(twice.weights).equals(Buffer.from(weights))).toBe(true)
    expect(twice.modelJson).toEqual(modelJson)
    const one = made[name]
    if (!(one instanceof Network)) return
    const x = drawn(32, 5)
    expect(again.predict(x)).toEqual(one.predict(x))
    expect(again.classNames).toEqual(['red', 'green', 'blue'])
  })

  it.each([
    { sizes: [2, 4, 1], loss: 'hinge', classNames: ['no', 'yes'] },
    { sizes: [2, 4, 2], loss: 'hinge', classNames: ['round', 'red'] },
    { sizes: [2, 3], activation: 'sigmoid', loss: 'quadratic', classNames: ['a', 'b', 'c'] },
    { sizes: [2, 3], loss: { name: 'focal', gamma: 3 } },
    { inputs: 2, layers: [{ units: 2, activation: 'sigmoid', normalization: 'layer' }], loss: 'hinge' },
    { inputs: 2, layers: [{ units: 2, activation: 'sigmoid', normalization: 'batch' }], loss: 'quadratic' },
    { sizes: [2, 1], loss: 'poisson' },
  ] as const)('keeps the loss, by which classes and labels are told: %j', async (options) => {
    const net = new Network({ ...options, kernels: 'reference', seed: 4 } as never)
    const { modelJson, weights } = toTfjs(net)
    const read = await fromTfjs(JSON.stringify(modelJson), weights, { kernels: 'reference' })
    expect(String(read)).toBe(String(net))
    const x = drawn(40, 3)
    expect(read.predict(x)).toEqual(net.predict(x))
    if (!String(net).includes('poisson')) expect(read.classify(x)).toEqual(net.classify(x))
  })

  it('keeps the names of the labels that are the target of a model', async () => {
    const rows = [
      { round: true, red: false },
      { round: false, red: true },
    ]
    const network = new Network({ sizes: [2, 2], loss: 'binaryCrossEntropy', kernels: 'reference', seed: 2 })
    const model = new Model({ network, target: fitTarget(rows, ['round', 'red']) })
    const { modelJson, weights } = toTfjs(model)
    const read = await fromTfjs(modelJson, weights, { kernels: 'reference' })
    expect(read.classNames).toEqual(['round', 'red'])
    const x = [
      [1, 2],
      [-2, 3],
    ]
    expect(new Model({ network: read }).predict(x)).toEqual(model.predict(x))
    // Of one label there are no two classes.
    const one = new Model({
      network: new Network({ sizes: [2, 1], loss: 'binaryCrossEntropy' }),
      target: fitTarget(rows, ['round'], { type: 'labels' }),
    })
    expect(toTfjs(one).modelJson.userDefinedMetadata).toBeUndefined()
  })

  it('leaves aside a loss and names of classes in the metadata that are not of the last layer', async () => {
    const net = new Network({ sizes: [2, 1] })
    const { modelJson, weights } = toTfjs(net)
    const losses = [
      'crossEntropy',
      'hinges',
      7,
      null,
      { name: 'huber', delta: -1 },
      { name: '__proto__' },
      {},
      [],
    ]
    for (const loss of losses) {
      const userDefinedMetadata = { loss, classNames: ['no', 'yes'] }
      const read = await fromTfjs({ ...modelJson, userDefinedMetadata }, weights)
      expect(String(read)).toContain('linear; quadratic;')
      expect(read.classNames).toBeUndefined()
    }
  })

  it('writes no loss of its own, and none for numbers whose scale is in the weights', () => {
    const own = { name: 'mine', f: (a: number, y: number) => a - y, derivative: () => 1 }
    const net = new Network({ sizes: [1, 1], loss: own as never })
    expect(toTfjs(net).modelJson.userDefinedMetadata).toBeUndefined()
    const target = fitTarget([{ y: 1 }, { y: 3 }], 'y')
    const model = new Model({ network: new Network({ sizes: [1, 1], loss: 'huber' }), target })
    expect(toTfjs(model).modelJson.userDefinedMetadata).toBeUndefined()
  })

  it('refuses what tfjs has not, by its name', () => {
    const own = { name: 'double', f: (z: number) => 2 * z, derivative: () => 2 }
    const net = new Network({ inputs: 2, layers: [{ units: 2, activation: own }, 1] })
    expect(() => toTfjs(net)).toThrow("layers[0].activation: expected one that tfjs has, got 'double'")
    const features = fitFeatures([{ city: 'Rome' }, { city: 'Bari' }, { city: 'Rome' }], {
      columns: { city: 'categorical' },
    })
    const network = new Network({ inputs: features.width, layers: [1] })
    expect(() => toTfjs(new Model({ network, features }))).toThrow(OptionError)
    expect(() => toTfjs(new Model({ network, features }))).toThrow(/"city", a column of categories/)
    expect(() => toTfjs({} as Network)).toThrow(OptionError)
  })
})
