// Fits with a worker in a page whose policy may forbid it: what they did, and what the console got.

import { configure, Network } from 'nabla'
import { report } from './report.mjs'

const violations = []
document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective))
const notes = []
console.warn = (text) => notes.push(text)

/** One step of a network, in a worker where one starts. */
async function train() {
  const rows = 2048
  const net = new Network({ sizes: [512, 512, 512], seed: 1, kernels: 'simd', threads: 1 })
  const data = { x: new Float32Array(rows * 512).fill(0.5), y: new Float32Array(rows * 512).fill(0.5) }
  const started = workers
  await net.fit(data, { epochs: 1, batchSize: rows, offThread: true })
  return { started: workers - started, sum: net.weights(0).reduce((sum, w) => sum + w, 0) }
}

/** Attempts to start a worker. */
let workers = 0
const { Worker } = globalThis
globalThis.Worker = class extends Worker {
  constructor(...args) {
    workers += 1
    super(...args)
  }
}

const fits = [await train(), await train()]
const afterBlob = { notes: notes.length, violations: violations.length }
configure({ workerUrl: new URL('./node_modules/nabla/dist/worker.js', import.meta.url) })
fits.push(await train(), await train())
configure({ workerUrl: '/nowhere.js' })
fits.push(await train())

// The script as a module too, as some bundlers start it.
const asModule = await new Promise((resolve) => {
  try {
    const worker = new Worker('./node_modules/nabla/dist/worker.js', { type: 'module' })
    worker.onmessage = ({ data }) => resolve(data)
    worker.onerror = () => resolve('refused')
  } catch {
    resolve('refused')
  }
})
const run = new URL(location.href).searchParams.get('run')
await report(run, async () => ({ fits, afterBlob, notes, violations, asModule }))
