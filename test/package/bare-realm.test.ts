// The package in a realm that has ECMAScript and nothing else, as in React Native's Hermes and in engines that are embedded:
// no WebAssembly, no shared memory, no timers, no text encoders, no console, and no import at run time.

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Network } from '../../src/index.ts'
import { hashOfParameters } from '../runtimes/hash.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

// What V8 has beside ECMAScript 2022 or Hermes lacks of it; a context of node:vm has nothing of Node or of the web.
const removed = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'FinalizationRegistry', 'console']
const later = ['Float16Array', 'Iterator', 'Temporal', 'escape', 'unescape']
const laterMethods: Readonly<Record<string, readonly string[]>> = {
  Array: ['toSorted', 'toReversed', 'toSpliced', 'with', 'findLast', 'findLastIndex'],
  String: ['isWellFormed', 'toWellFormed'],
  Set: ['union', 'intersection', 'difference', 'isSubsetOf', 'isSupersetOf', 'isDisjointFrom'],
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-bare-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'nabla'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** test/runtimes/bare.mjs with the package in one script. */
async function bundle(): Promise<string> {
  for (const file of ['bare.mjs', 'hash.mjs'])
    copyFileSync(join(root, 'test/runtimes', file), join(folder, file))
  const input = join(folder, 'bare.mjs')
  const made = await rolldown({ input, platform: 'neutral' })
  const { output } = await made.generate({ format: 'iife', name: 'program' })
  expect(output.length).toBe(1)
  return output[0].code
}

interface Found {
  readonly globals: readonly string[]
  readonly [name: string]: unknown
}

async function runBare(): Promise<Found> {
  const code = await bundle()
  const context = createContext(Object.create(null))
  const without = [
    ...[...removed, ...later].map((name) => `delete globalThis.${name}`),
    ...Object.entries(laterMethods).flatMap(([of, names]) =>
      names.map((name) => `delete ${of}.prototype.${name}`),
    ),
    `delete Object.groupBy; delete Map.groupBy; delete Promise.withResolvers; delete Array.fromAsync`,
  ]
  runInContext(without.join(';'), context)
  runInContext(code, context, { filename: 'bundle.js' })
  return JSON.parse(await runInContext('program.main().then(JSON.stringify)', context))
}

describe('a realm with nothing but ECMAScript', () => {
  let found: Found
  beforeAll(async () => {
    found = await runBare()
  }, 60_000)

  it('has nothing but that', () => {
    const names = [
      'setTimeout',
      'performance',
      'TextEncoder',
      'URL',
      'atob',
      'queueMicrotask',
      'structuredClone',
    ]
    expect(
      found.globals.filter((name) => [...names, ...removed, 'process', 'Buffer'].includes(name)),
    ).toEqual([])
    expect(found.globals).toContain('Float32Array')
  })

  it('trains to the bits of Node', async () => {
    const { network, data, options } = await import('../runtimes/bare.mjs')
    const net: Network = network()
    await net.fit(data, options)
    expect(found.hash).toBe(hashOfParameters(net))
    expect(found.kernels).toBe('reference')
    expect(found.loss).toBeLessThan(0.2)
    expect(net.loss(data.x, data.y)).toBe(found.loss)
  })

  it('goes on from a checkpoint and loads what it saved, to the same bits', () => {
    expect([found.resumed, found.fromJson, found.fromSafetensors]).toEqual(Array(3).fill(found.hash))
  })

  it('predicts, one row and in slices, and with two threads asked for', () => {
    expect(found.predicted).toEqual(found.predictedAsync)
    expect(found.threads).toBe(1)
  })

  it('reads a table, scales, draws, and writes code', () => {
    expect(found.csv).toEqual({ x: [1.5, -2, 3, 4], classNames: ['v', 'ü'] })
    expect(found.scaled).toEqual([-1, -1, 1, 1])
    expect(found.digits).toEqual([0, 1, 2, 3])
    expect(found.model).toBe('b')
    expect(found.plot).toBe('<svg')
    expect(found.onnx).toBe(true)
    expect(found.code).toMatch(/function/)
  })

  it('is told what it lacks where it is asked for', () => {
    expect(found.simd).toMatch(/^BackendError: .*there is no WebAssembly/)
  })
})
