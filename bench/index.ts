// Kernels, one step and one epoch: WebAssembly against plain JavaScript in the same run.
//
//   npm run bench            everything
//   npm run bench -- step    the cases with "step" in their name
//   npm run bench -- --wide  256-bit vectors, on Node 24 or newer
//
// Each case runs on every backend in turn; the figures are medians, the spread is the median absolute deviation. The plain-JavaScript
// path is src/backends/reference: typed arrays, register-blocked loops, the same panels and the same fused steps.

import { Bench } from 'tinybench'
import { chooseBackend } from '../src/backends/choose.ts'
import { cases } from './cases.ts'

const wanted = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? ''
// The flag that `wide` sets holds for the process, so it would fuse the other kernels' vectors too.
const names = process.argv.includes('--wide')
  ? (['wide', 'reference'] as const)
  : (['simd', 'relaxed', 'reference'] as const)
const choices = names.flatMap((name) => {
  try {
    const choice = name === 'wide' ? chooseBackend('simd', true) : chooseBackend(name)
    if (name === 'wide' && choice.lacks) throw new Error(choice.lacks)
    return [{ name, choice }]
  } catch (error) {
    console.log(`(left out: ${name}: ${(error as Error).message})`)
    return []
  }
})

console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${process.arch}\n`)
console.log('| case | kernels | median | spread | GFLOP/s | samples/s | × plain JS |')
console.log('|---|---|---|---|---|---|---|')

for (const { name, flops, samples, prepare } of cases.filter((one) => one.name.includes(wanted))) {
  const bench = new Bench({ time: 400, warmupTime: 150 })
  for (const { name: kernels, choice } of choices) bench.add(kernels, prepare(choice))
  await bench.run()
  const latencies = bench.tasks.map((task) => {
    if (task.result.state !== 'completed') throw new Error(`${name} on ${task.name}: ${task.result.state}`)
    return task.result.latency
  })
  const plain = latencies.at(-1)!.p50
  latencies.forEach(({ p50, mad }, i) => {
    const cells = [
      name,
      choices[i].name,
      `${(p50 * 1000).toPrecision(3)} µs`,
      `${((100 * mad) / p50).toFixed(1)}%`,
      flops ? (flops / (p50 * 1e6)).toFixed(1) : '',
      samples ? Math.round((samples * 1000) / p50).toLocaleString('en') : '',
      (plain / p50).toFixed(1),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  })
}
