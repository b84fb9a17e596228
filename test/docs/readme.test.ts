// Every snippet of the README and of docs/plot.md runs as it stands, from the package as npm would install it.

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const snippetsOf = (page: string) => [...page.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code)
const snippets = snippetsOf(readme)

/** The files that npm would publish, in a node_modules of an empty folder. */
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-readme-'))
  const target = join(folder, 'node_modules', 'nabla')
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const given: string[] = files.filter((file: string) => !file.startsWith('!'))
  mkdirSync(target, { recursive: true })
  for (const file of ['package.json', ...given])
    cpSync(join(root, file), join(target, file), { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (code: string): string => {
  const file = join(folder, 'snippet.mjs')
  writeFileSync(file, code)
  return execFileSync(process.execPath, [file], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

describe('the README', () => {
  it('has its snippets where this test looks for them', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(7)
    // Whatever is fenced is either run here or a shell command.
    expect(
      [...readme.matchAll(/^```(\w+)$/gm)].every(([, language]) => ['js', 'sh'].includes(language)),
    ).toBe(true)
  })

  it('begins with twenty lines that learn the digits', () => {
    const lines = snippets[0].split('\n').filter((line) => line.trim())
    expect(lines.length).toBeLessThanOrEqual(22)
    const out = run(snippets[0])
    expect(out).toMatch(/^40 0\.\d+ 0\.9[6-9]/m)
    expect(out).toMatch(/accuracy +0\.9[6-9] +450/)
  })

  it.each(snippets.slice(1).map((code, i) => [i + 2, code]))('runs snippet %i', (_, code) => {
    expect(() => run(code as string)).not.toThrow()
  })

  it('leads to docs/formats.md, whose snippets print what they say', () => {
    expect(readme).toContain('(docs/formats.md)')
    const page = readFileSync(join(root, 'docs/formats.md'), 'utf8')
    const [saves, posts, predicts] = snippetsOf(page)
    expect(run(saves)).toBe('true\n'.repeat(saves.match(/\/\/ true$/gm)!.length))
    expect(run(posts)).toMatch(/^Network 2-4-1 \(relu, linear; /)
    expect(run(predicts)).toMatch(/class: '(ant|bee|cow)'.*Float32Array\(6\).*(relaxed|simd)\n$/s)
  })

  it('goes on from the checkpoint file that a fit has left', () => {
    const code = snippets.find((one) => one.includes('readCheckpoint('))!
    expect(run(code)).toBe('12 20\n')
    expect(existsSync(join(folder, 'net.ckpt.previous'))).toBe(true)
  })

  // Those of lbfgs.md, models.md, teaching.md, training.md and validation.md are run by tests of their own, which read what they print.
  it.each(['learning-rates', 'optimizers', 'regularisation'])(
    'leads to docs/%s.md, whose snippets run',
    (name) => {
      expect(readme).toContain(`(docs/${name}.md)`)
      const found = snippetsOf(readFileSync(join(root, 'docs', `${name}.md`), 'utf8'))
      expect(found.length).toBeGreaterThan(0)
      for (const code of found) expect(() => run(code)).not.toThrow()
    },
  )

  it('leads to a page about the stages of a layer, whose snippets run too', () => {
    expect(readme).toContain('(docs/layers.md)')
    const [stages, slopes, mish] = snippetsOf(readFileSync(join(root, 'docs/layers.md'), 'utf8'))
    const out = run(stages)
    expect(out).toContain('Float32Array(64)')
    expect(out).toContain('Float32Array(32)')
    expect(run(slopes)).toContain('Network 64-32-16-10 (leakyRelu[0.3], elu[0.5], softmax; crossEntropy')
    const [relativeError, isSame] = run(mish).trim().split('\n')
    expect(Number(relativeError)).toBeLessThan(1e-5)
    expect(isSame).toBe('true')
  })

  it('leads to a page about losses, whose snippet finds quantiles', () => {
    expect(readme).toContain('(docs/losses.md)')
    const [quantiles] = snippetsOf(readFileSync(join(root, 'docs/losses.md'), 'utf8'))
    const [relativeError, ...predicted] = run(quantiles).split('\n')
    expect(Number(relativeError)).toBeLessThan(1e-5)
    const [low, high] = predicted
      .join(' ')
      .match(/\[ ([\d.]+), ([\d.]+) \]/)!
      .slice(1)
      .map(Number)
    expect(Math.abs(low - 0.08)).toBeLessThan(0.04)
    expect(Math.abs(high - 0.72)).toBeLessThan(0.04)
  })

  it('shows messages as they are', () => {
    const out = run(snippets.find((code) => code.includes('sigmoidd'))!)
    expect(out).toContain(`options.activation: expected one of 'linear', 'sigmoid'`)
    expect(out).toMatch(
      /true \d+ the loss is no longer finite in epoch \d+, batch 1\. Likely cause: the learning rate 100 is too high/,
    )
    // What it advises is what the comment says, and what test/diagnosis/diagnosis.test.ts trains with.
    expect(out).toContain('about 0.353 is bearable; try 0.2.')
    expect(readme).toContain('about 0.353 is bearable; try 0.2.')
    const notes = run(snippets.find((code) => code.includes('net.diagnose('))!)
    expect(notes.split('\n').map((line) => line.replace(/ (undefined|\d).*/, ''))).toEqual([
      ...['targets', 'weights', 'constant column', 'dead units', ''],
    ])
  })

  it('names files that exist', () => {
    for (const [, file] of readme.matchAll(/\]\(((?:docs|examples)\/[^)#]+)\)/g)) {
      expect(() => readFileSync(join(root, file))).not.toThrow()
    }
  })
})

describe('docs/plot.md', () => {
  const page = readFileSync(join(root, 'docs/plot.md'), 'utf8')
  const [files, texts] = snippetsOf(page)

  it('has a snippet that writes pictures', () => {
    run(files)
    const written = [...files.matchAll(/writeFileSync\('([^']+)'/g)].map(([, file]) => file)
    expect(written.length).toBe(5)
    for (const file of written)
      expect(readFileSync(join(folder, file), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s)
  })

  it('has a snippet that draws the others', () => {
    expect(run(texts)).toBe('true\n')
    for (const [, name] of page.matchAll(/^\| `(plot\w+)\(/gm))
      expect(`${files}${texts}`).toContain(`${name}(`)
  })
})
