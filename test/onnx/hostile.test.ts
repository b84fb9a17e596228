// Files of ONNX that are not what they should be: refused with a FormatError that says where, without work or memory beyond
// what their size warrants.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError, NablaError, type Network } from '../../src/index.ts'
import { readOnnx } from '../../src/onnx/import/read.ts'
import { fromOnnx } from '../../src/onnx/index.ts'
import * as Proto from '../../src/onnx/proto.ts'
import { bytes, fileOf, integer, integers, message, type Part, text } from '../../src/onnx/protobuf/writer.ts'
import {
  floats,
  floatTensor,
  goldenFiles,
  initializer,
  input,
  int64Tensor,
  model,
  node,
  opset,
  output,
} from '../helpers/onnx.ts'

/** The network in the file. */
const networkIn = (...given: Parameters<typeof fromOnnx>) => fromOnnx(...given) as Network

const { Model: M, Tensor: T, Graph: G } = Proto
const W = floats('W', [2, 2], [1, 2, 3, 4])
const ends = [W, input('x', 2), output('y')]
const plain = model([node('MatMul', ['x', 'W'], 'y'), ...ends])

const refused = (file: Uint8Array, what: RegExp) => {
  expect(() => readOnnx(file)).toThrow(FormatError)
  expect(() => readOnnx(file)).toThrow(what)
}

describe('bytes', () => {
  it('that are none, or not of a model, are refused', () => {
    refused(new Uint8Array(), /a graph, got none/)
    refused(new TextEncoder().encode('{"a":1}'), /ONNX/)
    expect(() => networkIn('model.onnx' as never)).toThrow(/expected a Uint8Array or an ArrayBuffer/)
    expect(() => networkIn(plain, null as never)).toThrow(/options/)
  })

  it('are taken as an ArrayBuffer and as a part of a larger one', () => {
    const large = new Uint8Array(plain.length + 13)
    large.set(plain, 5)
    const whole = plain.slice().buffer
    for (const one of [
      whole,
      large.subarray(5, 5 + plain.length),
      Buffer.from(large.buffer, 5, plain.length),
    ])
      expect(Array.from(networkIn(one).weights(0))).toEqual([1, 2, 3, 4])
    const shared = new Uint8Array(new SharedArrayBuffer(plain.length))
    shared.set(plain)
    expect(Array.from(networkIn(shared).weights(0))).toEqual([1, 2, 3, 4])
  })

  it.each<[string, number[], RegExp]>([
    ['a length beyond the end', [0x3a, 0x7f, 1], /expected 127 bytes, got the 1/],
    [
      'a length of 2⁶³ − 1',
      [0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
      /field 7: expected \d+ bytes/,
    ],
    ['a length below 0', [0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], /length of -1/],
    ['a varint of eleven bytes', [0x08, ...new Array(11).fill(0x80)], /varint of more than 10/],
    ['a varint that ends early', [0x08, 0x80], /expected 1 bytes, got the 0/],
    ['field 0', [0x00], /number of a field/],
    ['a group', [0x0b], /wire type 0, 1, 2 or 5, got 3/],
    ['a graph that is a number', [0x38, 0x01], /field 7: expected a length and bytes, got a varint/],
    ['a name that is not UTF-8', [0x12, 0x01, 0xff], /UTF-8/],
  ])('%s', (_, file, what) => {
    refused(Uint8Array.from(file), what)
  })

  it('cut off anywhere are refused', () => {
    for (let n = 0; n < plain.length; ++n) {
      expect(() => readOnnx(plain.subarray(0, n)), String(n)).toThrow(FormatError)
    }
  })

  it('of a hundred thousand nested messages are read without a nested call', () => {
    let nested = message(6)
    for (let i = 0; i < 1000; ++i) nested = message(6, nested)
    // The graph of an attribute, which If and Loop have.
    const file = model([
      message(
        G.NODE,
        text(Proto.Node.OUTPUT, 'y'),
        text(Proto.Node.OP_TYPE, 'If'),
        message(Proto.Node.ATTRIBUTE, text(1, 'then'), nested),
      ),
      ...ends,
    ])
    refused(file, /\(If\): an operator/)
  })
})

describe('a graph', () => {
  it.each<[string, Part[], RegExp]>([
    ['a node of its own output', [node('Add', ['y', 'W'], 'y'), ...ends], /itself.*without a cycle/],
    [
      'a cycle',
      [node('Relu', ['b'], 'a'), node('Relu', ['a'], 'b'), node('MatMul', ['b', 'W'], 'y'), ...ends],
      /node "node of a" \(Relu\): its input "b" comes of a later node/,
    ],
    ['a reference to nothing', [node('MatMul', ['x', 'V'], 'y'), ...ends], /its input "V" is not there/],
    ['an output of nothing', [W, input('x', 2), output('y')], /"y"/],
    [
      'two nodes of one output',
      [node('MatMul', ['x', 'W'], 'y'), node('MatMul', ['x', 'W'], 'y'), ...ends],
      /"y" is there already/,
    ],
    [
      'a node in the place of an initializer',
      [node('MatMul', ['x', 'W'], 'W'), ...ends],
      /"W" is there already/,
    ],
    ['two initializers of one name', [node('MatMul', ['x', 'W'], 'y'), W, ...ends], /"W" is there twice/],
    [
      'an initializer without a name',
      [node('MatMul', ['x', 'W'], 'y'), floats('', [1], [1]), ...ends],
      /without a name/,
    ],
    ['two inputs of one name', [node('MatMul', ['x', 'W'], 'y'), input('x', 2), ...ends], /different names/],
    ['two outputs of one name', [node('MatMul', ['x', 'W'], 'y'), ...ends, output('y')], /different names/],
    ['no output', [node('MatMul', ['x', 'W'], 'y'), W, input('x', 2)], /outputs/],
    ['no input', [node('Identity', ['W'], 'y'), W, output('y')], /an output that is numbers of the network/],
    [
      'an input of strings',
      [node('MatMul', ['x', 'W'], 'y'), W, input('x', 2, 8), output('y')],
      /rows of numbers, got string/,
    ],
    ['sparse weights', [node('MatMul', ['x', 'W'], 'y'), message(G.SPARSE_INITIALIZER), ...ends], /sparse/],
    [
      'an attribute twice',
      [
        message(
          G.NODE,
          text(Proto.Node.OUTPUT, 'y'),
          text(Proto.Node.OP_TYPE, 'Relu'),
          message(5, text(1, 'a')),
          message(5, text(1, 'a')),
        ),
        ...ends,
      ],
      /"a" is there twice/,
    ],
    [
      'an attribute of another type',
      [node('Gemm', ['x', 'W'], 'y', { alpha: 'two' }), ...ends],
      /alpha to be a number/,
    ],
    ['a name of two bytes that look alike', [node('MatMul', ['\ufeffx', 'W'], 'y'), ...ends], /is not there/],
  ])('with %s is refused', (_, parts, what) => {
    refused(model(parts), what)
  })

  it.each([6, 24, 0, -1])('of opset %d is refused', (version) => {
    refused(model([node('MatMul', ['x', 'W'], 'y'), ...ends], version), /opset from 7 to 23/)
  })

  it('of no opset, and of two, is refused', () => {
    const graph = message(M.GRAPH, node('MatMul', ['x', 'W'], 'y'), ...ends)
    refused(fileOf(graph), /got none/)
    refused(fileOf(opset(13), opset(17, 'ai.onnx'), graph), /there twice/)
    refused(fileOf(opset(13), graph, graph), /field 7 is there twice/)
  })

  it('takes names that objects have', () => {
    const file = model([
      node('MatMul', ['__proto__', 'constructor'], 'toString'),
      floats('constructor', [2, 2], [1, 2, 3, 4]),
      input('__proto__', 2),
      output('toString'),
    ])
    expect(Array.from(networkIn(file).weights(0))).toEqual([1, 2, 3, 4])
    refused(model([node('constructor', ['x'], 'y'), ...ends]), /\(constructor\): an operator/)
    refused(model([node('__proto__', ['x'], 'y'), ...ends]), /\(__proto__\): an operator/)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  it('of another major version of nabla is refused, of another minor one read', () => {
    const own = (version: string, names = '["a","b"]') =>
      fileOf(
        text(M.PRODUCER_NAME, 'nabla'),
        opset(13),
        message(M.GRAPH, node('MatMul', ['x', 'W'], 'y'), ...ends),
        message(M.METADATA_PROPS, text(1, 'nabla.format_version'), text(2, version)),
        message(M.METADATA_PROPS, text(1, 'nabla.class_names'), text(2, names)),
      )
    expect(readOnnx(own('1.7')).classNames).toEqual(['a', 'b'])
    refused(own('2.0'), /nabla\.format_version: expected version 1 of the format, got 2\.0/)
    refused(own('1'), /nabla\.format_version: expected a version such as "1\.0", got "1"/)
    refused(
      own('1.0', '["a",{"b":1,"b":2}]'),
      /nabla\.class_names: expected names that differ, got "b" twice/,
    )
    refused(own('1.0', '["a"]'), /names of 2 classes, got 1/)
    refused(own('1.0', '{"length":2}'), /list of strings/)
    refused(own('1.0', '[1,2]'), /list of strings/)
  })
})

describe('sizes', () => {
  const tensor = (dims: readonly number[], ...more: Part[]) =>
    initializer(integers(T.DIMS, dims), integer(T.DATA_TYPE, 1), text(T.NAME, 'W'), ...more)
  const withWeights = (...parts: Part[]) =>
    model([node('MatMul', ['x', 'W'], 'y'), ...parts, input('x', 2), output('y')])

  it.each<[string, number[], RegExp]>([
    ['2⁶² elements', [2 ** 31, 2 ** 31], /at most 2³¹/],
    ['a size below 0', [-1, 4], /at most 2³¹/],
    ['2⁶³ − 1', [2 ** 63 - 1024], /at most 2³¹/],
    ['none by many', [0, 2 ** 30], /above 0/],
    ['2³⁰ without bytes', [2 ** 15, 2 ** 15], /expected 4294967296 bytes of float, got 0/],
    ['nine dimensions', [1, 1, 1, 1, 1, 1, 1, 1, 1], /at most 8 dimensions/],
  ])('%s are refused before anything is allocated', (_, dims, what) => {
    refused(withWeights(tensor(dims)), what)
  })

  it('that an operator would make of a small file are refused', () => {
    const huge = [
      node('ConstantOfShape', ['s'], 'W', { value: { tensor: floatTensor('', [1], [1]) } }),
      initializer(...int64Tensor('s', [2, 2 ** 29])),
    ]
    refused(
      model([huge[0], node('MatMul', ['x', 'W'], 'y'), huge[1], input('x', 2), output('y')]),
      /at most \d+ further numbers/,
    )
    // A column plus a row: n² of 2n.
    const n = 3000
    const outer = [
      node('Add', ['c', 'r'], 'W'),
      floats('c', [n, 1], new Array(n).fill(1)),
      floats('r', [1, n], new Array(n).fill(1)),
    ]
    refused(
      model([outer[0], node('MatMul', ['x', 'W'], 'y'), ...outer.slice(1), input('x', n), output('y')]),
      /further numbers/,
    )
    // A function of a wide input, which would need a layer of its width².
    refused(model([node('Relu', ['x'], 'y'), input('x', 2 ** 20), output('y')]), /further numbers/)
  })

  it('that many nodes would make of one constant are refused in time', () => {
    const width = 10_000
    const parts: Part[] = []
    for (let i = 0; i < 20_000; ++i) parts.push(node('Add', [i ? `a${i - 1}` : 'x', 'v'], `a${i}`))
    const file = model([
      ...parts,
      floats('v', [width], numbersFrom(width)),
      input('x', width),
      output('a19999'),
    ])
    const from = performance.now()
    refused(file, /further numbers/)
    expect(performance.now() - from).toBeLessThan(20_000)
  })

  it('of functions of functions are limited', () => {
    // Each is computed of the one before it twice: 2⁶⁰ calls.
    const parts: Part[] = []
    for (let i = 0; i < 60; ++i)
      parts.push(node('Mul', [i ? `a${i - 1}` : 'x', i ? `a${i - 1}` : 'x'], `a${i}`))
    refused(model([...parts, input('x', 2), output('a59')]), /fewer operators/)
    const deep: Part[] = []
    for (let i = 0; i < 5000; ++i) deep.push(node('Tanh', [i ? `a${i - 1}` : 'x'], `a${i}`))
    refused(model([...deep, input('x', 2), output('a4999')]), /fewer operators/)
  })

  it('of lists are limited', () => {
    const many = (part: Part, n: number) => new Array<Part>(n).fill(part)
    refused(model([...many(message(G.NODE), 100_001), ...ends]), /at most 100000 entries of field 1/)
    // A field of no numbers, two bytes each.
    const nothing = new Uint8Array(2 * (2 ** 20 + 1)).fill(T.FLOAT_DATA * 8 + 2)
    for (let i = 1; i < nothing.length; i += 2) nothing[i] = 0
    const graph = fileOf(bytes(G.INITIALIZER, nothing))
    refused(fileOf(opset(13), bytes(M.GRAPH, graph)), /packed list/)
  })
})

const numbersFrom = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

describe('a valid file that was changed', () => {
  // What takes all parts of the reader.
  const corpus = [...goldenFiles()].filter(([name]) =>
    /gelu-(9|20)|layer-norm-(9|23)|view-13|skl-pattern-(binary|three)|tf-pattern/.test(name),
  )

  it('throws errors of nabla only', { timeout: 120_000 }, () => {
    expect(corpus.length).toBeGreaterThan(10)
    let refusals = 0
    const change = fc.record({
      file: fc.nat(corpus.length - 1),
      edits: fc.array(
        fc.record({
          at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
          byte: fc.nat(255),
          kind: fc.constantFrom('set', 'flip', 'cut', 'double'),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    })
    fc.assert(
      fc.property(change, ({ file, edits }) => {
        let mutated = corpus[file][1].onnx.slice()
        for (const { at, byte, kind } of edits) {
          const i = Math.floor(at * mutated.length)
          if (kind === 'set') mutated[i] = byte
          else if (kind === 'flip') mutated[i] ^= 1 << (byte & 7)
          else if (kind === 'cut')
            mutated = Uint8Array.from([...mutated.subarray(0, i), ...mutated.subarray(i + (byte & 15))])
          else
            mutated = Uint8Array.from([...mutated.subarray(0, i), ...mutated.subarray(Math.max(0, i - byte))])
        }
        try {
          readOnnx(mutated)
        } catch (error) {
          refusals += 1
          if (!(error instanceof NablaError)) throw error
        }
      }),
      { numRuns: 4000, seed: 5 },
    )
    expect(refusals).toBeGreaterThan(1000)
  })
})
