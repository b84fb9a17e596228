// Files of ONNX that other tools wrote come to networks that compute the same.

import { describe, expect, it } from 'vitest'
import { readOnnx } from '../../src/onnx/import/read.ts'
import { goldenFiles } from '../helpers/onnx.ts'
import { distance, flat, networkIn } from '../helpers/onnx-import.ts'

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
