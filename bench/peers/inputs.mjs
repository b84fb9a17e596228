// What the peers read: a workload's data, first weights and spec as files, and what its check must come to.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { forward, lossOf, trainSteps } from './reference.mjs'
import { dataOf, weightsOf } from './workloads.mjs'

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/data/mnist')

/** Why a workload that needs MNIST did not run. */
export const noMnist = { absent: '../shared/data/mnist is not there' }

/** A part of MNIST, 'train' or 't10k', as bytes: { images, labels }; undefined where it is not there. */
function mnist(part) {
  const read = (name) => gunzipSync(readFileSync(join(folder, `${part}-${name}-ubyte.gz`)))
  if (!existsSync(folder)) return undefined
  return { images: read('images-idx3').subarray(16), labels: read('labels-idx1').subarray(8) }
}

function store(work, name, values) {
  const path = join(work, name)
  writeFileSync(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  return path
}

function storeSpec(work, name, spec) {
  const path = join(work, `${name}.json`)
  writeFileSync(path, JSON.stringify(spec))
  return { spec, path }
}

function expectedOf(workload, data, weights, checkRows) {
  if (workload.kind === 'train') {
    const doubles = weights.map((values) => Float64Array.from(values))
    const before = lossOf(workload, doubles, data, checkRows)
    trainSteps(workload, doubles, data, workload.checkSteps)
    return { before, after: lossOf(workload, doubles, data, checkRows) }
  }
  if (workload.kind === 'predict') {
    const first = data.x.subarray(0, workload.sizes[0])
    return { before: 0, after: forward(workload, weights, first).at(-1)[0] }
  }
  // The last element of the product.
  const { m, k, n } = workload
  let sum = 0
  for (let i = 0; i < k; ++i) sum += data.x[(m - 1) * k + i] * data.y[i * n + n - 1]
  return { before: 0, after: sum }
}

/** Writes a workload into the folder `work`: { spec, path, expected }. Undefined where its data is absent. */
export function prepare(work, workload, timing) {
  const images = workload.real ? mnist('train') : undefined
  if (workload.real && !images) return undefined
  const data = dataOf(workload, images)
  const weights = workload.sizes ? weightsOf(workload) : []
  const checkRows = workload.sizes && Math.min(workload.batch, 64)
  const spec = {
    ...workload,
    x: store(work, `${workload.id}.x`, data.x),
    y: store(work, `${workload.id}.y`, data.y),
    weights: weights.map((values, i) => store(work, `${workload.id}.w${i}`, values)),
    checkRows,
    timing,
  }
  return {
    ...storeSpec(work, workload.id, spec),
    expected: expectedOf(workload, data, weights, checkRows),
  }
}

/**
 * Writes MNIST, divided by 255, into the folder `work` and returns `specOf(workload, seed)`, which writes a spec of kind
 * 'converge': { spec, path }. Undefined where MNIST is absent. Quick: a tenth of the images and 5 epochs.
 */
export function prepareToTheEnd(work, quick) {
  const part = (name) => {
    const { images, labels } = mnist(name) ?? {}
    if (!images) return undefined
    const rows = labels.length / (quick ? 10 : 1)
    const x = Float32Array.from(images.subarray(0, rows * 784), (v) => v / 255)
    const y = Float32Array.from(labels.subarray(0, rows))
    return [store(work, `${name}.x`, x), store(work, `${name}.y`, y)]
  }
  const [train, test] = [part('train'), part('t10k')]
  if (!train || !test) return undefined
  const files = { x: train[0], y: train[1], testX: test[0], testY: test[1] }
  const shortened = quick ? { maxEpochs: 5 } : {}
  return (workload, seed) =>
    storeSpec(work, `${workload.id}.${seed}`, { ...workload, ...files, ...shortened, seed })
}
