// Networks with parameters and rows that reach every branch of the exported functions.

import { Network } from '../../src/index.ts'
import { nameOf } from '../../src/model/custom-activation.ts'
import type { NetworkOptions } from '../../src/model/options.ts'
import type { ActivationOptions } from '../../src/model/sloped-activations.ts'
import { activations } from '../../src/model/tables.ts'

export const ROWS = 1000
const SCANNED = 10_000

/** A generator of numbers from −1 to 1 (Marsaglia's xorshift). */
export function uniforms(seed: number): () => number {
  let word = seed * 2654435761 + 1
  return () => {
    word ^= word << 13
    word ^= word >>> 17
    word ^= word << 5
    return word / 2 ** 31
  }
}

const vector = (n: number, next: () => number, f = (u: number) => u) =>
  Float32Array.from({ length: n }, () => f(next()))

/** Parameters of all sizes, some of the weights 0. */
export function scramble(network: Network, seed: number): Network {
  const next = uniforms(seed)
  network.layers.forEach(({ inputs, units, bias, normalization }, l) => {
    network.setWeights(
      l,
      vector(inputs * units, next, (u) => (Math.abs(u) < 0.1 ? 0 : 1.5 * u)),
    )
    if (bias) network.setBiases(l, vector(units, next))
    if (!normalization) return
    network.setGains(
      l,
      vector(units, next, (u) => 3 * u),
    )
    network.setShifts(l, vector(units, next))
    if (normalization.name !== 'batch') return
    network.setRunningMean(l, vector(units, next))
    network.setRunningVariance(
      l,
      vector(units, next, (u) => 4 * u * u),
    )
  })
  return network
}

/** Rows of all sizes, from subnormal to what makes exp overflow, with zeros of both signs. */
export function rowsFor(inputs: number, seed: number): Float32Array {
  const next = uniforms(seed)
  const scales = [1, 1, 1, 0.01, 5, 30, 150, 1e-4, 1e-20, 1e-40, 1e4]
  const x = new Float32Array(ROWS * inputs)
  for (let r = 0; r < ROWS; ++r) {
    const scale = r < 400 ? 1 : scales[r % scales.length]
    for (let i = 0; i < inputs; ++i) {
      const u = next()
      x[r * inputs + i] = Math.abs(u) < 0.05 ? 0 * u : scale * u
    }
  }
  // −0 throughout, and nothing but zeros.
  x.fill(-0, 0, inputs)
  x.fill(0, inputs, 2 * inputs)
  return x
}

const simd = { kernels: 'simd', threads: 1 } as const

export const elementwise = (Object.keys(activations) as (keyof typeof activations)[]).filter(
  (name): name is Exclude<keyof typeof activations, 'softmax'> => name !== 'softmax',
)

/** Those with a number of their own, of which not all are positive. */
const sloped: readonly ActivationOptions[] = [
  { name: 'leakyRelu', slope: 0.3 },
  { name: 'leakyRelu', slope: -0.25 },
  { name: 'elu', alpha: 0.4 },
  { name: 'elu', alpha: -1.7 },
]

/** z = ±x of one layer that is nothing but its activation: −0 too, which no product gives. */
const scanOf = (activation: (typeof elementwise)[number] | ActivationOptions): NetworkOptions => ({
  inputs: 1,
  layers: [{ units: 2, activation, bias: false, normalization: { name: 'batch', epsilon: 1 } }],
  ...simd,
})

function scanned(network: Network): Network {
  network.setWeights(0, [1, 1])
  network.setGains(0, [1, -1])
  network.setShifts(0, [-0, -0])
  network.setRunningMean(0, [0, 0])
  network.setRunningVariance(0, [0, 0])
  return network
}

/** From 0 on: half of them spread over all finite float32 by their bits, half even from 0 to 20. */
function scanRows(): Float32Array {
  const bits = Uint32Array.from({ length: SCANNED }, (_, i) => (i / SCANNED) * 0x7f800000)
  const even = Float32Array.from({ length: SCANNED }, (_, i) => (20 * i) / SCANNED)
  return Float32Array.from([...new Float32Array(bits.buffer), ...even])
}

const heads = [
  ['crossEntropy', 5],
  ['klDivergence', 6],
  ['focal', 3],
  ['binaryCrossEntropy', 4],
  ['binaryFocal', 1],
  ['poisson', 2],
  ['quadratic', 7],
  ['meanAbsoluteError', 1],
  ['huber', 8],
  ['logCosh', 3],
  ['hinge', 1],
  ['categoricalHinge', 9],
] as const

/** What each model is made from, by what it is about. */
export const cases: readonly (readonly [title: string, options: NetworkOptions])[] = [
  ...elementwise.map(
    (activation) =>
      [
        `${activation} in hidden layers and the output`,
        {
          inputs: 6,
          layers: [
            { units: 7, activation },
            { units: 5, activation },
            { units: 3, activation },
          ],
          ...simd,
        },
      ] as const,
  ),
  ...elementwise.map(
    (activation) =>
      [
        `${activation} behind layer normalization`,
        { inputs: 5, layers: [{ units: 6, activation, normalization: 'layer' }, 2], ...simd },
      ] as const,
  ),
  ...sloped.flatMap(
    (activation) =>
      [
        [
          `${nameOf(activation)}`,
          {
            inputs: 5,
            layers: [
              { units: 7, activation },
              { units: 5, activation, normalization: 'layer' },
              { units: 3, activation },
            ],
            ...simd,
          },
        ],
        [`every exponent through ${nameOf(activation)}`, scanOf(activation)],
      ] as const,
  ),
  ...heads.map(([loss, units]) => [`the head of ${loss}`, { sizes: [4, 6, units], loss, ...simd }] as const),
  [
    'softmax with the quadratic loss',
    { inputs: 3, layers: [4, { units: 5, activation: 'softmax' }], loss: 'quadratic', ...simd },
  ],
  ...Array.from(
    { length: 9 },
    (_, i) =>
      [
        `widths of ${i + 1}`,
        {
          sizes: [i + 1, i + 1, i + 1],
          activation: 'tanh',
          loss: i > 0 ? 'crossEntropy' : 'quadratic',
          ...simd,
        },
      ] as const,
  ),
  ...[1, 2, 3, 4, 5, 8, 9, 17].map(
    (units) =>
      [
        `layer normalization of ${units} unit${units > 1 ? 's' : ''}`,
        {
          inputs: 3,
          layers: [{ units, normalization: { name: 'layer', epsilon: 1e-3 }, activation: 'silu' }, 2],
          ...simd,
        },
      ] as const,
  ),
  ...[1, 4, 70].map(
    (units) =>
      [
        `batch normalization of ${units} units`,
        {
          inputs: 5,
          layers: [
            { units, normalization: 'batch', activation: 'gelu' },
            { units, normalization: { name: 'batch', epsilon: 0.1 }, bias: true },
            2,
          ],
          ...simd,
        },
      ] as const,
  ),
  ['no biases', { sizes: [5, 6, 3], bias: false, activation: 'sigmoid', ...simd }],
  [
    'biases in some layers',
    { inputs: 5, layers: [{ units: 4, bias: false }, 6, { units: 3, bias: false }], ...simd },
  ],
  [
    'normalization without biases',
    { inputs: 5, layers: [{ units: 9, bias: false, normalization: 'layer' }, 3], ...simd },
  ],
  ['one layer', { sizes: [9, 1], ...simd }],
  ['dropout, of which nothing is left', { sizes: [6, 8, 4], dropout: 0.5, inputDropout: 0.2, ...simd }],
  ['digits: 64-32-10', { sizes: [64, 32, 10], loss: 'crossEntropy', ...simd }],
  [
    'a wide one: 130-67-33-10',
    { sizes: [130, 67, 33, 10], activation: 'relu', loss: 'crossEntropy', ...simd },
  ],
  ...elementwise.map((activation) => [`every exponent through ${activation}`, scanOf(activation)] as const),
]

export interface Golden {
  readonly title: string
  readonly name: string
  readonly network: Network
  /** Of x and y: ROWS or more. */
  readonly rows: number
  /** (rows × inputs). */
  readonly x: Float32Array
  /** (rows × outputs), of kernels 'simd'. */
  readonly y: Float32Array
}

export const goldens = (): Golden[] =>
  cases.map(([title, options], i) => {
    const scans = title.startsWith('every exponent')
    const network = scans ? scanned(new Network(options)) : scramble(new Network(options), i + 1)
    if (network.kernels !== 'simd') throw new Error(`expected kernels 'simd', got '${network.kernels}'`)
    const x = scans ? scanRows() : rowsFor(network.inputs, i + 1)
    const rows = x.length / network.inputs
    return { title, name: `model${i}`, network, rows, x, y: network.predict(x) }
  })

/** The bits of float32 numbers; all NaN have the same. */
export const bitsOf = (numbers: Float32Array): Uint32Array =>
  new Uint32Array(numbers.map((v) => (Number.isNaN(v) ? Number.NaN : v)).buffer)

/** Where two lists of numbers differ first, and by what; undefined where all bits are the same. */
export function difference(got: Float32Array, expected: Float32Array): string | undefined {
  if (got.length !== expected.length) return `${got.length} numbers instead of ${expected.length}`
  const a = bitsOf(got)
  const b = bitsOf(expected)
  const i = a.findIndex((bits, at) => bits !== b[at])
  return i < 0 ? undefined : `at ${i}: ${got[i]} instead of ${expected[i]}`
}
