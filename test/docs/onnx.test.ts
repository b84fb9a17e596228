// The snippets of docs/onnx.md run, and show what the text says.

import * as fs from 'node:fs'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as data from '../../src/data/index.ts'
import * as datasets from '../../src/datasets/index.ts'
import * as nabla from '../../src/index.ts'
import * as model from '../../src/models/index.ts'
import * as onnx from '../../src/onnx/index.ts'

const entries: Record<string, object> = {
  nabla,
  'nabla/data': data,
  'nabla/datasets': datasets,
  'nabla/model': model,
  'nabla/onnx': onnx,
  'node:fs': fs,
}

/** Runs the snippet on these sources; returns the arguments of each call of console.log. */
async function run(code: string): Promise<unknown[][]> {
  const lines: unknown[][] = []
  const body = code.replace(/^import (\{.*\}) from ('.*')$/gm, 'const $1 = entries[$2]')
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => unknown
  const log = (...args: unknown[]) => lines.push(args)
  await new AsyncFunction('entries', 'console', body)(entries, { log })
  return lines
}

const text = readFileSync(new URL('../../docs/onnx.md', import.meta.url), 'utf8')
const snippets = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code)

describe('docs/onnx.md', () => {
  it('has four snippets', () => {
    expect(snippets.length).toBe(4)
  })

  it('writes a network', async () => {
    const [[kind, probability]] = await run(snippets[0])
    expect(kind).toBe('Uint8Array')
    expect(probability).toBeGreaterThan(0)
    expect(probability).toBeLessThan(1)
  })

  it('takes a model there and back', async () => {
    const [[read, written]] = await run(snippets[1])
    expect(read).toEqual(written)
    expect(typeof read).toBe('number')
  })

  it('reads a network with options', async () => {
    const [[line]] = await run(snippets[2])
    expect(line).toMatch(/^Network 4-16-3 \(relu, softmax; crossEntropy; adam 0\.001; .*kernels 'simd'/)
  })

  it('reads external data', async () => {
    expect(await run(snippets[3])).toEqual([['function']])
  })
})
