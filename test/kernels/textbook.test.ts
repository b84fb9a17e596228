// The kernels that train against backpropagation as a textbook has it, in float64: every activation with every loss it
// may have, with biases and without, on random networks; outputs, losses, gradients, hits, and the parameters after
// epochs of ragged mini-batches in the documented order.

import { describe, expect, it } from 'vitest'
import { type HiddenActivationName, type KernelsName, Network } from '../../src/index.ts'
import { type LossName, losses } from '../../src/model/losses.ts'
import { type ActivationName, activations } from '../../src/model/tables.ts'
import { measureThreads } from '../../src/threads/crew.ts'
import { runsRelaxed } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'
import {
  largestSum,
  nearestKink,
  type TextbookNetwork,
  textbookActivations,
  textbookArgmax,
  textbookEpoch,
  textbookGradient,
  textbookLoss,
  textbookLosses,
  textbookPhilox,
  textbookPredict,
  textbookShuffle,
} from '../helpers/textbook.ts'
import { part } from '../helpers/thorough.ts'

// Each fit takes the threads that it is told.
measureThreads(false)

const kernels: KernelsName[] = ['reference', 'simd', ...(runsRelaxed ? (['relaxed'] as const) : [])]
const UNIT = 2 ** -24
const ROWS = 26
// Three batches of 8 and one of 2.
const BATCH = 8
const EPOCHS = 2

const hiddenNames = Object.keys(activations).filter(
  (name) => !activations[name as ActivationName].wholeRow,
) as ActivationName[]

interface Ending {
  readonly output: ActivationName
  readonly loss: LossName
  /** What the targets are: values, shares of classes, or classes. */
  readonly targets: 'values' | 'shares' | 'oneHot' | 'labels' | 'bits'
}

const endings: Ending[] = [
  ...(Object.keys(activations) as ActivationName[]).map(
    (output): Ending => ({ output, loss: 'quadratic', targets: output === 'softmax' ? 'oneHot' : 'values' }),
  ),
  { output: 'sigmoid', loss: 'quadratic', targets: 'oneHot' },
  { output: 'softmax', loss: 'crossEntropy', targets: 'labels' },
  { output: 'softmax', loss: 'crossEntropy', targets: 'shares' },
  { output: 'sigmoid', loss: 'binaryCrossEntropy', targets: 'bits' },
  { output: 'sigmoid', loss: 'binaryCrossEntropy', targets: 'shares' },
  { output: 'linear', loss: 'meanAbsoluteError', targets: 'values' },
  { output: 'silu', loss: 'meanAbsoluteError', targets: 'values' },
  { output: 'linear', loss: 'huber', targets: 'values' },
  { output: 'gelu', loss: 'logCosh', targets: 'values' },
  { output: 'linear', loss: 'hinge', targets: 'bits' },
  { output: 'tanh', loss: 'hinge', targets: 'oneHot' },
  { output: 'linear', loss: 'categoricalHinge', targets: 'labels' },
  { output: 'softplus', loss: 'poisson', targets: 'values' },
  { output: 'softmax', loss: 'klDivergence', targets: 'shares' },
  { output: 'softmax', loss: 'focal', targets: 'labels' },
  { output: 'softmax', loss: 'focal', targets: 'shares' },
  { output: 'sigmoid', loss: 'binaryFocal', targets: 'bits' },
]

interface Case {
  readonly network: TextbookNetwork
  readonly sizes: number[]
  readonly bias: boolean
  readonly x: number[][]
  readonly y: number[][]
  /** y as the network is given it. */
  readonly given: number[] | number[][]
  readonly seed: number
  readonly learningRate: number
}

const inRows = (values: ArrayLike<number>, columns: number): number[][] =>
  Array.from({ length: values.length / columns }, (_, r) =>
    Array.from({ length: columns }, (__, c) => values[r * columns + c]),
  )

/** A random network and data, the same for the same seed. */
function draw(hidden: ActivationName, { output, loss, targets }: Ending, bias: boolean, seed: number): Case {
  const pick = (choices: number[], which: number) =>
    choices[Math.floor((numbers(8, seed)[which] / 2 + 0.5) * choices.length)]
  // Zeros that the first layer skips, of wide rows alone.
  const sparse = pick([0, 0, 1], 0) === 1
  const sizes = [
    sparse ? 45 : pick([1, 3, 4, 9, 17, 33], 1),
    sparse ? 30 : pick([1, 4, 5, 8, 13, 35], 2),
    ...(pick([0, 1, 1], 3) ? [pick([2, 7, 8, 19], 4)] : []),
    pick([2, 3, 4, 5, 9], 5),
  ]
  const layers = sizes.slice(1).map((units, l) => ({
    // Of a deviation of √(1/3k), as for a unit that a row of x reaches in a size of about 1.
    weights: inRows(numbers(sizes[l] * units, seed + 10 + l, 1.5 / Math.sqrt(sizes[l])), units),
    biases: bias ? [...numbers(units, seed + 20 + l, 0.5)] : undefined,
    activation: l === sizes.length - 2 ? output : hidden,
  }))
  const columns = sizes.at(-1)!
  const values = numbers(ROWS * sizes[0], seed + 30, 1.5)
  const x = inRows(sparse ? values.map((v, i) => ((i * 2654435761) % 7 === 0 ? v : 0)) : values, sizes[0])
  const raw = inRows(
    numbers(ROWS * columns, seed + 40).map((v) => v / 2 + 0.5),
    columns,
  )
  const classes = raw.map(textbookArgmax)
  const oneHot = classes.map((c) => raw[0].map((_, j) => (j === c ? 1 : 0)))
  const y = {
    values: raw,
    shares: raw,
    oneHot,
    labels: oneHot,
    bits: raw.map((row) => row.map((v) => (v > 0.5 ? 1 : 0))),
  }[targets]
  // The shares of classes need not sum to 1.
  return {
    network: { layers, loss },
    sizes,
    bias,
    x,
    y,
    given: targets === 'labels' ? classes : y,
    seed: seed * 2 ** 32 + seed,
    // Below 2 / Σ a² for activations of about 1: a step that overshoots would magnify what rounding does.
    learningRate: Math.fround(1 / (1 + Math.max(...sizes))),
  }
}

function networkOf(one: Case, name: KernelsName): Network {
  const { network, sizes, bias, seed, learningRate } = one
  const net = new Network({
    inputs: sizes[0],
    layers: network.layers.map(({ activation }, l) => ({
      units: sizes[l + 1],
      activation: activation as HiddenActivationName,
    })),
    loss: network.loss as LossName,
    optimizer: { name: 'sgd', learningRate },
    bias,
    seed,
    kernels: name,
    threads: 1,
  })
  network.layers.forEach(({ weights, biases }, l) => {
    net.setWeights(l, weights)
    if (biases) net.setBiases(l, biases)
  })
  return net
}

const copyOf = ({ layers, loss }: TextbookNetwork): TextbookNetwork => ({
  layers: layers.map((layer) => structuredClone(layer)),
  loss,
})

/**
 * What rounding may do to a quantity of about 1. A sum of k terms is off by √k u Σ|x w| times a small factor, here 2, but
 * with a probability that nothing random reaches (Higham and Mary 2019, doi:10.1137/18M1226312); an activation or slope
 * counts as 8 terms; the backward chain is as long as the forward one, and ends in a sum over the batch. A step passes
 * the error of its gradient on, times the rate.
 */
function toleranceOf({ network, sizes, x, learningRate }: Case, rows: number, steps: number): number {
  const chain = sizes.reduce((sum, k) => sum + k + 8, 0)
  const size = Math.max(1, largestSum(network, x))
  return 2 * Math.sqrt(2 * chain + rows) * UNIT * size * (1 + learningRate * steps)
}

/** |actual − expected| ≤ tolerance · max(1, the largest |expected|) for every element. */
function expectAllClose(actual: ArrayLike<number>, rows: number[][], tolerance: number, what: string) {
  const expected = rows.flat()
  expect(actual.length, what).toBe(expected.length)
  const size = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1)
  let worst = 0
  for (let i = 0; i < expected.length; ++i) {
    const error = Math.abs(actual[i] - expected[i])
    worst = Number.isNaN(error) ? Number.NaN : Math.max(worst, error)
  }
  expect(worst / size, what).toBeLessThanOrEqual(tolerance)
}

/** The least and the most that the rows' hits can sum to where outputs nearer than `margin` count either way. */
function hitsBetween(one: Case, ending: Ending, outputs: number[][], margin: number): [number, number] {
  let least = 0
  let most = 0
  outputs.forEach((a, r) => {
    const y = one.y[r]
    if (losses[ending.loss].kind === 'labels') {
      const edge = ending.loss === 'hinge' ? 0 : 0.5
      // One that is on it is so in float32 too: a row that no relu lets through.
      const isNear = (p: number) => p !== edge && Math.abs(p - edge) < margin
      const near = a.filter(isNear).length
      const right = a.filter((p, j) => !isNear(p) && p >= edge === y[j] >= 0.5).length
      least += right / a.length
      most += (right + near) / a.length
    } else {
      const [first, second] = [...a].sort((p, q) => q - p)
      // Two that are equal are zeros of a relu in float32 too: the first of them is meant.
      const isNear = first !== second && first - second < margin
      const isRight = textbookArgmax(a) === textbookArgmax(y)
      if (isRight && !isNear) least += 1
      if (isRight || isNear) most += 1
    }
  })
  return [least, most]
}

const countsHits = ({ loss, targets }: Ending) =>
  targets === 'bits' || targets === 'oneHot' || targets === 'labels' || losses[loss].kind === 'classes'

let seeds = 0
const cases = hiddenNames.map((hidden) => ({
  hidden,
  drawn: endings.flatMap((ending) =>
    [true, false].map((bias) => {
      for (;;) {
        const one = draw(hidden, ending, bias, ++seeds)
        // Where rounding may decide on which side of its kink a z is, two right answers differ by more than rounding.
        if (nearestKink(one.network, one.x) > toleranceOf(one, BATCH, 0)) return { ending, one }
      }
    }),
  ),
}))

describe('the textbook', () => {
  it('has every activation and loss that nabla has', () => {
    expect([...textbookActivations].sort()).toEqual(Object.keys(activations).sort())
    expect([...textbookLosses].sort()).toEqual(Object.keys(losses).sort())
  })

  it('has the gradient that differences of its own loss have', () => {
    const h = 1e-6
    for (const { drawn } of cases) {
      for (const { one } of drawn) {
        if (nearestKink(one.network, one.x) < 1e-4) continue
        const network = copyOf(one.network)
        const { weights } = textbookGradient(network, one.x, one.y)
        network.layers.forEach((layer, l) => {
          const [i, j] = [layer.weights.length - 1, 0]
          const moved = (by: number) => {
            const kept = layer.weights[i][j]
            layer.weights[i][j] += by
            const loss = textbookLoss(network, one.x, one.y)
            layer.weights[i][j] = kept
            return loss
          }
          const slope = (moved(h) - moved(-h)) / (2 * h)
          // h² of the cut series and 1e-15 / h of the rounded losses, of losses up to about 10.
          expect(Math.abs(weights[l][i][j] - slope)).toBeLessThan(1e-8)
        })
      }
    }
  })

  it('draws the published words of Philox', () => {
    // Random123, kat_vectors.
    const answer = textbookPhilox(
      [0x243f6a88n, 0x85a308d3n, 0x13198a2en, 0x03707344n],
      [0xa4093822n, 0x299f31d0n],
    )
    expect(answer).toEqual([0xd16cfe09n, 0x94fdccebn, 0x5001e420n, 0x24126ea1n])
    const ones = [2n ** 32n - 1n, 2n ** 32n - 1n]
    expect(textbookPhilox([...ones, ...ones], ones)).toEqual([
      0x408f276dn,
      0x41c83b0en,
      0xa20bc7c6n,
      0x6d5451fdn,
    ])
  })
})

describe.each(kernels)('%s', (name) => {
  it.each(part(cases, 3))('trains networks of $hidden as the textbook does', async ({ hidden, drawn }) => {
    for (const { ending, one } of drawn) {
      const what = `${one.sizes.join('-')} ${hidden} ${ending.output} ${ending.loss} ${ending.targets} bias ${one.bias}`
      const net = networkOf(one, name)
      const tolerance = toleranceOf(one, ROWS, 0)
      const outputs = textbookPredict(one.network, one.x)
      expectAllClose(net.predict(one.x), outputs, tolerance, `${what}: predict`)

      const evaluation = net.evaluate({ x: one.x, y: one.given })
      const loss = textbookLoss(one.network, one.x, one.y)
      expectAllClose([evaluation.loss], [[loss]], tolerance, `${what}: loss`)
      expect(evaluation.accuracy !== undefined, what).toBe(countsHits(ending))
      if (evaluation.accuracy !== undefined) {
        const [least, most] = hitsBetween(one, ending, outputs, 2 * tolerance)
        expect(evaluation.accuracy * ROWS, `${what}: hits`).toBeGreaterThanOrEqual(least - 1e-5)
        expect(evaluation.accuracy * ROWS, `${what}: hits`).toBeLessThanOrEqual(most + 1e-5)
        // At most two outputs are that near, or the comparison would say nothing.
        expect(most - least).toBeLessThanOrEqual(2)
      }

      const gradients = net.gradients(one.x, one.given)
      const expected = textbookGradient(one.network, one.x, one.y)
      expectAllClose([gradients.loss], [[loss]], tolerance, `${what}: loss beside the gradients`)
      one.network.layers.forEach((_, l) => {
        expectAllClose(gradients.weights[l], expected.weights[l], tolerance, `${what}: ∇W${l + 1}`)
        expectAllClose(gradients.biases[l], [expected.biases[l] ?? []], tolerance, `${what}: ∇b${l + 1}`)
      })

      const after = copyOf(one.network)
      const lossOfEpochs: number[] = []
      for (let epoch = 0; epoch < EPOCHS; ++epoch) {
        const order = textbookShuffle(ROWS, one.seed, epoch)
        lossOfEpochs.push(textbookEpoch(after, one.x, one.y, order, BATCH, one.learningRate) / ROWS)
      }
      const history = await net.fit({ x: one.x, y: one.given }, { epochs: EPOCHS, batchSize: BATCH })
      const steps = EPOCHS * Math.ceil(ROWS / BATCH)
      const drift = toleranceOf({ ...one, network: after }, BATCH, steps)
      expectAllClose(history.loss, [lossOfEpochs], drift, `${what}: loss of the epochs`)
      after.layers.forEach(({ weights, biases }, l) => {
        expectAllClose(net.weights(l), weights, drift, `${what}: W${l + 1} after`)
        expectAllClose(net.biases(l), [biases ?? []], drift, `${what}: b${l + 1} after`)
      })
      net.dispose()
    }
  })
})

describe('the order of the rows', () => {
  it.each([1, 2])(
    'is the textbook’s where it is long, from every bit of the seed, in %d threads',
    async (threads) => {
      const rows = 20_001
      const seed = 3 * 2 ** 32 + 7
      const [x, y] = [numbers(rows, 1), numbers(rows, 2)]
      const net = new Network({ sizes: [1, 1], seed, threads, optimizer: { name: 'sgd', learningRate: 0.5 } })
      net.setWeights(0, [0.5])
      const history = await net.fit({ x, y }, { batchSize: 500, offThread: threads > 1 })
      expect(history.threads).toBe(threads)
      const trainedFrom = (of: number) => {
        const layers = [{ weights: [[0.5]], biases: [0], activation: 'linear' }]
        const network = { layers, loss: 'quadratic' }
        textbookEpoch(network, inRows(x, 1), inRows(y, 1), textbookShuffle(rows, of, 0), 500, 0.5)
        return layers[0]
      }
      const [expected, other] = [trainedFrom(seed), trainedFrom(7)]
      const difference = Math.abs(net.weights(0)[0] - expected.weights[0][0])
      // 41 steps, each half of a sum of 500 terms below 2 that is then divided by 500: off by √500 u at most, and w
      // itself by u; an old error is halved or more with every step.
      expect(difference).toBeLessThan(2 * Math.sqrt(500) * UNIT)
      expect(Math.abs(net.biases(0)[0] - expected.biases[0])).toBeLessThan(2 * Math.sqrt(500) * UNIT)
      expect(Math.abs(other.weights[0][0] - expected.weights[0][0])).toBeGreaterThan(1e-4)
    },
  )
})
