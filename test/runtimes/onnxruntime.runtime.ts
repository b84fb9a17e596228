// What ONNX Runtime, native and in WebAssembly, computes of the files that toOnnx writes, and of the files that other tools
// wrote, which fromOnnx is tested with. The variable ONNXRUNTIME names the node_modules that has onnxruntime-node and
// onnxruntime-web (430 MB, so they are no devDependencies); without it these tests are skipped.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Network } from '../../src/index.ts'
import { type ActivationName, activations } from '../../src/model/tables.ts'
import { snapshotOf } from '../../src/network-snapshot.ts'
import type { ExportedColumn } from '../../src/onnx/export/features.ts'
import { writeOnnx } from '../../src/onnx/export/write.ts'
import { readModel } from '../../src/onnx/import/messages.ts'
import { fromOnnx, toOnnx } from '../../src/onnx/index.ts'
import { DataType } from '../../src/onnx/proto.ts'
import { goldenFiles } from '../helpers/onnx.ts'

interface Tensor {
  readonly dims: readonly number[]
  readonly data: ArrayLike<number>
}
interface Runtime {
  readonly InferenceSession: {
    create(
      bytes: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: Record<string, Tensor>, fetches?: string[]): Promise<Record<string, Tensor>> }>
  }
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => Tensor
  readonly env: { readonly wasm: { numThreads?: number } }
}

const folder = process.env.ONNXRUNTIME
const runtime = (name: string): Runtime => createRequire(join(folder!, 'x.js'))(name)

const numbers = (n: number, seed: number) =>
  Float32Array.from({ length: n }, (_, i) => 3 * Math.sin(seed * 7 + i * 1.3))

/** At most 1e-5 of 1, or of the number itself where that is larger. */
function expectSame(got: ArrayLike<number>, expected: ArrayLike<number>, name: string): void {
  expect(got.length, name).toBe(expected.length)
  for (let i = 0; i < expected.length; ++i) {
    const error = Math.abs(got[i] - expected[i]) / Math.max(1, Math.abs(expected[i]))
    expect(error, `${name}, output ${i}: ${got[i]} and ${expected[i]}`).toBeLessThanOrEqual(1e-5)
  }
}

const names = Object.keys(activations) as ActivationName[]

describe.skipIf(!folder).each(['onnxruntime-node', 'onnxruntime-web'])('%s', (name) => {
  const open = (bytes: Uint8Array) => {
    const { InferenceSession, env } = runtime(name)
    env.wasm.numThreads = 1
    return InferenceSession.create(bytes, {
      executionProviders: [name.endsWith('web') ? 'wasm' : 'cpu'],
      logSeverityLevel: 3,
    })
  }
  const tensor = (type: string, data: unknown, dims: readonly number[]) =>
    new (runtime(name).Tensor)(type, data, dims)

  it.each(names)('computes %s, with each normalization and without biases', async (activation) => {
    const hidden = activation === 'softmax' ? 'relu' : activation
    for (const normalization of ['none', 'layer', 'batch'] as const) {
      for (const bias of [true, false]) {
        const net = new Network({
          inputs: 5,
          layers: [
            { units: 7, activation: hidden, normalization, bias, dropout: 0.1 },
            { units: 6, activation: hidden, normalization },
            { units: 3, activation, bias },
          ],
          loss: activation === 'softmax' ? 'crossEntropy' : 'quadratic',
          biasInitializer: 'glorotUniform',
        } as never)
        const x = numbers(5 * 33, 1)
        net.trainBatch(
          x,
          activation === 'softmax' ? Int32Array.from({ length: 33 }, (_, i) => i % 3) : numbers(99, 2),
        )
        const session = await open(toOnnx(net))
        // The number of rows is open.
        for (const rows of [33, 1]) {
          const part = x.subarray(0, 5 * rows)
          const { output } = await session.run({ input: tensor('float32', part, [rows, 5]) })
          expect(output.dims).toEqual([rows, 3])
          expectSame(
            output.data,
            net.predict(part) as Float32Array,
            `${activation}, ${normalization}, ${bias}`,
          )
        }
      }
    }
  })

  it('computes activations at their extremes', async () => {
    for (const activation of names.filter((one) => one !== 'softmax')) {
      const net = new Network({
        inputs: 1,
        layers: [{ units: 1, activation, bias: false }],
        loss: 'quadratic',
      } as never)
      net.setWeights(0, [1])
      const x = Float32Array.of(-1e6, -200, -88, -40, -9, -1e-3, -0, 1e-6, 0.5, 9, 40, 88, 200, 1e6)
      const { output } = await (await open(toOnnx(net))).run({ input: tensor('float32', x, [x.length, 1]) })
      expectSame(output.data, net.predict(x) as Float32Array, activation)
    }
  })

  const columns: readonly ExportedColumn[] = [
    { kind: 'numeric', name: 'area', offset: 3, scale: 2 },
    { kind: 'numeric', name: 'age', missing: 1.5 },
    { kind: 'numeric', name: 'income', log1p: true, offset: 1, missing: 2, indicator: true },
    { kind: 'categorical', name: 'kind', categories: [1, 2, 5] },
  ]
  const rows = [
    [1, Number.NaN, Number.NaN, 2],
    [4, 2, 3, 7],
    [-1, 0, 1e4, 5],
  ]
  const featuresOf = ([area, age, income, kind]: number[]) => [
    (area - 3) / 2,
    Number.isNaN(age) ? 1.5 : age,
    Math.log1p(Number.isNaN(income) ? 2 : income) - 1,
    Number(Number.isNaN(income)),
    ...[1, 2, 5].map((one) => Number(one === kind)),
  ]

  it('computes features of numbers, in one input', async () => {
    const net = new Network({ sizes: [7, 4, 2], activation: 'tanh' })
    const bytes = writeOnnx({ network: snapshotOf(net), columns, input: 'rows', output: 'y', name: 'model' })
    const { y } = await (await open(bytes)).run({
      rows: tensor('float32', Float32Array.from(rows.flat()), [3, 4]),
    })
    expectSame(y.data, net.predict(rows.map(featuresOf)) as Float32Array, 'features')
  })

  it('computes features of strings, with an input for each column', async () => {
    const net = new Network({ sizes: [9, 4, 2], activation: 'tanh' })
    const cities: ExportedColumn = { kind: 'categorical', name: 'city', categories: ['Rome', 'Zürich'] }
    const bytes = writeOnnx({
      network: snapshotOf(net),
      columns: [cities, ...columns],
      input: 'rows',
      output: 'y',
      name: 'model',
    })
    const feeds: Record<string, Tensor> = { city: tensor('string', ['Zürich', 'Oslo', 'Rome'], [3, 1]) }
    columns.forEach((column, j) => {
      feeds[column.name] = tensor(
        'float32',
        Float32Array.from(rows, (row) => row[j]),
        [3, 1],
      )
    })
    const { y } = await (await open(bytes)).run(feeds)
    const cityOf = [
      [0, 1],
      [0, 0],
      [1, 0],
    ]
    expectSame(
      y.data,
      net.predict(rows.map((row, r) => [...cityOf[r], ...featuresOf(row)])) as Float32Array,
      'features',
    )
  })

  it('computes of the files of other tools what fromOnnx does', async () => {
    let compared = 0
    for (const [file, { onnx, x, y, classes }] of goldenFiles()) {
      const { inputs, outputs } = readModel(onnx)
      const [{ name: input, type, dims }] = inputs
      // Its arrays of 16 bits are not those of every Node.
      if (type === DataType.FLOAT16) continue
      const values = x.flat()
      const shape = [x.length, ...dims!.slice(1)] as number[]
      const given =
        type === DataType.DOUBLE
          ? tensor('float64', Float64Array.from(values), shape)
          : type === DataType.INT64
            ? tensor('int64', BigInt64Array.from(values, BigInt), shape)
            : tensor('float32', Float32Array.from(values), shape)
      const net = fromOnnx(onnx)
      expectSame(net.predict(Float32Array.from(values)) as Float32Array, y.flat(), file)
      // ZipMap gives maps, which the runtimes of JavaScript do not read.
      const output = outputs.find((one) => one.type === DataType.FLOAT || one.type === DataType.DOUBLE)
      const session = await open(onnx)
      if (!output) continue
      const result = (await session.run({ [input]: given }, [output.name]))[output.name].data
      const columnsOfPair = classes?.length === 2
      const own = Array.from(result, Number).filter((_, i) => !columnsOfPair || i % 2 === 1)
      expectSame(file.includes('log-softmax') ? own.map(Math.exp) : own, y.flat(), file)
      compared += 1
    }
    expect(compared).toBeGreaterThan(95)
  })
})
