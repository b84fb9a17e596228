// Trains with a checkpoint after every few steps, going on from what is there, and prints a hash of the end. Its arguments: the
// checkpoint file, and the number of epochs in all. It is killed at any moment, and started again.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { Network } from '../../dist/index.js'
import { readCheckpoint } from '../../dist/node.js'

const [file, all] = process.argv.slice(2)
const rows = 600
const numbers = (count, seed) => {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
}
const data = { x: numbers(20 * rows, 1), y: Int32Array.from({ length: rows }, (_, r) => r % 4) }

const isThere = existsSync(file) || existsSync(`${file}.previous`)
const net = isThere
  ? Network.resume(await readCheckpoint(file))
  : new Network({
      sizes: [20, 64, 4],
      loss: 'crossEntropy',
      optimizer: { name: 'adam', learningRate: { name: 'inverse', from: 0.01, per: 'step' } },
      seed: 1,
      kernels: 'simd',
      threads: 1,
    })
process.stdout.write(`${isThere ? 'resumed' : 'begun'} ${net.epochs}\n`)
const epochs = Number(all) - net.epochs
if (epochs > 0) {
  await net.fit(data, {
    epochs,
    batchSize: 10,
    validation: 0.2,
    earlyStopping: { patience: 1000 },
    checkpoint: { file, every: { steps: 1 } },
    // For whoever kills this process.
    onBatch: () => void process.stdout.write('.'),
  })
}
const hash = createHash('sha256')
for (const l of net.layers.keys()) hash.update(net.weights(l)).update(net.biases(l))
process.stdout.write(`end ${hash.digest('hex')}\n`)
