// nabla/brain beside what brain.js 2.0.0-beta.24 was seen to do (scripts/make-brain-golden.mjs): the same trainings from the same
// weights, and the same scenarios. Where nabla does another thing on purpose, `differs` says what, and why.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import * as brain from '../../src/brain/index.ts'
import { changed, differs } from './golden/differs.ts'
import type { Library } from './golden/library.ts'
import { apart, type Run, type Seen, trained } from './golden/runs.ts'
import { groups } from './golden/scenarios.ts'
import { ofEngine, outcome } from './golden/seen.ts'

interface Golden {
  version: string
  runs: { run: Run; seen: Seen }[]
  scenarios: Record<string, Record<string, unknown>>
}
const packed = readFileSync(new URL('../fixtures/brain-golden.json.gz', import.meta.url))
const golden: Golden = JSON.parse(gunzipSync(packed).toString())
const library = brain as unknown as Library

/** The paths at which `found` is not `expected`: numbers that are not whole agree to `tolerance` of 1 or of their size. */
function differences(found: unknown, expected: unknown, tolerance: number, path = ''): string[] {
  if (typeof found === 'number' && typeof expected === 'number' && !Number.isInteger(expected)) {
    const isClose = Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected))
    return isClose ? [] : [`${path}: ${found} for ${expected}`]
  }
  // Where brain.js fails on what the engine says, here an error says what is wrong.
  if (expected === ofEngine) {
    return typeof found === 'string' && found !== ofEngine ? [] : [`${path}: ${JSON.stringify(found)}`]
  }
  const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null
  if (isTree(found) && isTree(expected) && Array.isArray(found) === Array.isArray(expected)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    const at = (tree: object, key: string) => (tree as Record<string, unknown>)[key]
    return keys.flatMap((key) => differences(at(found, key), at(expected, key), tolerance, `${path}.${key}`))
  }
  return Object.is(found, expected)
    ? []
    : [`${path}: ${JSON.stringify(found)} for ${JSON.stringify(expected)}`]
}

/** How far training goes from what brain.js did. */
function expectAsSeen(found: Seen, seen: Seen, errors: number): void {
  expect(found.errors.length).toBe(seen.errors.length)
  expect(found.result.iterations).toBe(seen.result.iterations)
  expect(apart(seen.errors, found.errors)).toBeLessThan(errors)
  expect(found.result.error).toBe(found.errors.at(-1))
  expect(differences(found.layers, seen.layers, 1e-4)).toEqual([])
  expect(differences(found.outputs, seen.outputs, 1e-4)).toEqual([])
  expect(differences(found.test, seen.test, 1e-4)).toEqual([])
}

const seenOf = new Map(Object.values(golden.scenarios).flatMap((group) => Object.entries(group)))
const runs = golden.runs.map(({ run, seen }) => [run.name, run, seen] as const)

describe('trains as brain.js from the same weights', () => {
  // 1e-4 of each error is what nabla/brain promises; an ulp in the first weights moves brain.js's own by up to 1e-5.
  it.each(runs)('%s', (_, run, seen) => {
    expectAsSeen(trained(library, run), seen, 1e-4)
  })
})

describe('trains as brain.js in plain JavaScript', () => {
  let plain: Library
  beforeAll(async () => {
    vi.stubGlobal('WebAssembly', undefined)
    vi.resetModules()
    plain = (await import('../../src/brain/index.ts')) as unknown as Library
  })
  afterAll(() => {
    vi.unstubAllGlobals()
  })

  // The same operations in the same order: what is left are the nine digits of the file.
  it.each(runs)('%s', (_, run, seen) => {
    expectAsSeen(trained(plain, run), seen, 1e-8)
  })

  it.each(Object.entries(groups.changes))('changes: %s', async (name, scenario) => {
    expect(differences(await outcome(scenario, plain), seenOf.get(name), 1e-8)).toEqual([])
  })
})

/** What is expected of a scenario here. */
function expectedOf(name: string): unknown {
  const { as = name, changes = {} } = differs[name] ?? {}
  return changed(seenOf.get(as), changes)
}

describe.each(Object.entries(groups))('does as brain.js: %s', (group, scenarios) => {
  const all = Object.entries(scenarios)
  it.each(all)('%s', async (name, scenario) => {
    expect(differences(await outcome(scenario, library), expectedOf(name), 1e-4)).toEqual([])
  })

  it('has seen each of them, and nothing else', () => {
    expect(all.map(([name]) => name)).toEqual(Object.keys(golden.scenarios[group]))
  })
})

describe('the differences on purpose', () => {
  it.each(Object.keys(differs))('is one: %s', (name) => {
    expect(differs[name].why.length).toBeGreaterThan(15)
    expect(differences(expectedOf(name), seenOf.get(name), 1e-4)).not.toEqual([])
  })
})
