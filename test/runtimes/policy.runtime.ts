// Workers in a page under a Content-Security-Policy, in Chromium: from blob:, from a file, and none at all.

import { expect, it } from 'vitest'
import { askPage, find } from './runtimes.ts'

const program = find('CHROMIUM', 'chromium', 'chromium-browser', 'google-chrome')
if (!program) console.warn('skipped: pages with a policy (CHROMIUM is not set, no chromium on PATH)')

interface Found {
  /** Attempts to start a worker in each fit: two with blob:, two with the file, one with an address that is wrong. */
  readonly fits: readonly { readonly started: number; readonly sum: number }[]
  readonly afterBlob: { readonly notes: number; readonly violations: number }
  readonly notes: readonly string[]
  readonly violations: readonly string[]
  /** What the file says as a module worker. */
  readonly asModule: unknown
}

const base = "script-src 'self' 'wasm-unsafe-eval' 'unsafe-inline'"
const ask = (policy?: string) => askPage<Found>(program!, 'policy.html', true, policy)
const startsOf = ({ fits }: Found) => fits.map(({ started }) => started)

function expectOneSum({ fits }: Found): void {
  expect(new Set(fits.map(({ sum }) => sum)).size).toBe(1)
  expect(fits[0].sum).not.toBe(0)
}

it.skipIf(!program)('a page without a policy starts workers from blob:', async () => {
  const found = await ask()
  expectOneSum(found)
  // The pool keeps the worker of the first fit for all the others.
  expect(startsOf(found)).toEqual([1, 0, 0, 0, 0])
  expect([found.notes, found.violations, found.asModule]).toEqual([[], [], null])
})

it.skipIf(!program)(
  "worker-src 'self': one attempt with blob:, one note; then workers from the file",
  async () => {
    const found = await ask(`${base}; worker-src 'self'`)
    expectOneSum(found)
    expect(startsOf(found)).toEqual([1, 0, 1, 0, 0])
    expect(found.afterBlob).toEqual({ notes: 1, violations: 1 })
    expect(found.notes).toEqual([
      expect.stringMatching(/Content-Security-Policy, its worker-src must allow blob:/),
    ])
    expect(found.violations).toEqual(['worker-src'])
    expect(found.asModule).toBe(null)
  },
)

it.skipIf(!program)("worker-src 'none': one attempt an address, and the bits are the same", async () => {
  const found = await ask(`${base}; worker-src 'none'`)
  expectOneSum(found)
  expect(startsOf(found)).toEqual([1, 0, 1, 0, 1])
  expect(found.notes.length).toBe(3)
  // The last is the module's above.
  expect(found.violations).toEqual(Array(4).fill('worker-src'))
  expect(found.asModule).toBe('refused')
})

it.skipIf(!program)(
  'a page that is not cross-origin isolated trains in a worker with its own memory',
  async () => {
    const found = await askPage<Found>(program!, 'policy.html', false)
    expectOneSum(found)
    expect(startsOf(found)).toEqual([1, 0, 0, 0, 0])
    expect(found.notes).toEqual([])
  },
)
