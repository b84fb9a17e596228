// Makes test/fixtures/tfjs.json: LayersModels as TensorFlow.js saves them, what it predicts with them, and what it predicts with
// nabla's exports, whose weights are drawn with a seed in test/keras/exported.ts.
//
//     npm i --no-save @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-layers@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0
//     npx tsx scripts/make-tfjs-fixtures.mjs [a folder with node_modules]
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { toTfjs } from '../src/keras/index.ts'
import { drawn, exported } from '../test/keras/exported.ts'

const require = createRequire(resolve(process.argv[2] ?? '.', 'index.js'))
const tf = require('@tensorflow/tfjs-core')
require('@tensorflow/tfjs-backend-cpu')
const { layers, sequential, model, input, loadLayersModel } = require('@tensorflow/tfjs-layers')

const base64 = (bytes) => Buffer.from(bytes).toString('base64')
const predicted = (net, x, shape) => [...net.predict(tf.tensor(x, shape)).dataSync()]

const chain = sequential({
  layers: [
    layers.dense({ units: 6, inputShape: [4] }),
    layers.batchNormalization({ momentum: 0.8 }),
    layers.leakyReLU({ alpha: 0.01 }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 5, useBias: false }),
    layers.layerNormalization(),
    layers.activation({ activation: 'swish' }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ],
})
chain.compile({ optimizer: tf.train.adam(0.002), loss: 'categoricalCrossentropy' })
const given = input({ shape: [2, 2], name: 'pixels' })
const flat = layers.flatten({}).apply(given)
const hidden = layers.elu({ alpha: 1 }).apply(layers.dense({ units: 4 }).apply(flat))
const graph = model({
  inputs: given,
  outputs: layers.dense({ units: 2, activation: 'sigmoid' }).apply(hidden),
})

/** As the converter's quantization: q · scale + min. */
function quantized(specs, data, dtype) {
  const parts = []
  let at = 0
  const weights = specs.map(({ name, shape }) => {
    const length = shape.reduce((product, size) => product * size, 1)
    const values = new Float32Array(data.slice(at, (at += length * 4)))
    if (dtype === 'float16') {
      const halves = new Uint16Array(length)
      values.forEach((value, i) => {
        halves[i] = halfOf(value)
      })
      parts.push(halves)
      return { name, shape, dtype: 'float32', quantization: { dtype, original_dtype: 'float32' } }
    }
    const most = dtype === 'uint8' ? 255 : 65535
    const min = Math.min(...values)
    const scale = (Math.max(...values) - min) / most || 1
    const q = Array.from(values, (value) => Math.round((value - min) / scale))
    parts.push(dtype === 'uint8' ? Uint8Array.from(q) : Uint16Array.from(q))
    return { name, shape, dtype: 'float32', quantization: { dtype, min, scale, original_dtype: 'float32' } }
  })
  return { weights, data: Buffer.concat(parts.map((part) => Buffer.from(part.buffer))) }
}

/** The nearest normal half, which all weights here have. */
function halfOf(value) {
  const [bits] = new Uint32Array(new Float32Array([value]).buffer)
  const rounded = bits + 0x1000
  const exponent = ((rounded >> 23) & 255) - 112
  return exponent <= 0
    ? (bits >> 16) & 0x8000
    : ((rounded >> 16) & 0x8000) | (exponent << 10) | ((rounded >> 13) & 1023)
}

const imports = []
for (const [name, net] of [
  ['chain', chain],
  ['graph', graph],
]) {
  net.setWeights(
    net.weights.map(({ shape, name: weight }, i) => {
      const length = shape.reduce((product, size) => product * size, 1)
      const values = drawn(length, i + 1).map((v) => (/variance/.test(weight) ? 0.5 + v * v : v))
      return tf.tensor(values, shape)
    }),
  )
  let saved
  const keep = async (artifacts) => {
    saved = artifacts
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
  }
  await net.save(tf.io.withSaveHandler(keep), { includeOptimizer: true })
  const shape = [6, ...net.inputs[0].shape.slice(1)]
  const x = [...drawn(24, 99)]
  const specs = saved.weightSpecs.filter(({ group }) => group !== 'optimizer')
  const length = specs.reduce(
    (sum, one) => sum + 4 * one.shape.reduce((product, size) => product * size, 1),
    0,
  )
  const data = saved.weightData.slice(0, length)
  const { weightData, weightSpecs, ...rest } = saved
  const add = async (kind, weights, bytes) => {
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    const again = await loadLayersModel({
      load: async () => ({ ...rest, weightSpecs: weights, weightData: buffer }),
    })
    const modelJson = {
      ...rest,
      weightsManifest: [{ paths: ['group1-shard1of2.bin', 'group1-shard2of2.bin'], weights }],
    }
    imports.push({
      name: `${name}, ${kind}`,
      modelJson,
      weights: base64(bytes),
      x,
      y: predicted(again, x, shape),
    })
  }
  await add('float32', specs, new Uint8Array(data))
  if (name === 'chain') {
    for (const dtype of ['uint8', 'uint16', 'float16']) {
      const packed = quantized(specs, data, dtype)
      await add(dtype, packed.weights, new Uint8Array(packed.data))
    }
  }
}

const exports = []
for (const [name, made] of Object.entries(exported())) {
  const { modelJson, weights } = toTfjs(made)
  const { modelTopology, weightsManifest } = JSON.parse(JSON.stringify(modelJson))
  const load = async () => ({
    modelTopology,
    weightSpecs: weightsManifest[0].weights,
    weightData: weights.buffer,
  })
  const inputs = modelTopology.config.layers[0].config.batch_input_shape[1]
  const x = [...drawn(8 * inputs, 7)]
  exports.push({ name, x, y: predicted(await loadLayersModel({ load }), x, [8, inputs]) })
}

writeFileSync(
  new URL('../test/fixtures/tfjs.json', import.meta.url),
  `${JSON.stringify({ tfjs: '4.22.0', imports, exports }, null, 1)}\n`,
)
