// What toOnnx writes: its parts, what it refuses, and that reading it gives the same network again. What other runtimes
// compute of it: test/runtimes/onnxruntime.runtime.ts.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitFeatures, fitTarget } from '../../src/data/index.ts'
import { FormatError, Network, OptionError } from '../../src/index.ts'
import { type ActivationName, activations } from '../../src/model/tables.ts'
import { Model } from '../../src/models/index.ts'
import { snapshotOf } from '../../src/network-snapshot.ts'
import { writeOnnx } from '../../src/onnx/export/write.ts'
import { readModel } from '../../src/onnx/import/messages.ts'
import { readOnnx } from '../../src/onnx/import/read.ts'
import { fromOnnx, toOnnx } from '../../src/onnx/index.ts'

/** The network in the file. */
const networkIn = (...given: Parameters<typeof fromOnnx>) => fromOnnx(...given) as Network

const numbers = (n: number, seed: number) =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed * 7 + i * 1.3))

const names = Object.keys(activations) as ActivationName[]
const hidden = names.filter((name) => name !== 'softmax')

interface Shape {
  inputs: number
  layers: {
    units: number
    activation: ActivationName
    normalization: 'none' | 'layer' | 'batch'
    bias: boolean
  }[]
}

const layer = fc.record({
  units: fc.integer({ min: 1, max: 6 }),
  activation: fc.constantFrom(...hidden),
  normalization: fc.constantFrom('none', 'layer', 'batch'),
  bias: fc.boolean(),
})

/** A network of one to four layers, trained for a step, so that its statistics are not those of the start. */
function trained({ inputs, layers }: Shape, seed: number): Network {
  const net = new Network({
    inputs,
    layers,
    loss: 'quadratic',
    kernels: 'reference',
    biasInitializer: 'glorotUniform',
    seed,
  } as never)
  const rows = 8
  net.trainBatch(numbers(rows * inputs, seed), numbers(rows * layers.at(-1)!.units, seed + 1))
  return net
}

describe('a network that is written and read again', () => {
  it('is the same, to the bit but for batch normalization', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.array(layer, { minLength: 1, maxLength: 4 }),
        fc.nat(99),
        (inputs, layers, seed) => {
          const net = trained({ inputs, layers } as Shape, seed)
          const again = networkIn(toOnnx(net), { kernels: 'reference' })
          const x = numbers(5 * inputs, seed)
          const [expected, got] = [net.predict(x), again.predict(x)] as Float32Array[]
          if (!layers.some(({ normalization }) => normalization === 'batch')) {
            expect(got).toEqual(expected)
            const [before, after] = [snapshotOf(net), snapshotOf(again)]
            expect(after.layers).toEqual(before.layers)
            expect(after.options.layers.length).toBe(layers.length)
          } else {
            // Rounding of W · s and b · s + t in each of the layers.
            got.forEach((one, i) => {
              expect(Math.abs(one - expected[i])).toBeLessThan(2e-5 * Math.max(1, Math.abs(expected[i])))
            })
          }
        },
      ),
      { numRuns: 150, seed: 11 },
    )
  })

  it('keeps ε of layer normalization', () => {
    const net = new Network({
      inputs: 2,
      layers: [{ units: 3, normalization: { name: 'layer', epsilon: 0.001 } }, 1],
    })
    expect(readOnnx(toOnnx(net)).network.options.layers[0].normalization).toEqual({
      name: 'layer',
      epsilon: 0.001,
    })
  })

  it('keeps class names, also those that objects have', () => {
    const net = new Network({ sizes: [2, 3], activation: 'softmax' } as never)
    const classNames = ['__proto__', 'constructor', '\ufeff"é']
    expect(readOnnx(toOnnx(net, { classNames })).classNames).toEqual(classNames)
    expect(readOnnx(toOnnx(net)).classNames).toBeUndefined()
  })

  it('computes with softmax at its end too', () => {
    const net = new Network({
      inputs: 3,
      layers: [
        { units: 4, normalization: 'layer' },
        { units: 3, activation: 'softmax' },
      ],
      kernels: 'reference',
    })
    const again = networkIn(toOnnx(net), { kernels: 'reference' })
    expect(again.predict(numbers(9, 2))).toEqual(net.predict(numbers(9, 2)))
    expect(String(again)).toContain('crossEntropy')
  })
})

describe('a model', () => {
  const rows = [
    { area: 80, city: 'Rome', price: 200, rented: true },
    { area: 40, city: 'Zürich', price: 400, rented: false },
    { area: 65, city: 'Rome', price: 150, rented: false },
  ]
  const again = (model: Model) => fromOnnx(toOnnx(model), { kernels: 'reference' }) as Model

  it('with features and a number comes back as a model that predicts the same', () => {
    const features = fitFeatures(rows, { except: ['price'] })
    const target = fitTarget(rows, 'price', { log1p: true })
    const network = new Network({ sizes: [features.width, 3, 1], kernels: 'reference' })
    const model = new Model({ network, features, target })
    const read = again(model)
    expect(read).toBeInstanceOf(Model)
    expect(read.predict(rows)).toEqual(model.predict(rows))
    expect(read.features!.toJSON()).toEqual(features.toJSON())
    expect(read.target!.toJSON()).toEqual(target.toJSON())
  })

  it('with a class, or with features alone, comes back too', () => {
    const features = fitFeatures(rows, { columns: { city: 'ignored' }, except: ['rented'] })
    const target = fitTarget(rows, 'city')
    const network = new Network({
      inputs: features.width,
      layers: [1],
      loss: 'binaryCrossEntropy',
      kernels: 'reference',
    })
    const model = new Model({ network, features, target })
    expect(again(model).predict(rows[0])).toEqual(model.predict(rows[0]))
    expect(readOnnx(toOnnx(model)).classNames).toEqual(['Rome', 'Zürich'])
    const bare = new Model({ network, features })
    expect(again(bare).predict(rows)).toEqual(bare.predict(rows))
    const only = new Model({ network, target })
    expect(again(only).predict([[1, 2]])).toEqual(only.predict([[1, 2]]))
  })

  it('keeps the class names of its network', () => {
    const network = new Network({
      inputs: 2,
      layers: [{ units: 2, activation: 'softmax' }],
      classNames: ['no', 'yes'],
    })
    expect((fromOnnx(toOnnx(network)) as Network).classNames).toEqual(['no', 'yes'])
    const booleans = new Network({ sizes: [2, 1], loss: 'binaryCrossEntropy', classNames: [false, true] })
    expect((fromOnnx(toOnnx(booleans)) as Network).classNames).toEqual([false, true])
  })

  it('tells the same classes and labels, whatever the loss', () => {
    const x = rows.map(({ area, price }) => [area / 80 - 0.9, price / 400 - 0.6])
    const hinge = { loss: 'hinge', classNames: ['no', 'yes'], kernels: 'reference', seed: 4 } as const
    const sigmoids = { activation: 'sigmoid', loss: 'quadratic', kernels: 'reference' } as const
    for (const options of [
      { sizes: [2, 4, 1], ...hinge },
      { sizes: [2, 4, 2], ...hinge },
      { sizes: [2, 3], ...sigmoids, classNames: ['a', 'b', 'c'] },
      { sizes: [2, 3], ...sigmoids, loss: { name: 'binaryCrossEntropy', labelSmoothing: 0.1 } },
    ] as const) {
      const net = new Network(options as never)
      const read = networkIn(toOnnx(net), { kernels: 'reference' })
      expect(String(read)).toBe(String(net))
      expect(read.classNames).toEqual(net.classNames)
      expect(read.classify(x)).toEqual(net.classify(x))
      expect(new Model({ network: read }).predict(x)).toEqual(new Model({ network: net }).predict(x))
    }
    const target = fitTarget(rows, 'rented')
    // An output between the threshold of the loss, 0, and that of probabilities.
    const network = new Network({ sizes: [2, 1], loss: 'hinge', kernels: 'reference' })
    network.setWeights(0, [0, 0])
    network.setBiases(0, [0.25])
    const model = new Model({ network, target })
    expect(model.predict([1, 1])).toEqual({ class: true })
    expect(again(model).predict([1, 1])).toEqual({ class: true })
    // An option takes its place.
    const other = fromOnnx(toOnnx(model), { loss: 'quadratic', kernels: 'reference' }) as Model
    expect(other.predict([1, 1])).toEqual({ class: false })
  })

  it('is refused where a text has no UTF-8, of which the file would have another', () => {
    const half = 'Rome \ud83c'
    const named = fitFeatures([
      { [half]: 1, city: 'a' },
      { [half]: 2, city: 'b' },
    ])
    const valued = fitFeatures([{ city: half }, { city: 'Rome \ud83d' }, { city: 'Rome 😀' }], {
      columns: { city: 'categorical' },
    })
    for (const features of [named, valued]) {
      const model = new Model({ network: new Network({ sizes: [features.width, 1] }), features })
      expect(() => toOnnx(model)).toThrow(OptionError)
      expect(() => toOnnx(model)).toThrow(/expected text without half a pair of surrogates, got "Rome/)
    }
    expect(() => toOnnx(new Network({ sizes: [2, 1] }), { input: half })).toThrow(OptionError)
  })

  it('is refused where a text has a NUL, at which ONNX Runtime would cut it', () => {
    const cut = 'Rome\0north'
    const named = fitFeatures([
      { [cut]: 1, city: 'a' },
      { [cut]: 2, city: 'b' },
    ])
    const valued = fitFeatures([{ city: cut }, { city: 'Rome\0south' }], { columns: { city: 'categorical' } })
    for (const features of [named, valued]) {
      const model = new Model({ network: new Network({ sizes: [features.width, 1] }), features })
      expect(() => toOnnx(model)).toThrow(OptionError)
      expect(() => toOnnx(model)).toThrow(/expected text without a NUL.*, got "Rome/)
    }
    expect(() => toOnnx(new Network({ sizes: [2, 1] }), { input: cut })).toThrow(OptionError)
  })

  it('is refused where its loss is none, or none of its last layer', () => {
    const network = snapshotOf(new Network({ sizes: [2, 1], loss: 'hinge' }))
    const file = (loss: unknown) =>
      writeOnnx({
        network,
        loss,
        input: 'x',
        output: 'y',
        name: 'n',
      })
    for (const loss of [
      'hinges',
      7,
      [],
      { name: 'huber', delta: -1 },
      { name: '__proto__' },
      null,
      'crossEntropy',
    ])
      expect(() => fromOnnx(file(loss)), JSON.stringify(loss)).toThrow(FormatError)
    expect(() => fromOnnx(file('hinges'))).toThrow(/metadata nabla\.loss: expected one of/)
    // A loss of one's own is a function, which a file cannot have.
    const own = { name: 'mine', f: (a: number, y: number) => a - y, derivative: () => 1 }
    const net = new Network({ sizes: [2, 1], loss: own as never, kernels: 'reference' })
    expect(String(networkIn(toOnnx(net)))).toContain('quadratic')
    expect(String(networkIn(toOnnx(net), { loss: own } as never))).toContain('mine')
  })

  it('is refused where ONNX has no operators for it', () => {
    const mixed = [{ kind: 'a' }, { kind: 1 }, { kind: 'b' }]
    const features = fitFeatures(mixed, { columns: { kind: 'categorical' } })
    const model = new Model({ network: new Network({ sizes: [features.width, 1] }), features })
    expect(() => toOnnx(model)).toThrow(OptionError)
    expect(() => toOnnx(model)).toThrow(/column "kind".*got both/)
    const own = { name: 'square', f: (z: number) => z * z, derivative: (z: number) => 2 * z }
    expect(() => toOnnx(new Network({ sizes: [1, 2, 1], activation: own } as never))).toThrow(
      /layer 0 has an activation of your own/,
    )
    const texts = fitFeatures(rows, { except: ['price', 'area', 'rented'] })
    const clash = new Model({ network: new Network({ sizes: [texts.width, 1] }), features: texts })
    expect(() => toOnnx(clash, { output: 'city' })).toThrow(/another name than that of an input/)
  })

  it('is refused where its metadata are not those of a model', () => {
    const features = fitFeatures(rows, { except: ['price'] })
    const file = toOnnx(new Model({ network: new Network({ sizes: [features.width, 1] }), features }))
    const text = new TextDecoder('latin1').decode(file)
    const spoilt = (from: string, to: string) => {
      expect(text).toContain(from)
      return Uint8Array.from(text.replace(from, to), (one) => one.charCodeAt(0))
    }
    expect(() => fromOnnx(spoilt('"type":"numeric"', '"type":"numexic"'))).toThrow(FormatError)
    expect(() => fromOnnx(spoilt('"from":"features"', '"from":"featurex"'))).toThrow(FormatError)
    expect(() => fromOnnx(spoilt('{"features":', '["features",'))).toThrow(FormatError)
    expect(() => fromOnnx(spoilt('"scale":', '"scalx":'))).toThrow(FormatError)
  })
})

describe('the file', () => {
  const net = new Network({
    inputs: 4,
    layers: [{ units: 3, activation: 'relu', normalization: 'batch' }, 2],
    activation: 'gelu',
  })

  it('is of opset 13, with open rows, the names asked for and weights inline', () => {
    const { opsets, inputs, outputs, nodes, initializers, producer, metadata } = readModel(
      toOnnx(net, { input: 'features', output: 'scores', name: 'digits' }),
    )
    expect([...opsets]).toEqual([['', 13]])
    expect(producer).toBe('nabla')
    expect(metadata.get('nabla.format_version')).toBe('1.0')
    expect(inputs).toEqual([{ name: 'features', type: 1, dims: [undefined, 4] }])
    expect(outputs).toEqual([{ name: 'scores', type: 1, dims: [undefined, 2] }])
    expect(nodes.map(({ operator }) => operator)).toEqual([
      ...['Gemm', 'Relu', 'Gemm', 'Div', 'Erf', 'Add', 'Mul', 'Mul', 'Identity'],
    ])
    const weights = initializers.get('layer1/weights')!
    expect(weights.dims).toEqual([3, 2])
    expect(new Float32Array(new Uint8Array(weights.raw!).buffer)).toEqual(net.weights(1))
  })

  it('takes any names, also those of its own values', () => {
    const own = new Network({ sizes: [2, 2], kernels: 'reference', activation: 'tanh' })
    const file = toOnnx(own, { input: 'layer0/z', output: 'layer0/a', name: '__proto__' })
    expect(networkIn(file, { kernels: 'reference' }).predict([[1, 2]])).toEqual(own.predict([[1, 2]]))
  })

  it.each([
    ['input', ''],
    ['input', 3],
    ['output', 'input'],
    ['classNames', ['a']],
    ['classNames', 'ab'],
    ['classNames', [1, 2]],
    ['opset', 17],
  ])('is refused with %s %j', (key, value) => {
    expect(() => toOnnx(net, { [key]: value })).toThrow(OptionError)
    expect(() => toOnnx(net, { [key]: value })).toThrow(key)
  })

  it('is refused of what is no network, and where a folded weight is too large', () => {
    expect(() => toOnnx({} as Network)).toThrow(/expected a Model or a Network/)
    const huge = new Network({
      inputs: 1,
      layers: [{ units: 1, normalization: { name: 'batch', epsilon: 1e-30 } }],
    })
    huge.setWeights(0, [1e30])
    huge.setRunningVariance(0, [0])
    expect(() => toOnnx(huge)).toThrow(FormatError)
  })
})
