// Trains on a stream of a gigabyte, and says by how many megabytes the process has grown at most.

import { Network } from '../../dist/index.js'

const rows = 1000
const inputs = 1024
const parts = 400
const net = new Network({ sizes: [inputs, 4, 2], loss: 'crossEntropy', threads: 1 })

let most = 0
const before = process.memoryUsage().rss

/** Each part has an array of its own, as from a file. */
function* stream() {
  for (let p = 0; p < parts; ++p) {
    const x = new Float32Array(rows * inputs)
    for (let i = 0; i < x.length; i += 97) x[i] = Math.sin(i + p)
    const y = Int32Array.from({ length: rows }, (_, r) => (r + p) % 2)
    yield { x, y }
    most = Math.max(most, process.memoryUsage().rss)
  }
}

await net.fit(stream(), { batchSize: 100 })
const megabyte = 2 ** 20
const megabytes = Math.round((parts * rows * inputs * 4) / megabyte)
process.stdout.write(JSON.stringify({ megabytes, most: Math.round((most - before) / megabyte) }))
