// What every runtime does with the packed package, in plain JavaScript that all of them load: uses each entry; trains
// the same network with each kind of kernels and hashes the bits of its parameters; and trains until the event loop has
// had its turns.

import { Network } from 'nabla'
import { digits } from 'nabla/datasets'
import { entries } from './entries.mjs'

const ROWS = 500
export const TURNS = 20
// Some seconds of training: a fit that gives no turns comes to this end.
const MOST_EPOCHS = 20_000

const { x, y } = digits()
const data = { x: x.subarray(0, ROWS * 64).map((ink) => ink / 16), y: y.slice(0, ROWS) }

// 37 units and batches of 13 leave tails in every kernel; 500 rows, a smaller last batch.
const network = (kernels, threads = 1) =>
  new Network({
    sizes: [64, 37, 10],
    activation: 'tanh',
    loss: 'crossEntropy',
    optimizer: { name: 'sgd', learningRate: 0.1 },
    seed: 1,
    kernels,
    threads,
  })

/** The FNV-1a hash (32 bits) of the bytes of every weight and bias, layer by layer, in hexadecimal. */
export function hashOfParameters(net) {
  let hash = 0x811c9dc5
  net.layers.forEach((_, l) => {
    for (const values of [net.weights(l), net.biases(l)]) {
      const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
      for (const word of bits) {
        // Byte by byte from the low end, whatever the machine's own order.
        for (let shift = 0; shift < 32; shift += 8) {
          hash = Math.imul(hash ^ ((word >>> shift) & 255), 0x01000193) >>> 0
        }
      }
    }
  })
  return hash.toString(16).padStart(8, '0')
}

/** The network before and after training with the kernels in so many threads at most. */
async function train(kernels, wanted, epochs = 10) {
  const net = network(kernels, wanted)
  const hashBefore = hashOfParameters(net)
  const { loss, threads } = await net.fit(data, { epochs, batchSize: 13, offThread: wanted > 1 })
  return { hashBefore, hash: hashOfParameters(net), firstLoss: loss[0], lastLoss: loss.at(-1), threads }
}

/** How often `schedule` called back during one fit, which ends once it has done so TURNS times. */
async function turnsOf(schedule, kernels) {
  let turns = 0
  let training = true
  const turn = () => {
    turns += 1
    if (training) schedule(turn)
  }
  schedule(turn)
  await network(kernels).fit(data, { epochs: MOST_EPOCHS, batchSize: 13, onEpoch: () => turns < TURNS })
  training = false
  return turns
}

/** All that a runtime is asked, as plain data. */
export async function probe() {
  const timer = (turn) => setTimeout(turn, 0)
  const frame = globalThis.requestAnimationFrame
  return {
    crossOriginIsolated: globalThis.crossOriginIsolated ?? false,
    sharedMemory: typeof SharedArrayBuffer !== 'undefined',
    entries: await entries(),
    auto: network('auto').kernels,
    simd: await train('simd', 1),
    // Long enough for a second worker to be worth its start.
    long: await train('simd', 1, 300),
    threaded: await train('simd', 2, 300),
    reference: await train('reference', 1),
    timers: [await turnsOf(timer, 'simd'), await turnsOf(timer, 'reference')],
    frames: frame ? [await turnsOf(frame, 'simd'), await turnsOf(frame, 'reference')] : [],
  }
}
