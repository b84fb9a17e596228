// synaptic: a Perceptron, activated and propagated row by row.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const synaptic = createRequire(import.meta.url)('synaptic')

function start({ sizes, hidden, output }) {
  const net = new synaptic.Architect.Perceptron(...sizes)
  const squash = { sigmoid: synaptic.Neuron.squash.LOGISTIC, relu: synaptic.Neuron.squash.RELU }
  for (const layer of net.layers.hidden) layer.set({ squash: squash[hidden] })
  net.layers.output.set({ squash: squash[output] ?? squash.sigmoid })
  return net
}

const rowsOf = (values, width) =>
  Array.from({ length: values.length / width }, (_, i) =>
    Array.from(values.subarray(i * width, (i + 1) * width)),
  )

const differs = ({ output }) => (output === 'softmax' ? ', sigmoid outputs for softmax' : '')

export default {
  version: JSON.parse(readFileSync(new URL('../node_modules/synaptic/package.json', import.meta.url)))
    .version,

  train(spec, { x, y }) {
    if (spec.adam) return { absent: 'no Adam' }
    const { sizes, batch, learningRate } = spec
    const net = start(spec)
    const inputs = rowsOf(x, sizes[0])
    const targets = rowsOf(y, sizes.at(-1))
    let row = 0
    const run = (steps) => {
      for (let s = 0; s < steps * batch; ++s, row = (row + 1) % inputs.length) {
        net.activate(inputs[row])
        net.propagate(learningRate, targets[row])
      }
      return steps * batch
    }
    return { run, notes: `an update a row for batch ${batch}${differs(spec)}` }
  },

  predict(spec, { x }) {
    const net = start(spec)
    const inputs = rowsOf(x, spec.sizes[0])
    const run = (steps) => {
      for (let s = 0; s < steps * spec.batch; ++s) net.activate(inputs[s % inputs.length])
      return steps * spec.batch
    }
    return { run, notes: `a row at a time${differs(spec)}` }
  },

  absent: { matmul: 'has no matrix product' },
}
