// What a hostile file of Keras or tfjs could say.

import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { FormatError } from '../../src/index.ts'
import { readKeras, readKerasH5 } from '../../src/keras/from-keras.ts'
import { fromKeras, fromTfjs } from '../../src/keras/index.ts'
import { changed } from '../helpers/changed-json.ts'
import { attributes, writeHdf5 } from '../helpers/hdf5.ts'
import { drawn } from './exported.ts'
import {
  both,
  dense,
  expectPredicts,
  input,
  type Json,
  keras,
  layer,
  read,
  sequential,
  vars,
  vector,
} from './files.ts'

vi.spyOn(console, 'warn').mockImplementation(() => {})

describe('hostile files', () => {
  it('unpack to no more than maxBytes', async () => {
    const file = keras(sequential(input, dense('a')), { dense: both })
    await expect(fromKeras(file, { maxBytes: 1000 })).rejects.toThrow(/options.maxBytes/)
    expectPredicts(await fromKeras(file, { maxBytes: 1 << 20 }))
    await expect(fromKeras(file, { maxBytes: 0 })).rejects.toThrow(/options.maxBytes/)
  })

  it('make nothing of the sizes that they say', () => {
    const wide = { class_name: 'InputLayer', config: { batch_shape: [null, 2 ** 24], name: 'in' } }
    const scales = Array.from({ length: 2000 }, (_, i) => layer('Rescaling', { name: `r${i}`, scale: 1 }))
    const started = performance.now()
    const config = JSON.stringify(sequential(wide, ...scales, dense('a')))
    expect(() => readKeras(config, writeHdf5({ layers: { dense: both } }))).toThrow(/kernel of 16777216 × 2/)
    expect(performance.now() - started).toBeLessThan(5000)
    const huge = sequential(layer('InputLayer', { batch_shape: [null, 2 ** 20, 2 ** 20] }), dense('a'))
    expect(() => readKeras(JSON.stringify(huge), writeHdf5({ layers: {} }))).toThrow(
      /at most 16777216 inputs/,
    )
  })

  it('change nothing that all objects have', async () => {
    const config = JSON.parse(
      JSON.stringify(sequential(input, dense('a'))).replaceAll('"name"', '"__proto__":{"polluted":1},"name"'),
    )
    expectPredicts(await read(config, { dense: both }))
    expect(({} as Json).polluted).toBeUndefined()
  })

  const strange = fc.oneof(
    fc.constantFrom(
      null,
      true,
      0,
      -1,
      1e308,
      Number.MAX_SAFE_INTEGER,
      '',
      'a',
      'relu',
      '__proto__',
      'constructor',
      'Dense',
    ),
    fc.constantFrom([], {}, [[]], [null], { class_name: 'Dense' }, [1, 2]),
    fc.jsonValue({ maxDepth: 3 }),
  )
  const sample = {
    ...sequential(
      input,
      layer('Normalization', { axis: [-1], mean: [1, 2], variance: [1, 1] }),
      dense('a', { activation: 'linear' }),
      layer('BatchNormalization', { axis: -1, momentum: 0.9, epsilon: 1e-3, center: true, scale: true }),
      layer('LeakyReLU', { negative_slope: 0.3 }),
      layer('Dropout', { rate: 0.5 }),
      dense('b', { activation: 'sigmoid', use_bias: true }),
    ),
    compile_config: { loss: 'mse', optimizer: { class_name: 'Adam', config: { learning_rate: 0.1 } } },
  }
  const weights = writeHdf5({
    layers: {
      dense: both,
      dense_1: both,
      batch_normalization: vars(vector(1, 2), vector(0, 1), vector(0, 0), vector(1, 1)),
    },
  })

  it('throw FormatError or are read, whatever a configuration says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(140), strange, async (n, value) => {
        try {
          readKeras(JSON.stringify(changed(sample, n, value)), weights)
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
        }
      }),
      { numRuns: 3000 },
    )
    expect(() => readKeras(JSON.stringify(sample), weights)).not.toThrow()
  })

  it('throw FormatError or are read, whatever a model.json says', async () => {
    const spec = (name: string, shape: number[]) => ({ name, shape, dtype: 'float32' })
    const json = {
      format: 'layers-model',
      modelTopology: sequential(input, dense('a'), dense('b')),
      weightsManifest: [
        {
          paths: ['one.bin'],
          weights: [
            spec('a/kernel', [2, 2]),
            { ...spec('a/bias', [2]), quantization: { dtype: 'uint8', scale: 0.1, min: -1 } },
            { ...spec('b/kernel', [2, 2]), quantization: { dtype: 'float16' } },
            spec('b/bias', [2]),
          ],
        },
      ],
      userDefinedMetadata: { classNames: ['x', 'y'] },
    }
    const bytes = new Uint8Array(drawn(20, 1).buffer).slice(0, 16 + 2 + 8 + 8)
    // Halves must be finite.
    bytes.fill(0x30, 18, 26)
    await fc.assert(
      fc.asyncProperty(fc.nat(90), strange, async (n, value) => {
        try {
          const net = await fromTfjs(changed(json, n, value) as object, bytes, {
            threads: 1,
            kernels: 'reference',
          })
          net.dispose()
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
        }
      }),
      { numRuns: 1500 },
    )
    const net = await fromTfjs(json, bytes)
    expect(net.classNames).toEqual(['x', 'y'])
  })

  it('throw FormatError or are read, whatever texts an .h5 file has', () => {
    const file = (config: string) =>
      writeHdf5({ model_weights: {}, [attributes]: { model_config: [config] } })
    for (const config of [
      '',
      '{',
      '[]',
      'null',
      '{"class_name":"Sequential"}',
      '{"class_name":"Model","config":7}',
    ]) {
      expect(() => readKerasH5(file(config))).toThrow(FormatError)
    }
  })
})
