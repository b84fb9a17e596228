// What toOnnx writes: its parts, what it refuses, and that reading it gives the same network again. What other runtimes
// compute of it: test/runtimes/onnxruntime.runtime.ts.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError, Network, OptionError } from '../src/index.ts'
import { type ActivationName, activations } from '../src/model/tables.ts'
import { snapshotOf } from '../src/network-snapshot.ts'
import { readModel } from '../src/onnx/import/messages.ts'
import { readOnnx } from '../src/onnx/import/read.ts'
import { fromOnnx, toOnnx } from '../src/onnx/index.ts'

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
          const again = fromOnnx(toOnnx(net), { kernels: 'reference' })
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
    const again = fromOnnx(toOnnx(net), { kernels: 'reference' })
    expect(again.predict(numbers(9, 2))).toEqual(net.predict(numbers(9, 2)))
    expect(String(again)).toContain('crossEntropy')
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
    expect(fromOnnx(file, { kernels: 'reference' }).predict([[1, 2]])).toEqual(own.predict([[1, 2]]))
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
    expect(() => toOnnx({} as Network)).toThrow(/expected a Network/)
    const huge = new Network({
      inputs: 1,
      layers: [{ units: 1, normalization: { name: 'batch', epsilon: 1e-30 } }],
    })
    huge.setWeights(0, [1e30])
    huge.setRunningVariance(0, [0])
    expect(() => toOnnx(huge)).toThrow(FormatError)
  })
})
