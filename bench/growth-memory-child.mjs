// What the data of `fit` cost in memory, measured: growth-memory.ts starts a process for each number of rows, with
// --expose-gc. Prints bytes before the data, before, during and after fit, and the most that the process ever held.

import { existsSync, readFileSync } from 'node:fs'
import { Network } from 'nabla'

const { rows, inputs, units, outputs, batch, epochs } = JSON.parse(process.argv[2])

function usage() {
  const { rss, external, arrayBuffers } = process.memoryUsage()
  return { rss, external, arrayBuffers }
}

/** The same when everything that nobody holds is gone. */
async function settled() {
  for (let i = 0; i < 3; ++i) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    globalThis.gc()
  }
  return usage()
}

function data(length) {
  const values = new Float32Array(length)
  for (let i = 0; i < length; ++i) values[i] = ((i * 2654435761) % 65536) / 65536 + 0.1
  return values
}

const net = new Network({ sizes: [inputs, units, outputs], loss: 'quadratic', threads: 1 })
// Everything is loaded, compiled and on the heap before anything is measured.
await net.fit({ x: data(batch * inputs), y: data(batch * outputs) }, { batchSize: batch, epochs: 100 })

const empty = await settled()
const x = data(rows * inputs)
const y = data(rows * outputs)
const before = await settled()
// No collection in here: what an epoch leaves behind is to be seen.
const during = []
await net.fit({ x, y }, { batchSize: batch, epochs, onEpoch: () => void during.push(usage()) })
const after = await settled()
// Linux's own mark: maxRSS of process.resourceUsage() begins at that of the process that started this one.
const status = '/proc/self/status'
const mark = existsSync(status) && /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(status, 'utf8'))
const highest = mark ? mark[1] * 1024 : null
console.log(JSON.stringify({ empty, before, during, after, highest, values: x.length + y.length }))
