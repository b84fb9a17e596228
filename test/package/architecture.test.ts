// The house keeps its shape: the folders of src/ are rooms, imports point down from room to room, and there are no cycles.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

const files = ['assembly', 'src']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(folder, file).replaceAll(sep, '/'),
    ),
  )
  .filter((file) => file.endsWith('.ts') && !file.startsWith('src/generated/'))

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const from = [
    ...text.matchAll(/^(?:import|export)\b[^'"]*?from '([^']+)'/gms),
    ...text.matchAll(/^import '([^']+)'/gm),
    ...text.matchAll(/import\('([^']+)'\)/g),
  ]
  return from.map(([, target]) => {
    if (!target.startsWith('.')) return target
    const path = relative(root, resolve(root, dirname(file), target)).replaceAll(sep, '/')
    return path.endsWith('.ts') ? path : `${path}.ts`
  })
}

const graph = new Map(files.map((file) => [file, importsOf(file)]))

/** The rooms, lowest first, and above them the face. A file may import its own room and those below it. */
const rooms: readonly string[] = [
  'src/base/', // errors, checks, numbers: knows nothing of networks
  'src/files/', // what is written to a disk
  'src/model/', // a network as plain data
  'src/formats/', // plain data as bytes and as JSON
  'src/program/', // plan and tape: pure
  'src/backends/', // an arena and an interpreter of tapes over it
  'src/threads/', // workers over an arena
  'src/engine/', // an architecture at work
  'src/intake/', // users' arrays
  'src/diagnosis/', // why a training diverged
  'src/metrics/', // how good predictions are
  'src/training/',
  'src/inspect/', // what a network is, and whether its gradient is right
  'src/calls/', // what the public calls do
  'src/network-base.ts',
  'src/network.ts',
  'src/network-snapshot.ts',
  'src/index.ts',
]

/** Rooms above the network and apart from each other, each an entry of its own; all of them may use the first. */
const heads: readonly string[] = [
  'src/models/',
  'src/brain/',
  'src/deploy/',
  'src/keras/',
  'src/node/',
  'src/onnx/',
  'src/predict/',
]

/** Rooms apart from the network, and what they may use of it. */
const annexes: Record<string, readonly string[]> = {
  'src/data/': ['src/base/', 'src/intake/one-hot.ts', 'assembly/abi.ts', 'assembly/abi/'],
  'src/datasets/': ['src/base/'],
  'src/plots/': ['src/base/', 'assembly/abi/activations.ts'],
}

const isIn = (file: string, place: string): boolean =>
  place.endsWith('/') ? file.startsWith(place) : file === place
const rankOf = (file: string): number => rooms.findIndex((room) => isIn(file, room))
const annexOf = (file: string) => Object.keys(annexes).find((room) => isIn(file, room))
const headOf = (file: string) => heads.find((room) => isIn(file, room))
const isAbi = (file: string): boolean => isIn(file, 'assembly/abi.ts') || isIn(file, 'assembly/abi/')

describe('the rooms', () => {
  it('are all there', () => {
    for (const room of [...rooms, ...Object.keys(annexes), ...heads]) {
      expect(
        files.some((file) => isIn(file, room)),
        room,
      ).toBe(true)
    }
  })

  it('hold every file of src/', () => {
    const homeless = files.filter(
      (file) => file.startsWith('src/') && !annexOf(file) && !headOf(file) && rankOf(file) < 0,
    )
    expect(homeless).toEqual([])
  })
})

describe('the import arrows', () => {
  it('are found at all', () => {
    expect(files.length).toBeGreaterThan(30)
    expect(graph.get('src/network.ts')).toContain('src/training/core.ts')
    expect(graph.get('assembly/interpreter.ts')).toContain('assembly/products/gemm-nn.ts')
    for (const [file, targets] of graph) {
      for (const target of targets) {
        if (!/^(src|assembly)\//.test(target) || target.startsWith('src/generated/')) continue
        expect(files, `${file} imports ${target}`).toContain(target)
      }
    }
  })

  it('point down in assembly/ too', () => {
    const ranks = [
      'abi/',
      'base/',
      'rules/',
      'products/',
      'rows/',
      'data/',
      'online/',
      'updates.ts',
      'interpreter.ts',
      'index.ts',
      'predict.ts',
      'unpack.ts',
    ]
    const rankIn = (file: string) => ranks.findIndex((room) => isIn(file, `assembly/${room}`))
    for (const file of files.filter((one) => one.startsWith('assembly/'))) {
      expect(rankIn(file), `${file} has no room`).toBeGreaterThanOrEqual(0)
      for (const target of graph.get(file)!) {
        expect(rankIn(target), `${file} imports ${target}`).toBeLessThanOrEqual(rankIn(file))
      }
    }
  })

  it('keep assembly/ to itself', () => {
    for (const file of files.filter((one) => one.startsWith('assembly/'))) {
      for (const target of graph.get(file)!) expect(target, file).toMatch(/^assembly\//)
    }
  })

  it('lead from src/ to assembly/ only at what both sides share', () => {
    for (const file of files.filter((one) => one.startsWith('src/'))) {
      for (const target of graph.get(file)!) {
        if (target.startsWith('assembly/')) expect(isAbi(target), `${file} imports ${target}`).toBe(true)
      }
    }
  })

  it('point down: no room imports a higher one', () => {
    const up = []
    for (const file of files.filter((one) => rankOf(one) >= 0)) {
      for (const target of graph.get(file)!) {
        if (!target.startsWith('src/') || target.startsWith('src/generated/')) continue
        if (annexOf(target) || headOf(target) || rankOf(target) > rankOf(file))
          up.push(`${file} imports ${target}`)
      }
    }
    expect(up).toEqual([])
  })

  it('keep the rooms above the network apart from each other', () => {
    for (const file of files.filter((one) => headOf(one))) {
      for (const target of graph.get(file)!) {
        const head = headOf(target)
        expect(!head || head === heads[0] || head === headOf(file), `${file} imports ${target}`).toBe(true)
      }
    }
  })

  it('keep data and datasets apart from the network', () => {
    for (const file of files.filter((one) => annexOf(one))) {
      const own = annexOf(file)!
      for (const target of graph.get(file)!) {
        if (!/^(src|assembly)\//.test(target)) continue
        const allowed = [own, ...annexes[own]].some((place) => isIn(target, place))
        expect(allowed, `${file} imports ${target}`).toBe(true)
      }
    }
  })

  it('keep what data uses apart from the network too', () => {
    const reached = new Set(files.filter((one) => annexOf(one)))
    for (const file of reached) {
      for (const target of graph.get(file) ?? []) if (files.includes(target)) reached.add(target)
    }
    const allowed = Object.entries(annexes).flat(2)
    for (const file of reached) {
      expect(
        allowed.some((place) => isIn(file, place)),
        file,
      ).toBe(true)
    }
  })

  it('leave the platform alone: no src/ file imports node: or an undeclared package', () => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
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
