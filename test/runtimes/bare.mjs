// What an engine that has ECMAScript and nothing else can do with the package: for a realm of node:vm, and for Hermes.

import { Network } from 'nabla'
import { fitFeatures, fitTarget, readCsv, standardScaler } from 'nabla/data'
import { digits, xor } from 'nabla/datasets'
import { toJavaScript } from 'nabla/deploy'
import { fromSafetensors, Model, toSafetensors } from 'nabla/model'
import { fromOnnx, toOnnx } from 'nabla/onnx'
import { plotLines } from 'nabla/plot'
import { hashOfParameters } from './hash.mjs'

export const data = xor()
export const options = { epochs: 200, batchSize: 4 }
// In Node the same by name, to compare with.
const kernels = typeof WebAssembly === 'undefined' ? 'auto' : 'reference'
const own = { kernels, threads: 1 }
export const network = () =>
  new Network({
    sizes: [2, 8, 1],
    activation: 'tanh',
    loss: 'binaryCrossEntropy',
    optimizer: { name: 'adam', learningRate: 0.05 },
    kernels,
    seed: 1,
  })

async function predictRows() {
  const rows = [
    { size: 1, kind: 'a' },
    { size: 3, kind: 'b' },
    { size: 4, kind: 'b' },
  ]
  const features = fitFeatures(rows, { except: ['kind'] })
  const target = fitTarget(rows, 'kind')
  const net = new Network({ sizes: [features.width, 4, target.outputs], loss: 'crossEntropy', seed: 1 })
  const model = new Model({ network: net, features, target })
  await model.fit(rows, { epochs: 300 })
  const again = Model.fromJSON(JSON.parse(JSON.stringify(model)))
  return again.predict(rows[2]).class
}

/** All of it, as plain data. */
export async function main() {
  const net = network()
  await net.fit(data, options)

  const half = network()
  await half.fit(data, { ...options, epochs: 100 })
  const resumed = Network.resume(half.checkpoint(), own)
  await resumed.fit(data, { ...options, epochs: 100 })

  const table = readCsv('a,b,kind\n1.5,-2,ü\n3,4,v\n')
  const { threads } = await network().fit(data, { ...options, epochs: 2, offThread: true })
  let simd
  try {
    new Network({ sizes: [1, 1], kernels: 'simd' })
  } catch (error) {
    simd = `${error.name}: ${error.message}`
  }
  return {
    globals: Object.getOwnPropertyNames(globalThis),
    kernels: net.kernels,
    hash: hashOfParameters(net),
    loss: net.loss(data.x, data.y),
    resumed: hashOfParameters(resumed),
    fromJson: hashOfParameters(Network.fromJSON(JSON.parse(JSON.stringify(net)), own)),
    fromSafetensors: hashOfParameters(fromSafetensors(toSafetensors(net), own)),
    predicted: [...net.predict(data.x)],
    predictedAsync: [...(await net.predictAsync(data.x))],
    threads,
    csv: { x: [...table.x], classNames: table.classNames },
    scaled: [...standardScaler([1, 2, 3, 4], 2).transform([1, 2, 3, 4])],
    digits: [...digits().y.subarray(0, 4)],
    model: await predictRows(),
    plot: plotLines({ é: [1, 2, 3] }).slice(0, 4),
    onnx: fromOnnx(toOnnx(net), own).predict(data.x)[0] === net.predict(data.x)[0],
    code: toJavaScript(net),
    simd,
  }
}
