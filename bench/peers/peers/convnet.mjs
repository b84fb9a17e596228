// ConvNetJS: a Trainer with mini-batches, fed row by row.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const convnetjs = createRequire(import.meta.url)('convnetjs')

function start({ sizes, hidden, output }) {
  const net = new convnetjs.Net()
  net.makeLayers([
    { type: 'input', out_sx: 1, out_sy: 1, out_depth: sizes[0] },
    ...sizes.slice(1, -1).map((num_neurons) => ({ type: 'fc', num_neurons, activation: hidden })),
    output === 'softmax'
      ? { type: 'softmax', num_classes: sizes.at(-1) }
      : { type: 'regression', num_neurons: sizes.at(-1) },
  ])
  return net
}

const volumes = (values, width) =>
  Array.from({ length: values.length / width }, (_, i) => {
    const volume = new convnetjs.Vol(1, 1, width, 0)
    volume.w.set(values.subarray(i * width, (i + 1) * width))
    return volume
  })

export default {
  version: JSON.parse(readFileSync(new URL('../node_modules/convnetjs/package.json', import.meta.url)))
    .version,

  train(spec, { x, y }) {
    if (spec.adam) return { absent: 'no Adam' }
    const { sizes, batch, output, learningRate } = spec
    const net = start(spec)
    const trainer = new convnetjs.Trainer(net, {
      method: 'sgd',
      learning_rate: learningRate,
      momentum: 0,
      batch_size: batch,
      l2_decay: 0,
    })
    const inputs = volumes(x, sizes[0])
    const outputs = sizes.at(-1)
    const targets = inputs.map((_, i) => {
      const target = Array.from(y.subarray(i * outputs, (i + 1) * outputs))
      return output === 'softmax' ? target.indexOf(1) : target
    })
    let row = 0
    const run = (steps) => {
      for (let s = 0; s < steps * batch; ++s, row = (row + 1) % inputs.length)
        trainer.train(inputs[row], targets[row])
      return steps * batch
    }
    return { run, notes: output === 'softmax' ? undefined : 'linear outputs' }
  },

  predict(spec, { x }) {
    const net = start(spec)
    const inputs = volumes(x, spec.sizes[0])
    const run = (steps) => {
      for (let s = 0; s < steps * spec.batch; ++s) net.forward(inputs[s % inputs.length])
      return steps * spec.batch
    }
    return { run, notes: 'a row at a time' }
  },

  absent: { matmul: 'has no matrix product' },
}
