// The Markdown of bench/RESULTS.md is made from the JSON of the runs, and says what that says.

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const folder = new URL('../../bench/peers/', import.meta.url)
// Plain JavaScript, without types: outside the program that tsc checks.
const load = (name: string) => import(/* @vite-ignore */ new URL(name, folder).href)
const { render } = await load('write.mjs')
const { withSections } = await load('markdown.mjs')
const { workloads } = await load('workloads.mjs')

const machine = {
  cpu: 'a CPU',
  cores: 2,
  node: 'Node 22',
  pinned: true,
  date: '2026-01-01',
  minutes: 1,
  rounds: 1,
  timing: { warm: 1, repetitions: 7, seconds: 0.5 },
}
const columns = [
  { id: 'nabla-simd', group: 'nabla', note: '' },
  { id: 'sklearn', group: 'native', note: '' },
]
/** The cells of the row that begins with `name`. */
const cellsOf = (markdown: string, name: string) =>
  markdown
    .split('\n')
    .find((line) => line.startsWith(`| ${name}`))!
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

describe('bench/RESULTS.md', () => {
  const results = readFileSync(new URL('../../bench/RESULTS.md', import.meta.url), 'utf8')
  const runs = readdirSync(new URL('runs/', folder)).filter((name) => name.endsWith('.json'))
  it.each(runs)('holds the sections that %s makes, word for word', (name) => {
    const run = JSON.parse(readFileSync(new URL(`runs/${name}`, folder), 'utf8'))
    expect(run.machine.quick).toBe(false)
    expect(withSections(results, render(run))).toBe(results)
  })
})

describe('withSections', () => {
  const text = '# The race\n\nold\n\n## Peak\n\n1\n\n### Below\n\n2\n\n## By hand\n\nkept\n'
  it('replaces a section with all below it, keeps the others and adds new ones at the end', () => {
    expect(withSections(text, '## Peak\n\n9\n\n## New\n\n3\n')).toBe(
      '# The race\n\nold\n\n## Peak\n\n9\n\n## By hand\n\nkept\n\n## New\n\n3\n',
    )
  })
  it('begins a file', () => {
    expect(withSections('', '## New\n\n3\n\n')).toBe('## New\n\n3\n')
  })
})

describe('the Markdown of a run', () => {
  it('says where other work ran beside it', () => {
    const markdownAt = (load: number): string => {
      const toTheEnd = { rows: [], columns, seeds: 3, runs: {} }
      return render({ machine: { ...machine, load }, peak: {}, columns, rows: [], results: {}, toTheEnd })
    }
    expect(markdownAt(12.7)).toContain('one core, pinned; other work ran beside it (load 13);')
    expect(markdownAt(1.2)).not.toContain('other work')
  })
  it('compares trainings to the end by the medians of their CPU seconds, and shows the mean error', () => {
    const row = workloads.find(({ id }: { id: string }) => id === 'mlp-adam')
    const done = (seconds: number, epochs: number, testError: number) => ({
      seconds: 2 * seconds,
      cpuSeconds: seconds,
      epochs,
      testError,
    })
    const toTheEnd = {
      rows: [row],
      columns,
      seeds: 3,
      runs: {
        'mlp-adam/nabla-simd': [done(2, 20, 0.02), done(9, 30, 0.03), done(3, 30, 0.025)],
        'mlp-adam/sklearn': [done(12, 20, 0.02), done(10, 40, 0.03), done(30, 30, 0.022)],
      },
    }
    const markdown = render({ machine, peak: {}, columns, rows: [], results: {}, toTheEnd })
    expect(cellsOf(markdown, 'nabla-simd')).toEqual([
      'nabla-simd',
      '6.0 (4.0 to 18.0)',
      '3.0 (2.0 to 9.0)',
      '30 (20 to 30)',
      '100',
      '2.50 (2.00 to 3.00)',
      '4.00×',
      '6.00×',
    ])
    expect(cellsOf(markdown, 'sklearn').slice(-2)).toEqual(['–', '–'])
  })
  it('gives one workload a section of its own: the fastest first, and why others did not run', () => {
    const row = workloads.find(({ id }: { id: string }) => id === 'wide512')
    const results = {
      'wide512/nabla-simd': {
        rates: [10_000, 12_000, 11_000, 11_000, 11_000],
        cpuRates: [15_000, 12_000, 16_000, 17_000, 16_000],
      },
      'wide512/sklearn': { rates: [22_000, 22_000], checkError: 0.02 },
      'wide512/FANN': { absent: 'no Adam' },
    }
    const all = [...columns, { id: 'FANN', group: 'native', note: '' }]
    const markdown: string = render({ machine, peak: {}, columns: all, rows: [row], results })
    expect(markdown).toMatch(/^## wide512: train 784-512-512-10 .*Adam$/m)
    expect(markdown.indexOf('| sklearn')).toBeLessThan(markdown.indexOf('| nabla-simd'))
    expect(cellsOf(markdown, 'nabla-simd').slice(1, 5)).toEqual(['11.0 ±9%', '16.0 ±25%', '51.3', '1.00×'])
    expect(cellsOf(markdown, 'sklearn').slice(1, 5)).toEqual(['22.0\\*† ±0%', '–', '70.6', '0.727×'])
    expect(markdown).toContain('- **FANN** did not run: no Adam')
    // The race's own headings are another's: they stay as they are.
    expect(markdown).not.toMatch(/^# /m)
  })
})
