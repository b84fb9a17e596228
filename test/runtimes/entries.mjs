// What every entry of the package gives for a little work, as plain data by the entry's name in package.json.

import { Network } from 'nabla'
import { fromBrain } from 'nabla/brain'
import {
  fitFeatures,
  fitTarget,
  minMaxScaler,
  oneHot,
  readCsv,
  readIdx,
  readTable,
  readTables,
  sampleTables,
  scalerFromJSON,
  standardScaler,
  takeRows,
  trainTestSplit,
} from 'nabla/data'
import { digits, xor } from 'nabla/datasets'
import { toC, toJavaScript } from 'nabla/deploy'
import { fromTfjs, toTfjs } from 'nabla/keras'
import { fromSafetensors, Model, toSafetensors } from 'nabla/model'
import { loadModel, readCheckpoint, saveModel } from 'nabla/node'
import { fromOnnx, toOnnx } from 'nabla/onnx'
import { plotActivations, plotDecisionSurface, plotHistory } from 'nabla/plot'
import { predictorFromJSON } from 'nabla/predict'

/** The name of the error that `work` throws, 'none' if it throws none. */
async function errorOf(work) {
  try {
    await work()
    return 'none'
  } catch (error) {
    return error.name
  }
}

async function network() {
  const net = new Network({ sizes: [2, 3, 1], kernels: 'reference' })
  const layers = net.layers.map((_, l) => net.biases(l).length)
  return { kernels: net.kernels, layers, error: await errorOf(() => net.predict([1, 2, 3])) }
}

/** 2 × 2 bytes, and the same as gzip packs them. */
const idx = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 128, 255)
const zipped = 'H4sIAAAAAAACA2Ng4GBiYGCAYMaG/wA/hsv8EAAAAA=='

/** Columns, of names that objects have, with a byte of 'é' in another chunk. */
const csv = '__proto__,constructor,é\n1,x,007\n,"y ""z""",8\n3,,9\n'

/** A web stream of it in three chunks. */
function csvStream() {
  const bytes = new TextEncoder().encode(csv)
  const at = bytes.indexOf(0xa9)
  const chunks = [bytes.subarray(0, at), bytes.subarray(at, at + 9), bytes.subarray(at + 9)]
  return new ReadableStream({
    pull(controller) {
      if (chunks.length > 0) controller.enqueue(chunks.shift())
      else controller.close()
    },
  })
}

/** Its numbers, with a gap, and its texts. */
async function numbers() {
  const types = { constructor: 'text', é: 'text' }
  const table = await readCsv(csvStream(), { types, missing: [] })
  return { ...table, x: table.x.join('|'), y: [...table.y], texts: Object.entries(table.texts) }
}

/** What it has of all columns, from bytes, and cut into tables. */
async function tables() {
  const bytes = new TextEncoder().encode(csv)
  const asText = ({ names, rows, columns }) => [
    names.join(),
    rows,
    ...columns.map((column) => column.join('|')),
  ]
  const types = { é: 'text' }
  const parts = []
  for await (const table of readTables(csvStream(), { rowsAtOnce: 2, types })) parts.push(asText(table))
  const latin = Uint8Array.from('é\nü', (character) => character.charCodeAt(0))
  return {
    whole: asText(readTable(bytes, { types })),
    parts,
    latin: asText(readTable(latin, { encoding: 'windows-1252' })),
    sampled: (await sampleTables([readTable(csv)], { rows: 2 })).rows,
    error: await errorOf(() => readTable(latin)),
  }
}

const plain = ({ shape, data }) => ({ shape, data: [...data] })

async function data() {
  const { x, y, columns, classNames } = readCsv(
    '\uFEFFsize,"a ""name""",kind\r\n1.5, -2e-3 ,"x\r\ny"\r\n\r\n0.1,7,ü\r\n',
  )
  const gzipped = Uint8Array.from(atob(zipped), (character) => character.charCodeAt(0))
  const table = [1, 2, 3, 4]
  const scaler = standardScaler(table, 2)
  const { train, test } = trainTestSplit({ x: [1, 2, 3, 4], y: [10, 20, 30, 40] }, { seed: 1 })
  return {
    csv: { x: [...x], y: [...y], columns, classNames },
    numbers: await numbers(),
    tables: await tables(),
    idx: plain(await readIdx(idx)),
    idxGzipped: plain(await readIdx(gzipped, { maxBytes: 16 })),
    minMax: [...minMaxScaler(table, 2).transform(table)],
    standard: [...scaler.transform(table)],
    saved: [...scalerFromJSON(JSON.parse(JSON.stringify(scaler))).transform(table)],
    oneHot: [...oneHot([1, 0])],
    taken: takeRows(table, 2, [1, 0]),
    split: { train: train.y, test: test.y },
    error: await errorOf(() => readIdx(gzipped, { maxBytes: 15 })),
  }
}

function datasets() {
  const { x, y, rows, inputs } = digits()
  return {
    xor: [...xor().y],
    images: [rows, inputs],
    ink: x.reduce((sum, v) => sum + v, 0),
    digits: [...y.subarray(0, 4)],
  }
}

/** FNV-1a of the characters. */
function hashOf(text) {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; ++i) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16)
}

function plot() {
  const loss = [2.3, 0.7, 0.11, 0.013, 0.0017]
  const pictures = [
    plotHistory({ loss, validationLoss: loss.map((l) => 1.3 * l) }, { logScale: true, title: 'ü <&>' }),
    plotActivations(['sigmoid', 'gelu', 'selu']),
    plotDecisionSurface((x) => x.filter((_, i) => i % 2 === 0).map((v, r) => v * x[2 * r + 1])),
  ]
  return pictures.map((svg) => [svg.slice(0, 4), hashOf(svg)])
}

function deploy() {
  const net = new Network({ sizes: [2, 3, 1], kernels: 'reference', seed: 1 })
  return [toJavaScript(net), toC(net)].map(hashOf)
}

async function keras() {
  const net = new Network({ sizes: [2, 3, 1], kernels: 'reference', seed: 1 })
  const { modelJson, weights } = toTfjs(net)
  const again = await fromTfjs(modelJson, weights, { kernels: 'reference' })
  return again.predict([1, 2])[0] === net.predict([1, 2])[0]
}

/** From what a network saved: whether it predicts the same, and the error for what is no model. */
async function predict() {
  const net = new Network({ sizes: [2, 3, 1], kernels: 'reference', seed: 1 })
  const again = predictorFromJSON(JSON.parse(JSON.stringify(net)), { kernels: 'reference' })
  return {
    same: again.predict([[1, 2]])[0][0] === net.predict([[1, 2]])[0],
    error: await errorOf(() => predictorFromJSON(3)),
  }
}

/** Written and read again: gelu is recognised by its values. */
async function onnx() {
  const net = new Network({ inputs: 2, layers: [{ units: 3, activation: 'gelu' }, 1], kernels: 'reference' })
  const again = fromOnnx(toOnnx(net), { kernels: 'reference' })
  const x = [[1, 2]]
  return {
    same: Number(again.predict(x)[0]) === Number(net.predict(x)[0]),
    gelu: String(again).includes('gelu, linear'),
    error: await errorOf(() => fromOnnx(new Uint8Array([1, 2, 3]))),
  }
}

/** What console.log prints of the values, where the platform calls console.log's own functions of theirs. */
function printed(...values) {
  const inspect = globalThis.Deno?.inspect ?? globalThis.Bun?.inspect
  const node = globalThis.process?.getBuiltinModule?.('node:util')?.inspect
  return values.map((value) => (inspect ?? node ?? String)(value))
}

async function model() {
  const rows = [
    { size: 1, colour: 'red', kind: 'a' },
    { size: 3, colour: 'blue', kind: 'b' },
    { size: 4, colour: 'red', kind: 'b' },
  ]
  const features = fitFeatures(rows, { except: ['kind'] })
  const target = fitTarget(rows, 'kind')
  const options = { loss: 'crossEntropy', optimizer: 'adam', kernels: 'reference', seed: 1 }
  const network = new Network({ sizes: [features.width, 4, target.outputs], ...options })
  const made = new Model({ network, features, target })
  await made.fit(rows, { epochs: 3 })
  const bytes = toSafetensors(made, { optimizer: true })
  const own = { kernels: 'reference' }
  const again = [fromSafetensors(bytes, own), Model.fromJSON(JSON.parse(JSON.stringify(made)), own)]
  return {
    json: hashOf(JSON.stringify(made)),
    safetensors: hashOf(String.fromCharCode(...bytes)),
    predicts: [made, ...again].map((one) => one.predict(rows[1])),
    printed: printed(network, made),
    error: await errorOf(() => structuredClone(network)),
  }
}

/** The names of the errors of saving and loading a network as files, here, and 'others' for other predictions. */
export async function files() {
  const network = new Network({ sizes: [2, 3, 1], kernels: 'reference', seed: 1 })
  const names = []
  for (const file of ['net.json', 'net.safetensors']) {
    try {
      await saveModel(file, network)
      const again = await loadModel(file, { kernels: 'reference' })
      names.push(again.predict([1, 2])[0] === network.predict([1, 2])[0] ? 'none' : 'others')
    } catch (error) {
      names.push(error.name)
    }
  }
  return names
}

export async function entries() {
  return {
    '.': await network(),
    './brain': { error: await errorOf(() => fromBrain('{}')) },
    './data': await data(),
    './datasets': datasets(),
    './deploy': deploy(),
    './keras': await keras(),
    './model': await model(),
    './node': { error: await errorOf(() => readCheckpoint(3)) },
    './onnx': await onnx(),
    './plot': plot(),
    './predict': await predict(),
  }
}
