// The house keeps its shape: imports point one way, and there are no cycles.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

const files = ['assembly', 'src']
  .flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((file) => join(room, file)),
  )
  .filter((file) => file.endsWith('.ts') && !file.startsWith('src/generated'))

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const from = [
    ...text.matchAll(/^(?:import|export)\b[^'"]*?from '([^']+)'/gms),
    ...text.matchAll(/import\('([^']+)'\)/g),
  ]
  return from.map(([, target]) => {
    if (!target.startsWith('.')) return target
    const path = relative(root, resolve(root, dirname(file), target))
    return path.endsWith('.ts') ? path : `${path}.ts`
  })
}

const graph = new Map(files.map((file) => [file, importsOf(file)]))

/**
 * The layers of src/, lowest first. A file may import its own layer and those below it.
 */
const layers: readonly (readonly string[])[] = [
  [
    'assembly/abi.ts',
    'src/errors.ts',
    'src/notes.ts',
    'src/pace.ts',
    'src/math.ts',
    'src/largest.ts',
    'src/disposing.ts',
  ],
  [
    'src/check.ts',
    'src/random.ts',
    'src/panels.ts',
    'src/tables.ts',
    'src/metrics.ts',
    'src/one-hot.ts',
    'src/classify.ts',
  ],
  ['src/plan.ts', 'src/initializers.ts'],
  [
    'src/tape.ts',
    'src/options.ts',
    'src/network-settings.ts',
    'src/call-settings.ts',
    'src/backend.ts',
    'src/watched.ts',
  ],
  ['src/explain.ts', 'src/describe.ts', 'src/matrix.ts', 'src/diagnosis/', 'src/copies.ts', 'src/reference/'],
  ['src/backends/', 'src/threads/', 'src/parameters.ts', 'src/tapes.ts', 'src/arena.ts', 'src/engine.ts'],
  [
    'src/build.ts',
    'src/configure.ts',
    'src/evaluate.ts',
    'src/inputs.ts',
    'src/rows.ts',
    'src/sparse.ts',
    'src/transaction.ts',
  ],
  ['src/epoch.ts', 'src/session.ts', 'src/history.ts', 'src/readers.ts', 'src/core.ts'],
  [
    'src/fit.ts',
    'src/gradient-check.ts',
    'src/gradients.ts',
    'src/layer-parameters.ts',
    'src/reading.ts',
    'src/train-batch.ts',
    'src/trainer.ts',
  ],
  ['src/network.ts'],
  ['src/index.ts'],
]

const layerOf = (file: string): number =>
  layers.findIndex((names) =>
    names.some((name) => file === name || (name.endsWith('/') && file.startsWith(name))),
  )

/** Rooms apart from the trainer, and what they may use of it. */
const annexes: Record<string, readonly string[]> = {
  'src/data/': ['src/errors.ts', 'src/check.ts', 'src/random.ts', 'src/one-hot.ts', 'assembly/abi.ts'],
  'src/datasets/': [],
}
const annexOf = (file: string) => Object.keys(annexes).find((room) => file.startsWith(room))

describe('the import arrows', () => {
  it('are found at all', () => {
    expect(files.length).toBeGreaterThan(30)
    expect(graph.get('src/network.ts')).toContain('src/core.ts')
    expect(graph.get('assembly/tape.ts')).toContain('assembly/gemm-nn.ts')
  })

  it('keep assembly/ to itself', () => {
    for (const file of files.filter((one) => one.startsWith('assembly/'))) {
      for (const target of graph.get(file)!) expect(target, file).toMatch(/^assembly\//)
    }
  })

  it('lead from src/ to assembly/ only at the codes that both sides share', () => {
    for (const file of files.filter((one) => one.startsWith('src/'))) {
      for (const target of graph.get(file)!) {
        if (target.startsWith('assembly/')) expect(target, file).toBe('assembly/abi.ts')
      }
    }
  })

  it('point down: nothing lower imports anything higher', () => {
    for (const file of files.filter((one) => one.startsWith('src/') && !annexOf(one))) {
      expect(layerOf(file), `${file} has no layer in this test`).toBeGreaterThanOrEqual(0)
      for (const target of graph.get(file)!) {
        if (!target.startsWith('src/') || target.startsWith('src/generated/')) continue
        expect(annexOf(target), `${file} imports ${target}`).toBeUndefined()
        expect(layerOf(target), `${file} imports ${target}`).toBeLessThanOrEqual(layerOf(file))
      }
    }
  })

  it('keep data and datasets apart from the network', () => {
    for (const file of files.filter((one) => annexOf(one))) {
      const room = annexOf(file)!
      for (const target of graph.get(file)!) {
        if (!/^(src|assembly)\//.test(target) || target.startsWith(room)) continue
        expect(annexes[room], `${file} imports ${target}`).toContain(target)
      }
    }
  })

  it('leave the platform alone: no src/ file imports node: or an undeclared package', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    for (const file of files) {
      for (const target of graph.get(file)!) {
        if (/^(src|assembly)\//.test(target)) continue
        expect(Object.keys(dependencies), `${file} imports ${target}`).toContain(target.split('/')[0])
      }
    }
  })

  it('have no cycles', () => {
    const done = new Set<string>()
    const visit = (file: string, path: readonly string[]) => {
      if (path.includes(file))
        throw new Error(`cycle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`)
      if (done.has(file)) return
      for (const target of graph.get(file) ?? []) visit(target, [...path, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
    expect(done.size).toBeGreaterThan(30)
  })
})
