// What threads cost where there are fewer cores than the platform says: whole fits, workers' start included, with threads
// 'auto', 2, 4 and 8 against one, in turn in one run. On free cores, on one core of two that are reported (Linux, by
// taskset), and beside two busy loops. Medians of the rounds' ratios: above 1 the threads gain.
//
//   npx tsx bench/threads-contended.ts [rounds, default 7] [--warm] [--only=free|one|busy]
//
// --warm leaves the workers of one fit to the next; else each starts its own.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Network, type NetworkOptions } from '../src/index.ts'
import { stopIdleWorkers } from '../src/threads/pool.ts'
import { numbers } from './cases.ts'

interface Workload {
  readonly sizes: number[]
  readonly rows: number
  readonly batchSize: number
  readonly epochs: number
}

const workloads: Workload[] = [
  { sizes: [784, 64, 10], rows: 6000, batchSize: 32, epochs: 5 },
  { sizes: [784, 64, 10], rows: 6000, batchSize: 32, epochs: 20 },
  { sizes: [784, 30, 10], rows: 6000, batchSize: 10, epochs: 20 },
  { sizes: [784, 512, 512, 10], rows: 6000, batchSize: 128, epochs: 2 },
  { sizes: [64, 32, 16, 10], rows: 20_000, batchSize: 32, epochs: 40 },
]
const counts = ['auto', 2, 4, 8] as const
const REPORTED = 2

const rounds = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 7)
const warm = process.argv.includes('--warm')
const only = process.argv.find((one) => one.startsWith('--only='))?.slice(7)
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** Milliseconds of one fit, and the threads that did most of it. */
async function timeFit({ sizes, rows, batchSize, epochs }: Workload, threads: number | 'auto') {
  if (!warm) await stopIdleWorkers()
  const options: NetworkOptions = { sizes, activation: 'relu', loss: 'crossEntropy', seed: 1, threads }
  const x = numbers(rows * sizes[0], 1)
  const y = Int32Array.from({ length: rows }, (_, r) => r % 10)
  const from = performance.now()
  const history = await new Network(options).fit({ x, y }, { epochs, batchSize, learningRate: 1e-3 })
  return { ms: performance.now() - from, threads: history.threads }
}

/** In a process of its own: the rows of one table. */
async function measure(): Promise<void> {
  createRequire(import.meta.url)('node:os').availableParallelism = () => REPORTED
  for (const workload of workloads) {
    const ratios = counts.map((): number[] => [])
    const taken = counts.map((): number[] => [])
    const ones: number[] = []
    for (let round = 0; round <= rounds; ++round) {
      let one = 0
      for (const [i, count] of counts.entries()) {
        // One thread shortly before: the load of the machine changes.
        if (i % 2 === 0) one = (await timeFit(workload, 1)).ms
        const { ms, threads } = await timeFit(workload, count)
        // The first round is for the compilers.
        if (round === 0) continue
        ones.push(one)
        ratios[i].push(one / ms)
        taken[i].push(threads)
      }
    }
    const cells = ratios.map(
      (one, i) => `${median(one).toFixed(2)} (${Math.min(...one).toFixed(2)}; ${median(taken[i])})`,
    )
    const { sizes, batchSize, epochs } = workload
    console.log(
      `| ${[sizes.join('-'), batchSize, epochs, `${median(ones).toFixed(0)} ms`, ...cells].join(' | ')} |`,
    )
  }
  process.exit(0)
}

/** Prints the table of this script in another process. */
async function measureIn(...command: string[]): Promise<void> {
  const [program, ...before] = [...command, process.execPath]
  const file = fileURLToPath(import.meta.url)
  const flags = [...process.execArgv, file, `${rounds}`, ...(warm ? ['--warm'] : []), '--measure']
  const child = spawn(program, [...before, ...flags], { stdio: ['ignore', 'inherit', 'inherit'] })
  await once(child, 'exit')
}

const head = (name: string) => {
  console.log(`\n${name}\n\n| network | batch | epochs | one thread | ${counts.join(' | ')} |`)
  console.log('|---|---|---|---|---|---|---|---|')
}

const isWanted = (setting: string) => only === undefined || only === setting

if (process.argv.includes('--measure')) await measure()
else {
  console.log(
    `Node ${process.version}, ${warm ? 'warm' : 'cold'}; median ratio (least; threads that did most)`,
  )
  if (isWanted('free')) {
    head('free cores')
    await measureIn()
  }
  if (isWanted('one')) {
    head('one core of two that are reported')
    await measureIn('taskset', '-c', '0')
  }
  if (isWanted('busy')) {
    head('beside two busy loops')
    const loops: ChildProcess[] = [1, 2].map(() => spawn(process.execPath, ['-e', 'for (;;);']))
    try {
      await measureIn()
    } finally {
      for (const loop of loops) loop.kill('SIGKILL')
    }
  }
}
