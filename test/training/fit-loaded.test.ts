// The part that trains is loaded by the first fit: later, once, or along with what imports nabla/fit.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-fit-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'nabla'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const training = `const net = new Network({ sizes: [2, 3, 1], kernels: 'reference', seed: 1 })
export const trained = net.fit({ x: [[0, 1], [1, 0]], y: [1, 0] }, { epochs: 3 }).then(({ epochs }) => epochs)
export const locked = (() => { try { net.trainBatch([[0, 1]], [1]) } catch (error) { return error.message } })()`

/** Bundles a page, and returns its chunks and what it exports. */
async function page(name: string, code: string, output: object = {}) {
  const input = join(folder, `${name}.mjs`)
  writeFileSync(input, code)
  const bundle = await rolldown({ input, platform: 'browser' })
  const dir = join(folder, name)
  const { output: files } = await bundle.write({ dir, entryFileNames: 'page.mjs', ...output })
  const { trained, locked } = await import(join(dir, 'page.mjs'))
  return { files, trained: await trained, locked }
}

describe('a page that fits', () => {
  it('gets the loop in a chunk of its own, and locks the network before that comes', async () => {
    const { files, trained, locked } = await page('split', `import { Network } from 'nabla'\n${training}`)
    const later = files.find(({ name }) => name === 'fitting')!
    const early = files.filter((file) => file.type === 'chunk' && file !== later)
    for (const { imports } of early as { imports: string[] }[]) expect(imports).not.toContain(later.fileName)
    expect([trained, locked]).toEqual([3, expect.stringMatching(/the network is training; await fit first/)])
  })

  it('trains from one file where a bundler makes one of all', async () => {
    const code = `import { Network } from 'nabla'\n${training}`
    const { files, trained } = await page('single', code, { codeSplitting: false })
    expect([files.length, trained]).toEqual([1, 3])
  })

  it('has it at once with nabla/fit, without a chunk that comes later', async () => {
    const code = `import 'nabla/fit'\nimport { Network } from 'nabla'\n${training}`
    const { files, trained } = await page('whole', code)
    expect([files.length, trained]).toEqual([1, 3])
    expect(existsSync(join(root, 'dist/fitting.js'))).toBe(true)
    expect(readFileSync(join(root, 'dist/fit.js'), 'utf8')).toMatch(/from "\.\/fitting\.js"/)
  })
})

it('is loaded once', async () => {
  const { loadFitting, provideFitting } = await import('../../src/calls/load-fitting.ts')
  const first = loadFitting()
  expect(loadFitting()).toBe(first)
  const fitting = await first
  expect(typeof fitting.fitSources).toBe('function')
  provideFitting(fitting)
  expect(await loadFitting()).toBe(fitting)
})
