// How many threads 'auto' takes, and a process that has threads, or cannot have them.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { flopsPerRow } from '../../src/program/flops.ts'
import { threadsFor } from '../../src/threads/choose.ts'
import { availableCores } from '../../src/threads/cores.ts'
import { measureThreads } from '../../src/threads/crew.ts'
import { PooledWorker, stopIdleWorkers } from '../../src/threads/pool.ts'

// What is compared here is what the threads leave, so each fit takes those that it is told: trial.test.ts is about how many.
measureThreads(false)

afterEach(stopIdleWorkers)

describe("threads: 'auto'", () => {
  const layers = [
    { inputs: 784, units: 512, activation: 'relu', bias: true },
    { inputs: 512, units: 10, activation: 'softmax', bias: true },
  ] as const
  const large = { inputs: 784, outputs: 10, layers, loss: 'crossEntropy' } as const
  const small = { ...large, inputs: 2, layers: [{ ...layers[0], inputs: 2, units: 2 }] }

  it('takes the cores there are, at most 8, for work that is large enough', async () => {
    const cores = Math.min(8, availableCores())
    expect(cores).toBeGreaterThan(0)
    await stopIdleWorkers()
    expect(threadsFor('auto', flopsPerRow(large, 1), 1024, 600_000)).toBe(cores)
    expect(threadsFor('auto', flopsPerRow(large, 1), 1, 600_000)).toBe(1)
    expect(threadsFor('auto', flopsPerRow(large, 1), 1024, 100)).toBe(1)
    expect(threadsFor('auto', flopsPerRow(small, 1), 4, 400_000)).toBe(1)
    expect(threadsFor(5, flopsPerRow(small, 1), 4, 4)).toBe(5)
  })

  it('takes them for shorter work where idle workers are waiting', async () => {
    await stopIdleWorkers()
    const flops = flopsPerRow(large, 1)
    const rows = Math.floor(1e10 / flops)
    expect(threadsFor('auto', flops, 1024, rows)).toBe(1)
    for (const worker of await Promise.all([PooledWorker.start(), PooledWorker.start()])) worker.rest()
    expect(threadsFor('auto', flops, 1024, rows)).toBe(Math.min(8, availableCores()))
    await stopIdleWorkers()
  })

  it('does not count the zeros that are skipped', async () => {
    const layers = [{ ...large.layers[0], units: 64 }]
    const one = { ...large, layers }
    expect(threadsFor('auto', flopsPerRow(one, 1), 16, 3_000_000)).toBe(Math.min(4, availableCores()))
    expect(threadsFor('auto', flopsPerRow(one, 0.1), 16, 3_000_000)).toBe(1)
  })
})

const root = fileURLToPath(new URL('../..', import.meta.url))
const runChild = (code: string, ...flags: string[]) =>
  spawnSync(process.execPath, [...process.execArgv, ...flags, '--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
    timeout: 30_000,
  })

const small = (options: string, print: string) => `
  import { Network } from 'nabla'
  const net = new Network({ sizes: [8, 4, 2], seed: 1, ${options} })
  const data = { x: Array.from({ length: 80 }, (_, i) => (i % 7) / 7), y: Array.from({ length: 20 }, (_, i) => i % 2) }
  const history = await net.fit(data, { epochs: 2, offThread: true })
  console.log(${print})`

describe('a process', () => {
  it('exits by itself after the last await, without dispose', () => {
    const code = `${small('threads: 2', 'history.threads')}
      const end = performance.now()
      process.on('exit', () => console.log(performance.now() - end < 9000 ? 'exits before its workers time out' : 'waits'))`
    const { status, stdout, stderr } = runChild(code)
    // It is too short to be worth a second worker.
    expect([status, stdout, stderr]).toEqual([0, '1\nexits before its workers time out\n', ''])
  })

  it('is kept alive by a fit that nobody awaits', () => {
    const code = small('threads: 2', '1')
      .replace('const history = await net', 'net')
      .replace('console.log(1)', '')
    const { status, stdout } = runChild(`${code.trim()}.then((history) => console.log(history.threads))`)
    expect([status, stdout]).toEqual([0, '1\n'])
  })

  const refusals: [string, string, string[], string, string?][] = [
    [
      'has no SharedArrayBuffer',
      'threads: 2',
      // Node's own module needs it when it is loaded.
      ['--import', 'data:text/javascript,import "node:worker_threads";delete globalThis.SharedArrayBuffer'],
      'there is no SharedArrayBuffer: a page has it where it is served as cross-origin isolated',
      'in one worker',
    ],
    ['has the reference kernels', "threads: 2, kernels: 'reference'", [], 'the reference kernels have none'],
    [
      'may not start workers',
      'threads: 2',
      [
        '--import',
        `data:text/javascript,process.getBuiltinModule = () => ({ Worker: class { constructor() { throw new Error('not here') } }, availableParallelism: () => 2 })`,
      ],
      'not here',
    ],
  ]
  it.each(refusals)('that %s trains all the same, with a note', (_, options, flags, reason, where) => {
    const here = runChild(
      small('threads: 1', '[...net.weights(0)].join()').replace('offThread: true', ''),
      ...flags,
    )
    const { status, stdout, stderr } = runChild(small(options, '[...net.weights(0)].join()'), ...flags)
    expect(stderr).toContain(
      `nabla: threads are unavailable here (${reason}); training goes on ${where ?? "in the caller's thread"}`,
    )
    expect(status).toBe(0)
    if (!options.includes('reference')) expect(stdout).toBe(here.stdout)
    expect(stdout.split(',').length).toBe(32)
  })
})
