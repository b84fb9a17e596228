// ml-fnn of ml.js: train() goes down the gradient of all rows at once; the product is ml-matrix's.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const FeedForwardNeuralNetworks = require('ml-fnn')
const { Matrix } = require('ml-matrix')

const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url))).version

const matrix = (values, width) =>
  new Matrix(
    Array.from({ length: values.length / width }, (_, i) =>
      Array.from(values.subarray(i * width, (i + 1) * width)),
    ),
  )

const start = ({ sizes, learningRate = 0.01 }, iterations) =>
  new FeedForwardNeuralNetworks({
    hiddenLayers: sizes.slice(1, -1),
    iterations,
    learningRate: learningRate / 2000,
    regularization: 1e-30, // 0 would become the default
    activation: 'tanh',
  })

function labelsOf(y, outputs) {
  return Array.from({ length: y.length / outputs }, (_, i) =>
    outputs === 1 ? y[i] : y.subarray(i * outputs, (i + 1) * outputs).indexOf(1),
  )
}

export default {
  version: versionOf('ml-fnn'),

  train(spec, { x, y }) {
    const { sizes, batch, rows, output } = spec
    if (spec.adam) return { absent: 'no Adam' }
    if (output === 'relu') return { absent: 'does classification only' }
    const labels = labelsOf(y, sizes.at(-1))
    const net = start(spec, 1)
    const whole = rows / batch
    function run(steps) {
      const n = Math.min(rows, steps * batch)
      net.iterations = Math.max(1, Math.round(steps / whole))
      net.train(n < rows ? matrix(x.subarray(0, n * sizes[0]), sizes[0]) : all(), labels.slice(0, n))
      return n * net.iterations
    }
    let matrixOfAll
    const all = () => (matrixOfAll ??= matrix(x, sizes[0]))
    // Its outputs are the classes that the first labels show.
    run(whole)
    return { run, notes: 'tanh, softmax cross-entropy, all rows as one batch' }
  },

  predict(spec, { x }) {
    const { sizes, batch, rows } = spec
    const net = start(spec, 1)
    const classes = sizes.at(-1)
    net.train(
      matrix(x.subarray(0, classes * sizes[0]), sizes[0]),
      Array.from({ length: classes }, (_, i) => i),
    )
    const parts = Array.from({ length: rows / batch }, (_, i) =>
      matrix(x.subarray(i * batch * sizes[0], (i + 1) * batch * sizes[0]), sizes[0]),
    )
    const run = (steps) => {
      for (let s = 0; s < steps; ++s) net.predict(parts[s % parts.length])
      return steps * batch
    }
    return { run, notes: 'tanh; gives classes, not probabilities' }
  },

  matmul({ m, k, n }, { x, y }) {
    const [a, b] = [matrix(x, k), matrix(y, n)]
    const run = (steps) => {
      for (let s = 0; s < steps; ++s) a.mmul(b)
      return (steps * 2 * m * k * n) / 1e9
    }
    return { run, check: () => a.mmul(b).get(m - 1, n - 1), notes: `ml-matrix ${versionOf('ml-matrix')}` }
  },
}
