// Workers in a page under a Content-Security-Policy: from blob:, from a file, and none at all.

import { describe, expect, it } from 'vitest'
import { ask, browsers, start } from './browsers.ts'
import { once } from './installed.ts'
import type { Headers } from './serving.ts'

interface Found {
  /** Attempts to start a worker in each fit: two with blob:, two with the file, one with an address that is wrong. */
  readonly fits: readonly { readonly started: number; readonly sum: number }[]
  readonly afterBlob: { readonly notes: number; readonly violations: number }
  readonly notes: readonly string[]
  readonly violations: readonly string[]
  /** What the file says as a module worker. */
  readonly asModule: unknown
}

const startsOf = ({ fits }: Found) => fits.map(({ started }) => started)

function expectOneSum({ fits }: Found): void {
  expect(new Set(fits.map(({ sum }) => sum)).size).toBe(1)
  expect(fits[0].sum).not.toBe(0)
}

describe.each(browsers)('$name', ({ name, program }) => {
  const browser = once(() => start(name, program!))
  const found = async (headers: Headers) => ask<Found>(await browser(), headers, 'policy.html')
  const test = it.skipIf(!program)

  test('a page without a policy starts workers from blob:', async () => {
    const page = await found('isolated')
    expectOneSum(page)
    // The pool keeps the worker of the first fit for all the others.
    expect(startsOf(page)).toEqual([1, 0, 0, 0, 0])
    expect([page.notes, page.violations, page.asModule]).toEqual([[], [], null])
  })

  test('worker-src blob: is enough for them', async () => {
    const page = await found('blob-workers')
    expectOneSum(page)
    expect(startsOf(page)).toEqual([1, 0, 0, 0, 0])
    expect([page.notes, page.violations]).toEqual([[], []])
  })

  test("worker-src 'self': one attempt with blob:, one note; then workers from the file", async () => {
    const page = await found('strict')
    expectOneSum(page)
    expect(startsOf(page)).toEqual([1, 0, 1, 0, 0])
    expect(page.afterBlob).toEqual({ notes: 1, violations: 1 })
    expect(page.notes).toEqual([
      expect.stringMatching(/Content-Security-Policy, its worker-src must allow blob:/),
    ])
    expect(page.violations).toEqual(['worker-src'])
    expect(page.asModule).toBe(null)
  })

  test("worker-src 'none': one attempt an address, and the bits are the same", async () => {
    const page = await found('no-workers')
    expectOneSum(page)
    expect(startsOf(page)).toEqual([1, 0, 1, 0, 1])
    expect(page.notes.length).toBe(3)
    // One of them is of the module worker that the page starts at its end, which WebKit does not report.
    expect(page.violations).toEqual(Array(name === 'WebKit' ? 3 : 4).fill('worker-src'))
    expect(page.asModule).toBe('refused')
  })

  test('a page that is not cross-origin isolated trains in a worker with its own memory', async () => {
    const page = await found('plain')
    expectOneSum(page)
    expect(startsOf(page)).toEqual([1, 0, 0, 0, 0])
    expect(page.notes).toEqual([])
  })
})
