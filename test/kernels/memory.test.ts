// A process that fits or disposes in a loop stays below twice what its first fit took, without a forced collection.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { chooseBackend } from '../../src/backends/choose.ts'
import { runNow } from '../../src/base/pace.ts'
import { Engine } from '../../src/engine/engine.ts'
import { BackendError, DivergedError, Network } from '../../src/index.ts'
import { plainSgd } from '../../src/model/optimizers.ts'
import { PREDICTS } from '../../src/program/capacity.ts'

import { wasmBackends } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'
import { part } from '../helpers/thorough.ts'
import { memoryLoops, runLoop } from '../runtimes/memory.ts'

describe('the resident memory of a process', () => {
  it.each(part(memoryLoops))('stays below twice the first turn where it %s', (what) => {
    const { first, most } = runLoop(process.execPath, [], what)
    expect(first).toBeGreaterThan(50)
    expect(most).toBeLessThan(2 * first)
  })
})

const layers = [{ inputs: 50, units: 20, activation: 'relu', bias: true }] as const
const architecture = { inputs: 50, outputs: 20, layers, loss: 'quadratic' } as const

describe('an arena', () => {
  it('ends before the last page of 4 GB, whose end no 32-bit address can name', () => {
    const [{ make }] = wasmBackends
    const most = (65535 * 65536) / 4
    // Where the engine gives no memory so large, that is what it says.
    const outcome = (elements: number) => {
      try {
        return `${make(elements).end} elements`
      } catch (error) {
        return String(error)
      }
    }
    expect(outcome(most)).toMatch(RegExp(`^${most} elements$|need 4096 MB, and the engine gave none`))
    expect(() => make(most + 1)).toThrow(BackendError)
    expect(() => make(most + 1)).toThrow(/need 4096 MB; WebAssembly has 4096 MB at most/)
    expect(() => make(2 ** 40)).toThrow(/need 4194304 MB; WebAssembly has 4096 MB at most/)
    const small = make(100)
    expect(small.end).toBe(65536 / 4)
    expect(() => small.grow(most + 1)).toThrow(/4096 MB at most/)
  })

  it.each(['simd', 'reference'] as const)('grows and shrinks with the same parameters (%s)', (kernels) => {
    const { make } = chooseBackend(kernels)
    const engine = new Engine(architecture, make, plainSgd)
    const values = numbers(1000, 1)
    engine.parameters.setWeights(0, values)
    for (const rows of [10, 5000, 20, 200_000, 1]) {
      engine.resize({ ...PREDICTS, batchRows: Math.min(rows, 64), dataRows: rows })
      expect(engine.parameters.weights(0)).toEqual(values)
      const { x } = engine.plan
      engine.floats.fill(7, x.offset, x.offset + x.length)
    }
    engine.moveOut()
    expect(engine.parameters.weights(0)).toEqual(values)
    engine.release()
  })

  it('that is given back, or left for another, is used again and has what is new in it', () => {
    const { make } = chooseBackend('simd')
    const fresh = () => {
      const engine = new Engine(architecture, make, plainSgd)
      engine.resize({ ...PREDICTS, batchRows: 64, dataRows: 100_000 })
      return engine
    }
    const first = fresh()
    const memory = first.floats.buffer
    first.floats.fill(Number.NaN, first.plan.begin)
    first.release()
    const second = fresh()
    expect(second.floats.buffer).toBe(memory)
    // Nothing of the NaN shows: predictions and a step of zeros are zeros.
    second.resize({ ...PREDICTS, batchRows: 64, dataRows: 64, gradients: true })
    second.floats.fill(0, second.plan.x.offset, second.plan.x.offset + second.plan.x.length)
    second.floats.fill(0, second.plan.y.offset, second.plan.y.offset + second.plan.y.length)
    runNow(second.orderSlices(64))
    second.computeGradients(64)
    expect(second.parameters.weights(0, 'weightGradients').every((value) => value === 0)).toBe(true)
    second.settle(PREDICTS)
    const third = fresh()
    expect(third.floats.buffer).toBe(memory)
    expect(second.floats.buffer).not.toBe(memory)
    expect(second.parameters.areFinite()).toBe(true)
    third.release()
    second.release()
  })

  it('in shared memory comes back when its network is garbage-collected', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const { make } = chooseBackend('simd')
    const shared = { ...PREDICTS, batchRows: 64, dataRows: 50_000 }
    const memoryOf = (released: boolean) => {
      const engine = new Engine(architecture, make, plainSgd)
      runNow(engine.resizeSlices(shared, true))
      const { buffer } = engine.floats
      if (released) engine.release()
      return new WeakRef(buffer)
    }
    const first = memoryOf(false)
    const turn = () => new Promise((resolve) => setTimeout(resolve, 1))
    for (let i = 0; i < 10; ++i) {
      await turn()
      collect()
    }
    const second = memoryOf(true)
    expect(second.deref()).toBeInstanceOf(SharedArrayBuffer)
    expect(second.deref()).toBe(first.deref())
  })
})

describe('a network whose memory is offered to others', () => {
  it('keeps it while a fit copies its parameters, whenever others want one', async () => {
    // At least as many as there are, so that each had its turn.
    const PAUSES = 8
    const size = 1300
    const x = numbers(size * 4, 1)
    const options = { sizes: [size, size], activation: 'linear', kernels: 'simd', threads: 1 } as const
    const net = new Network({ ...options, seed: 1 })
    const long = numbers(size * 300, 2)
    await net.fit({ x: long, y: long }, { batchSize: 300, learningRate: 1e-6 })
    const before = Buffer.from(net.weights(0).buffer)
    const others: Network[] = []
    let looks = 0
    for (let due = 1; due <= PAUSES; ++due) {
      looks = 0
      const signal = {
        aborted: false,
        reason: undefined,
        // Called wherever a fit may pause.
        throwIfAborted() {
          looks += 1
          if (looks !== due) return
          const other = new Network({ ...options, seed: due })
          other.trainBatch(x, x, { learningRate: 1e-6 })
          others.push(other)
        },
        addEventListener() {},
        removeEventListener() {},
      }
      await expect(net.fit({ x, y: x }, { learningRate: 1e30, batchSize: 1, signal })).rejects.toThrow(
        DivergedError,
      )
      expect(Buffer.from(net.weights(0).buffer).equals(before), `pause ${due}`).toBe(true)
      // It is offered again, and those who had it stay where they are.
      await net.fit({ x: long, y: long }, { batchSize: 300, learningRate: 1e-30 })
    }
    expect(looks).toBeGreaterThan(5)
    expect(looks).toBeLessThanOrEqual(PAUSES)
    for (const other of others) other.dispose()
  })
})

describe('many small networks', () => {
  it('share memories: thousands can live at once, each with its own parameters', () => {
    const nets = Array.from({ length: 3000 }, (_, seed) => new Network({ sizes: [2, 3, 1], seed }))
    const outputs = nets.map((net) => net.predict([0.5, -0.25])[0])
    expect(new Set(outputs).size).toBeGreaterThan(2500)
    nets.forEach((net, i) => {
      if (i % 2) net.dispose()
    })
    const more = Array.from({ length: 1500 }, (_, i) => new Network({ sizes: [2, 3, 1], seed: 5000 + i }))
    expect(more.every((net) => Number.isFinite(net.trainBatch([1, 2], [3])))).toBe(true)
    nets.forEach((net, i) => {
      if (i % 2 === 0) expect(net.predict([0.5, -0.25])[0]).toBe(outputs[i])
    })
  })
})

const root = fileURLToPath(new URL('../..', import.meta.url))

describe.skipIf(process.platform !== 'linux')('an address space with a limit', () => {
  it("gets other kernels from 'auto', with a note, and trains", () => {
    const code = `import { Network } from 'nabla'
      const net = new Network({ sizes: [2, 3, 1], seed: 1 })
      const history = await net.fit({ x: [[0, 1], [1, 0]], y: [1, 0] }, { epochs: 3 })
      console.log(net.kernels, history.epochs)`
    const command = `ulimit -v 6000000; exec "${process.execPath}" --input-type=module -e "$CODE"`
    const { stdout, stderr } = spawnSync('bash', ['-c', command], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, CODE: code },
    })
    expect(stdout).toMatch(/^(relaxed|simd|reference) 3\n$/)
    if (stdout.startsWith('reference')) {
      expect(stderr).toContain('nabla: the WebAssembly SIMD kernels do not run here (')
    }
  })
})
