// Where Web Workers come from, with a Worker of the test's own; test/runtimes/policy.runtime.ts has Chromium's.

import { createContext, runInContext } from 'node:vm'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { workerSource } from '../../src/generated/worker.ts'
import { configure, OptionError } from '../../src/index.ts'
import { startWebWorker } from '../../src/threads/web-worker.ts'

const listener = { reply: vi.fn(), gone: vi.fn() }
const addresses: string[] = []
let answers: (worker: FakeWorker) => void

class FakeWorker {
  onmessage: ((event: { data: unknown }) => void) | undefined
  onerror: ((event: { message: string; preventDefault(): void }) => void) | undefined
  readonly terminate = vi.fn()

  constructor(address: string) {
    addresses.push(address)
    queueMicrotask(() => answers(this))
  }
}

const greets = (worker: FakeWorker) => worker.onmessage!({ data: null })
const fails = (worker: FakeWorker) => worker.onerror!({ message: '', preventDefault: () => {} })

beforeEach(() => {
  vi.stubGlobal('Worker', FakeWorker)
  addresses.length = 0
  answers = greets
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
  configure({})
})

const starts = (count: number) =>
  Promise.allSettled(Array.from({ length: count }, () => startWebWorker(listener)))
const statuses = async (count: number) => (await starts(count)).map(({ status }) => status)

it('refuses a workerUrl that is none', () => {
  for (const workerUrl of [5, '', null, {}, { href: 5 }, { href: '' }]) {
    expect(() => configure({ workerUrl } as never)).toThrow(OptionError)
  }
  expect(() => configure({ workerURL: '/w.js' } as never)).toThrow('options among workerUrl')
})

it('starts workers from the address that is configured, and listens after their first message', async () => {
  let worker!: FakeWorker
  answers = (one) => {
    worker = one
    greets(one)
  }
  configure({ workerUrl: new URL('https://example.org/works.js') })
  expect(await statuses(3)).toEqual(Array(3).fill('fulfilled'))
  expect(addresses).toEqual(Array(3).fill('https://example.org/works.js'))
  expect(listener.reply).not.toHaveBeenCalled()
  worker.onmessage!({ data: 'late' })
  expect(listener.reply.mock.calls).toEqual([['late']])
  expect(listener.gone).not.toHaveBeenCalled()
  configure({ workerUrl: { href: 'https://example.org/of-another-realm.js' } })
  expect(await statuses(1)).toEqual(['fulfilled'])
  expect(addresses.at(-1)).toBe('https://example.org/of-another-realm.js')
})

it('does not try an address again that was refused, at once or later', async () => {
  answers = fails
  configure({ workerUrl: '/refused.js' })
  expect(await statuses(4)).toEqual(Array(4).fill('rejected'))
  answers = greets
  const [{ reason }] = (await starts(1)) as PromiseRejectedResult[]
  expect(addresses).toEqual(['/refused.js'])
  expect(reason.message).toMatch(
    /^no worker started from \/refused\.js: .*Content-Security-Policy, its worker-src must/,
  )
  configure({ workerUrl: '/other.js' })
  expect(await statuses(1)).toEqual(['fulfilled'])
  configure({ workerUrl: '/refused.js' })
  expect(await statuses(1)).toEqual(['rejected'])
  expect(addresses).toEqual(['/refused.js', '/other.js'])
})

it('does not wait for ever for a script that is another', async () => {
  vi.useFakeTimers()
  answers = () => {}
  configure({ workerUrl: '/silent.js' })
  const end = starts(2)
  await vi.advanceTimersByTimeAsync(10_000)
  const results = (await end) as PromiseRejectedResult[]
  expect(results.map(({ reason }) => reason.message)).toEqual(
    Array(2).fill(expect.stringContaining('no answer in 10 s')),
  )
})

it('says so where a place has no workers, such as a service worker', async () => {
  vi.stubGlobal('Worker', undefined)
  const [{ reason }] = (await starts(1)) as PromiseRejectedResult[]
  expect(reason.message).toBe('this place has no workers')
})

it('answers in an engine that has no performance', () => {
  const replies: unknown[] = []
  const scope = createContext({ postMessage: (reply: unknown) => void replies.push(reply) })
  expect(runInContext('typeof performance', scope)).toBe('undefined')
  runInContext(workerSource, scope)
  const empty = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))
  scope.onmessage({ data: { call: 'own', module: empty, pages: 1 } })
  const writes = [{ at: 1, values: Float32Array.of(5, 7) }]
  scope.onmessage({ data: { call: 'copy', writes, reads: [{ offset: 0, length: 4 }] } })
  expect(JSON.parse(JSON.stringify(replies))).toEqual([
    null,
    {},
    { milliseconds: expect.any(Number), pieces: [{ at: 0, values: { 0: 0, 1: 5, 2: 7, 3: 0 } }] },
  ])
})
