// The binary of assembly/online/, as test/kernels/module.test.ts has it for the others.

import { describe, expect, it } from 'vitest'
import { TABLE } from '../../assembly/abi/online/map.ts'
import { fromBase64 } from '../../src/base/base64.ts'
import { makeByKernels } from '../../src/brain/make-online.ts'
import { randomize, zeroParameters } from '../../src/brain/parameters.ts'
import { trainDefaults } from '../../src/brain/train-options.ts'
import { trainingData } from '../../src/brain/training-data.ts'
import { wasm } from '../../src/generated/online.ts'

const bytes = fromBase64(wasm)
const module = new WebAssembly.Module(bytes)

describe('the online binary', () => {
  it('imports its memory alone, exports two functions and is small', () => {
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }])
    const exported = WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind])
    expect(exported.sort()).toEqual([
      ['run', 'function'],
      ['settle', 'function'],
    ])
    expect(bytes.length).toBeLessThan(16 * 1024)
  })

  it('writes its constants before the head, and nothing else', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
    const all = new Uint8Array(memory.buffer).fill(7)
    new WebAssembly.Instance(module, { env: { memory } })
    const written = [...all.keys()].filter((i) => all[i] !== 7)
    expect(written.length).toBeGreaterThan(0)
    expect(written.at(-1)).toBeLessThan(TABLE)
  })
})

describe('a memory that was used before', () => {
  it('leaves nothing of the last training in the next, a larger or a smaller one', () => {
    const make = makeByKernels()!
    const train = (sizes: number[], rows: number, isAdam: boolean) => {
      const parameters = zeroParameters(sizes)
      randomize(parameters, 1)
      const data = Array.from({ length: rows }, (_, r) => ({
        input: Array.from({ length: sizes[0] }, (_, i) => ((7 * r + 3 * i) % 5) / 5),
        output: Array.from({ length: sizes.at(-1)! }, (_, j) => (r + j) % 2),
      }))
      const side = (name: 'input' | 'output', length: number) => ({ name, lookup: null, length })
      const numbers = trainingData(data, side('input', sizes[0]), side('output', sizes.at(-1)!))
      const online = make(sizes, parameters, numbers, { ...trainDefaults(), activation: 'tanh', isAdam })
      online.run(10 * rows, 10, -1)
      online.write()
      const { error } = online
      online.release()
      return { error, weights: parameters.layers.map((layer) => layer.weights.map((row) => [...row])) }
    }
    const first = train([3, 5, 3], 4, false)
    const adam = train([40, 30, 9], 50, true)
    expect(train([3, 5, 3], 4, false)).toEqual(first)
    expect(train([40, 30, 9], 50, true)).toEqual(adam)
    expect(train([3, 5, 3], 4, false)).toEqual(first)
  })
})
