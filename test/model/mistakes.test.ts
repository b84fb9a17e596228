// Mistakes of a first hour, and what is said of them: the argument, what was expected, what came, and what to write instead.

import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { NeuralNetwork } from '../../src/brain/index.ts'
import { fromBrain } from '../../src/brain/json.ts'
import { fitFeatures, readCsv, readIdx, standardScaler } from '../../src/data/index.ts'
import { Network, OptionError } from '../../src/index.ts'
import { Model, toSafetensors } from '../../src/models/index.ts'
import { predictorFromJSON } from '../../src/predict/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: what a program in JavaScript gives
type Anything = any

const x = [
  [0, 1],
  [1, 0],
]
const y = [0, 1]
const network = (): Anything => new Network({ sizes: [2, 3, 1], seed: 1 })

const mistakes: [string, () => unknown, string][] = [
  [
    'x and y as two arguments',
    () => network().fit(x, y),
    'fit options: expected an object of options after the data, { x, y }, got [0, 1]',
  ],
  [
    'a misspelt name in the data',
    () => network().fit({ X: x, y }),
    'fit data: expected { x, y }, got { X, y }',
  ],
  ['a part of the data', () => network().evaluate({ x }), 'evaluate data: expected { x, y }, got { x }'],
  ['no data', () => network().fit({}), 'fit data: expected { x, y }, got {}'],
  [
    'a value too many',
    () => network().predict([1, 2, 3]),
    'x: expected rows of 2 values, got 3 values, which is 1 × 2 + 1',
  ],
  [
    'values too many',
    () => network().predict(new Float32Array(7)),
    'x: expected rows of 2 values, got 7 values, which is 3 × 2 + 1',
  ],
  [
    'what readIdx() returns for its data',
    () => network().predict({ shape: [1, 2], data: new Uint8Array(2) }),
    'x: expected a typed array or an array, got { shape, data }',
  ],
  [
    'the file of a checkpoint for its bytes',
    () => Network.resume('net.ckpt' as Anything),
    'checkpoint: expected a Uint8Array, got "net.ckpt"; readCheckpoint() reads files',
  ],
  [
    'a promise of bytes',
    () => Network.resume(Promise.resolve() as Anything),
    'checkpoint: expected a Uint8Array, got a Promise; readCheckpoint() reads files',
  ],
  [
    'JSON for a model',
    () => toSafetensors({ format: 'nabla.model' } as Anything),
    'model: expected a Model or a Network, got { format }',
  ],
  [
    'the path of a CSV file for its text',
    () => readCsv('./homes.csv'),
    'CSV: expected at least one row below the header, got "./homes.csv" alone; where that is a file, read it first',
  ],
  ['a header alone', () => readCsv('a,b\n'), 'CSV: expected at least one row below the header, got none'],
  [
    'a column without its width',
    () => standardScaler([1, 2] as Anything),
    'x: expected an array of rows, or a flat array and the number of its columns, as in (y, 1), got [1, 2] alone',
  ],
  [
    'a text for a row',
    () => aModel().predict('Rome' as Anything),
    'row: expected an object or an array of cells, got "Rome"',
  ],
  [
    'a text for a row, where nothing trains',
    () => predictorFromJSON(JSON.parse(JSON.stringify(aModel()))).predict('Rome' as Anything),
    'row: expected an object or an array of cells, got "Rome"',
  ],
  [
    'no row',
    () => aModel().predict(undefined as Anything),
    'row: expected an object or an array of cells, got undefined',
  ],
  [
    'a network of brain.js for its JSON',
    () => fromBrain(new NeuralNetwork()),
    'json: expected what toJSON() of a network returns, got a NeuralNetwork; give its toJSON()',
  ],
]

function aModel(): Model {
  const features = fitFeatures([
    { city: 'Rome', area: 1 },
    { city: 'Oslo', area: 2 },
  ])
  return new Model({ network: new Network({ sizes: [features.width, 1] }), features })
}

describe('a mistake is answered with what to write instead', () => {
  it.each(mistakes)('%s', async (_, call, message) => {
    await expect((async () => call())()).rejects.toThrow(
      expect.objectContaining({ message, name: expect.stringMatching(/^(Option|Shape|Format)Error$/) }),
    )
  })

  it('the folder of a checkpoint that is not there, by the name of the option', async () => {
    const file = join('no', 'such', 'net.ckpt')
    await expect(network().fit({ x, y }, { checkpoint: { file } })).rejects.toThrow(
      new OptionError(`fit options.checkpoint.file: expected a file in a folder that exists, got ${file}`),
    )
  })

  it('a gzip file that is cut off, without an empty reason', async () => {
    const header = [0, 0, 8, 1, 0, 0, 0x0b, 0xb0]
    const bytes = Uint8Array.from({ length: 3000 }, (_, i) => header[i] ?? (i * i) % 251)
    expect((await readIdx(gzipSync(bytes))).shape).toEqual([0xbb0])
    const zipped = gzipSync(bytes)
    const message = await readIdx(zipped.subarray(0, zipped.length / 2)).catch(
      (error: Error) => error.message,
    )
    expect(message).toMatch(/^IDX: expected a whole gzip file, got a truncated or corrupt one( \(.+\))?$/)
  })
})
