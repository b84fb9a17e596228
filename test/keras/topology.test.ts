// Configurations of Keras 2 and 3 and of tfjs, written out here, and graphs that are none: what a hostile file could say.

import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { FormatError, type Network } from '../../src/index.ts'
import { readKeras, readKerasH5 } from '../../src/keras/from-keras.ts'
import { fromKeras, fromTfjs } from '../../src/keras/index.ts'
import { attributes, type Tree, writeHdf5 } from '../helpers/hdf5.ts'
import { writeZip } from '../helpers/zip.ts'
import { drawn } from './exported.ts'

vi.spyOn(console, 'warn').mockImplementation(() => {})

type Json = Record<string, unknown>

const dense = (name: string, more: Json = {}) => ({
  class_name: 'Dense',
  config: { name, units: 2, activation: 'tanh', ...more },
})
const layer = (class_name: string, config: Json = {}) => ({
  class_name,
  config: { name: class_name.toLowerCase(), ...config },
})
const sequential = (...layers: unknown[]) => ({
  class_name: 'Sequential',
  config: { name: 'sequential', layers },
})
const input = { class_name: 'InputLayer', config: { batch_shape: [null, 2], name: 'in' } }

const vars = (...arrays: [number[], ArrayLike<number>][]): Tree => {
  const inner: Tree = {}
  arrays.forEach(([shape, values], i) => {
    inner[i] = { shape, values }
  })
  return { vars: inner }
}
const kernel: [number[], ArrayLike<number>] = [
  [2, 2],
  [1, -2, 3, 0.5],
]
const bias: [number[], ArrayLike<number>] = [[2], [0.25, -1]]
const both = vars(kernel, bias)
const vector = (...values: number[]): [number[], number[]] => [[values.length], values]

/** A .keras file of the configuration and of groups of parameters. */
const keras = (config: Json, layers: Tree, more: { root?: string; compile_config?: Json } = {}) => {
  const { root = 'layers', ...rest } = more
  const text = new TextEncoder()
  return writeZip([
    { name: 'metadata.json', data: text.encode('{"keras_version":"3"}') },
    { name: 'config.json', data: text.encode(JSON.stringify({ ...config, ...rest })), deflate: true },
    { name: 'model.weights.h5', data: writeHdf5({ [root]: layers }), deflate: true },
  ])
}
const read = (config: Json, layers: Tree, more = {}) => fromKeras(keras(config, layers, more), { threads: 1 })

/** tanh(x · W + b) of the parameters above. */
const expected = (x0: number, x1: number) => [
  Math.tanh(x0 + 3 * x1 + 0.25),
  Math.tanh(-2 * x0 + 0.5 * x1 - 1),
]
const expectPredicts = (net: Network, [x0, x1] = [0.3, -0.2]) => {
  const predicted = net.predict([x0, x1])
  expected(x0, x1).forEach((value, i) => {
    expect(Math.abs(predicted[i] - value)).toBeLessThan(1e-6)
  })
}

describe('configurations', () => {
  it.each([
    [
      'Keras 2, batch_input_shape in the first layer',
      sequential(dense('a', { batch_input_shape: [null, 2] })),
    ],
    ['Keras 2, an InputLayer', sequential(layer('InputLayer', { batch_input_shape: [null, 2] }), dense('a'))],
    ['Keras 3', sequential(input, dense('a'))],
    [
      'Keras 3, built without an Input',
      { class_name: 'Sequential', config: { layers: [dense('a')], build_input_shape: [null, 2] } },
    ],
    [
      'a list of layers alone',
      { class_name: 'Sequential', config: [dense('a', { batch_input_shape: [null, 2] })] },
    ],
    [
      'an activation as an object',
      sequential(input, dense('a', { activation: { class_name: 'function', config: 'tanh' } })),
    ],
    [
      'an activation as a layer',
      sequential(input, dense('a', { activation: 'linear' }), layer('Activation', { activation: 'tanh' })),
    ],
    [
      'a graph of Keras 2',
      {
        class_name: 'Functional',
        config: {
          layers: [
            { ...input, name: 'in', inbound_nodes: [] },
            { ...dense('a'), name: 'a', inbound_nodes: [[['in', 0, 0, {}]]] },
          ],
          input_layers: [['in', 0, 0]],
          output_layers: [['a', 0, 0]],
        },
      },
    ],
    [
      'a graph of Keras 3, in any order',
      {
        class_name: 'Functional',
        config: {
          layers: [
            {
              ...dense('a'),
              name: 'a',
              inbound_nodes: [
                {
                  args: [{ class_name: '__keras_tensor__', config: { keras_history: ['in', 0, 0] } }],
                  kwargs: {},
                },
              ],
            },
            { ...input, name: 'in', inbound_nodes: [] },
          ],
          input_layers: ['in', 0, 0],
          output_layers: ['a', 0, 0],
        },
      },
    ],
  ])('reads %s', async (_, config) => {
    expectPredicts(await read(config as Json, { dense: both }))
  })

  it('finds parameters by the name of a layer, else by the order of its class', async () => {
    const config = sequential(input, dense('first'), dense('second'))
    const other = vars(
      [
        [2, 2],
        [9, 9, 9, 9],
      ],
      bias,
    )
    const named = (tree: Tree, name: string): Tree => ({
      vars: { ...(tree.vars as Tree), [attributes]: { name: [name] } },
    })
    const first = (net: Network) => Array.from(net.weights(0))
    const byOrder = { dense_7: other, dense: both }
    expect(first(await read(config, byOrder))).toEqual(Array.from(kernel[1]))
    // TensorFlow 2.12 counted each layer twice, and called the group otherwise.
    expect(first(await read(config, byOrder, { root: '_layer_checkpoint_dependencies' }))).toEqual(
      Array.from(kernel[1]),
    )
    expect(
      first(await read(config, { dense: named(other, 'second'), dense_1: named(both, 'first') })),
    ).toEqual(Array.from(kernel[1]))
    await expect(read(config, { dense: both })).rejects.toThrow(
      'Dense "first": expected its parameters in the file, got those of 1 layers of its class for 2',
    )
  })

  it('reads .h5 of TensorFlow, whose names end in :0 and may be in pieces', async () => {
    const config = sequential(input, dense('a', { use_bias: true }))
    const file = writeHdf5({
      model_weights: {
        a: {
          a: {
            'kernel:0': { shape: kernel[0], values: kernel[1] },
            'bias:0': { shape: bias[0], values: bias[1] },
          },
          [attributes]: { weight_names0: ['a/kernel:0'], weight_names1: ['a/bias:0'] },
        },
      },
      [attributes]: { model_config: [JSON.stringify(config)] },
    })
    expectPredicts(await fromKeras(file))
    await expect(fromKeras(writeHdf5({ layers: {} }))).rejects.toThrow(/weights alone/)
  })
})

describe('layers', () => {
  const linear = { activation: 'linear' }
  const statistics = [vector(0.5, 2), vector(-1, 0.25), vector(0.125, 0.5), vector(4, 0.25)]
  const normalized = vars(...statistics)
  /** s ⊙ v + t of the statistics above with ε = 1e-3. */
  const normalize = (v: number[]) =>
    v.map((one, i) => {
      const [gamma, beta, mean, variance] = statistics.map(([, values]) => values[i])
      return (gamma * (one - mean)) / Math.sqrt(variance + 1e-3) + beta
    })
  const product = ([x0, x1]: number[]) => [x0 + 3 * x1 + 0.25, -2 * x0 + 0.5 * x1 - 1]
  const x = [0.3, -0.2]
  const expectClose = (net: Network, values: number[]) => {
    const predicted = net.predict(x)
    values.forEach((value, i) => {
      expect(Math.abs(predicted[i] - value)).toBeLessThan(2e-6 * Math.max(1, Math.abs(value)))
    })
  }
  const norm = layer('BatchNormalization', { momentum: 0.75 })
  const twice = { dense: both, dense_1: both, batch_normalization: normalized }

  it('normalizes between product and activation as a stage of the layer', async () => {
    const net = await read(sequential(input, dense('a', linear), norm, layer('ELU'), dense('b')), twice)
    expect(String(net)).toMatch(/batch norm \+ elu, tanh/)
    const elu = (v: number) => (v > 0 ? v : Math.expm1(v))
    expectClose(net, product(normalize(product(x)).map(elu)).map(Math.tanh))
    expect(net.toJSON().options.layers[0].normalization).toEqual({
      name: 'batch',
      epsilon: 1e-3,
      momentum: 0.25,
    })
  })

  it('folds normalization behind an activation, at the inputs, and before an output that the loss takes', async () => {
    const behind = await read(sequential(input, dense('a'), norm, dense('b')), twice)
    expectClose(behind, product(normalize(product(x).map(Math.tanh))).map(Math.tanh))
    const before = await read(sequential(input, norm, dense('a')), {
      dense: both,
      batch_normalization: normalized,
    })
    expectClose(before, product(normalize(x)).map(Math.tanh))
    const last = await read(
      sequential(input, dense('a', linear), norm, layer('Activation', { activation: 'sigmoid' })),
      {
        dense: both,
        batch_normalization: normalized,
      },
    )
    expect(String(last)).toMatch(/\(sigmoid; binaryCrossEntropy/)
    expectClose(
      last,
      normalize(product(x)).map((v) => 1 / (1 + Math.exp(-v))),
    )
  })

  it('folds one normalization into another', async () => {
    const config = sequential(
      input,
      dense('a', linear),
      norm,
      layer('BatchNormalization', { name: 'more' }),
      dense('b', linear),
    )
    const net = await read(config, { ...twice, batch_normalization_1: normalized })
    expectClose(net, product(normalize(normalize(product(x)))))
  })

  it('reads Normalization and Rescaling with what is in the config', async () => {
    const scaled = layer('Normalization', { axis: -1, mean: [[0.5, 1]], variance: [[4, 0.25]] })
    expectClose(
      await read(sequential(input, scaled, dense('a')), { dense: both }),
      expected((x[0] - 0.5) / 2, (x[1] - 1) / 0.5),
    )
    const whole = layer('Normalization', { axis: null, mean: 0.5, variance: 4, invert: true })
    expectClose(
      await read(sequential(input, whole, dense('a')), { dense: both }),
      expected(x[0] * 2 + 0.5, x[1] * 2 + 0.5),
    )
    const rescaled = layer('Rescaling', { scale: 2, offset: -1 })
    expectClose(
      await read(sequential(input, rescaled, dense('a')), { dense: both }),
      expected(x[0] * 2 - 1, x[1] * 2 - 1),
    )
  })

  it('has dropout where it was, and none behind the last layer', async () => {
    const drop = (name: string, rate: number) => layer('Dropout', { name, rate })
    const config = sequential(
      input,
      drop('p', 0.1),
      dense('a'),
      drop('q', 0.5),
      drop('r', 0.5),
      dense('b'),
      drop('s', 0.2),
    )
    const net = await read(config, { dense: both, dense_1: both })
    expect(String(net)).toMatch(/input dropout 0.1; tanh \+ dropout 0.75, tanh;/)
  })

  it('takes slopes of its own as functions', async () => {
    const config = sequential(
      input,
      dense('a', { activation: 'leaky_relu' }),
      dense('b', linear),
      layer('LeakyReLU', { alpha: 0.3 }),
    )
    const leaky = (slope: number) => (v: number) => (v > 0 ? v : slope * v)
    const net = await read(config, { dense: both, dense_1: both })
    expectClose(net, product(product(x).map(leaky(0.2))).map(leaky(0.3)))
    expect(net.checkGradients(Float32Array.from(x), [1, 0]).relativeError).toBeLessThan(1e-6)
  })

  it.each([
    ['mse', 'quadratic'],
    ['mean_absolute_error', 'meanAbsoluteError'],
    [{ class_name: 'Huber', config: { delta: 2 } }, 'huber, delta 2'],
    [{ class_name: 'function', config: 'log_cosh' }, 'logCosh'],
    ['hinge', 'hinge'],
    ['categorical_crossentropy', 'quadratic'],
    ['ctc', 'quadratic'],
    [{ class_name: 'BinaryCrossentropy', config: { from_logits: true } }, 'quadratic'],
  ])('takes the loss %j as %s', async (loss, name) => {
    const net = await read(sequential(input, dense('a')), { dense: both }, { compile_config: { loss } })
    expect(String(net)).toContain(`tanh; ${name}; sgd`)
  })

  it.each([
    [{ class_name: 'SGD', config: { learning_rate: 0.5, momentum: 0, nesterov: true } }, 'sgd 0.5;'],
    [
      { class_name: 'Adam', config: { learning_rate: 0.01, beta_1: 0.8, clipnorm: 3 } },
      'adam 0.01, beta1 0.8, epsilon 1e-7; clip norm 3;',
    ],
    [
      { class_name: 'Custom>AdamW', config: { weight_decay: 0.1 } },
      'adamw 0.001, epsilon 1e-7, weight decay 0.1;',
    ],
    [{ class_name: 'Adam', config: { learning_rate: { class_name: 'ExponentialDecay' } } }, 'adam 0.001'],
    [{ class_name: 'Ftrl', config: {} }, 'sgd 0.01;'],
    [{ class_name: 'Adam', config: { learning_rate: -1 } }, 'sgd 0.01;'],
    ['nadam', 'nadam 0.001'],
  ])('takes the optimizer %j as %s', async (optimizer, text) => {
    const net = await read(sequential(input, dense('a')), { dense: both }, { compile_config: { optimizer } })
    expect(String(net)).toContain(text)
  })

  it.each([
    ['Conv2D "conv2d"', [layer('Conv2D'), dense('a')]],
    ['LSTM "__proto__"', [layer('LSTM', { name: '__proto__' }), dense('a')]],
    ['constructor "x"', [layer('constructor', { name: 'x' }), dense('a')]],
    ['Sequential "inner"', [{ class_name: 'Sequential', config: { name: 'inner', layers: [] } }, dense('a')]],
    ['Dense "a": expected an activation among', [dense('a', { activation: 'mish' })]],
    ['Dense "a": expected an activation among', [dense('a', { activation: 'toString' })]],
    ['Dense "a": expected float weights', [dense('a', { quantization_config: { x: 1 } })]],
    ['Dense "a": expected kernel of 2 × 3', [dense('a', { units: 3 })]],
    ['Dense "a": expected 1 parameters (kernel), got 2', [dense('a', { use_bias: false })]],
    ['Softmax "softmax": expected the last axis', [dense('a', linear), layer('Softmax', { axis: 0 })]],
    ['ReLU "relu": expected no max_value', [dense('a', linear), layer('ReLU', { max_value: 6 })]],
    [
      'Activation "activation": expected a Dense between two activations',
      [dense('a'), layer('Activation', { activation: 'relu' })],
    ],
    [
      'Activation "activation": expected a Dense before',
      [layer('Activation', { activation: 'relu' }), dense('a')],
    ],
    [
      'BatchNormalization "n": expected the last axis',
      [dense('a', linear), layer('BatchNormalization', { name: 'n', axis: 2 })],
    ],
    [
      'Dense "a": expected a Dense behind the normalization',
      [dense('a'), layer('BatchNormalization', { name: 'n' })],
    ],
    [
      'LayerNormalization "n": expected layer normalization between',
      [layer('LayerNormalization', { name: 'n' }), dense('a')],
    ],
    ['Dropout "dropout": expected a rate', [layer('Dropout', { rate: 1 }), dense('a')]],
    ['expected at least one Dense', [layer('Flatten')]],
    ['InputLayer: expected it first', [dense('a'), layer('InputLayer', { batch_shape: [null, 2] })]],
    ['expected a name of its own', [dense('a'), dense('a')]],
  ])('refuses with %s', async (message, layers) => {
    const config = sequential(input, ...layers)
    const file = read(config, {
      dense: both,
      batch_normalization: normalized,
      layer_normalization: vars(...statistics.slice(0, 2)),
    })
    await expect(file).rejects.toThrow(FormatError)
    await expect(file).rejects.toThrow(message)
  })

  it('refuses softmax before another layer', async () => {
    const config = sequential(input, dense('a', { activation: 'softmax' }), dense('b'))
    await expect(read(config, { dense: both, dense_1: both })).rejects.toThrow(
      'Dense "b": expected nothing behind softmax',
    )
  })
})

describe('graphs that are none', () => {
  const node = (name: string, ...from: string[]) => ({
    ...dense(name),
    name,
    inbound_nodes: from.length > 0 ? [from.map((one) => [one, 0, 0, {}])] : [],
  })
  const graph = (layers: unknown[], output = 'b') => ({
    class_name: 'Functional',
    config: {
      layers: [{ ...input, name: 'in', inbound_nodes: [] }, ...layers],
      input_layers: [['in', 0, 0]],
      output_layers: [[output, 0, 0]],
    },
  })

  it.each([
    ['a circle', graph([node('a', 'b'), node('b', 'a')]), /expected a chain of layers, got a circle/],
    ['a layer of itself', graph([node('b', 'b')]), /got a circle/],
    ['an unknown layer', graph([node('b', 'x')]), /expected a layer "x", got none/],
    ['an unknown output', graph([node('a', 'in')], 'x'), /expected a layer "x", got none/],
    [
      'two inputs of a layer',
      graph([node('a', 'in'), node('b', 'in', 'a')]),
      /Dense "b": expected one layer before it, got 2/,
    ],
    [
      'a branch',
      graph([node('a', 'in'), node('b', 'in')]),
      /Dense "a": expected a chain of layers, got one beside it/,
    ],
    [
      'a layer that is called twice',
      graph([{ ...node('b', 'in'), inbound_nodes: [[['in', 0, 0]], [['in', 0, 0]]] }]),
      /used once/,
    ],
    ['no inputs', graph([node('b')]), /expected one layer before it, got 0/],
    ['two layers of a name', graph([node('b', 'in'), node('b', 'in')]), /a name of its own/],
    ['__proto__ as an input', graph([node('b', '__proto__')]), /expected a layer "__proto__", got none/],
  ])('are refused: %s', async (_, config, message) => {
    await expect(read(config as Json, { dense: both, dense_1: both })).rejects.toThrow(message)
    await expect(read(config as Json, { dense: both, dense_1: both })).rejects.toThrow(FormatError)
  })
})

describe('hostile files', () => {
  it('unpack to no more than maxBytes', async () => {
    const file = keras(sequential(input, dense('a')), { dense: both })
    await expect(fromKeras(file, { maxBytes: 1000 })).rejects.toThrow(/options.maxBytes/)
    expectPredicts(await fromKeras(file, { maxBytes: 1 << 20 }))
    await expect(fromKeras(file, { maxBytes: 0 })).rejects.toThrow(/options.maxBytes/)
  })

  it('make nothing of the sizes that they say', () => {
    const wide = { class_name: 'InputLayer', config: { batch_shape: [null, 2 ** 24], name: 'in' } }
    const scales = Array.from({ length: 2000 }, (_, i) => layer('Rescaling', { name: `r${i}`, scale: 1 }))
    const started = performance.now()
    const config = JSON.stringify(sequential(wide, ...scales, dense('a')))
    expect(() => readKeras(config, writeHdf5({ layers: { dense: both } }))).toThrow(/kernel of 16777216 × 2/)
    expect(performance.now() - started).toBeLessThan(5000)
    const huge = sequential(layer('InputLayer', { batch_shape: [null, 2 ** 20, 2 ** 20] }), dense('a'))
    expect(() => readKeras(JSON.stringify(huge), writeHdf5({ layers: {} }))).toThrow(
      /at most 16777216 inputs/,
    )
  })

  it('change nothing that all objects have', async () => {
    const config = JSON.parse(
      JSON.stringify(sequential(input, dense('a'))).replaceAll('"name"', '"__proto__":{"polluted":1},"name"'),
    )
    expectPredicts(await read(config, { dense: both }))
    expect(({} as Json).polluted).toBeUndefined()
  })

  const strange = fc.oneof(
    fc.constantFrom(
      null,
      true,
      0,
      -1,
      1e308,
      Number.MAX_SAFE_INTEGER,
      '',
      'a',
      'relu',
      '__proto__',
      'constructor',
      'Dense',
    ),
    fc.constantFrom([], {}, [[]], [null], { class_name: 'Dense' }, [1, 2]),
    fc.jsonValue({ maxDepth: 3 }),
  )
  /** Puts `value` at the n-th place of the JSON. */
  function changed(json: unknown, n: number, value: unknown): unknown {
    let left = n
    const visit = (one: unknown): unknown => {
      if (left-- === 0) return value
      if (Array.isArray(one)) return one.map(visit)
      if (one === null || typeof one !== 'object') return one
      return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, visit(inner)]))
    }
    return visit(json)
  }
  const sample = {
    ...sequential(
      input,
      layer('Normalization', { axis: [-1], mean: [1, 2], variance: [1, 1] }),
      dense('a', { activation: 'linear' }),
      layer('BatchNormalization', { axis: -1, momentum: 0.9, epsilon: 1e-3, center: true, scale: true }),
      layer('LeakyReLU', { negative_slope: 0.3 }),
      layer('Dropout', { rate: 0.5 }),
      dense('b', { activation: 'sigmoid', use_bias: true }),
    ),
    compile_config: { loss: 'mse', optimizer: { class_name: 'Adam', config: { learning_rate: 0.1 } } },
  }
  const weights = writeHdf5({
    layers: {
      dense: both,
      dense_1: both,
      batch_normalization: vars(vector(1, 2), vector(0, 1), vector(0, 0), vector(1, 1)),
    },
  })

  it('throw FormatError or are read, whatever a configuration says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(140), strange, async (n, value) => {
        try {
          readKeras(JSON.stringify(changed(sample, n, value)), weights)
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
        }
      }),
      { numRuns: 3000 },
    )
    expect(() => readKeras(JSON.stringify(sample), weights)).not.toThrow()
  })

  it('throw FormatError or are read, whatever a model.json says', async () => {
    const spec = (name: string, shape: number[]) => ({ name, shape, dtype: 'float32' })
    const json = {
      format: 'layers-model',
      modelTopology: sequential(input, dense('a'), dense('b')),
      weightsManifest: [
        {
          paths: ['one.bin'],
          weights: [
            spec('a/kernel', [2, 2]),
            { ...spec('a/bias', [2]), quantization: { dtype: 'uint8', scale: 0.1, min: -1 } },
            { ...spec('b/kernel', [2, 2]), quantization: { dtype: 'float16' } },
            spec('b/bias', [2]),
          ],
        },
      ],
      userDefinedMetadata: { classNames: ['x', 'y'] },
    }
    const bytes = new Uint8Array(drawn(20, 1).buffer).slice(0, 16 + 2 + 8 + 8)
    // Halves must be finite.
    bytes.fill(0x30, 18, 26)
    await fc.assert(
      fc.asyncProperty(fc.nat(90), strange, async (n, value) => {
        try {
          const net = await fromTfjs(changed(json, n, value) as object, bytes, {
            threads: 1,
            kernels: 'reference',
          })
          net.dispose()
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
        }
      }),
      { numRuns: 1500 },
    )
    const net = await fromTfjs(json, bytes)
    expect(net.classNames).toEqual(['x', 'y'])
  })

  it('throw FormatError or are read, whatever texts an .h5 file has', () => {
    const file = (config: string) =>
      writeHdf5({ model_weights: {}, [attributes]: { model_config: [config] } })
    for (const config of [
      '',
      '{',
      '[]',
      'null',
      '{"class_name":"Sequential"}',
      '{"class_name":"Model","config":7}',
    ]) {
      expect(() => readKerasH5(file(config))).toThrow(FormatError)
    }
  })
})
