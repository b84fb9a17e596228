// Files of ONNX that other tools write come to networks that compute the same, operator by operator.

import { describe, expect, it } from 'vitest'
import { readOnnx } from '../../src/onnx/import/read.ts'
import * as Proto from '../../src/onnx/proto.ts'
import { integer, integers, type Part } from '../../src/onnx/protobuf/writer.ts'
import { floats, initializer, input, int64Tensor, model, node, output } from '../helpers/onnx.ts'
import {
  b,
  behind,
  both,
  distance,
  each,
  networkIn,
  predicted,
  product,
  W,
  x,
  z,
} from '../helpers/onnx-import.ts'

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
