// Layers of Keras, one kind after the other, in configurations that are written out here.

import { describe, expect, it, vi } from 'vitest'
import { FormatError, Network } from '../../src/index.ts'
import { both, dense, expected, input, layer, read, sequential, vars, vector } from './files.ts'

vi.spyOn(console, 'warn').mockImplementation(() => {})

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

  it('takes slopes of its own, which travel with the network', async () => {
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
    expect(net.layers.map(({ activation }) => activation)).toEqual([
      { name: 'leakyRelu', slope: 0.2 },
      { name: 'leakyRelu', slope: 0.3 },
    ])
    const again = Network.fromJSON(JSON.parse(JSON.stringify(net)))
    expect(again.predict(Float32Array.from(x))).toEqual(net.predict(Float32Array.from(x)))
  })

  it.each([
    ['LeakyReLU', {}, { name: 'leakyRelu', slope: 0.3 }],
    // Keras 2 writes what float32 makes of it.
    ['LeakyReLU', { alpha: 0.30000001192092896 }, { name: 'leakyRelu', slope: 0.3 }],
    ['LeakyReLU', { negative_slope: 0.01 }, 'leakyRelu'],
    ['LeakyReLU', { negative_slope: 0 }, 'relu'],
    ['ReLU', { negative_slope: 0.125 }, { name: 'leakyRelu', slope: 0.125 }],
    ['ELU', {}, 'elu'],
    ['ELU', { alpha: 0.5 }, { name: 'elu', alpha: 0.5 }],
    ['ELU', { alpha: 0 }, 'relu'],
  ])('takes %s of %j', async (className, config, expected) => {
    const net = await read(sequential(input, dense('a', linear), layer(className, config)), { dense: both })
    expect(net.layers[0].activation).toEqual(expected)
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
