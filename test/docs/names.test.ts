// Whatever a program can name of the package, an option, a method, a figure that comes back, is named in the code of some page: a user
// who reads the documents learns of it.

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
// What those who work on the package read.
const inner = ['architecture.md', 'extending.md', 'kernels.md']
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md') && !inner.includes(file))
    .map((file) => `docs/${file}`),
]

const fence = /^```\w*\n(.*?)^```$/gms

/** The identifiers in the snippets and code spans of a page. */
function codeNames(text: string): string[] {
  const snippets = [...text.matchAll(fence)].map(([, code]) => code)
  const spans = [...text.replace(fence, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code)
  return [...snippets, ...spans].join('\n').match(/[A-Za-z_$][\w$]*/g) ?? []
}

/** The values that the declarations export, and what the members of its exported interfaces and classes are called: `Type.member`. */
function namesIn(declarations: string): string[] {
  const names: string[] = []
  let type = ''
  for (const line of declarations.split('\n')) {
    const [, kind, name] =
      /^(?:export )?declare (?:abstract )?(interface|class|function|const|type) (\w+)/.exec(line) ?? []
    if (name) type = line.startsWith('export') || isTypeOnly(declarations, name) ? name : ''
    if (name && type && (kind === 'function' || kind === 'const')) names.push(name)
    const [, member] = /^ {4}(?:readonly |get |static )*(\w+)\??[:(<]/.exec(line) ?? []
    if (member && type && member !== 'constructor') names.push(`${type}.${member}`)
  }
  return names
}
const isTypeOnly = (declarations: string, name: string) =>
  new RegExp(`^export type \\{[^}]*\\b${name}\\b`, 'm').test(declarations)

// What a name says nothing of: the platform's own interfaces, what is printed, the files of others.
const others = /^(AbortSignalLike|WebStream|TfjsWeightSpec)\.|\.toString$/

describe('the documents', () => {
  const known = new Set(pages.flatMap((page) => codeNames(readFileSync(join(root, page), 'utf8'))))
  // brain has the surface of brain.js, whose own documents describe it.
  const entries = readdirSync(join(root, 'dist'))
    .filter((file) => file.endsWith('.d.ts') && file !== 'brain.d.ts')
    .sort()

  it.each(entries)('name whatever %s has', (file) => {
    const names = namesIn(readFileSync(join(root, 'dist', file), 'utf8'))
    const unknown = names.filter((name) => !others.test(name) && !known.has(name.replace(/^.*\./, '')))
    expect(unknown).toEqual([])
  })

  it('are compared with names that are there', () => {
    const names = namesIn(readFileSync(join(root, 'dist/index.d.ts'), 'utf8'))
    expect(names).toEqual(
      expect.arrayContaining(['Network.fit', 'NetworkBase.setGains', 'FitOptions.onBatch', 'auc']),
    )
    expect(known.has('onEpoch')).toBe(true)
    expect(known.has('noSuchOption')).toBe(false)
  })
})
