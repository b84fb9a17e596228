// The packed package in other runtimes gives the bits that it gives in this Node, and leaves their event loops free.
//
//   npm run test:runtimes
//
// Deno, Bun and Chromium are taken from PATH, or from where DENO, BUN and CHROMIUM say; OTHER_NODE is another Node. One
// that is not there is skipped with a line that says so; one that a variable names must run.

import { describe, expect, it } from 'vitest'
import { TURNS } from './probe.mjs'
import { find, once, probeIn, probeInPage } from './runtimes.ts'

const probeInNode = once(() => probeIn(process.execPath))

const page = (isolated: boolean) => (program: string) => probeInPage(program, isolated)
const chromium = ['CHROMIUM', 'chromium', 'chromium-browser', 'google-chrome'] as const

describe.each([
  { name: 'another Node', programs: ['OTHER_NODE'], run: (program: string) => probeIn(program) },
  {
    name: 'Deno',
    programs: ['DENO', 'deno'],
    run: (program: string) => probeIn(program, 'run', '--allow-read=.', '--allow-write=.'),
  },
  { name: 'Bun', programs: ['BUN', 'bun'], run: (program: string) => probeIn(program) },
  { name: 'a page that is cross-origin isolated', programs: chromium, run: page(true), isolated: true },
  { name: 'a page that is not cross-origin isolated', programs: chromium, run: page(false), isolated: false },
])('$name', ({ name, programs, run, isolated }) => {
  const program = find(programs[0], ...programs.slice(1))
  if (!program) {
    const where = [`${programs[0]} is not set`, ...programs.slice(1).map((one) => `no ${one} on PATH`)]
    console.warn(`skipped: ${name} (${where.join(', ')})`)
  }
  const probe = once(() => run(program!))

  it.skipIf(!program).each(['simd', 'reference'] as const)(
    'gets the bits of Node with %s',
    async (kernels) => {
      expect((await probe())[kernels]).toEqual((await probeInNode())[kernels])
    },
  )

  it.skipIf(!program)('gets from every entry what Node gets', async () => {
    expect((await probe()).entries).toEqual((await probeInNode()).entries)
  })

  it.skipIf(!program || isolated !== undefined)('saves a network in files, and loads it', async () => {
    expect((await probe()).files).toEqual(['none', 'none'])
  })

  it.skipIf(!program)('gets them in two threads too, where memory can be shared', async () => {
    const { sharedMemory, long, threaded } = await probe()
    expect(sharedMemory ? [1, 2] : [1]).toContain(threaded.threads)
    expect(threaded).toEqual({ ...long, threads: threaded.threads })
  })

  it.skipIf(!program)('has WebAssembly kernels for auto', async () => {
    expect(['relaxed', 'simd']).toContain((await probe()).auto)
  })

  it.skipIf(!program)('gives a timer its turns during fit', async () => {
    expect((await probe()).timers.map((turns) => turns >= TURNS)).toEqual([true, true])
  })

  if (isolated === undefined) return

  it.skipIf(!program)('draws its frames during fit', async () => {
    expect((await probe()).frames.map((turns) => turns >= TURNS)).toEqual([true, true])
  })

  it.skipIf(!program)('has shared memory only where it is isolated', async () => {
    const { crossOriginIsolated, sharedMemory } = await probe()
    expect([crossOriginIsolated, sharedMemory]).toEqual([isolated, isolated])
  })
})
