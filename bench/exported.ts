// A row through the module that toJavaScript() writes, and through nabla's predict(): microseconds of the process's CPU time, the
// two in turn, in each round as many rows as take some 50 ms.
//
//   npm run build && npx tsx bench/exported.ts

import { toJavaScript } from '../dist/deploy.js'
import { Network } from '../dist/index.js'
import { machine, median, number, percent, spread, table } from './markdown.ts'

const ROUNDS = 21
const cases = [
  { sizes: [64, 32, 10], rows: 4000 },
  { sizes: [784, 128, 10], rows: 200 },
]

interface Module {
  readonly predict: (row: Float32Array) => Float32Array
}

const lines: string[][] = []
for (const { sizes, rows } of cases) {
  const net = new Network({ sizes, loss: 'crossEntropy', seed: 1 })
  const code = Buffer.from(toJavaScript(net)).toString('base64')
  const { predict } = (await import(`data:text/javascript;base64,${code}`)) as Module
  // No zeros, which the module would skip.
  const row = Float32Array.from({ length: sizes[0] }, (_, i) => (1 + (i % 15)) / 16)
  const times: Record<'module' | 'nabla', number[]> = { module: [], nabla: [] }
  const calls = { module: () => predict(row), nabla: () => net.predict(row) }
  for (let round = 0; round < ROUNDS; ++round) {
    for (const name of ['module', 'nabla'] as const) {
      const start = process.cpuUsage()
      for (let r = 0; r < rows; ++r) calls[name]()
      const { user, system } = process.cpuUsage(start)
      times[name].push((user + system) / rows)
    }
  }
  const figure = (list: number[]) => `${number(median(list))} ±${percent(spread(list))}`
  lines.push([sizes.join('-'), figure(times.module), figure(times.nabla)])
}

console.log(`${machine()}. Medians of ${ROUNDS} rounds ±median absolute deviation.\n`)
console.log(table(['a row of', 'the module, µs', 'nabla, µs'], lines).join('\n'))
