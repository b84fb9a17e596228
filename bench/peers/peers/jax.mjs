// jax-js on its wasm device. It is lazy: a bias is read after each step, or nothing would be computed.

import { readFileSync } from 'node:fs'
import * as jax from '@jax-js/jax'

const { defaultDevice, init, jit, nn, numpy: np, valueAndGrad } = jax
const manifest = new URL('../node_modules/@jax-js/jax/package.json', import.meta.url)

async function start() {
  await init('wasm')
  defaultDevice('wasm')
}

const activations = { sigmoid: (z) => nn.sigmoid(z), relu: (z) => nn.relu(z) }
const tensor = (values, shape) => np.array(values.slice()).reshape(shape)

/** The last layer's z for softmax, its a otherwise. Consumes x and the parameters. */
function forward({ sizes, hidden, output }, parameters, x) {
  let a = x
  for (let l = 0; l + 1 < sizes.length; ++l) {
    const z = np.matmul(a, parameters[2 * l]).add(parameters[2 * l + 1])
    const name = l + 2 < sizes.length ? hidden : output
    a = name === 'softmax' ? z : activations[name](z)
  }
  return a
}

const shapeOf = ({ sizes }, i) => (i % 2 ? [sizes[(i >> 1) + 1]] : [sizes[i >> 1], sizes[(i >> 1) + 1]])
const initial = (spec, weights) => weights.map((values, i) => tensor(values, shapeOf(spec, i)))

export default {
  version: JSON.parse(readFileSync(manifest)).version,

  async train(spec, { x, y, weights }) {
    await start()
    const { sizes, batch, rows, learningRate, adam } = spec
    const lossOf = (parameters, xs, ys) => {
      const out = forward(spec, parameters, xs)
      if (spec.loss === 'quadratic') return np.square(out.sub(ys)).sum(1).mean().mul(0.5)
      return nn.logSoftmax(out).mul(ys).sum(1).mean().mul(-1)
    }
    const sgdStep = jit((parameters, xs, ys) => {
      const [loss, gradients] = valueAndGrad(lossOf)(
        parameters.map((p) => p.ref),
        xs,
        ys,
      )
      return [loss, parameters.map((p, i) => p.sub(gradients[i].mul(learningRate)))]
    })
    // The corrections of the means, 1 / (1 − βᵗ), are numbers of the step, so they come as arrays.
    const adamStep = jit((parameters, means, squares, corrections, xs, ys) => {
      const [loss, gradients] = valueAndGrad(lossOf)(
        parameters.map((p) => p.ref),
        xs,
        ys,
      )
      const { beta1, beta2, epsilon } = adam
      const [first, second] = corrections
      const m = means.map((old, i) => old.mul(beta1).add(gradients[i].ref.mul(1 - beta1)))
      const v = squares.map((old, i) => old.mul(beta2).add(np.square(gradients[i]).mul(1 - beta2)))
      const updated = parameters.map((p, i) => {
        const root = np.sqrt(v[i].ref.mul(second.ref)).add(epsilon)
        return p.sub(m[i].ref.mul(first.ref).mul(learningRate).div(root))
      })
      first.dispose()
      second.dispose()
      return [loss, updated, m, v]
    })
    const zeros = () => weights.map((values, i) => tensor(new Float32Array(values.length), shapeOf(spec, i)))
    let [means, squares, t] = adam ? [zeros(), zeros(), 0] : []
    function step(xs, ys) {
      if (!adam) return sgdStep(parameters, xs, ys)
      ++t
      const corrections = [adam.beta1, adam.beta2].map((beta) =>
        np.array(Float32Array.of(1 / (1 - beta ** t))),
      )
      const [loss, updated, m, v] = adamStep(parameters, means, squares, corrections, xs, ys)
      means = m
      squares = v
      return [loss, updated]
    }
    const [inputs, outputs] = [sizes[0], sizes.at(-1)]
    const batches = Array.from({ length: rows / batch }, (_, i) => [
      tensor(x.subarray(i * batch * inputs, (i + 1) * batch * inputs), [batch, inputs]),
      tensor(y.subarray(i * batch * outputs, (i + 1) * batch * outputs), [batch, outputs]),
    ])
    let parameters = initial(spec, weights)
    const run = (steps) => {
      for (let s = 0; s < steps; ++s) {
        const [xs, ys] = batches[s % batches.length]
        const [loss, updated] = step(xs.ref, ys.ref)
        loss.dispose()
        parameters = updated
        parameters[1].ref.dataSync()
      }
      return steps * batch
    }
    const check = () => {
      run(spec.checkSteps)
      const n = spec.checkRows
      const xs = tensor(x.subarray(0, n * inputs), [n, inputs])
      const ys = tensor(y.subarray(0, n * outputs), [n, outputs])
      return lossOf(
        parameters.map((p) => p.ref),
        xs,
        ys,
      ).dataSync()[0]
    }
    return { run, check }
  },

  async predict(spec, { x, weights }) {
    await start()
    const { sizes, batch, rows } = spec
    const parameters = initial(spec, weights)
    const predict = jit((p, xs) => nn.softmax(forward(spec, p, xs)))
    const parts = Array.from({ length: rows / batch }, (_, i) =>
      x.slice(i * batch * sizes[0], (i + 1) * batch * sizes[0]),
    )
    const one = (i) =>
      predict(
        parameters.map((p) => p.ref),
        np.array(parts[i]).reshape([batch, sizes[0]]),
      ).dataSync()
    const run = (steps) => {
      for (let s = 0; s < steps; ++s) one(s % parts.length)
      return steps * batch
    }
    return { run, check: () => one(0)[0], notes: 'from a Float32Array to a Float32Array' }
  },

  async matmul({ m, k, n }, { x, y }) {
    await start()
    const [a, b] = [tensor(x, [m, k]), tensor(y, [k, n])]
    const product = jit((p, q) => np.matmul(p, q))
    const one = () => product(a.ref, b.ref).dataSync()
    const run = (steps) => {
      for (let s = 0; s < steps; ++s) one()
      return (steps * 2 * m * k * n) / 1e9
    }
    return { run, check: () => one()[m * n - 1], notes: 'read back each time, since it is lazy' }
  },
}
