// onnxruntime-web (wasm) and onnxruntime-node (native): inference, on one thread.

import { readFileSync } from 'node:fs'
import { networkModel, productModel } from '../onnx-model.mjs'

async function start(variant, bytes) {
  const ort = await import(variant)
  if (variant === 'onnxruntime-web') {
    ort.env.wasm.numThreads = 1
    ort.env.wasm.wasmPaths = new URL('../node_modules/onnxruntime-web/dist/', import.meta.url).href
  }
  const providers = variant === 'onnxruntime-web' ? ['wasm'] : ['cpu']
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: providers,
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  })
  const tensor = (values, shape) => new ort.Tensor('float32', values, shape)
  const { version } = JSON.parse(
    readFileSync(new URL(`../node_modules/${variant}/package.json`, import.meta.url)),
  )
  return { session, tensor, version }
}

export default {
  async predict(spec, { x, weights }, variant) {
    const { sizes, batch, rows } = spec
    const { session, tensor, version } = await start(variant, networkModel(spec, weights))
    const parts = Array.from({ length: rows / batch }, (_, i) =>
      x.slice(i * batch * sizes[0], (i + 1) * batch * sizes[0]),
    )
    const one = async (i) => (await session.run({ x: tensor(parts[i], [batch, sizes[0]]) })).p.data
    const run = async (steps) => {
      for (let s = 0; s < steps; ++s) await one(s % parts.length)
      return steps * batch
    }
    return {
      run,
      check: async () => (await one(0))[0],
      notes: `${version}, from a Float32Array to a Float32Array`,
    }
  },

  async matmul(spec, { x, y }, variant) {
    const { m, k, n } = spec
    const { session, tensor, version } = await start(variant, productModel(spec))
    const feeds = { a: tensor(x, [m, k]), b: tensor(y, [k, n]) }
    const run = async (steps) => {
      for (let s = 0; s < steps; ++s) await session.run(feeds)
      return (steps * 2 * m * k * n) / 1e9
    }
    return { run, check: async () => (await session.run(feeds)).c.data[m * n - 1], notes: version }
  },

  absent: { train: 'inference only' },
}
