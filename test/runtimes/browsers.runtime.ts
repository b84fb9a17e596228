// The packed package in pages and workers of headless browsers: the bits of Node, and what each place lacks.
//
//   npm run test:runtimes
//
// Chromium and Firefox are taken from PATH, or from where CHROMIUM and FIREFOX say; one that is not there is skipped with a
// line that says so, and one that a variable names must run.

import { describe } from 'vitest'
import { ask, browsers, start } from './browsers.ts'
import { type Expected, itWorks } from './expectations.ts'
import { once, onOneCore } from './installed.ts'
import type { ProbeResult } from './probe.mjs'
import type { Headers } from './serving.ts'

interface Where extends Partial<Expected> {
  readonly where: string
  /** What it is served with, in words. */
  readonly under: string
  readonly headers: Headers
  /** Of page.mjs. */
  readonly query?: string
  readonly oneCore?: boolean
}

const isolated = { headers: 'isolated', under: 'the two isolation headers', shared: true } as const
const oneWorker = /there is no SharedArrayBuffer: .* training goes on in one worker/
const noThreads = /threads are unavailable here/

const wheres: readonly Where[] = [
  { where: 'page', under: 'no headers', headers: 'plain', shared: false, notes: [oneWorker] },
  { where: 'page', ...isolated },
  {
    ...{ where: 'page', headers: 'strict', query: 'workers=file', shared: true },
    under: "isolated; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  },
  {
    ...{ where: 'page', headers: 'no-wasm', query: 'workers=file', shared: true },
    ...{ under: "isolated; script-src 'self'; worker-src 'self'", wasm: false, away: false },
    notes: [/the WebAssembly SIMD kernels do not run here/, noThreads],
  },
  { where: 'Web Worker', ...isolated, query: 'in=worker', frames: false },
  {
    ...{ where: 'service worker', headers: 'plain', query: 'in=service worker', shared: false },
    ...{ under: 'no headers', away: false, frames: false, notes: [noThreads] },
  },
  { where: 'page', ...isolated, under: 'the two isolation headers, one core', oneCore: true },
]

/** WebKitGTK is isolated where a page asks for it, and has no SharedArrayBuffer all the same. */
const ofWebKit = ({ shared, wasm = true, notes }: Where): Partial<Expected> =>
  shared && wasm ? { shared: false, notes: [oneWorker] } : { shared: shared && false, notes }

describe.each(browsers)('$name', ({ name, program }) => {
  const slow = program && onOneCore(program)
  const browser = once(() => start(name, program!))
  const onOne = once(() => start(name, slow!))
  const runtime = once(async () => (await browser()).runtime)

  describe.each(wheres)('$where under $under', (place) => {
    const { where, under, headers, query, oneCore, ...own } = place
    const isThere = oneCore ? slow : program
    const probe = once(async () =>
      ask<ProbeResult>(await (oneCore ? onOne : browser)(), headers, `page.html${query ? `?${query}` : ''}`),
    )
    itWorks(
      isThere ? probe : undefined,
      { runtime, where, under },
      {
        wasm: true,
        away: true,
        frames: true,
        files: false,
        ...own,
        ...(name === 'WebKit' && ofWebKit(place)),
      },
    )
  })
})
