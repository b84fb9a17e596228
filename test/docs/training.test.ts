// The snippet of docs/training.md runs, and prints what its comment says.

import { describe, expect, it } from 'vitest'
import { run, snippetsOf } from '../helpers/snippets.ts'

describe('docs/training.md', () => {
  it('calls back after each step and each epoch, with the figures that it names', async () => {
    const lines = await run(snippetsOf('training.md')[0])
    expect(lines.at(-1)).toEqual([135, 3])
    expect(lines.length).toBe(7)
    const epochs = lines.filter(([first]) => /^\d of 3$/.test(`${first}`))
    expect(epochs.map(([first]) => first)).toEqual(['1 of 3', '2 of 3', '3 of 3'])
    for (const figures of epochs) {
      expect(figures.length).toBe(8)
      expect(figures.slice(1).every((figure) => typeof figure === 'number' && figure > 0)).toBe(true)
    }
    expect(lines[0][0]).toMatch(/^epoch 1: 45 batches, the last with a loss of \d/)
  })
})
