// Every example runs, on settings small enough for a test, and does what it says.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Network } from 'nabla'
import { describe, expect, it } from 'vitest'
import { gradientByLayer, pictures as picturesOfActivations } from '../../examples/activations.ts'
import { costOfGradients, gradientsByHand, largestDifference } from '../../examples/backward-by-hand.ts'
import { pictures as picturesOfDigits, trainDigits } from '../../examples/digits.ts'
import { compareInitializers, picture as pictureOfInitializers } from '../../examples/initializers.ts'
import { nielsen, pictures as picturesOfMnist, readMnist, reluSoftmax } from '../../examples/mnist.ts'
import * as modified from '../../examples/modified-neuron.ts'
import {
  compareOptimizers,
  OPTIMIZERS,
  pictures as picturesOfOptimizers,
  tableOf,
} from '../../examples/optimizers.ts'
import { picture as pictureOfSleep, walkAlongTheGradient } from '../../examples/sleep.ts'
import { houses, pictures as picturesOfPrices, trainPrices } from '../../examples/tabular-regression.ts'
import { pictures as picturesOfXor, withBiases, withColumnOfOnes } from '../../examples/xor.ts'
import { descendants, parseXml } from '../helpers/xml.ts'

const mnist = fileURLToPath(new URL('../../../shared/data/mnist', import.meta.url))
if (!existsSync(mnist)) console.warn('skipped: the examples on MNIST, ../shared/data/mnist is absent')

/** The titles of pictures by their names; throws where one is no well-formed SVG. */
const titlesOf = (pictures: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(pictures).map(([name, svg]) => [name, parseXml(svg).attributes.get('aria-label')!]),
  )
const textsOf = (svg: string): string[] =>
  descendants(parseXml(svg)).flatMap(({ name, text }) => (name === 'text' ? [text] : []))

describe('examples/xor.ts', () => {
  it.each([withBiases, withColumnOfOnes])('learns exclusive or %o', async (train) => {
    const [a, b, c, d] = await train()
    for (const low of [a, d]) expect(low).toBeLessThan(0.1)
    for (const high of [b, c]) expect(high).toBeGreaterThan(0.9)
  })
  it('draws what the network says, and its loss', async () => {
    expect(titlesOf(await picturesOfXor(20))).toEqual({
      xor: 'Exclusive or, 2-2-1',
      'xor-loss': 'Exclusive or: loss by epoch',
    })
  })
})

describe('examples/digits.ts', () => {
  it('reaches 97% on digits it never saw', async () => {
    const trained = await trainDigits()
    const { history, report, confusion } = trained
    expect(report.accuracy).toBeGreaterThanOrEqual(0.97)
    expect(report.macro.support).toBe(450)
    expect(`${report}`).toMatch(/precision {4}recall {2}f1-score {3}support/)
    expect(history.loss.at(-1)).toBeLessThan(0.1 * history.loss[0])
    expect(confusion.counts.flat().reduce((sum, n) => sum + n, 0)).toBe(450)
    expect(Object.keys(titlesOf(picturesOfDigits(trained)))).toEqual([
      'digits-loss',
      'digits-read',
      'digits-confusion',
      'digits-weights',
    ])
  })
  it('prints progress in plain lines where there is no terminal, a curve and the rate', () => {
    const script = fileURLToPath(new URL('../../examples/digits.ts', import.meta.url))
    const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url))
    const cwd = mkdtempSync(join(tmpdir(), 'nabla-examples-'))
    const out = execFileSync(process.execPath, [tsx, script], { cwd, encoding: 'utf8' })
    const written = [...out.matchAll(/^picture: (.*)$/gm)].map(([, file]) =>
      readFileSync(join(cwd, file), 'utf8'),
    )
    rmSync(cwd, { recursive: true })
    expect(written.map((svg) => parseXml(svg).name)).toEqual(['svg', 'svg', 'svg', 'svg'])
    expect(out).toContain('epoch 300/300')
    expect(out).toMatch(/mean loss by epoch +\n[\s\S]*┤/)
    expect(out).toMatch(/weighted avg {7}0\.9/)
    expect(out).toMatch(/[\d,]+ samples\/s/)
    expect(out).toContain('CC BY 4.0')
  })
})

describe.skipIf(!existsSync(mnist))('examples/mnist.ts', () => {
  it('trains both networks on the first images and prints a line for each epoch', async () => {
    const train = await readMnist(mnist, 'train', 3000)
    const test = await readMnist(mnist, 't10k', 1000)
    const lines: string[] = []
    const print = (line: string) => lines.push(line)
    const right = await nielsen(1, { train, test, epochs: 5, print })
    expect(lines[2]).toBe(`Epoch 3: ${right[2]} / 1000`)
    expect(Math.max(...right)).toBeGreaterThan(850)
    let pictures: Record<string, string> = {}
    const trained = (net: Network) => {
      pictures = picturesOfMnist(net, test, 'mnist')
    }
    expect(Math.max(...(await reluSoftmax(1, { train, test, epochs: 5, trained })))).toBeGreaterThan(850)
    expect(titlesOf(pictures)['mnist-weights']).toBe('Weights of the 64 hidden units')
    expect(descendants(parseXml(pictures['mnist-read'])).filter(({ name }) => name === 'image').length).toBe(
      60,
    )
  })
})

describe('examples/sleep.ts', () => {
  it('goes up along the gradient and down against it, and the numerical gradient agrees', () => {
    const walk = walkAlongTheGradient()
    const { cost, uphill, downhill, along, check } = walk
    expect(uphill).toBeGreaterThan(cost)
    expect(downhill).toBeLessThan(cost)
    expect(along.y[along.x.indexOf(0)]).toBe(cost)
    expect(textsOf(pictureOfSleep(walk))).toContain('k in W + k ∂J/∂W')
    expect(check.groups.map(({ name, checked }) => `${name} ${checked}`)).toEqual([
      'W1 6',
      'b1 3',
      'W2 3',
      'b2 1',
    ])
    expect(check.relativeError).toBeLessThan(1e-8)
  })
})

describe('examples/backward-by-hand.ts', () => {
  const x = [
    [0, 0.5],
    [1, 0.2],
    [0.3, 0.9],
  ]
  const y = [
    [1, 0],
    [0, 1],
    [0.5, 0.5],
  ]
  it.each(['sigmoid', 'linear'] as const)('gets the library’s gradients of a %s network', (activation) => {
    const net = new Network({ sizes: [2, 4, 2], activation, loss: 'quadratic', seed: 1 })
    const lines: string[] = []
    const shapes = gradientsByHand(net, x, y, (line) => lines.push(line)).map(({ weights }) => [
      weights.length,
      weights[0].length,
    ])
    expect(shapes).toEqual([
      [2, 4],
      [4, 2],
    ])
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'forward',
      'forward',
      'gradient',
      'backward',
      'gradient',
    ])
    // Two sums of at most 4 terms of about 1, rounded to float32.
    expect(largestDifference(net, x, y)).toBeLessThan(16 * 2 ** -23)
  })
  it('measures what finite differences would cost', () => {
    const { parameters, passes, forward, backward, differences } = costOfGradients([30, 20, 10], 5)
    expect([parameters, passes]).toEqual([830, 831])
    expect(differences / forward).toBeCloseTo(passes, 6)
    expect(backward).toBeGreaterThan(0)
  })
})

describe('examples/activations.ts', () => {
  it('shows that the gradient of a deep network of sigmoids vanishes, and draws σ and σ′', () => {
    const sigmoid = gradientByLayer('sigmoid')
    expect(sigmoid.length).toBe(8)
    for (let l = 1; l < 8; ++l) expect(sigmoid[l]).toBeGreaterThan(2 * sigmoid[l - 1])
    const relu = gradientByLayer('relu')
    expect(relu[7] / relu[0]).toBeLessThan(20)
    expect(titlesOf(picturesOfActivations()).sigmoid).toBe('σ(z) and its derivative σ′(z)')
  })
})

describe('examples/optimizers.ts', () => {
  it('trains the same network with each optimizer, and shows loss and accuracy after each epoch', async () => {
    const epochs = 10
    const histories = await compareOptimizers({ epochs })
    expect(Object.keys(histories)).toEqual(Object.keys(OPTIMIZERS))
    for (const [name, { loss, accuracy }] of Object.entries(histories)) {
      expect(accuracy.length, name).toBe(epochs)
      expect(loss.at(-1), name).toBeLessThan(0.3 * loss[0])
      expect(accuracy.at(-1), name).toBeGreaterThan(name === 'l-bfgs' ? 0.8 : 0.9)
    }
    // What the picture is there to show: momentum and Adam are ahead of plain SGD, each at the rate that suits it.
    for (const name of ['momentum', 'nesterov', 'adam']) {
      expect(histories[name].loss.at(-1), name).toBeLessThan(0.8 * histories.sgd.loss.at(-1)!)
    }
    const lines = tableOf(histories, 'loss').split('\n')
    expect(lines.length).toBe(1 + epochs)
    expect(lines[0].trim().split(/\s+/)).toEqual(['epoch', ...Object.keys(OPTIMIZERS)])
    expect(lines[epochs].trim().split(/\s+/)[1]).toBe(histories.sgd.loss[epochs - 1].toFixed(4))
    const drawn = picturesOfOptimizers(histories)
    expect(titlesOf(drawn)).toEqual({
      'optimizers-loss': 'Digits: loss by epoch',
      'optimizers-wrong': 'Digits held back: share misread by epoch',
    })
    for (const svg of Object.values(drawn)) {
      expect(textsOf(svg)).toEqual(expect.arrayContaining(Object.keys(OPTIMIZERS)))
    }
  })
})

describe('examples/tabular-regression.ts', () => {
  it('predicts prices in euros from a table of unlike columns, and stops early', async () => {
    const trained = await trainPrices()
    const { history, scores } = trained
    expect(history.epochs).toBe(history.bestEpoch! + 25 + 1)
    // Between what a line can do and the noise in the prices, which nothing can predict.
    const { 'linear model': linear, '7-32-16-1': network, 'without noise': noise } = scores
    expect(network.rootMeanSquaredError).toBeLessThan(0.6 * linear.rootMeanSquaredError)
    expect(network.rootMeanSquaredError).toBeGreaterThan(noise.rootMeanSquaredError)
    expect(network.r2).toBeGreaterThan(0.97)
    expect(Object.keys(titlesOf(picturesOfPrices(trained)))).toEqual([
      'prices-loss',
      'prices-predicted',
      'prices-residuals',
    ])
  })
  it('makes the same houses each time', () => {
    expect(houses(5).price).toEqual(houses(9).price.subarray(0, 5))
  })
})

describe.skipIf(!existsSync(mnist))('examples/initializers.ts', () => {
  it('compares the loss after each epoch: weights of zeros learn least', async () => {
    const train = await readMnist(mnist, 'train', 2000)
    const lines: string[] = []
    const histories = await compareInitializers({ train, epochs: 2, print: (line) => lines.push(line) })
    expect(lines.length).toBe(5)
    const last = Object.fromEntries(Object.entries(histories).map(([name, { loss }]) => [name, loss[1]]))
    for (const name of ['standardNormal', 'lecunNormal', 'glorotUniform', 'heNormal']) {
      expect(last[name], name).toBeLessThan(0.7 * last.zeros)
    }
    expect(textsOf(pictureOfInitializers(histories))).toEqual(
      expect.arrayContaining(['zeros', 'heNormal', 'epoch']),
    )
  })
})

it('examples/initializers.ts says where MNIST is absent', () => {
  const script = fileURLToPath(new URL('../../examples/initializers.ts', import.meta.url))
  const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url))
  const out = execFileSync(process.execPath, [tsx, script, tmpdir()], { encoding: 'utf8' })
  expect(out).toMatch(/^skipped: no train-images-idx3-ubyte\[\.gz\] in /)
})

describe('examples/modified-neuron.ts', () => {
  const { x, y, makeNetwork, modification, layersOf, backward } = modified
  it('gets the library’s gradients while all neurons are sigmoids', () => {
    const net = makeNetwork()
    const { weights, biases } = net.gradients([x], [y])
    backward(layersOf(net), x, y).forEach((layer, l) => {
      layer.weights.flat().forEach((g, i) => {
        expect(Math.abs(g - weights[l][i])).toBeLessThan(16 * 2 ** -23)
      })
      layer.biases.forEach((g, u) => {
        expect(Math.abs(g - biases[l][u])).toBeLessThan(16 * 2 ** -23)
      })
    })
  })
  it.each([modification, { ...modification, layer: 1 }])('agrees with central differences: %o', (one) => {
    const layers = layersOf(makeNetwork(), one)
    // Rounding of costs of about 1 over 2h, and h² times a third derivative of about 1.
    expect(modified.largestError(layers, x, y)).toBeLessThan(1e-9)
    expect(backward(layers, x, y)).not.toEqual(backward(layersOf(makeNetwork()), x, y))
  })
  it('still learns', () => {
    const costs = modified.descend(layersOf(makeNetwork(), modification), x, y)
    expect(costs.at(-1)).toBeLessThan(0.05 * costs[0])
    expect(Object.keys(titlesOf(modified.pictures()))).toEqual(['modified-neuron', 'modified-neuron-cost'])
  })
})
