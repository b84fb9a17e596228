// Files that ONNX tests runtimes with, of PyTorch's first exporter and of single operators: scripts/make-onnx-testdata-fixtures.py.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../../src/index.ts'
import { readModel } from '../../src/onnx/import/messages.ts'
import { fromOnnx } from '../../src/onnx/index.ts'

interface Fixture {
  onnx: string
  /** What was changed of ONNX's file. */
  how: string[]
  /** The values of the input and of the output, row-major. */
  x: number[]
  y: number[]
}
const packed = readFileSync(new URL('../fixtures/onnx-testdata.json.gz', import.meta.url))
const fixtures: Record<string, Fixture> = JSON.parse(gunzipSync(packed).toString())
const bytesOf = (name: string) => new Uint8Array(Buffer.from(fixtures[name].onnx, 'base64'))

/** What is no network of rows, or has no activation of nabla's, and why. */
const refused: Record<string, RegExp> = {
  'pytorch-converted Conv1d': /\(Conv\): an operator/,
  'pytorch-converted BatchNorm1d_3d_input_eval': /\(BatchNormalization\): expected 5 columns, got 15/,
  'pytorch-operator operator_permute2': /\(Transpose\)/,
  'pytorch-operator operator_reduced_mean': /\(ReduceMean\): expected the mean of each row/,
  'node gemm_all_attributes': /\(Gemm\): expected transA to be 0/,
  'node gemm_transposeA': /\(Gemm\): expected transA to be 0/,
  'node gemm_default_matrix_bias': /\(Gemm\): expected a bias for each of 4 units/,
  'node layer_normalization_2d_axis0': /\(LayerNormalization\): expected axis to be −1/,
  'node layer_normalization_default_axis': /\(LayerNormalization\): expected 5 columns, got 60/,
  'node batchnorm_example': /\(BatchNormalization\): expected 3 columns, got 60/,
  'node softmax_axis_0': /\(Softmax\): expected axis to be 1/,
  'node clip': /function \(of Clip\)/,
  'node flatten_axis0': /\(Flatten\): expected axis to be 1/,
  'node hardsigmoid': /\(HardSigmoid\): an operator/,
  'node prelu_example': /\(PRelu\): expected one slope/,
  'node qlinearmatmul_2D': /\(QLinearMatMul\): an operator/,
}
const taken = Object.keys(fixtures).filter((name) => !Object.hasOwn(refused, name))

describe("a file of ONNX's own tests", () => {
  it('is there of PyTorch and of the operators', () => {
    expect(taken.filter((name) => name.startsWith('pytorch')).length).toBeGreaterThan(14)
    expect(taken.length).toBeGreaterThan(50)
    expect(Object.keys(fixtures)).toEqual(expect.arrayContaining(Object.keys(refused)))
  })

  it.each(taken)('%s computes what ONNX says', (name) => {
    const { x, y } = fixtures[name]
    const net = fromOnnx(bytesOf(name), { as: 'network', kernels: 'simd', threads: 1 })
    const found = [...net.predict(Float32Array.from(x))]
    expect(found.length).toBe(y.length)
    // Log-softmax comes as the probabilities.
    const isLog = readModel(bytesOf(name)).nodes.some(({ operator }) => operator === 'LogSoftmax')
    found.forEach((value, i) => {
      const expected = isLog ? Math.exp(y[i]) : y[i]
      // Sums of a dozen products of float32.
      expect(Math.abs(value - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(1e-6)
    })
  })

  it.each(Object.entries(refused))('%s is refused', (name, why) => {
    expect(() => fromOnnx(bytesOf(name))).toThrow(FormatError)
    expect(() => fromOnnx(bytesOf(name))).toThrow(why)
  })
})
