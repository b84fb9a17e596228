// Every example runs, on settings small enough for a test, and does what it says.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Network } from 'nabla'
import { describe, expect, it } from 'vitest'
import { costOfGradients, gradientsByHand, largestDifference } from '../examples/backward-by-hand.ts'
import { trainDigits } from '../examples/digits.ts'
import { nielsen, readMnist, reluSoftmax } from '../examples/mnist.ts'
import { walkAlongTheGradient } from '../examples/sleep.ts'
import { withBiases, withColumnOfOnes } from '../examples/xor.ts'

const mnist = fileURLToPath(new URL('../../shared/data/mnist', import.meta.url))
if (!existsSync(mnist)) console.warn('skipped: the MNIST example, ../shared/data/mnist is absent')

describe('examples/xor.ts', () => {
  it.each([withBiases, withColumnOfOnes])('learns exclusive or %o', async (train) => {
    const [a, b, c, d] = await train()
    for (const low of [a, d]) expect(low).toBeLessThan(0.1)
    for (const high of [b, c]) expect(high).toBeGreaterThan(0.9)
  })
})

describe('examples/digits.ts', () => {
  it('reaches 97% on digits it never saw', async () => {
    const { history, report, confusion } = await trainDigits()
    expect(report.accuracy).toBeGreaterThanOrEqual(0.97)
    expect(report.macro.support).toBe(450)
    expect(`${report}`).toMatch(/precision {4}recall {2}f1-score {3}support/)
    expect(history.loss.at(-1)).toBeLessThan(0.1 * history.loss[0])
    expect(confusion.counts.flat().reduce((sum, n) => sum + n, 0)).toBe(450)
  })
  it('prints progress in plain lines where there is no terminal, a curve and the rate', () => {
    const script = fileURLToPath(new URL('../examples/digits.ts', import.meta.url))
    const tsx = fileURLToPath(new URL('../node_modules/tsx/dist/cli.mjs', import.meta.url))
    const out = execFileSync(process.execPath, [tsx, script], { encoding: 'utf8' })
    expect(out).toContain('epoch 300/300')
    expect(out).toContain('mean loss by epoch')
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
    expect(Math.max(...(await reluSoftmax(1, { train, test, epochs: 5 })))).toBeGreaterThan(850)
  })
})

describe('examples/sleep.ts', () => {
  it('goes up along the gradient and down against it, and the numerical gradient agrees', () => {
    const { cost, uphill, downhill, check } = walkAlongTheGradient()
    expect(uphill).toBeGreaterThan(cost)
    expect(downhill).toBeLessThan(cost)
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
