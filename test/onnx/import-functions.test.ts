// Nodes of ONNX that make a function of a product: activations, normalizations, and chains of them.

import { describe, expect, it } from 'vitest'
import { FormatError } from '../../src/index.ts'
import { readOnnx } from '../../src/onnx/import/read.ts'
import type { Part } from '../../src/onnx/protobuf/writer.ts'
import { floats, input, model, node, output } from '../helpers/onnx.ts'
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

describe('a function of z', () => {
  const scalar = (name: string, one: number) => floats(name, [], [one])
  const sigmoid = (one: number) => 1 / (1 + Math.exp(-one))
  const leaky = (slope: number) => (one: number) => (one < 0 ? slope * one : one)
  const parts: [unknown, string, (z: number) => number, Part[]][] = [
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
    ...[0.3, 0.2, 0.0101, -0.25, 2].map((slope): (typeof parts)[number] => [
      { name: 'leakyRelu', slope },
      'by another slope',
      leaky(slope),
      [node('LeakyRelu', ['z'], 'y', { alpha: slope })],
    ]),
    [
      { name: 'leakyRelu', slope: 0.3 },
      'as PRelu',
      leaky(0.3),
      [node('PRelu', ['z', 's'], 'y'), floats('s', [3], [0.3, 0.3, 0.3])],
    ],
    [
      { name: 'leakyRelu', slope: 0.2 },
      'as a maximum',
      leaky(0.2),
      [node('Mul', ['z', 's'], 'p'), node('Max', ['p', 'z'], 'y'), scalar('s', 0.2)],
    ],
    [
      { name: 'leakyRelu', slope: 0.2 },
      'of a Where',
      leaky(0.2),
      [
        node('Mul', ['z', 's'], 'p'),
        node('Less', ['z', 'o'], 'n'),
        node('Where', ['n', 'p', 'z'], 'y'),
        ...[scalar('s', 0.2), scalar('o', 0)],
      ],
    ],
    [{ name: 'leakyRelu', slope: -1 }, 'as Abs, which it is', Math.abs, [node('Abs', ['z'], 'y')]],
    ...[0.5, 1.7, -0.3].map((alpha): (typeof parts)[number] => [
      { name: 'elu', alpha },
      'by another α',
      (one) => (one < 0 ? alpha * Math.expm1(one) : one),
      [node('Elu', ['z'], 'y', { alpha })],
    ]),
    [
      { name: 'elu', alpha: 0.5 },
      'by its formula',
      (one) => (one < 0 ? 0.5 * Math.expm1(one) : one),
      [
        ...[node('Min', ['z', 'o'], 'n'), node('Exp', ['n'], 'e'), node('Sub', ['e', 'one'], 'm')],
        ...[node('Mul', ['m', 'half'], 'h'), node('Relu', ['z'], 'r'), node('Add', ['r', 'h'], 'y')],
        ...[scalar('o', 0), scalar('one', 1), scalar('half', 0.5)],
      ],
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
  it.each(parts)('%j %s', (name, _, f, nodes) => {
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
