// Healthy networks get no note from net.diagnose; it has the same notes on every backend, and changes nothing.

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readCsv, standardScaler } from '../../src/data/index.ts'
import { digits, xor } from '../../src/datasets/index.ts'
import { type Data, type FitOptions, Network, type NetworkOptions } from '../../src/index.ts'
import { base, rows, sgd, y1 } from '../helpers/diagnosis.ts'
import { kernels } from '../helpers/networks.ts'
import { deep, long, regression, units } from '../helpers/patients.ts'

const { x: pixels, y: labels } = digits()
const ink = pixels.map((v) => v / 16)

describe('a network that is well', () => {
  const standard = standardScaler(pixels, 64).transform(pixels)
  const healthy: [string, NetworkOptions, Data, FitOptions][] = [
    ...(['relu', 'sigmoid', 'tanh', 'gelu'] as const).flatMap(
      (activation): [string, NetworkOptions, Data, FitOptions][] =>
        [ink, standard].map((x, k) => [
          `the digits with ${activation}, ${k ? 'standardized' : 'from 0 to 1'}`,
          deep(64, [units(32, activation), units(16, activation), 10], {
            loss: 'crossEntropy',
            optimizer: sgd(activation === 'sigmoid' ? 0.5 : 0.1),
          }),
          { x, y: labels },
          { epochs: 25 },
        ]),
    ),
    [
      'the digits from 0 to 16',
      deep(64, [32, 10], { loss: 'crossEntropy', optimizer: sgd(0.02) }),
      { x: pixels, y: labels },
      { epochs: 15 },
    ],
    [
      'the digits with sigmoids and the quadratic loss',
      {
        sizes: [64, 30, 10],
        activation: 'sigmoid',
        loss: 'quadratic',
        initializer: 'standardNormal',
        biasInitializer: 'standardNormal',
        optimizer: sgd(3),
        seed: 2,
      },
      { x: ink, y: labels },
      { epochs: 20, batchSize: 10 },
    ],
    ['regression', deep(4, [units(16, 'tanh'), 1]), regression, long],
    [
      'exclusive or with sigmoids',
      { sizes: [2, 2, 1], activation: 'sigmoid', loss: 'quadratic', optimizer: sgd(5), seed: 3 },
      xor(),
      { epochs: 3000, batchSize: 4 },
    ],
    [
      'exclusive or with relus of which half die',
      deep(2, [units(8, 'relu'), 1], { loss: 'binaryCrossEntropy', optimizer: sgd(0.5), seed: 2 }),
      xor(),
      { epochs: 2000, batchSize: 4 },
    ],
    [
      'exclusive or by Adam',
      deep(2, [units(8, 'tanh'), 1], {
        loss: 'binaryCrossEntropy',
        optimizer: { name: 'adam', learningRate: 0.05 },
      }),
      xor(),
      { epochs: 1500, batchSize: 4 },
    ],
    [
      'exclusive or with a column of ones for a bias',
      { sizes: [3, 4, 1], activation: 'tanh', bias: false, optimizer: sgd(0.3) },
      {
        x: [
          [0, 0, 1],
          [0, 1, 1],
          [1, 0, 1],
          [1, 1, 1],
        ],
        y: [0, 1, 1, 0],
      },
      { epochs: 2000, batchSize: 4 },
    ],
  ]
  const file = new URL('../../../shared/data/iris.csv', import.meta.url)
  if (existsSync(file)) {
    const { x, y } = readCsv(readFileSync(file, 'utf8')) as { x: Float32Array; y: Int32Array }
    const scaled = standardScaler(x, 4).transform(x)
    const loss = 'crossEntropy'
    healthy.push(
      ['iris in centimetres', deep(4, [3], { loss, optimizer: sgd(0.1) }), { x, y }, { epochs: 200 }],
      ['iris, standardized', deep(4, [units(8, 'relu'), 3], { loss }), { x: scaled, y }, { epochs: 200 }],
    )
  } else console.warn('skipped: a network that learns iris, ../shared/data/iris.csv is absent')

  it.each(healthy)('is told nothing, before training and after: %s', async (_, options, data, fit) => {
    const net = new Network({ seed: 1, ...options } as NetworkOptions)
    expect(net.diagnose(data)).toEqual([])
    const { loss } = await net.fit(data, fit)
    expect(loss.at(-1)!).toBeLessThan(loss[0] / 4)
    expect(net.diagnose(data)).toEqual([])
  })
})

describe.each(kernels)('diagnose on %s', (name) => {
  it('finds the same, and leaves the network as it was', async () => {
    const make = () =>
      new Network({
        ...deep(64, [units(16, 'relu'), 10]),
        kernels: name,
        seed: 1,
        loss: 'crossEntropy',
      } as NetworkOptions)
    const [looked, other] = [make(), make()]
    for (const net of [looked, other]) net.setBiases(0, new Float32Array(16).fill(-50))
    const notes = looked.diagnose({ x: ink, y: labels })
    expect(notes).toContainEqual(expect.objectContaining({ what: 'dead units', layer: 0, factor: 1 }))
    for (const net of [looked, other]) await net.fit({ x: ink, y: labels })
    for (const l of [0, 1]) expect(looked.weights(l)).toEqual(other.weights(l))
  })

  it('is refused while the network trains, after dispose, and for data that are none', async () => {
    const net = new Network({ sizes: [4, 3, 1], kernels: name })
    expect(() => net.diagnose(base as never)).toThrow('diagnose data: expected { x, y }')
    expect(() => net.diagnose({ x: base.subarray(1), y: y1 })).toThrow(
      `x: expected rows of 4 values, got ${4 * rows - 1}`,
    )
    const running = net.fit(regression, { epochs: 2 })
    expect(() => net.diagnose(regression)).toThrow('diagnose: the network is training; await fit first')
    await running
    net.dispose()
    expect(() => net.diagnose(regression)).toThrow('diagnose: the network is disposed')
  })
})
