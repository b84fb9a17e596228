// What a page that is bundled does: scales, trains in two threads off its own, predicts. The same in Node.

import { Network } from 'nabla'
import { standardScaler } from 'nabla/data'

export async function work() {
  const notes = []
  console.warn = (text) => notes.push(text)
  const rows = 600
  const raw = Float32Array.from({ length: rows * 12 }, (_, i) => ((i * 7919) % 256) / 8)
  const x = standardScaler(raw, 12).transform(raw)
  const y = Int32Array.from({ length: rows }, (_, r) => (raw[12 * r] > raw[12 * r + 1] ? 1 : 0))
  const net = new Network({
    sizes: [12, 48, 2],
    loss: 'crossEntropy',
    optimizer: 'adam',
    kernels: 'simd',
    threads: 2,
    seed: 1,
  })
  const { loss } = await net.fit({ x, y }, { epochs: 60, batchSize: 25, offThread: true })
  return { kernels: net.kernels, loss: loss.at(-1), outputs: [...net.predict(x.subarray(0, 24))], notes }
}
