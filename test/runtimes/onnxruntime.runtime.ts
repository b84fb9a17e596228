// What ONNX Runtime, native and in WebAssembly, computes of the files that toOnnx writes, and of the files that other tools
// wrote, which fromOnnx is tested with. The variable ONNXRUNTIME names the node_modules that has onnxruntime-node and
// onnxruntime-web (430 MB, so they are no devDependencies); without it these tests are skipped.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fitFeatures, fitTarget } from '../../src/data/index.ts'
import { Network } from '../../src/index.ts'
import type { ActivationOptions } from '../../src/model/sloped-activations.ts'
import { type ActivationName, activations } from '../../src/model/tables.ts'
import { Model } from '../../src/models/index.ts'
import { readModel } from '../../src/onnx/import/messages.ts'
import { fromOnnx, toOnnx } from '../../src/onnx/index.ts'
import { DataType } from '../../src/onnx/proto.ts'
import { goldenFiles } from '../helpers/onnx.ts'

/** The network in the file. */
const networkIn = (...given: Parameters<typeof fromOnnx>) => fromOnnx(...given) as Network

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

const names: (ActivationName | ActivationOptions)[] = [
  ...(Object.keys(activations) as ActivationName[]),
  { name: 'leakyRelu', slope: 0.3 },
  { name: 'leakyRelu', slope: -0.25 },
  { name: 'elu', alpha: 0.5 },
]

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

  it.each(names)('computes %j, with each normalization and without biases', async (activation) => {
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
            `${JSON.stringify(activation)}, ${normalization}, ${bias}`,
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
      expectSame(output.data, net.predict(x) as Float32Array, JSON.stringify(activation))
    }
  })

  const rows = [
    { area: 80, age: 30, income: 10, kind: 1, rented: true },
    { area: 40, age: null, income: 3000, kind: 2, rented: false },
    { area: 65, age: 51, income: null, kind: 7, rented: true },
    { area: 71, age: 44, income: 250, kind: null, rented: null },
  ]
  const cities = ['Zürich', 'Rome', 'Rome', '']
  const columns = {
    area: 'minMax',
    age: { type: 'numeric', scale: 'robust', missing: 'median' },
    income: { type: 'numeric', log1p: true, indicator: true },
    kind: { type: 'categorical', missing: 'category', minCount: 1 },
    city: { type: 'categorical', missing: 'category' },
  } as const
  const numberOf = (cell: unknown) => (cell === null ? Number.NaN : Number(cell))

  it('computes a class of numbers, in one input', async () => {
    const { city, ...others } = columns
    const features = fitFeatures(rows, { columns: others })
    const labelled = rows.map((row, r) => ({ ...row, label: cities[r] === 'Rome' ? 'b' : 'a' }))
    const target = fitTarget(labelled, 'label')
    const network = new Network({
      inputs: features.width,
      layers: [{ units: 5, activation: 'tanh' }, 2],
      loss: 'crossEntropy',
    })
    const model = new Model({ network, features, target })
    const names = features.columns as (keyof (typeof rows)[0])[]
    const x = rows.flatMap((row) => names.map((name) => numberOf(row[name])))
    const session = await open(toOnnx(model, { input: 'cells', output: 'p' }))
    const { p } = await session.run({ cells: tensor('float32', Float32Array.from(x), [4, names.length]) })
    expectSame(p.data, network.predict(features.transform(rows)) as Float32Array, 'features')
    expect(features.width).toBeGreaterThan(7)
  })

  it('computes numbers in their own unit of texts and numbers, an input for each column', async () => {
    const table = rows.map((row, r) => ({ ...row, city: cities[r], price: 100 + 30 * r, rent: 10 ** r }))
    const features = fitFeatures(table, { columns, except: ['price', 'rent'] })
    for (const log1p of [false, true]) {
      const target = fitTarget(table, ['price', 'rent'], { log1p })
      const network = new Network({ inputs: features.width, layers: [{ units: 5, activation: 'tanh' }, 2] })
      const model = new Model({ network, features, target })
      const feeds: Record<string, Tensor> = {}
      for (const name of features.columns) {
        const cells = table.map((row) => row[name as keyof (typeof table)[0]])
        feeds[name] =
          name === 'city'
            ? tensor('string', cells, [4, 1])
            : tensor('float32', Float32Array.from(cells, numberOf), [4, 1])
      }
      const { output } = await (await open(toOnnx(model))).run(feeds)
      const expected = model.predict(table).flatMap((one) => Object.values(one as Record<string, number>))
      expect(expected.length).toBe(8)
      expectSame(output.data, expected, `units, log1p ${log1p}`)
    }
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
      const net = networkIn(onnx)
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
