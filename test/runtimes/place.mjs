// What a place has and what it does with it: kernels, threads, a thread of its own, abort, checkpoints, saving, and how long
// a page stands still while it trains. In plain JavaScript that every runtime loads.

import { Network } from 'nabla'
import { digits } from 'nabla/datasets'
import { fromSafetensors, toSafetensors } from 'nabla/model'
import { hashOfParameters } from './hash.mjs'
import { notes } from './notes.mjs'

const ROWS = 500
const { x, y } = digits()
export const data = { x: x.subarray(0, ROWS * 64).map((ink) => ink / 16), y: y.slice(0, ROWS) }

// 37 units and batches of 13 leave tails in every kernel; 500 rows, a smaller last batch.
export const network = (kernels, threads = 1) =>
  new Network({
    sizes: [64, 37, 10],
    activation: 'tanh',
    loss: 'crossEntropy',
    optimizer: { name: 'sgd', learningRate: 0.1 },
    seed: 1,
    kernels,
    threads,
  })

const EPOCHS = 8
const whole = { batchSize: 13, epochs: EPOCHS }

/** The end of a training that nothing interrupted. */
async function uninterrupted(kernels) {
  const net = network(kernels)
  await net.fit(data, whole)
  return hashOfParameters(net)
}

/** Aborted after an epoch and gone on with: the name of the error, and the end. */
async function aborted(kernels) {
  const net = network(kernels)
  const stop = new AbortController()
  let error = 'none'
  try {
    await net.fit(data, {
      ...whole,
      signal: stop.signal,
      onEpoch: ({ epoch }) => void (epoch === 3 && stop.abort()),
    })
  } catch (reason) {
    error = reason.name
  }
  const { epochs } = net
  await net.fit(data, { ...whole, epochs: EPOCHS - epochs })
  return { error, epochs, hash: hashOfParameters(net) }
}

/** Resumed from a checkpoint in the midst of an epoch. */
async function resumed(kernels) {
  const kept = []
  const checkpoint = { save: (bytes) => kept.push(bytes), every: { steps: 50 } }
  await network(kernels).fit(data, { ...whole, checkpoint })
  const again = Network.resume(kept[1], { kernels, threads: 1 })
  const { epochs } = again
  await again.fit(data, { ...whole, epochs: EPOCHS - epochs })
  return { checkpoints: kept.length, epochs, hash: hashOfParameters(again) }
}

/** Whether a network that was saved, as JSON and as safetensors, predicts as before. */
async function saved(kernels) {
  const net = network(kernels)
  await net.fit(data, { ...whole, epochs: 2 })
  const own = { kernels, threads: 1 }
  const before = net.predict(data.x)
  const again = [
    Network.fromJSON(JSON.parse(JSON.stringify(net)), own),
    fromSafetensors(toSafetensors(net), own),
  ]
  return again.map((one) => one.predict(data.x).every((p, i) => p === before[i]))
}

const schedule =
  typeof document === 'undefined' ? (turn) => setTimeout(turn, 0) : (turn) => requestAnimationFrame(turn)

/** The longest time, in milliseconds, between two animation frames while `work` runs; two timers where there are none. */
async function longestGap(work) {
  let last = performance.now()
  let longest = 0
  let isRunning = true
  const look = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (isRunning) schedule(look)
  }
  schedule(look)
  const result = await work()
  isRunning = false
  look()
  return { longest: Math.round(longest), result }
}

const MILLISECONDS = 1000
// One round may have what else the machine does in any part of it.
const ROUNDS = 3

/** Work in pieces of so many milliseconds, with a turn of the event loop after each. */
const workInPieces = (milliseconds) => async () => {
  const begin = performance.now()
  while (performance.now() - begin < MILLISECONDS) {
    const from = performance.now()
    while (performance.now() - from < milliseconds);
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
}

/**
 * The longest gaps in rounds, each of a second of work in pieces of 15 ms, which is what fit promises, on this machine now, and of
 * training 784-64-10 in this thread, and off it where the platform lets it.
 */
async function longestGaps() {
  const rows = 1000
  const x = Float32Array.from({ length: rows * 784 }, (_, i) => ((i * 7919) % 256) / 256)
  const y = Int32Array.from({ length: rows }, (_, r) => r % 10)
  const train = (offThread) => async () => {
    const net = new Network({ sizes: [784, 64, 10], loss: 'crossEntropy', seed: 1 })
    const from = performance.now()
    const onEpoch = () => performance.now() - from < MILLISECONDS
    const options = { epochs: 100_000, batchSize: 32, offThread, onEpoch }
    const { samplesPerSecond } = await net.fit({ x, y }, options)
    net.dispose()
    return Math.round(samplesPerSecond)
  }
  const rounds = []
  for (let round = 0; round < ROUNDS; ++round) {
    const pieces = await longestGap(workInPieces(15))
    const here = await longestGap(train(false))
    const away = await longestGap(train(true))
    rounds.push({
      pieces: pieces.longest,
      here: here.longest,
      away: away.longest,
      rowsPerSecond: here.result,
    })
  }
  const longest = (kind) => Math.max(...rounds.map((round) => round[kind]))
  return {
    rounds,
    frozen: (await longestGap(workInPieces(MILLISECONDS))).longest,
    here: longest('here'),
    away: longest('away'),
    rowsPerSecond: longest('rowsPerSecond'),
  }
}

/** How many workers a fit off the thread started, where they are Web Workers, and the bits that it got. */
async function offThread(kernels) {
  const { Worker } = globalThis
  let workers = 0
  if (Worker) {
    globalThis.Worker = class extends Worker {
      constructor(...args) {
        super(...args)
        workers += 1
      }
    }
  }
  const net = network(kernels)
  const { threads } = await net.fit(data, { ...whole, offThread: true })
  if (Worker) globalThis.Worker = Worker
  return { workers, threads, hash: hashOfParameters(net) }
}

/** gaps: whether to measure those between frames, for which the place must have a clock and an event loop. */
export async function place({ gaps = true } = {}) {
  const kernels = network('auto').kernels
  return {
    kernels,
    isolated: globalThis.crossOriginIsolated ?? false,
    sharedMemory: typeof SharedArrayBuffer !== 'undefined',
    cores: globalThis.navigator?.hardwareConcurrency,
    uninterrupted: await uninterrupted(kernels),
    offThread: await offThread(kernels),
    aborted: await aborted(kernels),
    resumed: await resumed(kernels),
    saved: await saved(kernels),
    gaps: gaps ? await longestGaps() : undefined,
    notes,
  }
}
