// An ONNX model of a network, or of one product, in its protobuf bytes. Field numbers as in
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(Math.floor(n / 128))])
const number = (field, n) => [[(field << 3) | 0, ...varint(n)]]
const text = new TextEncoder()

/** A length-delimited field: a string, bytes, or a message as a list of parts. */
function nested(field, value) {
  const parts =
    typeof value === 'string' ? [text.encode(value)] : value instanceof Uint8Array ? [value] : value
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return [[(field << 3) | 2, ...varint(length)], ...parts]
}

const node = (operator, inputs, output) => [
  ...inputs.flatMap((name) => nested(1, name)),
  ...nested(2, output),
  ...nested(4, operator),
]

const FLOAT = 1
const tensor = (name, shape, values) => [
  ...shape.flatMap((n) => number(1, n)),
  ...number(2, FLOAT),
  ...nested(8, name),
  ...nested(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
]

const shaped = (name, shape) => {
  const dimensions = shape.flatMap((n) => nested(1, number(1, n)))
  return [...nested(1, name), ...nested(2, nested(1, [...number(1, FLOAT), ...nested(2, dimensions)]))]
}

function model({ nodes, tensors, inputs, outputs }) {
  const graph = [
    ...nodes.flatMap((n) => nested(1, n)),
    ...nested(2, 'network'),
    ...tensors.flatMap((t) => nested(5, t)),
    ...inputs.flatMap((i) => nested(11, i)),
    ...outputs.flatMap((o) => nested(12, o)),
  ]
  // ir_version 8, opset 13
  const parts = [...number(1, 8), ...nested(7, graph), ...nested(8, [...nested(1, ''), ...number(2, 13)])]
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** x (batch × inputs) → p (batch × outputs): Gemm, Relu, … Gemm, Softmax. */
export function networkModel({ sizes, batch }, weights) {
  const nodes = []
  const tensors = []
  let a = 'x'
  for (let l = 0; l + 1 < sizes.length; ++l) {
    tensors.push(
      tensor(`w${l}`, [sizes[l], sizes[l + 1]], weights[2 * l]),
      tensor(`b${l}`, [sizes[l + 1]], weights[2 * l + 1]),
    )
    const last = l + 2 === sizes.length
    nodes.push(
      node('Gemm', [a, `w${l}`, `b${l}`], `z${l}`),
      node(last ? 'Softmax' : 'Relu', [`z${l}`], last ? 'p' : `a${l}`),
    )
    a = `a${l}`
  }
  return model({
    nodes,
    tensors,
    inputs: [shaped('x', [batch, sizes[0]])],
    outputs: [shaped('p', [batch, sizes.at(-1)])],
  })
}

/** a (m × k), b (k × n) → c. */
export const productModel = ({ m, k, n }) =>
  model({
    nodes: [node('MatMul', ['a', 'b'], 'c')],
    tensors: [],
    inputs: [shaped('a', [m, k]), shaped('b', [k, n])],
    outputs: [shaped('c', [m, n])],
  })
