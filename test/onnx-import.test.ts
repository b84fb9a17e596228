// Files of ONNX that other tools write come to networks that compute the same, operator by operator.

import { describe, expect, it } from 'vitest'
import { FormatError, type Network } from '../src/index.ts'
import { readOnnx } from '../src/onnx/import/read.ts'
import { fromOnnx } from '../src/onnx/index.ts'
import * as Proto from '../src/onnx/proto.ts'
import { integer, integers, type Part } from '../src/onnx/protobuf/writer.ts'
import { floats, goldenFiles, initializer, input, int64Tensor, model, node, output } from './helpers/onnx.ts'

/** The network in the file. */
const networkIn = (...given: Parameters<typeof fromOnnx>) => fromOnnx(...given) as Network

const flat = (rows: readonly (readonly number[])[]) => Float32Array.from(rows.flat())

/** The largest difference, in units of 1 or of the number itself where that is larger. */
function distance(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(got.length).toBe(expected.length)
  let largest = 0
  for (let i = 0; i < expected.length; ++i) {
    const error = Math.abs(got[i] - expected[i]) / Math.max(1, Math.abs(expected[i]))
    if (!(error <= largest)) largest = error
  }
  return largest
}

const golden = goldenFiles()

describe('a file that another tool wrote', () => {
  it('is there of every tool', () => {
    const tools = new Set([...golden.keys()].map((name) => name.split('-').slice(0, 3).join('-')))
    for (const tool of [
      'torch-1.13-script',
      'torch-2.13-dynamo',
      'torch-2.13-script',
      'skl-pattern-binary',
      'tf-pattern-gelu',
    ])
      expect(tools).toContain(tool)
    expect(golden.size).toBeGreaterThan(100)
  })

  it.each([...golden.keys()])('%s computes what the tool does', (name) => {
    const { onnx, x, y } = golden.get(name)!
    const net = networkIn(onnx, { kernels: 'simd', threads: 1 })
    // Sums of a dozen terms, and float64 models rounded to float32.
    expect(distance(net.predict(flat(x)) as Float32Array, flat(y))).toBeLessThan(1e-6)
  })

  it.each([...golden].filter(([, { classes }]) => classes).map(([name]) => name))(
    '%s has its classes',
    (name) => {
      const { onnx, classes } = golden.get(name)!
      expect(readOnnx(onnx).classNames).toEqual(classes)
    },
  )

  it('has the layers of the model, and no more', () => {
    const layersOf = (name: string) =>
      readOnnx(golden.get(name)!.onnx).network.options.layers.map(({ units, activation, normalization }) => [
        units,
        activation,
        typeof normalization === 'object' ? normalization.name : normalization,
      ])
    const gelu = [
      [6, 'gelu', 'none'],
      [3, 'linear', 'none'],
    ]
    for (const name of ['torch-1.13-script-gelu-9', 'torch-2.13-dynamo-gelu-18', 'torch-2.13-dynamo-gelu-20'])
      expect(layersOf(name)).toEqual(gelu)
    for (const name of ['torch-1.13-script-batch-norm-7', 'torch-2.13-dynamo-batch-norm-18']) {
      expect(layersOf(name)).toEqual([
        [6, 'relu', 'none'],
        [3, 'linear', 'none'],
      ])
    }
    for (const name of [
      'torch-1.13-script-layer-norm-9',
      'torch-2.13-dynamo-layer-norm-18',
      'torch-2.13-dynamo-layer-norm-23',
    ]) {
      expect(layersOf(name)).toEqual([
        [6, 'gelu', 'layer'],
        [6, 'relu', 'none'],
        [6, 'linear', 'layer'],
        [3, 'linear', 'none'],
      ])
    }
    expect(layersOf('tf-pattern-layer-norm')).toEqual([
      [6, 'tanh', 'layer'],
      [2, 'linear', 'none'],
    ])
    expect(layersOf('skl-pattern-binary')).toEqual([
      [6, 'relu', 'none'],
      [5, 'relu', 'none'],
      [1, 'sigmoid', 'none'],
    ])
  })

  it('keeps the bits of float32 weights', () => {
    const { network } = readOnnx(golden.get('torch-2.13-dynamo-gelu-20')!.onnx)
    const again = readOnnx(golden.get('torch-2.13-script-gelu-20')!.onnx)
    expect(again.network.layers).toEqual(network.layers)
  })
})

// x · W + b of two inputs and three units.
const W = [1, 2, -3, 4, 0.5, 6]
const b = [0.1, -0.2, 0.3]
const x = [0.5, -1.5, 2, 1, -3, 0.25]
const z = [0, 1, 2].map((r) => [0, 1, 2].map((j) => x[2 * r] * W[j] + x[2 * r + 1] * W[3 + j] + b[j]))

const both = [floats('W', [2, 3], W), floats('b', [3], b), input('x', 2), output('y')]
const product = node('Gemm', ['x', 'W', 'b'], 'z')
/** A network of the product, and then these nodes from z to y. */
const behind = (...parts: Part[]) => model([product, ...parts, ...both])

const predicted = (file: Uint8Array, rows: readonly number[] = x) =>
  networkIn(file, { kernels: 'reference' }).predict(Float32Array.from(rows)) as Float32Array

/** The function of each z. */
const each = (f: (z: number, j: number) => number) => z.flatMap((row) => row.map(f))

describe('a product', () => {
  const turned = [1, 4, 2, 0.5, -3, 6]
  it.each<[string, Part[], number[]]>([
    ['Gemm', [node('Gemm', ['x', 'W', 'b'], 'y'), ...both], z.flat()],
    ['Gemm without C', [node('Gemm', ['x', 'W'], 'y'), ...both], each((one, j) => one - b[j])],
    ['Gemm with an empty C', [node('Gemm', ['x', 'W', ''], 'y'), ...both], each((one, j) => one - b[j])],
    [
      'Gemm with transB, alpha and beta',
      [
        node('Gemm', ['x', 'V', 'b'], 'y', { transB: { int: 1 }, alpha: 0.5, beta: 2 }),
        floats('V', [3, 2], turned),
        ...both,
      ],
      each((one, j) => (one - b[j]) / 2 + 2 * b[j]),
    ],
    [
      'Gemm with C for each unit in a row',
      [node('Gemm', ['x', 'W', 'c'], 'y'), floats('c', [1, 3], b), ...both],
      z.flat(),
    ],
    [
      'Gemm with one number as C',
      [node('Gemm', ['x', 'W', 'c'], 'y'), floats('c', [], [2]), ...both],
      each((one, j) => one - b[j] + 2),
    ],
    ['MatMul and Add', [node('MatMul', ['x', 'W'], 'p'), node('Add', ['b', 'p'], 'y'), ...both], z.flat()],
    [
      'Transpose and MatMul',
      [
        node('Transpose', ['V'], 'W2', { perm: { ints: [1, 0] } }),
        node('MatMul', ['x', 'W2'], 'p'),
        node('Add', ['p', 'b'], 'y'),
        floats('V', [3, 2], turned),
        ...both,
      ],
      z.flat(),
    ],
    [
      'Gemm with transA of rows that a Transpose has turned',
      [
        node('Transpose', ['x'], 't', { perm: { ints: [1, 0] } }),
        node('Gemm', ['t', 'W', 'b'], 'y', { transA: { int: 1 } }),
        ...both,
      ],
      z.flat(),
    ],
    [
      'Sub, Mul and Div before and behind it',
      [
        node('Sub', ['x', 'mean'], 'd'),
        node('Div', ['d', 'two'], 'q'),
        node('Gemm', ['q', 'W', 'b'], 'p'),
        node('Mul', ['p', 'b'], 'm'),
        node('Sub', ['two', 'm'], 'y'),
        floats('mean', [2], [0.25, -0.5]),
        floats('two', [], [2]),
        ...both,
      ],
      [0, 1, 2].flatMap((r) =>
        [0, 1, 2].map((j) => {
          const [u, v] = [(x[2 * r] - 0.25) / 2, (x[2 * r + 1] + 0.5) / 2]
          return 2 - (u * W[j] + v * W[3 + j] + b[j]) * b[j]
        }),
      ),
    ],
  ])('%s', (_, parts, expected) => {
    expect(distance(predicted(model(parts)), expected)).toBeLessThan(1e-6)
  })

  it('has the width of its weights where that of the input is open', () => {
    const file = model([node('MatMul', ['x', 'W'], 'y'), floats('W', [2, 3], W), input('x'), output('y')])
    expect(readOnnx(file).network.options.inputs).toBe(2)
  })
})

describe('a function of z', () => {
  const scalar = (name: string, one: number) => floats(name, [], [one])
  const sigmoid = (one: number) => 1 / (1 + Math.exp(-one))
  const parts: [string, string, (z: number) => number, Part[]][] = [
    ['relu', 'as Max', (one) => Math.max(one, 0), [node('Max', ['z', 'o'], 'y'), scalar('o', 0)]],
    ['relu', 'as Clip', (one) => Math.max(one, 0), [node('Clip', ['z', 'o'], 'y'), scalar('o', 0)]],
    [
      'relu',
      'as Where',
      (one) => Math.max(one, 0),
      [node('Greater', ['z', 'o'], 'g'), node('Where', ['g', 'z', 'o'], 'y'), scalar('o', 0)],
    ],
    [
      'leakyRelu',
      'with its slope',
      (one) => (one < 0 ? 0.01 * one : one),
      [node('LeakyRelu', ['z'], 'y', { alpha: 0.01 })],
    ],
    [
      'leakyRelu',
      'as PRelu',
      (one) => (one < 0 ? 0.01 * one : one),
      [node('PRelu', ['z', 's'], 'y'), floats('s', [1], [0.01])],
    ],
    [
      'leakyRelu',
      'as a maximum',
      (one) => Math.max(one, 0.01 * one),
      [node('Mul', ['z', 's'], 'p'), node('Max', ['p', 'z'], 'y'), scalar('s', 0.01)],
    ],
    [
      'sigmoid',
      'by its formula',
      sigmoid,
      [
        node('Neg', ['z'], 'n'),
        node('Exp', ['n'], 'e'),
        node('Add', ['e', 'one'], 'a'),
        node('Reciprocal', ['a'], 'y'),
        scalar('one', 1),
      ],
    ],
    [
      'silu',
      'of Sigmoid and Mul',
      (one) => one * sigmoid(one),
      [node('Sigmoid', ['z'], 's'), node('Mul', ['s', 'z'], 'y')],
    ],
    [
      'softplus',
      'with a Where, as PyTorch has it',
      (one) => Math.log1p(Math.exp(one)),
      [
        node('Greater', ['z', 'most'], 'g'),
        node('Softplus', ['z'], 's'),
        node('Where', ['g', 'z', 's'], 'y'),
        scalar('most', 20),
      ],
    ],
    ['elu', 'with α 1', (one) => (one < 0 ? Math.expm1(one) : one), [node('Elu', ['z'], 'y', { alpha: 1 })]],
    [
      'selu',
      'of Elu and Mul',
      (one) => 1.0507009873554805 * (one < 0 ? 1.6732632423543772 * Math.expm1(one) : one),
      [
        node('Elu', ['z'], 'e', { alpha: 1.6732632423543772 }),
        node('Mul', ['e', 's'], 'y'),
        scalar('s', 1.0507009873554805),
      ],
    ],
  ]
  it.each(parts)('%s %s', (name, _, f, nodes) => {
    const file = behind(...nodes)
    const { layers } = readOnnx(file).network.options
    expect(layers.map(({ activation }) => activation)).toEqual([name])
    expect(distance(predicted(file), each(f))).toBeLessThan(1e-6)
  })

  it('before any product gets a layer whose weights are the identity', () => {
    const file = model([
      node('Sub', ['x', 'mean'], 'd'),
      node('Div', ['d', 'spread'], 'q'),
      node('Tanh', ['q'], 'a'),
      node('MatMul', ['a', 'V'], 'y'),
      ...[floats('mean', [2], [0.5, -1]), floats('spread', [2], [2, 0.5]), floats('V', [2, 1], [1, -3])],
      ...[input('x', 2), output('y')],
    ])
    const expected = [0, 1, 2].map(
      (r) => Math.tanh((x[2 * r] - 0.5) / 2) - 3 * Math.tanh((x[2 * r + 1] + 1) / 0.5),
    )
    expect(distance(predicted(file), expected)).toBeLessThan(1e-6)
    expect(readOnnx(file).network.options.layers.map(({ units }) => units)).toEqual([2, 1])
  })

  it('of a product takes factors on both of its sides, a shift of the inputs too', () => {
    const file = model([
      node('BatchNormalization', ['x', 's', 't', 'm', 'v'], 'n', { epsilon: 0.5 }),
      node('MatMul', ['n', 'W'], 'p'),
      node('Softsign', ['p'], 'a'),
      node('ai.onnx.ml:Scaler', ['a'], 'y', { offset: { floats: [0.5, 1, 2] }, scale: { floats: [2] } }),
      ...[
        floats('s', [2], [2, 3]),
        floats('t', [2], [1, -1]),
        floats('m', [2], [0.5, 0.25]),
        floats('v', [2], [0.5, 3.5]),
      ],
      ...both,
    ])
    const expected = [0, 1, 2].flatMap((r) => {
      const [u, v] = [(x[2 * r] - 0.5) * 2 + 1, ((x[2 * r + 1] - 0.25) * 3) / 2 - 1]
      return [0, 1, 2].map((j) => {
        const p = u * W[j] + v * W[3 + j]
        return (p / (1 + Math.abs(p)) - [0.5, 1, 2][j]) * 2
      })
    })
    expect(distance(predicted(file), expected)).toBeLessThan(1e-6)
  })

  it('goes into the next product with the factors behind it', () => {
    // 2 · tanh(z / 2) − 1, and a further product.
    const file = model([
      product,
      node('Mul', ['z', 'half'], 'h'),
      node('Tanh', ['h'], 't'),
      node('Mul', ['t', 'two'], 'd'),
      node('Sub', ['d', 'one'], 'a'),
      node('MatMul', ['a', 'V'], 'y'),
      ...[scalar('half', 0.5), scalar('two', 2), scalar('one', 1), floats('V', [3, 1], [1, -2, 3])],
      ...both,
    ])
    const a = z.map((row) => row.map((one) => 2 * Math.tanh(one / 2) - 1))
    expect(
      distance(
        predicted(file),
        a.map(([p, q, r]) => p - 2 * q + 3 * r),
      ),
    ).toBeLessThan(1e-6)
    expect(readOnnx(file).network.options.layers.map(({ units }) => units)).toEqual([3, 1])
  })

  it.each<[string, Part[], RegExp]>([
    [
      'relu up to 6',
      [node('Clip', ['z', 'o', 'six'], 'c'), node('Identity', ['c'], 'y'), scalar('o', 0), scalar('six', 6)],
      /output.*node "node of c" \(Clip\).*of Clip/,
    ],
    [
      'relu up to 10⁵',
      [node('Clip', ['z', 'o', 'six'], 'y'), scalar('o', 0), scalar('six', 1e5)],
      /none of nabla's/,
    ],
    ['leaky relu of another slope', [node('LeakyRelu', ['z'], 'y', { alpha: 0.2 })], /LeakyRelu/],
    ['leaky relu of nearly the slope', [node('LeakyRelu', ['z'], 'y', { alpha: 0.0101 })], /LeakyRelu/],
    ['elu of another α', [node('Elu', ['z'], 'y', { alpha: 0.5 })], /Elu/],
    ['gelu by tanh', [node('Gelu', ['z'], 'y', { approximate: 'tanh' })], /Gelu.*approximate/],
    [
      'a sine',
      [node('Sin', ['z'], 'y')],
      /node "node of y" \(Sin\): an operator that an MLP of nabla does not have/,
    ],
    [
      'a convolution of another domain',
      [node('com.microsoft:FusedConv', ['z'], 'y')],
      /com\.microsoft\.FusedConv/,
    ],
    ['an exponential', [node('Exp', ['z'], 'y')], /Exp/],
    ['relu with a bound for each column', [node('Max', ['z', 'b'], 'y')], /same constant for all columns/],
  ])('refuses %s by operator and node', (_, nodes, message) => {
    expect(() => networkIn(behind(...nodes))).toThrow(FormatError)
    expect(() => networkIn(behind(...nodes))).toThrow(message)
  })
})

describe('a head', () => {
  const soft = z.map((row) => {
    const e = row.map(Math.exp)
    return e.map((one) => one / (e[0] + e[1] + e[2]))
  })
  it.each([
    ['Softmax', 1, 11],
    ['Softmax', -1, 13],
    ['LogSoftmax', 1, 17],
  ])('%s with axis %d in opset %d is softmax with crossEntropy', (operator, axis, version) => {
    const file = model([product, node(operator, ['z'], 'y', { axis: { int: axis } }), ...both], version)
    expect(distance(predicted(file), soft.flat())).toBeLessThan(1e-6)
    expect(readOnnx(file).network.options.loss).toBe('crossEntropy')
  })

  it('is followed by nothing', () => {
    const file = behind(
      node('Softmax', ['z'], 's'),
      node('MatMul', ['s', 'V'], 'y'),
      floats('V', [3, 1], [1, 2, 3]),
    )
    expect(() => networkIn(file)).toThrow(/softmax to end the network/)
  })

  it('takes the loss of the options', () => {
    const net = networkIn(behind(node('Sigmoid', ['z'], 'y')), { optimizer: 'adam', loss: 'quadratic' })
    expect(String(net)).toMatch(/quadratic; adam/)
    expect(readOnnx(behind(node('Sigmoid', ['z'], 'y'))).network.options.loss).toBe('binaryCrossEntropy')
  })

  it('of several outputs is the one that is named', () => {
    const parts = [product, node('Sigmoid', ['z'], 'y'), ...both, output('z')]
    expect(() => networkIn(model(parts))).toThrow(/option output.*"y", "z"/)
    expect(
      distance(
        networkIn(model(parts), { output: 'z' }).predict(Float32Array.from(x)) as Float32Array,
        z.flat(),
      ),
    ).toBeLessThan(1e-6)
    expect(() => networkIn(model(parts), { output: 'none' })).toThrow(/"none" among "y", "z"/)
  })
})

describe('shapes', () => {
  const W4 = [1, 2, 3, 4]
  const images = (...parts: Part[]) =>
    model([
      ...parts,
      node('MatMul', ['f', 'W'], 'y'),
      floats('W', [4, 1], W4),
      input('x', [2, 2]),
      output('y'),
    ])
  const rows = [1, 2, 3, 4, -1, 0.5, 2, 0]
  const expected = [30, 6]
  it.each<[string, Part[]]>([
    ['Flatten', [node('Flatten', ['x'], 'f')]],
    ['Reshape to (−1, 4)', [node('Reshape', ['x', 's'], 'f'), initializer(...int64Tensor('s', [-1, 4]))]],
    ['Reshape to (0, −1)', [node('Reshape', ['x', 's'], 'f'), initializer(...int64Tensor('s', [0, -1]))]],
    [
      'Reshape to what Shape and Gather say',
      [
        node('Shape', ['x'], 'all'),
        node('Constant', [], 'i', {
          value: {
            tensor: [
              integer(Proto.Tensor.DATA_TYPE, Proto.DataType.INT64),
              integers(Proto.Tensor.INT64_DATA, [0]),
            ],
          },
        }),
        node('Gather', ['all', 'i'], 'n'),
        node('Unsqueeze', ['n', 'o'], 'n1'),
        node('Concat', ['n1', 'm'], 's', { axis: { int: 0 } }),
        node('Reshape', ['x', 's'], 'f'),
        initializer(...int64Tensor('o', [0])),
        initializer(...int64Tensor('m', [-1])),
      ],
    ],
    [
      'Dropout, Cast, Identity and a factor before Flatten',
      [
        node('Dropout', ['x'], ['d', 'mask']),
        node('Cast', ['d'], 'c', { to: { int: 1 } }),
        node('Mul', ['c', 'one'], 'm'),
        node('Identity', ['m'], 'i'),
        node('Flatten', ['i'], 'f'),
        floats('one', [1, 2, 1], [1, 1]),
      ],
    ],
  ])('%s', (_, parts) => {
    expect(distance(predicted(images(...parts), rows), expected)).toBeLessThan(1e-6)
  })

  it.each<[string, Part[], RegExp]>([
    [
      'to other sizes',
      [node('Reshape', ['x', 's'], 'f'), initializer(...int64Tensor('s', [-1, 2]))],
      /rows of 4 elements/,
    ],
    [
      'to sizes that do not divide',
      [node('Reshape', ['x', 's'], 'f'), initializer(...int64Tensor('s', [1, 3, -1]))],
      /rows of 4 elements/,
    ],
    ['a turned image', [node('Transpose', ['x'], 'f', { perm: { ints: [0, 2, 1] } })], /Transpose/],
    ['a product with images', [node('Identity', ['x'], 'f')], /MatMul/],
  ])('refuses %s', (_, parts, message) => {
    expect(() => networkIn(images(...parts))).toThrow(message)
  })
})

describe('a layer normalization of means and roots', () => {
  // (z − μ) / √(σ² + ε), and x · factor + (β − μ · factor) with factors that may differ.
  const start = [
    node('ReduceMean', ['z'], 'm', { axes: { ints: [-1] } }),
    node('Sub', ['z', 'm'], 'd'),
    node('Pow', ['d', 'two'], 's'),
    node('ReduceMean', ['s'], 'v', { axes: { ints: [1] } }),
    node('Add', ['v', 'epsilon'], 'e'),
    node('Sqrt', ['e'], 'r'),
    ...[floats('two', [], [2]), floats('epsilon', [], [0.01])],
  ]
  const factors = (second: string) => [
    ...start,
    node('Reciprocal', ['r'], 'i'),
    node('Mul', ['i', 'g'], 'f1'),
    node('Mul', ['h', 'i'], 'f2'),
    node('Mul', ['z', 'f1'], 'scaled'),
    node('Mul', [second, 'm'], 'moved'),
    node('Sub', ['b', 'moved'], 'o'),
    node('Add', ['scaled', 'o'], 'y'),
    ...[floats('g', [3], [1, 2, 3]), floats('h', [3], [1, 2, 4])],
  ]
  const expected = z.flatMap((row) => {
    const mean = (row[0] + row[1] + row[2]) / 3
    const variance = row.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 3
    return row.map((one, j) => ((one - mean) / Math.sqrt(variance + 0.01)) * (j + 1) + b[j])
  })

  it('is one', () => {
    const file = behind(
      ...start,
      node('Div', ['d', 'r'], 'q'),
      node('Mul', ['q', 'g'], 'p'),
      node('Add', ['b', 'p'], 'y'),
      floats('g', [3], [1, 2, 3]),
    )
    expect(distance(predicted(file), expected)).toBeLessThan(1e-6)
    expect(readOnnx(file).network.options.layers[0].normalization).toEqual({ name: 'layer', epsilon: 0.01 })
    expect(distance(predicted(behind(...factors('f1'))), expected)).toBeLessThan(1e-6)
  })

  it('is refused where its parts are not of one', () => {
    expect(() => networkIn(behind(...factors('f2')))).toThrow(
      /node "node of y" \(Add\): expected rows and constants/,
    )
    const other = behind(...start, node('Relu', ['z'], 'u'), node('Div', ['u', 'r'], 'y'))
    expect(() => networkIn(other)).toThrow(/\(Div\)/)
    const wrongAxis = behind(
      node('ReduceMean', ['z'], 'm', { axes: { ints: [0] } }),
      node('Sub', ['z', 'm'], 'y'),
    )
    expect(() => networkIn(wrongAxis)).toThrow(/mean of each row/)
  })
})

describe('connections that an MLP does not have', () => {
  it.each<[string, Part[], RegExp]>([
    [
      'a residual one',
      [
        node('Relu', ['z'], 'r'),
        node('Gemm', ['r', 'V'], 'p'),
        node('Add', ['p', 'z'], 'y'),
        floats('V', [3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
      ],
      /skip layers/,
    ],
    [
      'two branches side by side',
      [node('Relu', ['z'], 'r'), node('Concat', ['r', 'z'], 'y', { axis: { int: 1 } })],
      /1 − p and p/,
    ],
    ['rows that are turned', [node('Transpose', ['z'], 'y')], /rows to be the first dimension/],
    [
      'a product of rows that are turned',
      [
        node('Transpose', ['z'], 't'),
        node('MatMul', ['t', 'V'], 'y'),
        floats('V', [3, 2], [1, 2, 3, 4, 5, 6]),
      ],
      /\(MatMul\): expected rows to be the first dimension/,
    ],
    [
      'a Gemm of rows that are turned, without transA',
      [node('Transpose', ['z'], 't'), node('Gemm', ['t', 'V'], 'y'), floats('V', [3, 2], [1, 2, 3, 4, 5, 6])],
      /expected transA/,
    ],
    [
      'a Gemm with transA of rows that are not',
      [node('Gemm', ['z', 'V'], 'y', { transA: { int: 1 } }), floats('V', [3, 2], [1, 2, 3, 4, 5, 6])],
      /expected transA/,
    ],
    ['a product of two', [node('MatMul', ['z', 'z'], 'y')], /weights to be a constant/],
    ['a column for all', [node('Add', ['z', 'c'], 'y'), floats('c', [3, 1], [1, 2, 3])], /same for all rows/],
  ])('refuses %s', (_, parts, message) => {
    expect(() => networkIn(behind(...parts))).toThrow(message)
  })

  it('refuses what is computed of 1 − p and p, which are taken for p', () => {
    const file = (...parts: Part[]) =>
      model([
        node('MatMul', ['x', 'V'], 'v'),
        node('Sigmoid', ['v'], 'p'),
        node('Sub', ['one', 'p'], 'q'),
        node('Concat', ['q', 'p'], 'both', { axis: { int: 1 } }),
        ...parts,
        floats('V', [2, 1], [1, 2]),
        floats('one', [], [1]),
        floats('two', [], [2]),
        input('x', 2),
        output('y'),
      ])
    expect(networkIn(file(node('Identity', ['both'], 'y'))).outputs).toBe(1)
    for (const last of [
      node('Mul', ['both', 'two'], 'y'),
      node('Relu', ['both'], 'y'),
      node('Softmax', ['both'], 'y'),
    ])
      expect(() => networkIn(file(last))).toThrow(/expected the classes 1 − p and p to end the network/)
  })
})
