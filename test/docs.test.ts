// The snippets of docs/teaching.md run, and show what the text says.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as nabla from '../src/index.ts'

/** Runs the snippet on these sources; returns the arguments of each call of console.log. */
async function run(code: string): Promise<unknown[][]> {
  const lines: unknown[][] = []
  const body = code.replace(/^import \{ (.*) \} from 'nabla'$/m, 'const { $1 } = nabla')
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => unknown
  const log = (...args: unknown[]) => lines.push(args)
  await new AsyncFunction('nabla', 'console', body)(nabla, { log })
  return lines
}

const snippetsOf = (file: string): string[] => {
  const text = readFileSync(new URL(`../docs/${file}`, import.meta.url), 'utf8')
  return [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code)
}

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
