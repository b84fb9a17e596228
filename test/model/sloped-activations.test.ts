// leakyRelu with a slope of one's own, and elu with an α: what the options take, and that a network with them trains, is explained,
// and travels whole. What the kernels compute: test/kernels/activation.test.ts; trainings: test/training/random-networks.test.ts.

import { describe, expect, it } from 'vitest'
import {
  type ActivationOptions,
  FormatError,
  type KernelsName,
  Network,
  OptionError,
} from '../../src/index.ts'
import { fromTfjs, toTfjs } from '../../src/keras/index.ts'
import { activationRow } from '../../src/model/custom-activation.ts'
import { fromSafetensors, toSafetensors } from '../../src/models/index.ts'
import { readModel } from '../../src/onnx/import/messages.ts'
import { fromOnnx, toOnnx } from '../../src/onnx/index.ts'
import { measureThreads } from '../../src/threads/crew.ts'
import { bitsOf } from '../helpers/any-network.ts'
import { runsRelaxed } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'

// Each fit takes the threads that it is told.
measureThreads(false)

const kinds: KernelsName[] = ['reference', 'simd', ...(runsRelaxed ? (['relaxed'] as const) : [])]
const leaky: ActivationOptions = { name: 'leakyRelu', slope: 0.3 }
const elu: ActivationOptions = { name: 'elu', alpha: 0.5 }
const all: readonly ActivationOptions[] = [
  leaky,
  { name: 'leakyRelu', slope: 2.5 },
  { name: 'leakyRelu', slope: -0.25 },
  elu,
  { name: 'elu', alpha: 1.75 },
  { name: 'elu', alpha: -0.5 },
]
/** The number, and f and f' as PyTorch has them. */
const numberOf = (one: ActivationOptions) => (one.name === 'elu' ? one.alpha! : one.slope!)
const f = (one: ActivationOptions, z: number) =>
  z > 0 ? z : numberOf(one) * (one.name === 'elu' ? Math.expm1(z) : z)
const slope = (one: ActivationOptions, z: number) =>
  z > 0 ? 1 : numberOf(one) * (one.name === 'elu' ? Math.exp(z) : 1)

const of = (activation: unknown) => new Network({ inputs: 2, layers: [{ units: 3, activation } as never, 1] })
const activationsOf = (net: Network) => net.layers.map(({ activation }) => activation)

/** A layer of each, one normalised over rows, one over the batch, one dropped from. */
const mixed = (more: object = {}) =>
  new Network({
    inputs: 5,
    layers: [
      { units: 9, activation: leaky },
      { units: 7, activation: { name: 'elu', alpha: 0.3 }, normalization: 'layer' },
      { units: 6, activation: { name: 'leakyRelu', slope: -0.1 }, normalization: 'batch', dropout: 0.25 },
      { units: 3, activation: elu },
    ],
    optimizer: 'adam',
    seed: 3,
    threads: 1,
    ...more,
  })
const x = numbers(5 * 37, 1, 2)
const y = numbers(3 * 37, 2)

describe('the options', () => {
  it('are those of a layer and of the network', () => {
    const net = new Network({ inputs: 2, layers: [3, { units: 3, activation: elu }, 1], activation: leaky })
    expect(activationsOf(net)).toEqual([leaky, elu, leaky])
    expect(`${net}`).toContain('(leakyRelu[0.3], elu[0.5], leakyRelu[0.3]; quadratic')
    expect(net.explain({ batchSize: 4 })).toContain("⊙ leakyRelu[0.3]'(z1)")
  })

  it.each([
    ['leakyRelu', { name: 'leakyRelu' }],
    ['leakyRelu', { name: 'leakyRelu', slope: 0.01 }],
    ['leakyRelu', { name: 'leakyRelu', slope: Math.fround(0.01) }],
    ['elu', { name: 'elu' }],
    ['elu', { name: 'elu', alpha: 1 }],
  ])('are %s by its name for its own number: %j', (name, option) => {
    expect(activationsOf(of(option))[0]).toBe(name)
  })

  it.each([
    [{ name: 'leakyRelu', slope: Number.NaN }, 'activation.slope: expected a finite float32 number, got NaN'],
    [
      { name: 'leakyRelu', slope: Infinity },
      'activation.slope: expected a finite float32 number, got Infinity',
    ],
    [{ name: 'leakyRelu', slope: 1e39 }, 'activation.slope: expected a finite float32 number, got 1e+39'],
    [{ name: 'leakyRelu', slope: '0.3' }, 'activation.slope: expected a finite float32 number, got "0.3"'],
    [{ name: 'elu', alpha: -Infinity }, 'activation.alpha: expected a finite float32 number, got -Infinity'],
    [{ name: 'elu', alpha: null }, 'activation.alpha: expected a finite float32 number, got null'],
    [{ name: 'elu', slope: 0.3 }, 'activation: expected options among name, alpha, got "slope"'],
    [{ name: 'leakyRelu', alpha: 0.3 }, 'activation: expected options among name, slope, got "alpha"'],
    [
      { name: 'elu', f: () => 1, derivative: () => 1 },
      'activation.name: expected a name that is not built in',
    ],
    [{ name: 'tanh', slope: 0.3 }, 'activation: expected options among name, f, derivative, got "slope"'],
  ])('refuse %j', (option, message) => {
    expect(() => of(option)).toThrow(OptionError)
    expect(() => of(option)).toThrow(`options.layers[0].${message}`)
  })

  it('are read once and kept as they were', () => {
    const option = { name: 'leakyRelu' as const, slope: 0.3 }
    const net = of(option)
    option.slope = 7
    expect(activationsOf(net)[0]).toEqual(leaky)
    expect(Object.isFrozen(activationsOf(net)[0])).toBe(true)
  })

  it('leave a loss of the user’s own that has such a name alone', async () => {
    const loss = { name: 'elu', f: () => 1, derivative: (a: ArrayLike<number>) => Array.from(a) }
    const net = new Network({ sizes: [2, 3, 1], loss: loss as never, threads: 1 })
    expect(`${net}`).toContain('; elu;')
    await net.fit({ x: [[1, 2]], y: [[1]] }, { epochs: 1 })
    expect(`${Network.fromJSON(JSON.parse(JSON.stringify(net)), { loss: loss as never })}`).toContain(
      '; elu;',
    )
  })
})

describe.each(kinds)('with the %s kernels', (kernels) => {
  it.each(all)('%j predicts and has the gradients of PyTorch’s formulas, at every tail', (activation) => {
    for (const units of [1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 33]) {
      const net = new Network({ inputs: 1, layers: [{ units, activation }], kernels, threads: 1 })
      const w = numbers(units, units, 4)
      const b = numbers(units, units + 1)
      net.setWeights(0, w)
      // 0 is one of z, where f′ is the number.
      net.setBiases(
        0,
        Float32Array.from(b, (one, j) => (j === 0 ? -w[0] / 2 : one)),
      )
      for (const input of [0.5, -0.75, 3]) {
        const z = Array.from(w, (one, j) => one * input + net.biases(0)[j])
        const a = net.predict([input])
        const gradients = net.gradients([input], new Float32Array(units))
        for (let j = 0; j < units; ++j) {
          // C is ½ Σ a², and z is of at most 13.
          const delta = f(activation, z[j]) * slope(activation, z[j])
          expect(Math.abs(a[j] - f(activation, z[j]))).toBeLessThan(1e-5)
          expect(Math.abs(gradients.biases[0][j] - delta)).toBeLessThan(1e-4)
          expect(Math.abs(gradients.weights[0][j] - delta * input)).toBeLessThan(3e-4)
        }
      }
    }
  })

  it('trains to the same bits on any number of threads, which functions of one’s own cannot have', async () => {
    const trained = async (threads: number) => {
      const net = mixed({ kernels, threads })
      await net.fit({ x, y }, { epochs: 3, batchSize: 8 })
      return bitsOf(net)
    }
    const alone = await trained(1)
    if (kernels === 'reference') return expect(await trained(1)).toEqual(alone)
    for (const threads of [2, 3]) expect(await trained(threads)).toEqual(alone)
  })

  it('trains as functions of one’s own do', async () => {
    const trained = async (activationOf: (one: ActivationOptions) => unknown) => {
      const layers = all.map((one, l) => ({ units: 4 + l, activation: activationOf(one) }))
      const net = new Network({ inputs: 5, layers: [...layers, 3] as never, kernels, threads: 1, seed: 8 })
      await net.fit({ x, y }, { epochs: 2, batchSize: 8 })
      return net.predict(x)
    }
    const found = await trained((one) => one)
    const expected = await trained((one) => ({
      name: `own-${one.name}-${String(numberOf(one)).replace('.', '_')}`,
      f: (z: number) => f(one, z),
      derivative: (z: number) => slope(one, z),
    }))
    found.forEach((value, i) => {
      expect(Math.abs(value - expected[i])).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected[i])))
    })
  })

  it.each(['none', 'layer', 'batch'] as const)(
    'has the gradients of differences, normalization %s',
    (normalization) => {
      for (const activation of all) {
        const net = new Network({
          inputs: 3,
          layers: [{ units: 5, activation, normalization }, { units: 4, activation, normalization }, 2],
          kernels,
          threads: 1,
          seed: 2,
        })
        expect(net.checkGradients(numbers(15, 4), numbers(10, 5)).relativeError).toBeLessThan(1e-6)
      }
    },
  )

  it('traces f and f′', () => {
    const net = new Network({
      inputs: 2,
      layers: [{ units: 5, activation: elu }, 1],
      kernels,
      threads: 1,
      seed: 6,
    })
    const [{ z, a, slope: slopes }] = net.trace(numbers(8, 1, 3), numbers(4, 2)).layers
    z.values.forEach((one, i) => {
      expect(a.values[i]).toBeCloseTo(f(elu, one), 6)
      expect(slopes!.values[i]).toBeCloseTo(slope(elu, one), 6)
    })
  })
})

describe('a network of them', () => {
  it('comes back from JSON and safetensors to the bit, with nothing given again, and trains on', async () => {
    const net = mixed({ kernels: 'simd' })
    await net.fit({ x, y }, { epochs: 2, batchSize: 8 })
    const json = JSON.parse(JSON.stringify(net.toJSON({ optimizer: true })))
    expect(json.options.layers.map((one: { activation: unknown }) => one.activation)).toEqual(
      activationsOf(net),
    )
    const copies = [
      Network.fromJSON(json, { kernels: 'simd', threads: 1 }),
      fromSafetensors(toSafetensors(net, { optimizer: true }), {
        as: 'network',
        kernels: 'simd',
        threads: 1,
      }),
      Network.resume(net.checkpoint(), { kernels: 'simd', threads: 1 }),
    ]
    const expected = net.predict(x)
    for (const copy of copies) {
      expect(activationsOf(copy)).toEqual(activationsOf(net))
      expect(copy.predict(x)).toEqual(expected)
    }
    await net.fit({ x, y }, { epochs: 2, batchSize: 8 })
    for (const copy of copies) {
      await copy.fit({ x, y }, { epochs: 2, batchSize: 8 })
      expect(bitsOf(copy)).toEqual(bitsOf(net))
    }
  })

  it('is saved beside functions, which are asked for alone', () => {
    const own = { name: 'double', f: (z: number) => 2 * z, derivative: () => 2 }
    const net = new Network({
      inputs: 2,
      layers: [
        { units: 3, activation: own },
        { units: 2, activation: leaky },
      ],
    })
    const json = JSON.parse(JSON.stringify(net))
    expect(() => Network.fromJSON(json)).toThrow("expected the functions of 'double' of layer 0")
    const again = Network.fromJSON(json, { activation: leaky, activations: [own] })
    expect(again.predict([1, 2])).toEqual(net.predict([1, 2]))
    expect(() => Network.fromJSON(json, { activations: [own, leaky as never] })).toThrow(
      'options.activations[1]: expected a custom activation',
    )
  })

  it('is refused where its number is none', () => {
    for (const slope of [null, '0.3', 1e39]) {
      const json = JSON.parse(JSON.stringify(of(leaky)))
      json.options.layers[0].activation.slope = slope
      expect(() => Network.fromJSON(json)).toThrow(FormatError)
      expect(() => Network.fromJSON(json)).toThrow('activation.slope: expected a finite float32 number')
    }
    const json = JSON.parse(JSON.stringify(of(leaky)))
    json.options.layers[0].activation.more = 1
    expect(() => Network.fromJSON(json)).toThrow('options among name, slope, got "more"')
  })

  it('is written to ONNX as LeakyRelu and Elu, and read again to the bit', () => {
    const net = mixed({ layers: all.map((activation, l) => ({ units: 3 + l, activation })) })
    const bytes = toOnnx(net)
    const found = readModel(bytes).nodes.filter(({ operator }) => /Elu|Relu/.test(operator))
    expect(found.map(({ operator }) => operator)).toEqual(
      all.map(({ name }) => (name === 'elu' ? 'Elu' : 'LeakyRelu')),
    )
    const again = fromOnnx(bytes, { as: 'network' })
    expect(activationsOf(again)).toEqual(all)
    expect(again.predict(x)).toEqual(net.predict(x))
  })

  it('is written to tfjs as LeakyReLU, and read again; of elu tfjs has an α of 1 alone', async () => {
    const layersOf = (...own: ActivationOptions[]) =>
      own.map((activation, l) => ({ units: 3 + l, activation }))
    const net = mixed({ layers: layersOf(leaky, { name: 'leakyRelu' }) })
    const { modelJson, weights } = toTfjs(net)
    const { layers } = (modelJson.modelTopology as { config: { layers: { class_name: string }[] } }).config
    expect(layers.filter(({ class_name }) => class_name !== 'Dense')).toMatchObject([
      { class_name: 'LeakyReLU', config: { alpha: 0.3 } },
      { class_name: 'LeakyReLU', config: { alpha: 0.01 } },
    ])
    const again = (await fromTfjs(modelJson, weights)) as Network
    expect(activationsOf(again)).toEqual([leaky, 'leakyRelu'])
    expect(again.predict(x)).toEqual(net.predict(x))
    const write = () => toTfjs(mixed({ layers: layersOf(leaky, elu) }))
    expect(write).toThrow(OptionError)
    expect(write).toThrow(
      "layers[1].activation: expected one that tfjs has, got 'elu[0.5]', whose α can only be 1 there",
    )
  })

  it('is estimated for a diagnosis by what its number makes of z of the square s', () => {
    for (const one of all) {
      const row = activationRow(one)
      // Means over z of a normal distribution of variance 1.
      const points = Array.from({ length: 1601 }, (_, i) => (i - 800) / 100)
      const mean = (g: (z: number) => number) =>
        points.reduce((sum, z) => sum + (g(z) * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI) / 100, 0)
      const bound = one.name === 'elu' ? 2.2 : 1.01
      expect(Math.abs(Math.log(row.square(1) / mean((z) => f(one, z) ** 2)))).toBeLessThan(Math.log(bound))
      expect(Math.abs(Math.log(row.slopeSquare / mean((z) => slope(one, z) ** 2)))).toBeLessThan(
        Math.log(bound),
      )
    }
    // As the rows of the table have it.
    expect(activationRow({ name: 'elu', alpha: 1 }).square(3)).toBe(activationRow('elu').square(3))
    expect(activationRow({ name: 'leakyRelu', slope: 0.01 }).square(3)).toBeCloseTo(
      activationRow('leakyRelu').square(3),
      3,
    )
  })
})
