// The snippets of docs/validation.md and docs/lbfgs.md run, and show what the text says.

import { describe, expect, it } from 'vitest'
import { run, snippetsOf } from '../helpers/snippets.ts'

describe('docs/validation.md', () => {
  const [share, early, folds] = snippetsOf('validation.md')

  it('evaluates a share after every epoch', async () => {
    const [[losses, accuracies]] = (await run(share)) as [[number[], number[]]]
    expect([losses.length, accuracies.length]).toEqual([5, 5])
    expect(accuracies[4]).toBeGreaterThan(0.85)
  })

  it('stops early, and says at which epoch', async () => {
    const [[text]] = (await run(early)) as [[string]]
    const [, epochs, best] = text.match(/^ended after (\d+) epochs, the best was (\d+)$/)!.map(Number)
    expect(epochs).toBe(best + 6)
    expect(epochs).toBeLessThan(200)
  })

  it('cross-validates', async () => {
    const lines = await run(folds)
    expect(lines.map(([fold]) => fold).slice(0, 5)).toEqual([1, 2, 3, 4, 5])
    const [, mean, deviation] = (lines[5][0] as string).match(/^(0\.\d+) ± (0\.\d+)$/)!.map(Number)
    expect(mean).toBeGreaterThan(0.9)
    expect(deviation).toBeLessThan(0.03)
    const [, f1] = (lines[6][0] as string).match(/^F1 (0\.\d+) ± 0\.\d+$/)!
    expect(Math.abs(Number(f1) - mean)).toBeLessThan(0.01)
  })
})

it('docs/lbfgs.md converges on the digits', async () => {
  const [[text]] = (await run(snippetsOf('lbfgs.md')[0])) as [[string]]
  const [, steps, loss] = text.match(/^converged after (\d+) steps at a loss of ([\d.e-]+)$/)!.map(Number)
  expect(steps).toBeLessThan(200)
  expect(loss).toBeLessThan(1e-3)
})
