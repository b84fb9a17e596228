// What is fuzzed: how each parser is called with bytes, and valid files for it to begin with.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { crc32, gzipSync } from 'node:zlib'
import { fromBrain } from '../../dist/brain.js'
import { fitFeatures, fitTarget, readCsv, readIdx, readTable } from '../../dist/data.js'
import { Network } from '../../dist/index.js'
import { fromKeras, fromTfjs, toTfjs } from '../../dist/keras.js'
import { fromSafetensors, Model, toSafetensors } from '../../dist/model.js'
import { loadModel } from '../../dist/node.js'
import { fromOnnx, toOnnx } from '../../dist/onnx.js'

const encode = (text) => new TextEncoder().encode(text)
const decode = (bytes) => new TextDecoder().decode(bytes)

const fixture = (name) => new URL(`../../test/fixtures/${name}`, import.meta.url)

/** Frees what a reader has made. */
const dispose = (found) => (found.network ?? found).dispose()

/** Keras says by notes what a network of nabla has no place for: once a note, but of damaged names there is no end. */
console.warn = () => {}

/** Small networks that use all there is to save. */
export const networks = () => [
  new Network({ sizes: [2, 3, 1], seed: 1 }),
  new Network({
    inputs: 3,
    layers: [
      { units: 4, activation: 'gelu', normalization: 'layer' },
      { units: 3, activation: 'tanh', normalization: 'batch', dropout: 0.2, l2: 0.01 },
      { units: 2, bias: false },
    ],
    loss: { name: 'focal', gamma: 1.5 },
    optimizer: { name: 'adamw', learningRate: { name: 'cosine', from: 0.1, over: 20 } },
    classNames: ['no', 'yes'],
    seed: 2,
  }),
]

/** All of them trained a little, so that there is a state to save. */
export async function trained() {
  const all = networks()
  for (const net of all) {
    const x = Array.from({ length: 8 }, (_, r) =>
      Array.from({ length: net.inputs }, (_, c) => Math.sin(r + 3 * c)),
    )
    const y = net.outputs === 1 ? x.map((row) => row[0]) : x.map((_, r) => (r % 2 ? 'yes' : 'no'))
    await net.fit({ x, y }, { epochs: 2, batchSize: 4 })
  }
  return all
}

/** What has columns of every kind, and one name that every object has. */
async function models() {
  const rows = Array.from({ length: 8 }, (_, i) => ({
    size: i,
    colour: ['red', 'blue', '__proto__'][i % 3],
    old: i % 2 === 0,
    kind: i < 4 ? 'a' : 'b',
  }))
  const features = fitFeatures(rows, { except: ['kind'] })
  const network = new Network({
    sizes: [features.width, 3, 2],
    loss: 'crossEntropy',
    optimizer: 'adam',
    seed: 1,
  })
  const model = new Model({ network, features, target: fitTarget(rows, 'kind') })
  await model.fit(rows, { epochs: 2, batchSize: 4 })
  return [...(await trained()), model]
}

const idx = (type, shape, data) => {
  const head = [
    0,
    0,
    type,
    shape.length,
    ...shape.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]),
  ]
  return Uint8Array.from([...head, ...data])
}

let file
/** A file of this process's own, gone at its end. */
const modelFile = () => {
  if (!file) {
    const folder = mkdtempSync(join(tmpdir(), 'nabla-fuzz-'))
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
    file = join(folder, 'model.json')
  }
  return file
}

let weights
const toTfjsWeights = () => {
  weights ??= toTfjs(networks()[1]).weights
  return weights
}

export const parsers = {
  csv: {
    corpus: () =>
      [
        'a,b,kind\n1,2.5,x\n-3e2,.5,y\n"7",8,"x"\n',
        'size,"the ""name""",y\r\n1,2,a b\r\n3, -4e2 ,"a\nb"\r\n',
        'a,b,y\n1,4,007\n4,"4",ü\n',
        '1,2,3\n4,5,6',
      ].map(encode),
    parse: async (bytes) => {
      const table = readTable(bytes)
      if (table.columns.some((column) => column.length !== table.rows))
        throw new Error('columns of other lengths')
      const types = { kind: 'text', y: 'text', 'the "name"': 'text' }
      // A type of a column that is not there is refused.
      for (const name of Object.keys(types)) if (!table.names.includes(name)) delete types[name]
      const options = { types, missing: ['4'] }
      const whole = readCsv(bytes, options)
      const third = Math.ceil(bytes.length / 3)
      const chunks = [bytes.subarray(0, third), bytes.subarray(third, 2 * third), bytes.subarray(2 * third)]
      if (!isDeepStrictEqual(await readCsv(chunks, options), whole))
        throw new Error('a stream is read otherwise')
      readCsv(bytes)
    },
  },
  idx: {
    corpus: () => {
      const files = [
        idx(8, [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
        idx(13, [2], [63, 128, 0, 0, 64, 0, 0, 0]),
        idx(11, [1, 2], [0, 1, 255, 255]),
      ]
      return [...files, ...files.map((file) => Uint8Array.from(gzipSync(file)))]
    },
    parse: (bytes) => readIdx(bytes, { maxBytes: 1 << 20 }),
  },
  checkpoint: {
    corpus: async () => (await trained()).map((net) => net.checkpoint()),
    // Else the checksum would refuse all of them.
    repair: (bytes) => {
      if (bytes.length < 12) return
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      view.setUint32(8, crc32(bytes.subarray(12)), true)
    },
    parse: (bytes) => Network.resume(bytes).dispose(),
  },
  safetensors: {
    corpus: async () =>
      (await models()).flatMap((one) => [toSafetensors(one), toSafetensors(one, { optimizer: true })]),
    parse: (bytes) => dispose(fromSafetensors(bytes)),
  },
  json: {
    corpus: async () =>
      (await models())
        .flatMap((one) => [one, one.toJSON({ optimizer: true })])
        .map((one) => encode(JSON.stringify(one))),
    // The text of a file is read by loadModel().
    parse: async (bytes) => {
      writeFileSync(modelFile(), bytes)
      dispose(await loadModel(modelFile()))
    },
  },
  onnx: {
    corpus: async () => (await models()).map((net) => toOnnx(net)),
    parse: (bytes) => dispose(fromOnnx(bytes)),
  },
  hdf5: {
    corpus: () =>
      ['classifier.h5', 'graph.h5'].map((name) => new Uint8Array(readFileSync(fixture(`keras/${name}`)))),
    parse: async (bytes) => dispose(await fromKeras(bytes)),
  },
  keras: {
    corpus: () =>
      ['classifier.keras', 'folded.keras'].map(
        (name) => new Uint8Array(readFileSync(fixture(`keras/${name}`))),
      ),
    parse: async (bytes) => dispose(await fromKeras(bytes, { maxBytes: 1 << 22 })),
  },
  tfjs: {
    // One network: the weights beside it are those of all its damaged descriptions.
    corpus: () => [encode(JSON.stringify(toTfjs(networks()[1]).modelJson))],
    parse: async (bytes) => dispose(await fromTfjs(decode(bytes), toTfjsWeights())),
  },
  brain: {
    corpus: () =>
      JSON.parse(readFileSync(fixture('brain.json'), 'utf8')).map(({ json }) => encode(JSON.stringify(json))),
    parse: (bytes) => dispose(fromBrain(decode(bytes))),
  },
}
