// The models that are exported to TensorFlow.js: scripts/make-tfjs-fixtures.mjs notes what it predicts with them.

import { fitFeatures, fitTarget } from '../../src/data/index.ts'
import { Network } from '../../src/index.ts'
import { nameOf } from '../../src/model/custom-activation.ts'
import { Model } from '../../src/models/index.ts'

/** Numbers from −1.5 to 1.5 that look drawn, and are the same everywhere: no sine, whose last bits differ. */
export function drawn(length: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return 3 * (state / 2 ** 32) - 1.5
  })
}

const activations = [
  ...['sigmoid', 'tanh', 'relu', 'leakyRelu', 'elu', 'selu'],
  ...['gelu', 'silu', 'softplus', 'softsign', 'linear'],
  { name: 'leakyRelu', slope: 0.3 },
  { name: 'leakyRelu', slope: 1.5 },
] as const

/** Every activation with every stage; and models whose columns and targets have units. */
export function exported(): Record<string, Network | Model> {
  const made: Record<string, Network | Model> = {}
  for (const activation of activations) {
    const net = new Network({
      inputs: 4,
      inputDropout: 0.1,
      layers: [
        { units: 8, activation: activation as 'relu' },
        { units: 5, activation: activation as 'relu', normalization: 'layer', dropout: 0.2 },
        {
          units: 5,
          activation: activation as 'relu',
          normalization: { name: 'batch', epsilon: 0.01, momentum: 0.2 },
        },
        { units: 4, bias: false },
        3,
      ],
      loss: 'crossEntropy',
      classNames: ['red', 'green', 'blue'],
      seed: 3,
      threads: 1,
    })
    net.setGains(2, drawn(5, 1))
    net.setShifts(1, drawn(5, 2))
    net.setRunningMean(2, drawn(5, 3))
    net.setRunningVariance(
      2,
      drawn(5, 4).map((v) => 0.1 + v * v),
    )
    made[nameOf(activation)] = net
  }
  const rows = Array.from({ length: 12 }, (_, i) => ({
    area: 40 + 7 * i,
    floor: i % 4,
    lift: i % 3 === 0,
    price: 90 + i * i,
  }))
  const features = fitFeatures(rows, { except: ['price'] })
  const target = fitTarget(rows, 'price')
  for (const [name, activation] of [
    ['linear target', 'linear'],
    ['bounded target', 'tanh'],
  ] as const) {
    const network = new Network({
      inputs: features.width,
      layers: [6, { units: 1, activation }],
      seed: 5,
      threads: 1,
    })
    made[name] = new Model({ network, features, target })
  }
  return made
}
