// From which share of zeros on the lists of nonzeros pay: one epoch from the rows and from the lists, in turn.
//
//   npx tsx bench/sparse.ts

import { chooseBackend } from '../src/backends/choose.ts'
import { runNow } from '../src/base/pace.ts'
import { Engine } from '../src/engine/engine.ts'
import { listNonzeros } from '../src/intake/list-nonzeros.ts'
import { plainSgd } from '../src/model/optimizers.ts'
import { PREDICTS } from '../src/program/capacity.ts'

import { numbers } from './cases.ts'

const ROWS = 4000
const median = (values: number[]) => values.sort((p, q) => p - q)[values.length >> 1]

function engineOf(sizes: number[], batch: number, values: Float32Array, listed: boolean): Engine {
  const layers = sizes
    .slice(1)
    .map((units, l) => ({ inputs: sizes[l], units, activation: 'sigmoid' as const, bias: true }))
  const outputs = sizes.at(-1)!
  const { make } = chooseBackend('auto')
  const engine = new Engine({ inputs: sizes[0], outputs, layers, loss: 'quadratic' }, make, plainSgd)
  const count = values.filter((v) => v !== 0).length
  const nonzeros = listed ? count : 0
  const x = { values, rows: ROWS, columns: sizes[0], name: 'x', nonzeros: count, checksums: undefined }
  engine.resize({ ...PREDICTS, batchRows: batch, dataRows: ROWS, nonzeros, steps: 1 })
  if (listed) runNow(listNonzeros(engine, x))
  else engine.fill(engine.plan.x, values, 0, ROWS)
  engine.fill(engine.plan.y, numbers(ROWS * outputs, 2), 0, ROWS)
  engine.setScalars(0, [1e-3])
  return engine
}

console.log(`Node ${process.version}, ${process.arch}, kernels '${chooseBackend('auto').name}'\n`)
console.log('| network | batch | nonzero | from rows, samples/s | from lists, samples/s | ratio |')
console.log('|---|---|---|---|---|---|')
for (const [sizes, batch] of [
  [[784, 30, 10], 10],
  [[784, 64, 10], 32],
  [[784, 300, 10], 64],
] as [number[], number][]) {
  for (const density of [0.05, 0.1, 0.19, 0.3, 0.4, 0.5, 0.6]) {
    const kept = numbers(ROWS * sizes[0], 1)
    const values = kept.map((v, i) => ((i * 2654435761) % 1000 < 1000 * density ? v : 0))
    const engines = [engineOf(sizes, batch, values, false), engineOf(sizes, batch, values, true)]
    const times: number[][] = [[], []]
    for (let round = 0; round < 9; ++round) {
      engines.forEach((engine, i) => {
        runNow(engine.shuffleSlices(ROWS, 1, round))
        const from = performance.now()
        engine.train({ firstRow: 0, endRow: ROWS, batchRows: batch })
        if (round > 1) times[i].push(performance.now() - from)
      })
    }
    const [rows, lists] = times.map((list) => (ROWS * 1000) / median(list))
    const cells = [
      sizes.join('-'),
      batch,
      density,
      Math.round(rows),
      Math.round(lists),
      (lists / rows).toFixed(2),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
