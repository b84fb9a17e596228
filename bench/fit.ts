// What `fit` costs beside its training calls: fits of one epoch, one after the other on one network, against the same
// steps by the engine alone, in turn. Thousand samples a second, medians.
//   npx tsx bench/fit.ts

import { cpus } from 'node:os'
import { chooseBackend } from '../src/backends/choose.ts'
import { runNow } from '../src/base/pace.ts'
import { Network } from '../src/index.ts'
import { engineOf, numbers } from './cases.ts'
import { median } from './markdown.ts'

const ROUNDS = Number(process.argv[2] ?? 7)
const EPOCH_STEPS = 20

console.log(`${cpus()[0].model}, Node ${process.version}, one thread, epochs of ${EPOCH_STEPS} steps\n`)
console.log('| network | batch | wide | training calls alone | fit of one epoch | ratio, spread |')
console.log('|---|---|---|---|---|---|')
for (const [sizes, batch] of [
  [[784, 30, 10], 10],
  [[784, 512, 512, 10], 128],
  [[1024, 2048, 2048, 1024], 256],
] as const) {
  for (const wide of [false, true]) {
    const choice = chooseBackend(wide ? 'relaxed' : 'auto', wide)
    const rows = EPOCH_STEPS * batch
    const engine = engineOf(choice, [...sizes], 'relu', 'quadratic', rows, batch)
    const net = new Network({
      sizes,
      activation: 'relu',
      loss: 'quadratic',
      threads: 1,
      optimizer: { name: 'sgd', learningRate: 1e-3 },
      kernels: wide ? 'relaxed' : 'auto',
      wide,
    })
    const data = { x: numbers(rows * sizes[0], 10), y: new Float32Array(rows * sizes.at(-1)!) }
    const options = { batchSize: batch, threads: 1 }
    const rates = { alone: [] as number[], fit: [] as number[], ratio: [] as number[] }
    for (let round = -2; round < ROUNDS; ++round) {
      let from = performance.now()
      runNow(engine.shuffleSlices(rows, 1, round + 2))
      engine.train({ firstRow: 0, endRow: rows, batchRows: batch })
      const alone = rows / (performance.now() - from)
      from = performance.now()
      await net.fit(data, options)
      const fit = rows / (performance.now() - from)
      if (round < 0) continue
      rates.alone.push(alone)
      rates.fit.push(fit)
      rates.ratio.push(fit / alone)
    }
    const spread = `${Math.min(...rates.ratio).toFixed(2)}-${Math.max(...rates.ratio).toFixed(2)}`
    const cells = [
      sizes.join('-'),
      batch,
      choice.lacks ? 'unavailable' : wide,
      median(rates.alone).toFixed(2),
      median(rates.fit).toFixed(2),
      `${median(rates.ratio).toFixed(2)}, ${spread}`,
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
