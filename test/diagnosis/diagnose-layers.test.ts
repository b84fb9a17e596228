// What net.diagnose finds in the layers: every note comes with a remedy, which is followed here.

import { describe, expect, it } from 'vitest'
import { digits } from '../../src/datasets/index.ts'
import { type Data, Network, type NetworkOptions } from '../../src/index.ts'
import { base, change, classes, rows, sgd, y1 } from '../helpers/diagnosis.ts'
import { type Case, deep, expectCure, long, regression, units } from '../helpers/patients.ts'

const { x: pixels, y: labels } = digits()
const ink = pixels.map((v) => v / 16)

// Not as many as are true.
const falses = Math.round((100 * classes.filter((c) => c === 0).length) / rows)

const cases: Record<string, Case> = {
  'dead relus': {
    ill: {
      options: deep(4, [units(16, 'relu'), 1]),
      data: regression,
      harm: (net) => net.setBiases(0, new Float32Array(16).fill(-20)),
      fit: long,
    },
    what: 'dead units',
    where: { layer: 0 },
    says: /^16 of the 16 units of layer 0 \(16 × relu\) are 0 in each of the 200 rows, .*activation: 'leakyRelu'/,
    mended: { options: deep(4, [units(16, 'leakyRelu'), 1]), data: regression, fit: long },
  },
  'a few dead relus of a network that has not learned': {
    ill: {
      options: deep(4, [units(10, 'relu'), 1], { optimizer: sgd(0.00001) }),
      data: regression,
      harm: (net) =>
        net.setBiases(
          0,
          Float32Array.from({ length: 10 }, (_, j) => (j === 3 || j === 7 ? -20 : 0)),
        ),
      fit: { epochs: 5 },
    },
    what: 'dead units',
    where: { layer: 0 },
    says: /^2 of the 10 units of layer 0/,
    mended: { options: deep(4, [units(10, 'leakyRelu'), 1]), data: regression, fit: long },
  },
  'an output that is a dead relu': {
    ill: {
      options: deep(4, [units(8, 'tanh'), units(1, 'relu')]),
      data: regression,
      harm: (net) => net.setBiases(1, [-20]),
    },
    what: 'dead units',
    where: { layer: 1 },
    says: /^1 of the 1 units of layer 1, the output, .*activation: 'linear' there/,
    mended: { options: deep(4, [units(8, 'tanh'), 1]), data: regression, fit: long },
  },
  'units that large inputs saturate': {
    ill: { options: deep(4, [units(8, 'tanh'), 1]), data: { x: change(base, (v) => 1000 * v), y: y1 } },
    what: 'saturated units',
    where: { layer: 0 },
    says: /^\d+% of the values of layer 0 \(8 × tanh\) are at an end of tanh.*standardScaler\(x, 4\)/,
    mended: { options: deep(4, [units(8, 'tanh'), 1]), data: regression, fit: long },
  },
  'units that large weights saturate': {
    ill: {
      options: deep(4, [units(8, 'sigmoid'), 1]),
      data: regression,
      harm: (net) =>
        net.setWeights(
          0,
          net.weights(0).map((w) => 100 * w),
        ),
    },
    what: 'saturated units',
    where: { layer: 0 },
    says: /end of sigmoid, where its slope is next to 0: .*initializer: 'glorotUniform'/,
    mended: {
      options: deep(4, [units(8, 'sigmoid'), 1], { initializer: 'glorotUniform' }),
      data: regression,
      fit: { ...long, learningRate: 0.3, epochs: 300 },
    },
  },
  'outputs at the wrong end': {
    ill: {
      options: deep(4, [units(8, 'tanh'), units(1, 'sigmoid')], { loss: 'quadratic' }),
      data: { x: base, y: classes },
      harm: (net) => net.setBiases(1, [15]),
      fit: { epochs: 20 },
    },
    what: 'saturated outputs',
    where: { layer: 1 },
    says: new RegExp(
      `^${falses}% of the outputs are at the wrong end of sigmoid.*loss: 'binaryCrossEntropy'`,
    ),
    mended: {
      options: deep(4, [units(8, 'tanh'), 1], { loss: 'binaryCrossEntropy' }),
      data: { x: base, y: classes },
      fit: long,
    },
  },
  'gradients that vanish': {
    ill: {
      options: deep(64, [...Array.from({ length: 8 }, () => units(32, 'sigmoid')), 10], {
        loss: 'crossEntropy',
      }),
      data: { x: ink, y: labels },
    },
    what: 'vanishing',
    where: { layer: 0 },
    says: /^the gradient vanishes on its way down to layer 0 .*‖∇W‖ \/ ‖W‖ is \S+e-\d+ in layer 0 and .* in layer 8; .*'relu' and initializer: 'heNormal'/,
    mended: {
      options: deep(64, [...Array.from({ length: 8 }, () => units(32, 'relu')), 10], {
        loss: 'crossEntropy',
        initializer: 'heNormal',
      }),
      data: { x: ink, y: labels },
      fit: { epochs: 20 },
    },
  },
  'gradients that grow': {
    ill: {
      options: deep(4, [units(16, 'leakyRelu'), units(16, 'leakyRelu'), units(16, 'leakyRelu'), 1], {
        optimizer: 'adam',
      }),
      data: regression,
      harm: (net) => {
        net.setWeights(
          0,
          net.weights(0).map((w) => w / 100),
        )
        net.setWeights(
          3,
          net.weights(3).map((w) => w * 100),
        )
      },
    },
    what: 'exploding',
    where: { layer: 0 },
    says: /^the gradient grows on its way down to layer 0 .*‖∇W‖ \/ ‖W‖ is .*initializer: 'glorotUniform'/,
    mended: {
      options: deep(4, [units(16, 'leakyRelu'), units(16, 'leakyRelu'), units(16, 'leakyRelu'), 1], {
        initializer: 'glorotUniform',
      }),
      data: regression,
      fit: long,
    },
  },
  'a step longer than the weights': {
    ill: {
      options: deep(64, [units(32, 'relu'), 10], { optimizer: sgd(100), loss: 'crossEntropy' }),
      data: { x: ink, y: labels },
    },
    what: 'exploding',
    // Weights and data are as they should be, or they would be blamed.
    says: /a step at the learning rate 100 is \S+ times as long as the weights: take learningRate: 0?\.?\d+$/,
    mended: {
      options: deep(64, [units(32, 'relu'), 10], { optimizer: sgd(0.05), loss: 'crossEntropy' }),
      data: { x: ink, y: labels },
      fit: { epochs: 20 },
    },
  },
  'initial weights that are too large': {
    ill: {
      options: deep(4, [units(64, 'relu'), units(64, 'relu'), units(64, 'relu'), 1], {
        initializer: 'standardNormal',
      }),
      data: regression,
    },
    what: 'weights',
    says: /^the initial weights are too large.*initializer: 'glorotUniform'/,
    mended: {
      options: deep(4, [units(64, 'relu'), units(64, 'relu'), units(64, 'relu'), 1], {
        initializer: 'glorotUniform',
      }),
      data: regression,
      fit: long,
    },
  },
  'values that overflow': {
    ill: {
      options: deep(4, [units(8, 'relu'), 8, 1]),
      data: regression,
      harm: (net) => net.setWeights(0, new Float32Array(32).fill(3e38)),
    },
    what: 'exploding',
    where: { layer: 0 },
    says: /^the values of layer 0 .* are no longer finite: .*initializer: 'glorotUniform'/,
    mended: {
      options: deep(4, [units(8, 'relu'), 8, 1], { initializer: 'glorotUniform' }),
      data: regression,
      fit: long,
    },
  },
}

describe('what keeps layers from learning', () => {
  it.each(Object.entries(cases))('is found: %s, and mended as the note says', async (_, one) =>
    expectCure(one),
  )

  const three = ['gelu', 'gelu', 'gelu'] as const
  it.each<[string, number, Partial<NetworkOptions>, Data]>([
    ['no hidden layer', 0.5, { layers: [{ units: 1, activation: 'linear' }] }, regression],
    ['16 sigmoids', 0.2, { layers: [units(16, 'sigmoid'), { units: 1, activation: 'linear' }] }, regression],
    ['64 relus', 0.2, { layers: [units(64, 'relu'), { units: 1, activation: 'linear' }] }, regression],
    // A hundredth of ‖W‖ / ‖∇W‖, 0.5, diverged here.
    [
      'three layers and momentum',
      0.002,
      {
        inputs: 64,
        layers: [...three.map((one) => units(64, one)), 10],
        loss: 'crossEntropy',
        optimizer: { name: 'sgd', momentum: 0.9, learningRate: 1e6 },
      },
      { x: ink, y: labels },
    ],
  ])(
    'advise the learning rate that DivergedError advises, and it trains: %s',
    async (_, rate, more, data) => {
      const net = new Network({ inputs: 4, optimizer: sgd(1e6), seed: 1, ...more } as NetworkOptions)
      const before = net.loss(data.x, data.y)
      await expect(net.fit(data, { epochs: 20 })).rejects.toThrow(`; try ${rate}`)
      const [note] = net.diagnose(data)
      expect([note.what, /: take learningRate: (\S+)$/.exec(note.text)?.[1]]).toEqual([
        'exploding',
        `${rate}`,
      ])
      await net.fit(data, { epochs: 20, learningRate: rate })
      expect(net.loss(data.x, data.y)).toBeLessThan(before / 2)
    },
  )

  it('are looked at in rows from all over the data', () => {
    const x = Float32Array.from({ length: 6000 }, (_, r) => (r < 5500 ? -1 : 1))
    const net = new Network(deep(1, [units(1, 'relu'), 1]))
    net.setWeights(0, [1])
    const notes = net.diagnose({ x, y: x })
    expect(notes.filter(({ what }) => what === 'dead units')).toEqual([])
  })
})
