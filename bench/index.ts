// Kernels, one step and one epoch: WebAssembly against plain JavaScript in the same run.
//
//   npm run bench            everything
//   npm run bench -- step    the cases with "step" in their name
//
// Each case runs on every backend in turn; the figures are medians, the spread is the median absolute deviation. The plain-JavaScript
// path is src/reference: typed arrays, register-blocked loops, the same panels and the same fused steps.

import { Bench } from 'tinybench'
import { chooseBackend } from '../src/backends/choose.ts'
import type { KernelsName } from '../src/options.ts'
import { cases } from './cases.ts'

const wanted = process.argv[2] ?? ''
const canRun = (name: KernelsName) => {
  try {
    chooseBackend(name)
    return true
  } catch {
    console.log(`(left out: ${name}, which this engine cannot run)`)
    return false
  }
}
const kernels = (['simd', 'relaxed', 'reference'] as const).filter(canRun)

console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${process.arch}\n`)
console.log('| case | kernels | median | spread | GFLOP/s | samples/s | × plain JS |')
console.log('|---|---|---|---|---|---|---|')

for (const { name, flops, samples, prepare } of cases.filter((one) => one.name.includes(wanted))) {
  const bench = new Bench({ time: 400, warmupTime: 150 })
  for (const kernel of kernels) bench.add(kernel, prepare(chooseBackend(kernel).make))
  await bench.run()
  const latencies = bench.tasks.map((task) => {
    if (task.result.state !== 'completed') throw new Error(`${name} on ${task.name}: ${task.result.state}`)
    return task.result.latency
  })
  const plain = latencies[kernels.indexOf('reference')].p50
  latencies.forEach(({ p50, mad }, i) => {
    const cells = [
      name,
      kernels[i],
      `${(p50 * 1000).toPrecision(3)} µs`,
      `${((100 * mad) / p50).toFixed(1)}%`,
      flops ? (flops / (p50 * 1e6)).toFixed(1) : '',
      samples ? Math.round((samples * 1000) / p50).toLocaleString('en') : '',
      (plain / p50).toFixed(1),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  })
}
