// Every tensor of a pass: against a textbook's in float64, and against each other by the equations of backpropagation.

import { describe, expect, it } from 'vitest'
import { type HiddenActivationName, Network, type Trace, type TracedTensor } from '../../src/index.ts'
import type { LossName } from '../../src/model/losses.ts'
import { type ActivationName, activations } from '../../src/model/tables.ts'
import { kernels, makeOn } from '../helpers/networks.ts'
import { numbers } from '../helpers/random.ts'
import { elementwise, nearestKink, type TextbookNetwork, textbookPass } from '../helpers/textbook.ts'

const ROWS = 7
const SIZES = [5, 9, 6, 3]
const UNIT = 2 ** -24
// Sums of at most 9 + 6 + 9 terms and a few activations, of quantities of about 1.
const TOLERANCE = 64 * UNIT

const inRows = (values: ArrayLike<number>, columns: number): number[][] =>
  Array.from({ length: values.length / columns }, (_, r) =>
    Array.from({ length: columns }, (__, c) => values[r * columns + c]),
  )
const rowsOf = ({ values, columns }: TracedTensor) => inRows(values, columns)

function expectClose(actual: TracedTensor, expected: number[][]) {
  expect([actual.rows, actual.columns], actual.name).toEqual([expected.length, expected[0].length])
  expect(actual.values.length, actual.name).toBe(actual.rows * actual.columns)
  let worst = 0
  rowsOf(actual).forEach((row, r) => {
    row.forEach((value, c) => {
      const error = Math.abs(value - expected[r][c]) / Math.max(1, Math.abs(expected[r][c]))
      worst = Number.isNaN(error) ? Number.NaN : Math.max(worst, error)
    })
  })
  expect(worst, actual.name).toBeLessThanOrEqual(TOLERANCE)
}

const hiddenNames = Object.keys(activations).filter(
  (name) => !activations[name as ActivationName].wholeRow,
) as HiddenActivationName[]
const endings: [ActivationName, LossName][] = [
  ['linear', 'quadratic'],
  ['sigmoid', 'quadratic'],
  ['softmax', 'quadratic'],
  ['gelu', 'quadratic'],
  ['softmax', 'crossEntropy'],
  ['sigmoid', 'binaryCrossEntropy'],
  ['linear', 'meanAbsoluteError'],
]

/** A network, and the same as a textbook has it. The second layer has no biases. */
function draw(kernel: (typeof kernels)[number], hidden: HiddenActivationName, ending: [string, LossName]) {
  for (let seed = 1; ; ++seed) {
    const [output, loss] = ending
    const layers = SIZES.slice(1).map((units, l) => ({
      weights: inRows(numbers(SIZES[l] * units, seed + l, 1.5 / Math.sqrt(SIZES[l])), units),
      biases: l === 1 ? undefined : [...numbers(units, seed + 10 + l, 0.5)],
      activation: l === SIZES.length - 2 ? output : hidden,
    }))
    const textbook: TextbookNetwork = { layers, loss }
    const x = inRows(numbers(ROWS * SIZES[0], seed + 20), SIZES[0])
    // On which side of a kink a z lies, rounding must not decide.
    if (nearestKink(textbook, x) < 1e-4) continue
    const net = new Network({
      inputs: SIZES[0],
      layers: layers.map(({ activation, biases }, l) => ({
        units: SIZES[l + 1],
        activation: activation as HiddenActivationName,
        bias: biases !== undefined,
      })),
      loss,
      kernels: kernel,
    })
    layers.forEach(({ weights, biases }, l) => {
      net.setWeights(l, weights)
      if (biases) net.setBiases(l, biases)
    })
    return { net, textbook, x }
  }
}

describe.each(kernels)('a trace on %s', (kernel) => {
  it.each(hiddenNames)('has the tensors of a textbook with %s', (hidden) => {
    for (const ending of endings) {
      const { net, textbook, x } = draw(kernel, hidden, ending)
      const classes = x.map((_, r) => r % 3)
      const y = classes.map((c) => [0, 1, 2].map((j) => (j === c ? 1 : 0)))
      const { layers, ...rest } = net.trace(x, classes)
      expect(rowsOf(rest.x)).toEqual(x)
      expect(rowsOf(rest.y)).toEqual(y)
      const passes = x.map((row, r) => textbookPass(textbook, row, y[r]))
      layers.forEach(({ weights, biases, z, a, slope, delta }, l) => {
        expect(weights.values).toEqual(net.weights(l))
        expect(biases.values).toEqual(net.biases(l))
        expectClose(
          z,
          passes.map(({ passed }) => passed[l].z),
        )
        expectClose(
          a,
          passes.map(({ passed }) => passed[l].a),
        )
        expectClose(
          delta,
          passes.map(({ deltas }) => deltas[l]),
        )
        const name = textbook.layers[l].activation
        if (name === 'softmax') expect(slope).toBeUndefined()
        else {
          expectClose(
            slope!,
            passes.map(({ passed }) => passed[l].z.map(elementwise[name].slope)),
          )
        }
      })
      const gradients = net.gradients(x, classes)
      expect(rest.loss).toBe(gradients.loss)
      expect(layers.map(({ weightGradient }) => weightGradient.values)).toEqual(gradients.weights)
      expect(layers.map(({ biasGradient }) => biasGradient.values)).toEqual(gradients.biases)
      net.dispose()
    }
  })

  it('has the outputs of predict and the z of the kernels, bit for bit, over more rows than are predicted at once', () => {
    const net = new Network({
      inputs: 3,
      layers: [
        { units: 10, activation: 'relu' },
        { units: 5, activation: 'leakyRelu' },
        { units: 4, activation: 'softmax' },
      ],
      loss: 'crossEntropy',
      kernels: kernel,
      seed: 4,
    })
    const rows = 700
    const x = numbers(3 * rows, 5)
    const { layers } = net.trace(
      x,
      Array.from({ length: rows }, (_, r) => r % 4),
    )
    expect(layers[2].a.values).toEqual(net.predict(x))
    expect(layers[0].a.values).toEqual(layers[0].z.values.map((z) => Math.max(z, 0)))
    // The reference multiplies in float64, and rounds once.
    const leaky = kernel === 'reference' ? 0.01 : Math.fround(0.01)
    expect(layers[1].a.values).toEqual(layers[1].z.values.map((z) => (z > 0 ? z : z * leaky)))
    // The z of a relu has the sums that a has not.
    expect(layers[0].z.values.some((z) => z < 0)).toBe(true)
  })

  it('has the penalties in its loss, as in its gradients', () => {
    const [net, plain] = [makeOn(kernel)({ l1: 0.03, l2: 0.5 }), makeOn(kernel)({})]
    const [x, y] = [numbers(4 * 40, 1), numbers(3 * 40, 2)]
    const { loss, layers } = net.trace(x, y)
    const sums = layers.flatMap(({ weights }) =>
      [...weights.values].map((w) => 0.03 * Math.abs(w) + 0.5 * w * w),
    )
    const penalty = sums.reduce((a, b) => a + b, 0)
    expect(penalty).toBeGreaterThan(0.1)
    expect(Math.abs(loss - plain.trace(x, y).loss - penalty)).toBeLessThan(TOLERANCE * loss)
    expect(loss).toBe(net.gradients(x, y).loss)
  })

  it('names its tensors and says their shapes', () => {
    const net = makeOn(kernel)({ sizes: [4, 5, 3], bias: false })
    const { x, y, layers } = net.trace(numbers(8, 1), numbers(6, 2))
    const shapes = [x, y, ...layers.flatMap((layer) => Object.values(layer) as TracedTensor[])].map(
      ({ name, rows, columns }) => `${name} ${rows} × ${columns}`,
    )
    expect(shapes).toEqual([
      ...['x 2 × 4', 'y 2 × 3'],
      ...[
        'W1 4 × 5',
        'b1 1 × 0',
        'z1 2 × 5',
        'a1 2 × 5',
        "f'(z1) 2 × 5",
        'δ1 2 × 5',
        '∇W1 4 × 5',
        '∇b1 1 × 0',
      ],
      ...[
        'W2 5 × 3',
        'b2 1 × 0',
        'z2 2 × 3',
        'a2 2 × 3',
        "f'(z2) 2 × 3",
        'δ2 2 × 3',
        '∇W2 5 × 3',
        '∇b2 1 × 0',
      ],
    ])
  })

  it('leaves the parameters and the training as they were, and is a copy', async () => {
    const options = { optimizer: 'adam', loss: 'quadratic' } as const
    const [traced, other] = [makeOn(kernel)(options), makeOn(kernel)(options)]
    const data = { x: numbers(4 * 40, 1), y: numbers(3 * 40, 2) }
    for (const net of [traced, other]) await net.fit(data, { epochs: 2 })
    const { layers } = traced.trace(data.x, data.y)
    for (const layer of layers) {
      for (const { values } of Object.values(layer) as TracedTensor[]) values.fill(7)
    }
    for (const net of [traced, other]) await net.fit(data, { epochs: 2 })
    for (const l of [0, 1]) {
      expect(traced.weights(l)).toEqual(other.weights(l))
      expect(traced.biases(l)).toEqual(other.biases(l))
    }
  })

  it('is refused while the network trains, after dispose, and for rows that are none', async () => {
    const net = makeOn(kernel)()
    const [x, y] = [numbers(4 * 6, 9), numbers(3 * 6, 10)]
    expect(() => net.trace(x.subarray(1), y)).toThrow('x: expected rows of 4 values, got 23 values')
    const running = net.fit({ x, y }, { epochs: 2 })
    expect(() => net.trace(x, y)).toThrow('trace: the network is training; await fit first')
    await running
    net.dispose()
    expect(() => net.trace(x, y)).toThrow('trace: the network is disposed')
  })
})

describe('the equations of backpropagation', () => {
  // Read from the tensors of a trace alone: an activation's name is all that is known of the network besides.
  const transpose = (m: number[][]) => m[0].map((_, j) => m.map((row) => row[j]))
  const times = (a: number[][], b: number[][]) =>
    a.map((row) => b[0].map((_, j) => row.reduce((sum, v, k) => sum + v * b[k][j], 0)))
  const eachOf = (a: number[][], b: number[][], f: (p: number, q: number) => number) =>
    a.map((row, i) => row.map((v, j) => f(v, b[i][j])))
  const product = (p: number, q: number) => p * q

  const expectEquations = ({ x, y, layers }: Trace, isFused: boolean) => {
    const last = layers.at(-1)!
    const error = eachOf(rowsOf(last.a), rowsOf(y), (a, target) => a - target)
    // BP1. A loss that is fused with its activation leaves δ = a − y.
    expectClose(last.delta, isFused ? error : eachOf(error, rowsOf(last.slope!), product))
    layers.forEach(({ z, delta, weights, biases, weightGradient, biasGradient }, l) => {
      const below = l === 0 ? x : layers[l - 1].a
      // z = a below · W + b.
      const sums = times(rowsOf(below), rowsOf(weights))
      expectClose(
        z,
        sums.map((row) => row.map((v, j) => v + biases.values[j])),
      )
      // BP2.
      if (l > 0) {
        const { delta: deltaBelow, slope } = layers[l - 1]
        const back = times(rowsOf(delta), transpose(rowsOf(weights)))
        expectClose(deltaBelow, eachOf(back, rowsOf(slope!), product))
      }
      // BP3 and BP4, means over the rows.
      const mean = (m: number[][]) => m.map((row) => row.map((v) => v / x.rows))
      expectClose(biasGradient, mean(times([Array(x.rows).fill(1)], rowsOf(delta))))
      expectClose(weightGradient, mean(times(transpose(rowsOf(below)), rowsOf(delta))))
    })
  }

  it.each(kernels)('hold of the tensors that a trace on %s returns', (kernel) => {
    const x = numbers(4 * 10, 3)
    for (const activation of ['sigmoid', 'tanh', 'relu', 'gelu'] as const) {
      const layers = [{ units: 6, activation }, { units: 5, activation }, 3]
      const quadratic = new Network({ inputs: 4, layers, activation, loss: 'quadratic', kernels: kernel })
      expectEquations(quadratic.trace(x, numbers(3 * 10, 4)), false)
      const classes = Array.from({ length: 10 }, (_, r) => r % 3)
      for (const loss of ['crossEntropy', 'binaryCrossEntropy'] as const) {
        const y = loss === 'crossEntropy' ? classes : numbers(3 * 10, 6).map((v) => (v > 0 ? 1 : 0))
        expectEquations(new Network({ inputs: 4, layers, loss, kernels: kernel, seed: 2 }).trace(x, y), true)
      }
    }
  })
})

it.each(['layer', 'batch'] as const)('has what %s normalization adds', (normalization) => {
  const options = {
    inputs: 4,
    layers: [{ units: 6, activation: 'tanh', normalization, dropout: 0.5 }, 3],
  } as const
  const net = new Network({ ...options, loss: 'crossEntropy', seed: 1, kernels: 'reference' })
  net.setGains(0, [0.5, 1, 1.5, 2, -1, 0.1])
  net.setShifts(0, [0.1, 0, -0.2, 0.3, 0, 1])
  const x = numbers(5 * 4, 1)
  const y = [0, 1, 2, 0, 1]
  const { loss, layers } = net.trace(x, y)
  const [first, last] = layers
  const gradients = net.gradients(x, y)
  expect(loss).toBeCloseTo(gradients.loss, 5)
  const { z, normalized, scaled, a, slope, delta } = first
  const mean = (values: ArrayLike<number>) =>
    Array.from(values).reduce((sum, one) => sum + one, 0) / values.length
  const group = (t: TracedTensor, g: number) =>
    normalization === 'layer'
      ? t.values.subarray(g * 6, g * 6 + 6)
      : Float64Array.from({ length: 5 }, (_, r) => t.values[r * 6 + g])
  for (let g = 0; g < 5; ++g) {
    const one = group(z, g)
    const centre = mean(one)
    const deviation = Math.sqrt(mean(Array.from(one, (value) => (value - centre) ** 2)) + 1e-5)
    group(normalized!, g).forEach((value, i) => {
      expect(value).toBeCloseTo((one[i] - centre) / deviation, 4)
    })
  }
  for (let i = 0; i < 30; ++i) {
    const u = first.gains!.values[i % 6] * normalized!.values[i] + first.shifts!.values[i % 6]
    expect(scaled!.values[i]).toBeCloseTo(u, 5)
    expect(a.values[i]).toBeCloseTo(Math.tanh(u), 4)
    expect(slope!.values[i]).toBeCloseTo(1 - Math.tanh(u) ** 2, 4)
  }
  // δu = (δ2 · W2ᵀ) ⊙ f'(u), ∇γ = Σ δu ⊙ ẑ / rows, ∇β = Σ δu / rows; and BP4 with what normalisation makes of it.
  for (let j = 0; j < 6; ++j) {
    let [gain, shift] = [0, 0]
    for (let r = 0; r < 5; ++r) {
      let above = 0
      for (let k = 0; k < 3; ++k) above += last.delta.values[3 * r + k] * last.weights.values[3 * j + k]
      const deltaU = above * slope!.values[6 * r + j]
      gain += (deltaU * normalized!.values[6 * r + j]) / 5
      shift += deltaU / 5
    }
    expect(first.gainGradient!.values[j]).toBeCloseTo(gain, 5)
    expect(first.shiftGradient!.values[j]).toBeCloseTo(shift, 5)
    expect(gradients.gains![0][j]).toBeCloseTo(gain, 5)
    for (let i = 0; i < 4; ++i) {
      let sum = 0
      for (let r = 0; r < 5; ++r) sum += (x[4 * r + i] * delta.values[6 * r + j]) / 5
      expect(first.weightGradient.values[6 * i + j]).toBeCloseTo(sum, 5)
    }
  }
  for (let r = 0; r < 5; ++r) expect(mean(last.a.values.subarray(3 * r, 3 * r + 3))).toBeCloseTo(1 / 3, 5)
})
