// brain.js 1 and 2, and nabla/brain with the same code: net.train, an update after every row; net.run a row at a time.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

const root = new URL('../../../', import.meta.url)
const own = await import(new URL('dist/brain.js', root))

function start(variant, { sizes, hidden }) {
  const { NeuralNetwork } = variant === 'nabla' ? own : require(variant)
  return new NeuralNetwork({
    inputSize: sizes[0],
    hiddenLayers: sizes.slice(1, -1),
    outputSize: sizes.at(-1),
    activation: hidden,
  })
}

const rowsOf = (values, width) =>
  Array.from({ length: values.length / width }, (_, i) => values.subarray(i * width, (i + 1) * width))

const manifestOf = (variant) =>
  variant === 'nabla'
    ? new URL('package.json', root)
    : new URL(`../node_modules/${variant}/package.json`, import.meta.url)
const versionOf = (variant) => JSON.parse(readFileSync(manifestOf(variant))).version

// Training never stops by itself; 0 is refused for threshold and momentum.
const forever = {
  errorThresh: 1e-30,
  momentum: 1e-30,
  log: false,
  logPeriod: 1e9,
  callbackPeriod: 1e9,
  errorCheckInterval: 1e9,
}

export default {
  train(spec, { x, y }, variant) {
    const { sizes, batch, rows, learningRate, output, adam } = spec
    const praxis = adam && { praxis: 'adam', beta1: adam.beta1, beta2: adam.beta2, epsilon: adam.epsilon }
    const net = start(variant, spec)
    const targets = rowsOf(y, sizes.at(-1))
    const data = rowsOf(x, sizes[0]).map((input, i) => ({ input, output: targets[i] }))
    const whole = rows / batch
    function run(steps) {
      const iterations = Math.max(1, Math.round(steps / whole))
      const n = Math.min(rows, steps * batch)
      net.train(n < rows ? data.slice(0, n) : data, { ...forever, iterations, learningRate, ...praxis })
      return n * iterations
    }
    const differs = output === 'softmax' ? '; relu outputs and quadratic loss for softmax' : ''
    return { run, notes: `${versionOf(variant)}, an update a row for batch ${batch}${differs}` }
  },

  predict(spec, { x }, variant) {
    const { sizes, batch } = spec
    const net = start(variant, spec)
    const inputs = rowsOf(x, sizes[0])
    net.train([{ input: inputs[0], output: new Float32Array(sizes.at(-1)) }], { ...forever, iterations: 1 })
    const run = (steps) => {
      for (let s = 0; s < steps * batch; ++s) net.run(inputs[s % inputs.length])
      return steps * batch
    }
    return { run, notes: `${versionOf(variant)}, relu outputs, a row at a time` }
  },

  absent: { matmul: 'has no matrix product' },
}
