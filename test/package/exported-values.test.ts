// What the types of an entry say can be imported as a value is there when the module is loaded, and the other way round. A class that
// is exported as a type alone must not look like one that `new` and `instanceof` take.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const dist = resolve(import.meta.dirname, '../../dist')
const { exports } = JSON.parse(readFileSync(resolve(dist, '../package.json'), 'utf8'))
const entries = Object.values<{ types?: string }>(exports).flatMap(({ types }) =>
  types ? [types.replace(/^.*\/|\.d\.ts$/g, '')] : [],
)

/** The names that a file of declarations exports as values: declared in it, or taken over from another entry. */
function valuesOf(entry: string): string[] {
  const text = readFileSync(join(dist, `${entry}.d.ts`), 'utf8')
  const declared = [
    ...text.matchAll(/^export declare (?:abstract )?(?:class|function|const|let|enum) (\w+)/gm),
  ]
  const taken = [...text.matchAll(/^export \{ (.*) \} from '\.\/(\w+)\.js';$/gm)].flatMap(
    ([, names, source]) => {
      const values = valuesOf(source)
      return names.split(', ').filter((name) => values.includes(name))
    },
  )
  const byDefault = /^export default /m.test(text) ? ['default'] : []
  return [...new Set([...declared.map(([, name]) => name), ...taken, ...byDefault])].sort()
}

describe('the values that the types of an entry promise', () => {
  it.each(entries)('are those of the module: %s', async (entry) => {
    const module: object = await import(join(dist, `${entry}.js`))
    expect(valuesOf(entry)).toEqual(Object.keys(module).sort())
  })

  it('are looked for in every entry', () => {
    expect(entries).toContain('index')
    expect(entries.length).toBeGreaterThanOrEqual(12)
    expect(valuesOf('index')).toContain('Network')
  })
})
