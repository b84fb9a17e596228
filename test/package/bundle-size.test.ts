// What a page pays for the package: bytes of a bundler's output, minified, and gzipped as servers send them. Each limit is what
// was measured, rounded up: it goes down, or up by what a page gets for it (0.3 KB for the names that were meant, in messages;
// 0.5 KB of what comes later for metrics of weights and numbers whose products leave float64; 1.6 KB for the streams of readCsv, its
// columns of texts and its cells without a value; 0.5 KB for slopes and α of one's own, of which nabla/predict has 0.4).

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-size-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'nabla'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Kilobytes (1,000 bytes) of the chunks of a page that runs `code`: what it loads at once, and with what it loads later. */
async function kilobytes(code: string): Promise<{ first: number; all: number }> {
  const input = join(folder, 'page.mjs')
  writeFileSync(input, code)
  const page = await rolldown({ input, platform: 'browser' })
  const { output } = await page.generate({ minify: true })
  const chunks = output.flatMap((chunk) => (chunk.type === 'chunk' ? [chunk] : []))
  const entry = chunks.find((chunk) => chunk.isEntry)!
  const atOnce = new Set([entry.fileName, ...entry.imports])
  const sizeOf = (list: typeof chunks) =>
    list.reduce((sum, chunk) => sum + gzipSync(chunk.code, { level: 9 }).length, 0) / 1000
  return { first: sizeOf(chunks.filter((chunk) => atOnce.has(chunk.fileName))), all: sizeOf(chunks) }
}

describe('a page that imports', () => {
  it.each([
    ["import { Network } from 'nabla'; globalThis.it = Network", 85.6, 107],
    [
      "import { predictorFromJSON, predictorFromSafetensors } from 'nabla/predict'; " +
        'globalThis.it = [predictorFromJSON, predictorFromSafetensors]',
      22.5,
      22.5,
    ],
    ["import { standardScaler } from 'nabla/data'; globalThis.it = standardScaler", 3, 3],
    ["import { readCsv } from 'nabla/data'; globalThis.it = readCsv", 7.8, 7.8],
    ["import { plotHistory } from 'nabla/plot'; globalThis.it = plotHistory", 7, 7],
  ])('%s: loads at most %s KB at once, and %s in all', async (code, first, all) => {
    const size = await kilobytes(code)
    expect(size.first).toBeLessThanOrEqual(first)
    expect(size.all).toBeLessThanOrEqual(all)
    // A limit that nothing comes near holds nothing.
    expect(size.all).toBeGreaterThan(all - 2)
  })
})

/** The files of dist/ that are read with one of them, and that file. */
function readWith(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found
  found.add(file)
  const code = readFileSync(join(root, 'dist', file), 'utf8')
  for (const [, other] of code.matchAll(/^(?:import|export)\b[^'"]*["']\.\/([^"']+)["'];?$/gm))
    readWith(other!, found)
  return found
}

describe('the file of the main entry', () => {
  // esbuild gives a page at once whatever its entry can reach by files, used or not: 6 KB when this was so of the threads.
  it('reads nothing of the threads, which the loop that trains brings along', () => {
    const files = readWith('index.js')
    expect([...files]).toContain('network.js')
    expect([...files]).not.toContain('workers.js')
    expect([...readWith('fitting.js')]).toContain('workers.js')
  })
})
