// Skipping the zeros of the input changes no bit: training from lists of nonzeros against training from the rows.

import { describe, expect, it } from 'vitest'
import * as Hits from '../../assembly/abi/hits.ts'
import { ARENA_START } from '../../assembly/abi/layout.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { runNow } from '../../src/base/pace.ts'
import { Engine } from '../../src/engine/engine.ts'
import { Network, ShapeError } from '../../src/index.ts'
import { listNonzeros } from '../../src/intake/list-nonzeros.ts'
import { nonzerosToList } from '../../src/intake/sparse.ts'
import { plainSgd } from '../../src/model/optimizers.ts'
import { PREDICTS } from '../../src/program/capacity.ts'

import { readInts, type TestedBackend, wasmBackends } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'
import { inputsOf, phasesOf, shuffleRows } from '../helpers/training.ts'

const ROWS = 41

/** Rows of which about one value in five is not zero, one row without any, one full, and a -0. */
function sparseRows(columns: number): Float32Array {
  const x = numbers(ROWS * columns, columns).map((v, i) => ((i * 2654435761) % 5 === 0 ? v : 0))
  x.fill(0, 3 * columns, 4 * columns)
  x.set(numbers(columns, 1), 7 * columns)
  x[0] = -0
  return x
}

function train(
  { make }: TestedBackend,
  units: number,
  columns: number,
  batch: number,
  parts: number,
  listed: boolean,
) {
  const layers = [
    { inputs: columns, units, activation: 'tanh' as const, bias: units % 2 === 0 },
    { inputs: units, units: 3, activation: 'sigmoid' as const, bias: true },
  ]
  const engine = new Engine({ inputs: columns, outputs: 3, layers, loss: 'quadratic' }, make, plainSgd)
  layers.forEach((layer, l) => {
    engine.parameters.setWeights(l, numbers(layer.inputs * layer.units, 10 + l, 0.3))
    engine.parameters.setBiases(l, numbers(layer.units, 20 + l))
  })
  const x = inputsOf(sparseRows(columns), columns)
  const nonzeros = listed ? x.nonzeros : 0
  engine.resize({ ...PREDICTS, batchRows: batch, dataRows: ROWS, nonzeros, steps: 1 })
  if (listed) runNow(listNonzeros(engine, x))
  else engine.fill(engine.plan.x, x.values, 0, ROWS)
  engine.fill(engine.plan.y, numbers(ROWS * 3, 5), 0, ROWS)
  shuffleRows(engine, ROWS, 3, 0)
  engine.setScalars(0, [0.4])
  engine.hitMode = Hits.NONE
  for (let epoch = 0; epoch < 2; ++epoch) {
    for (let firstRow = 0; firstRow < ROWS; firstRow += batch) {
      const slice = { firstRow, endRow: Math.min(ROWS, firstRow + batch), batchRows: batch }
      for (const phase of phasesOf(engine)) {
        for (let part = parts - 1; part >= 0; --part) engine.train(slice, phase, part, parts)
      }
    }
  }
  const { parameters, losses } = engine.plan
  const bits = [parameters, losses].map(({ offset, length }) => {
    const slice = engine.floats.slice(offset, offset + length)
    return Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength).toString('hex')
  })
  return bits.join()
}

describe.each(wasmBackends.map((backend) => [backend.name, backend] as const))('%s', (_, backend) => {
  it.each([32, 33, 63, 64, 65, 230])('trains on lists of %d columns to the bits of the rows', (columns) => {
    for (const units of [1, 4, 5, 8, 13, 16, 30, 32, 44, 65]) {
      // 230 columns are taken at once in batches of 1 and 7, in three blocks in a batch of 41.
      for (const batch of [1, 7, 41]) {
        const expected = train(backend, units, columns, batch, 1, false)
        for (const parts of [1, 3]) {
          const found = train(backend, units, columns, batch, parts, true)
          expect(found === expected, `${units} units, batch ${batch}, ${parts} parts`).toBe(true)
        }
      }
    }
  })
})

describe.each(wasmBackends.map((backend) => [backend.name, backend] as const))('%s', (_, { make }) => {
  it('stores the gradient of every column, also of one without nonzeros, where another was before', () => {
    const [columns, units] = [70, 5]
    const gradients = [false, true].map((listed) => {
      const engine = new Engine(
        {
          inputs: columns,
          outputs: units,
          layers: [{ inputs: columns, units, activation: 'linear', bias: false }],
          loss: 'quadratic',
        },
        make,
        plainSgd,
      )
      const values = sparseRows(columns)
      for (let r = 0; r < ROWS; ++r) values.fill(0, r * columns + 20, r * columns + 30)
      const x = inputsOf(values, columns)
      const nonzeros = listed ? x.nonzeros : 0
      engine.resize({ ...PREDICTS, batchRows: ROWS, dataRows: ROWS, gradients: true, nonzeros, steps: 1 })
      if (listed) runNow(listNonzeros(engine, x))
      else engine.fill(engine.plan.x, x.values, 0, ROWS)
      engine.fill(engine.plan.y, numbers(ROWS * units, 5), 0, ROWS)
      runNow(engine.orderSlices(ROWS))
      const { offset, length } = engine.plan.layers[0].weightGradients!
      engine.floats.fill(1, offset, offset + length)
      engine.computeGradients(ROWS)
      return engine.parameters.weights(0, 'weightGradients')
    })
    expect(gradients[1]).toEqual(gradients[0])
    expect(gradients[1].slice(20 * units, 30 * units)).toEqual(new Float32Array(10 * units))
  })
})

describe.each(wasmBackends.map((backend) => [backend.name, backend] as const))('%s', (_, { make }) => {
  it('lists a column and a value for each nonzero of each row, and writes one entry beyond at most', () => {
    for (const columns of [1, 2, 3, 4, 5, 31, 64, 101]) {
      const rows = 9
      const x = sparseRows(columns).subarray(0, rows * columns)
      const X = ARENA_START + 16
      const STARTS = X + x.length
      const ENTRIES = STARTS + rows + 1
      const backend = make(ENTRIES + 2 * x.length + 16)
      const { floats, listNonzeros: list } = backend
      floats.fill(77, STARTS)
      floats.set(x, X)
      const end = list!(rows, X, columns, STARTS, ENTRIES)
      const starts = readInts(backend, STARTS, rows + 1)
      expect([starts[0], starts[rows]]).toEqual([ENTRIES, end])
      for (let r = 0; r < rows; ++r) {
        const found = []
        for (let e = starts[r]; e < starts[r + 1]; e += 2)
          found.push([readInts(backend, e, 1)[0], floats[e + 1]])
        const row = [...x.subarray(r * columns, (r + 1) * columns)]
        expect(found).toEqual(row.map((v, c) => [c, v]).filter(([, v]) => v !== 0))
      }
      expect(floats.subarray(X, STARTS)).toEqual(x)
      expect(floats[end + 2]).toBe(77)
    }
  })
})

describe('listNonzeros', () => {
  it('refuses values that were changed after they were counted, and writes nothing of them', () => {
    const [columns, units] = [40, 30]
    const layers = [{ inputs: columns, units, activation: 'relu' as const, bias: true }]
    const engine = new Engine(
      { inputs: columns, outputs: units, layers, loss: 'quadratic' },
      wasmBackends[0].make,
      plainSgd,
    )
    engine.resize({ ...PREDICTS, batchRows: 10, dataRows: ROWS, nonzeros: 50, steps: 1 })
    const { y } = engine.plan
    engine.floats.fill(77, y.offset, y.offset + y.length)
    for (const values of [sparseRows(columns), new Float32Array(ROWS * columns).fill(Number.NaN, 3, 4)]) {
      expect(() => runNow(listNonzeros(engine, inputsOf(values, columns)))).toThrow(ShapeError)
    }
    expect(engine.floats[y.offset]).toBe(77)
    const few = new Float32Array(ROWS * columns).fill(1, 0, 50)
    runNow(listNonzeros(engine, inputsOf(few, columns)))
    expect(engine.floats[y.offset]).toBe(77)
  })
})

describe('the room for lists', () => {
  const rows = 4 * ROWS
  const columns = 40
  const units = 30
  function engineFor(nonzeros: number, batchRows: number, threads: number) {
    const layers = [{ inputs: columns, units, activation: 'relu' as const, bias: true }]
    let backend!: Backend
    const engine = new Engine(
      { inputs: columns, outputs: units, layers, loss: 'quadratic' },
      (elements) => {
        backend = wasmBackends[0].make(elements)
        return backend
      },
      plainSgd,
    )
    engine.resize({ ...PREDICTS, batchRows, dataRows: rows, nonzeros, threads, steps: 1 })
    return { engine, backend }
  }

  it('ends before the targets, for every number of nonzeros, where zeros come after the last', () => {
    for (let nonzeros = 1; nonzeros <= 70; ++nonzeros) {
      const { engine } = engineFor(nonzeros, 10, 1)
      const { y } = engine.plan
      engine.floats.fill(77, y.offset, y.offset + y.length)
      const values = new Float32Array(rows * columns).fill(1, 0, nonzeros)
      runNow(listNonzeros(engine, inputsOf(values, columns)))
      const targets = engine.floats.subarray(y.offset, y.offset + y.length)
      expect(
        targets.every((v) => v === 77),
        `${nonzeros} nonzeros`,
      ).toBe(true)
    }
  })

  it.each([10, rows])('gives each thread buckets of its own, in a batch of %d', (batchRows) => {
    const threads = 3
    const values = numbers(rows * columns, 3).map((v) => v || 1)
    const { engine, backend } = engineFor(values.length, batchRows, threads)
    runNow(listNonzeros(engine, inputsOf(values, columns)))
    engine.fill(engine.plan.y, numbers(rows * units, 5), 0, rows)
    runNow(engine.orderSlices(rows))
    engine.setScalars(0, [0.1])
    const phases = phasesOf(engine)
    const run = (phase: number, thread: number) => {
      const { from, to } = phases[phase]
      backend.run(from, to, 0, batchRows, batchRows, thread, threads, thread)
    }
    const last = phases.length - 1
    for (let phase = 0; phase < last; ++phase) {
      for (let thread = 0; thread < threads; ++thread) run(phase, thread)
    }
    const { offset, length } = engine.plan.sparse!.buckets
    const buckets = engine.floats.subarray(offset, offset + length)
    for (let thread = 0; thread < threads; ++thread) {
      buckets.fill(77)
      run(last, thread)
      const touched = Array.from({ length: threads }, (_, t) =>
        buckets.subarray((t * length) / threads, ((t + 1) * length) / threads).some((v) => v !== 77),
      )
      expect(touched).toEqual([0, 1, 2].map((t) => t === thread))
    }
  })
})

describe('nonzerosToList', () => {
  const count = (nonzeros: number, columns: number, units = 30) =>
    nonzerosToList({ ...inputsOf(new Float32Array(10 * columns), columns), nonzeros }, units)
  it('counts where few values are not zero, and says 0 where lists would not pay', () => {
    expect(count(192, 64)).toBe(192)
    expect(count(640, 64)).toBe(0)
    expect(count(48, 16)).toBe(0)
    expect(count(0, 64)).toBe(1)
  })
  it('asks for more zeros where the layer is narrow', () => {
    expect([30, 24, 8].map((units) => count(128, 64, units))).toEqual([128, 128, 0])
    expect([30, 24, 8].map((units) => count(192, 64, units))).toEqual([192, 0, 0])
  })
})

describe('fit', () => {
  it('in threads, from lists in batches over 64, has the losses of one thread', async () => {
    const rows = 600
    const x = numbers(rows * 90, 6).map((v, i) => ((i * 2654435761) % 5 === 0 ? v : 0))
    const y = Int32Array.from({ length: rows }, (_, r) => r % 3)
    const train = async (threads: number) => {
      const net = new Network({ sizes: [90, 40, 3], loss: 'crossEntropy', seed: 1, kernels: 'simd', threads })
      const { loss } = await net.fit({ x, y }, { epochs: 5, batchSize: 200, learningRate: 0.5 })
      return { loss, weights: net.weights(0) }
    }
    const expected = await train(1)
    for (const threads of [2, 4]) expect(await train(threads)).toEqual(expected)
  })

  it('trains on nothing but zeros, which move the biases alone', async () => {
    const net = new Network({
      sizes: [40, 30, 2],
      activation: 'sigmoid',
      seed: 1,
      optimizer: { name: 'sgd', learningRate: 1 },
    })
    const before = [...net.weights(0)]
    const biases = [...net.biases(0)]
    await net.fit({ x: new Float32Array(400), y: numbers(20, 1) }, { epochs: 2 })
    expect([...net.weights(0)]).toEqual(before)
    expect([...net.biases(0)]).not.toEqual(biases)
  })
})
