// The snippets of docs/teaching.md run, and show what the text says.

import { describe, expect, it } from 'vitest'
import { run, snippetsOf } from '../helpers/snippets.ts'

describe('docs/teaching.md', () => {
  it('shows the four equations of backpropagation in numbers that agree', async () => {
    const [code] = snippetsOf('teaching.md')
    const lines = await run(code)
    const names = lines.filter((line) => line.length === 4).map(([name]) => name)
    expect(names).toEqual(['W1', 'b1', 'z1', 'a1', "f'(z1)", 'δ1', '∇W1', '∇b1'])
    const pairs = lines.filter((line) => line.length === 2) as [number, number][]
    expect(pairs.length).toBe(4)
    for (const [left, right] of pairs) {
      expect(Math.abs(left)).toBeGreaterThan(1e-4)
      expect(Math.abs(left - right)).toBeLessThan(4 * 2 ** -24 * Math.abs(left))
    }
  })
})
