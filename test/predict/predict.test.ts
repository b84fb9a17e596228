// nabla/predict: what was saved predicts as the network that saved it, to its bits, and damaged files are refused.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fitFeatures, fitTarget } from '../../src/data/index.ts'
import { FormatError, Network, type NetworkOptions, OptionError, ShapeError } from '../../src/index.ts'
import { losses } from '../../src/model/losses.ts'
import { activations } from '../../src/model/tables.ts'
import { Model, toSafetensors } from '../../src/models/index.ts'
import { predictorFromJSON, predictorFromSafetensors } from '../../src/predict/index.ts'
import { sideOf } from '../../src/predict/layers.ts'
import { runsRelaxed } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'

const kinds = ['reference', 'simd', ...(runsRelaxed ? (['relaxed'] as const) : [])] as const

/** A copy as it comes from a file. */
const through = (json: unknown) => JSON.parse(JSON.stringify(json))

const names = Object.keys(activations) as (keyof typeof activations)[]
const networks: [string, NetworkOptions][] = [
  ...names.map((activation): [string, NetworkOptions] => [
    activation,
    activation === 'softmax'
      ? { sizes: [7, 5, 3], loss: 'crossEntropy' }
      : {
          inputs: 7,
          layers: [
            { units: 13, activation },
            { units: 4, activation: 'linear' },
          ],
        },
  ]),
  ...[{ name: 'leakyRelu', slope: 0.3 } as const, { name: 'elu', alpha: -0.7 } as const].map(
    (activation): [string, NetworkOptions] => [
      `${activation.name} by a number of its own`,
      { inputs: 7, layers: [{ units: 13, activation }, { units: 9, activation, normalization: 'layer' }, 4] },
    ],
  ),
  ['one output', { sizes: [3, 1] }],
  ['two panels and a rest', { sizes: [33, 21, 10], loss: 'crossEntropy' }],
  ['wide layers', { sizes: [65, 70, 66] }],
  ['no biases', { sizes: [5, 6, 2], bias: false }],
  [
    'normalised layers',
    {
      inputs: 6,
      layers: [
        { units: 11, normalization: 'layer', activation: 'gelu' },
        { units: 9, normalization: 'batch', activation: 'tanh', dropout: 0.3 },
        3,
      ],
      loss: 'crossEntropy',
    },
  ],
  [
    'an ε that float32 rounds',
    {
      inputs: 7,
      layers: [
        { units: 33, normalization: { name: 'layer', epsilon: 0.1 } },
        { units: 20, normalization: { name: 'batch', epsilon: 0.3 } },
        4,
      ],
    },
  ],
]

describe.each(kinds)('a predictor with the %s kernels', (kernels) => {
  it.each(networks)(
    'gives the outputs of the network it was saved of, to the bit: %s',
    async (_, options) => {
      const net = new Network({ ...options, kernels, threads: 1, seed: 4 } as NetworkOptions)
      const { inputs, outputs } = net
      // Running statistics and biases that are not those of the beginning.
      await net
        .fit(
          { x: numbers(40 * inputs, 1), y: numbers(40 * outputs, 2).map((v) => Math.abs(v) % 1) },
          { epochs: 2 },
        )
        .catch(() => {})
      const json = predictorFromJSON(through(net), { kernels })
      const tensors = predictorFromSafetensors(toSafetensors(net), { kernels })
      expect([json.kernels, json.inputs, json.outputs]).toEqual([kernels, inputs, outputs])
      for (const rows of [1, 2, 3, 5, 8, 9, 17, 300]) {
        const x = numbers(rows * inputs, rows)
        const expected = net.predict(x)
        expect(json.outputsOf(x)).toEqual(expected)
        expect(tensors.outputsOf(x)).toEqual(expected)
      }
      net.dispose()
    },
  )

  it('calls functions that the network holds by their names', () => {
    const sine = { name: 'sine', f: (z: number) => Math.sin(z), derivative: (z: number) => Math.cos(z) }
    const net = new Network({
      inputs: 4,
      layers: [{ units: 6, activation: sine, normalization: 'layer' }, 2],
      kernels,
    })
    const x = numbers(12, 1)
    const predictor = predictorFromJSON(through(net), { kernels, activations: [sine] })
    expect(predictor.outputsOf(x)).toEqual(net.predict(x))
    expect(() => predictorFromJSON(through(net), { kernels })).toThrow(/options.activations: .*"sine"/)
    const wrong = predictorFromJSON(through(net), {
      kernels,
      activations: [{ name: 'sine', f: () => Number.NaN }],
    })
    expect(() => wrong.outputsOf(x)).toThrow(OptionError)
  })
})

describe('a predictor', () => {
  const homes = [
    { city: 'Rome', area: 80, kind: 'flat', price: 300_000, old: true, sunny: false },
    { city: 'Oslo', area: 60, kind: 'house', price: 350_000, old: false, sunny: false },
    { city: 'Rome', area: 45, kind: 'flat', price: 190_000, old: true, sunny: true },
    { city: 'Oslo', area: 95, kind: 'hut', price: 520_000, old: false, sunny: true },
  ]
  it.each([
    ['price', 'quadratic'],
    ['kind', 'crossEntropy'],
    [['old', 'sunny'], 'binaryCrossEntropy'],
  ] as const)('predicts %s of rows as the model does', async (column, loss) => {
    const features = fitFeatures(homes, { except: ['price', 'kind', 'old', 'sunny'] })
    const target = fitTarget(homes, column)
    const network = new Network({ sizes: [features.width, 8, target.outputs], loss, seed: 1 })
    const model = new Model({ network, features, target })
    await model.fit(homes, { epochs: 5 })
    for (const predictor of [
      predictorFromJSON(through(model)),
      predictorFromSafetensors(toSafetensors(model)),
    ]) {
      expect(predictor.predict(homes)).toEqual(model.predict(homes))
      expect(predictor.predict(homes[2])).toEqual(model.predict(homes[2]))
    }
  })

  it('predicts classes by their names of a network alone', () => {
    const net = new Network({ sizes: [2, 3], loss: 'crossEntropy', classNames: ['a', 'b', 'c'], seed: 2 })
    const rows = [
      [1, 2],
      [-3, 0.5],
    ]
    expect(predictorFromJSON(through(net)).predict(rows)).toEqual(Model.fromJSON(through(net)).predict(rows))
  })

  it('refuses a target with other classes than the network', () => {
    const target = fitTarget(homes, 'kind')
    const network = new Network({ sizes: [2, target.outputs], loss: 'crossEntropy', seed: 1 })
    const json = through(new Model({ network, target }))
    expect(predictorFromJSON(json).predict([[1, 2]])).toHaveLength(1)
    json.network.options.classNames = ['a', 'b', 'c']
    expect(() => predictorFromJSON(json)).toThrow(/classNames of the target/)
    expect(() => predictorFromJSON(json)).toThrow(FormatError)
  })

  it('takes each loss for what its row says', () => {
    for (const [name, { kind, fusedWith, threshold }] of Object.entries(losses)) {
      expect([name, sideOf(name)]).toEqual([
        name,
        { areLabels: kind === 'labels', boundary: fusedWith ? 0.5 : threshold },
      ])
      expect(sideOf({ name, gamma: 2 })).toEqual(sideOf(name))
    }
    expect(sideOf({ name: 'mine', targets: 'labels', threshold: 0 })).toEqual({
      areLabels: true,
      boundary: 0,
    })
  })

  it('refuses what does not fit together', () => {
    const saved = through(new Network({ inputs: 3, layers: [{ units: 4, normalization: 'batch' }, 2] }))
    const change = (edit: (json: typeof saved) => void) => {
      const json = through(saved)
      edit(json)
      return () => predictorFromJSON(json)
    }
    const cases: [(json: typeof saved) => void, RegExp][] = [
      [(j) => j.parameters.pop(), /network.layers: expected an array of 1 layers/],
      [(j) => j.parameters[0].gains.pop(), /layers\[0\]: gains: expected 4 values, got 3/],
      [(j) => (j.options.inputs = 2), /layers\[0\]: weights: expected 8 values, got 12/],
      [(j) => (j.options.layers[1].activation = 'mish'), /layers\[1\].activation: expected one of linear/],
      [(j) => (j.options.layers[0].activation = 'softmax'), /softmax in the last layer alone/],
      [
        (j) => (j.options.layers[0].normalization.epsilon = 0),
        /epsilon: expected a finite float32 number above 0/,
      ],
      [(j) => (j.parameters[0].runningVariance[0] = -1), /variances of at least 0/],
      [(j) => (j.options.classNames = ['a']), /classNames: expected 2 names/],
      [(j) => (j.version = '2.0'), /expected version 1 of the format/],
    ]
    for (const [edit, message] of cases) {
      expect(change(edit)).toThrow(message)
      expect(change(edit)).toThrow(FormatError)
    }
    expect(() => predictorFromSafetensors(new Uint8Array(4))).toThrow(FormatError)
    expect(() => predictorFromJSON(saved, { kernels: 'fast' as never })).toThrow(OptionError)
    expect(() => predictorFromJSON(saved).outputsOf([[1, 2]])).toThrow(ShapeError)
    expect(() => predictorFromJSON(saved).outputsOf([[1, 2, Number.NaN]])).toThrow(ShapeError)
  })

  it('runs the compiled module that it is given', () => {
    const module = new WebAssembly.Module(readFileSync(new URL('../../dist/predict.wasm', import.meta.url)))
    const net = new Network({ sizes: [5, 4], kernels: 'simd', seed: 1 })
    const predictor = predictorFromJSON(through(net), { module })
    expect(predictor.kernels).toBe('simd')
    const x = numbers(20, 1)
    expect(predictor.outputsOf(x)).toEqual(net.predict(x))
    expect(() => predictorFromJSON(through(net), { module: {} })).toThrow(OptionError)
  })
})
