// Web Workers: from the text of the worker's script as a blob:, or from where the page serves the same script as a file.
// A page's policy may forbid either. It says so in the console at each attempt, so there is one: what was refused is not
// tried again.

import { workerSource } from '../generated/worker.ts'
import type { Listener, PlatformWorker } from './platform-worker.ts'
import { workerUrl } from './worker-url.ts'

// A script that is not the worker's may run and never answer.
const LONGEST_START_MS = 10_000

/** Of each URL, or '' for the blob:, the first start: resolves where the worker has answered. */
const firstStarts = new Map<string, Promise<unknown>>()

const advice = (url: string | undefined): string =>
  url === undefined
    ? 'where the page has a Content-Security-Policy, its worker-src must allow blob:, or serve the file nabla/worker.js ' +
      'and tell its address by configure({ workerUrl })'
    : 'the address must serve nabla/worker.js as JavaScript; where the page has a Content-Security-Policy, its worker-src ' +
      "must allow the address; and the file needs the page's Cross-Origin-Embedder-Policy"

// A function of its own: behind `??` the bundler writes out the whole text once more.
const blobOfSource = () => URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }))

function startOne(url: string | undefined, listener: Listener): Promise<PlatformWorker> {
  const address = url ?? blobOfSource()
  return new Promise<PlatformWorker>((resolve, reject) => {
    const refuse = (why: string) =>
      reject(new Error(`no worker started from ${url ?? 'blob:'}: ${why}; ${advice(url)}`))
    let worker: Worker
    try {
      worker = new Worker(address, { name: 'nabla' })
    } catch (cause) {
      refuse(cause instanceof Error ? cause.message : String(cause))
      return
    }
    const timer = setTimeout(() => {
      worker.terminate()
      refuse(`no answer in ${LONGEST_START_MS / 1000} s`)
    }, LONGEST_START_MS)
    worker.onerror = (event) => {
      event.preventDefault()
      clearTimeout(timer)
      worker.terminate()
      refuse(event.message || 'the browser gives no reason')
    }
    // The first message says that the script is there.
    worker.onmessage = () => {
      clearTimeout(timer)
      worker.onmessage = ({ data }) => listener.reply(data)
      worker.onerror = (event) => {
        event.preventDefault()
        listener.gone(new Error(event.message || 'the worker failed'))
      }
      resolve({
        post: (call, transfer) => worker.postMessage(call, transfer as ArrayBuffer[]),
        keepAlive: () => {},
        terminate: async () => worker.terminate(),
      })
    }
  }).finally(() => {
    if (url === undefined) URL.revokeObjectURL(address)
  })
}

/** Starts a Web Worker. Rejects where the page may have none, without another attempt at the same address. */
export async function startWebWorker(listener: Listener): Promise<PlatformWorker> {
  // A service worker has none, nor have edge runtimes.
  if (typeof Worker === 'undefined') throw new Error('this place has no workers')
  const url = workerUrl()
  const first = firstStarts.get(url ?? '')
  if (first) {
    await first
    return startOne(url, listener)
  }
  const start = startOne(url, listener)
  firstStarts.set(url ?? '', start)
  return start
}
