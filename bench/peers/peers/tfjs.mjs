// TensorFlow.js on its wasm and cpu backends: by hand (fused matMul, explicit transposes: its wasm kernels are slow at
// transposed operands) and through the Layers API.

import { fileURLToPath } from 'node:url'

// tfjs advertises its Node binding, whose binary comes from outside the registry.
console.warn = () => {}
const tf = await import('@tensorflow/tfjs')

async function start(variant) {
  const [backend, how] = variant.split('-')
  if (backend === 'wasm') {
    const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(
      fileURLToPath(new URL('../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url)),
    )
    setThreadsCount(1)
  }
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} did not start`)
  await tf.ready()
  return how
}

const matMul = (a, b, bias, activation) =>
  activation === 'softmax'
    ? tf.softmax(tf.fused.matMul({ a, b, bias }))
    : tf.fused.matMul({ a, b, bias, activation })

function model({ sizes, hidden, output }, weights) {
  const net = tf.sequential()
  sizes.slice(1).forEach((units, l) => {
    const activation = l + 2 < sizes.length ? hidden : output
    net.add(tf.layers.dense({ units, activation, inputShape: l ? undefined : [sizes[0]] }))
  })
  net.layers.forEach((layer, l) => {
    layer.setWeights([tf.tensor2d(weights[2 * l], [sizes[l], sizes[l + 1]]), tf.tensor1d(weights[2 * l + 1])])
  })
  return net
}

const quadratic = (y, a) => tf.mul(0.5, tf.sum(tf.squaredDifference(a, y), -1))

const optimizerOf = ({ learningRate, adam }) =>
  adam ? tf.train.adam(learningRate, adam.beta1, adam.beta2, adam.epsilon) : tf.train.sgd(learningRate)

function layers(spec, { x, y, weights }) {
  const { sizes, batch, rows } = spec
  const net = model(spec, weights)
  const loss = spec.loss === 'quadratic' ? quadratic : 'categoricalCrossentropy'
  net.compile({ optimizer: optimizerOf(spec), loss })
  const part = (n) => [
    tf.tensor2d(x.subarray(0, n * sizes[0]), [n, sizes[0]]),
    tf.tensor2d(y.subarray(0, n * sizes.at(-1)), [n, sizes.at(-1)]),
  ]
  const whole = rows / batch
  const all = part(rows)
  let few
  async function run(steps, shuffle = true) {
    const epochs = Math.max(1, Math.round(steps / whole))
    const n = Math.min(rows, steps * batch)
    if (n < rows && few?.[0].shape[0] !== n) {
      tf.dispose(few)
      few = part(n)
    }
    const [xs, ys] = n < rows ? few : all
    await net.fit(xs, ys, { batchSize: batch, epochs, shuffle, verbose: 0, yieldEvery: 'never' })
    return n * epochs
  }
  const check = async () => {
    await run(spec.checkSteps, false)
    const [xs, ys] = part(spec.checkRows)
    return net.evaluate(xs, ys, { batchSize: spec.checkRows }).dataSync()[0]
  }
  return { run, check }
}

function byHand(spec, { x, y, weights }) {
  const { sizes, batch, rows, hidden, output, loss, learningRate, adam } = spec
  const last = sizes.length - 2
  const batches = Array.from({ length: rows / batch }, (_, i) => {
    const xs = tf.tensor2d(x.slice(i * batch * sizes[0], (i + 1) * batch * sizes[0]), [batch, sizes[0]])
    const ys = tf.tensor2d(y.slice(i * batch * sizes.at(-1), (i + 1) * batch * sizes.at(-1)), [
      batch,
      sizes.at(-1),
    ])
    return [xs, tf.transpose(xs), ys]
  })
  let w = sizes.slice(1).map((units, l) => tf.tensor2d(weights[2 * l], [sizes[l], units]))
  let b = sizes.slice(1).map((_, l) => tf.tensor1d(weights[2 * l + 1]))
  const scale = tf.scalar(learningRate / batch)
  const share = tf.scalar(1 / batch)
  const one = tf.scalar(1)
  // f'(z) from a = f(z)
  const derivative = { sigmoid: (a) => tf.mul(a, tf.sub(one, a)), relu: (a) => tf.step(a) }

  // Adam is the library's own, on variables; for SGD the arithmetic below is faster than its optimizer.
  const optimizer = adam && optimizerOf(spec)
  const variables =
    optimizer && [...w.flatMap((weight, l) => [weight, b[l]])].map((values) => tf.variable(values))
  if (optimizer) {
    w = variables.filter((_, i) => i % 2 === 0)
    b = variables.filter((_, i) => i % 2 === 1)
  }

  /** The new parameters of SGD; with Adam the gradients of the mean loss. */
  function step([xs, xt, ys]) {
    const next = tf.tidy(() => {
      const a = [xs]
      for (let l = 0; l <= last; ++l) a.push(matMul(a[l], w[l], b[l], l < last ? hidden : output))
      let delta = tf.sub(a[last + 1], ys)
      if (loss === 'quadratic') delta = tf.mul(delta, derivative[output](a[last + 1]))
      const updated = []
      for (let l = last; l >= 0; --l) {
        const dw = tf.matMul(l ? tf.transpose(a[l]) : xt, delta)
        const db = tf.sum(delta, 0)
        if (l) {
          const below = tf.mul(tf.matMul(delta, tf.transpose(w[l])), derivative[hidden](a[l]))
          delta = below
        }
        if (optimizer) updated.unshift(tf.mul(dw, share), tf.mul(db, share))
        else updated.unshift(tf.sub(w[l], tf.mul(dw, scale)), tf.sub(b[l], tf.mul(db, scale)))
      }
      return updated
    })
    if (optimizer) {
      optimizer.applyGradients(next.map((tensor, i) => ({ name: variables[i].name, tensor })))
      tf.dispose(next)
      return
    }
    tf.dispose([w, b])
    w = next.filter((_, i) => i % 2 === 0)
    b = next.filter((_, i) => i % 2 === 1)
  }

  const run = (steps) => {
    for (let s = 0; s < steps; ++s) step(batches[s % batches.length])
    return steps * batch
  }
  const check = () => {
    run(spec.checkSteps)
    const n = spec.checkRows
    const [inputs, outputs] = [sizes[0], sizes.at(-1)]
    return tf.tidy(() => {
      let a = tf.tensor2d(x.subarray(0, n * inputs), [n, inputs])
      for (let l = 0; l <= last; ++l) a = matMul(a, w[l], b[l], l < last ? hidden : output)
      const ys = tf.tensor2d(y.subarray(0, n * outputs), [n, outputs])
      const each = loss === 'quadratic' ? quadratic(ys, a) : tf.neg(tf.sum(tf.mul(ys, tf.log(a)), -1))
      return tf.mean(each).dataSync()[0]
    })
  }
  return { run, check }
}

export default {
  version: tf.version.tfjs,

  async train(spec, data, variant) {
    return (await start(variant)) === 'layers' ? layers(spec, data) : byHand(spec, data)
  },

  async predict(spec, { x, weights }, variant) {
    const how = await start(variant)
    const { sizes, batch, rows, hidden, output } = spec
    const parts = Array.from({ length: rows / batch }, (_, i) =>
      x.slice(i * batch * sizes[0], (i + 1) * batch * sizes[0]),
    )
    const net = how === 'layers' ? model(spec, weights) : undefined
    const w = sizes.slice(1).map((units, l) => tf.tensor2d(weights[2 * l], [sizes[l], units]))
    const b = sizes.slice(1).map((_, l) => tf.tensor1d(weights[2 * l + 1]))
    const forward = (xs) =>
      net
        ? net.predictOnBatch(xs)
        : w.reduce((a, weight, l) => matMul(a, weight, b[l], l + 2 < sizes.length ? hidden : output), xs)
    const one = (i) => tf.tidy(() => forward(tf.tensor2d(parts[i], [batch, sizes[0]])).dataSync())
    const run = (steps) => {
      for (let s = 0; s < steps; ++s) one(s % parts.length)
      return steps * batch
    }
    return { run, check: () => one(0)[0], notes: 'from a Float32Array to a Float32Array' }
  },

  async matmul({ m, k, n }, { x, y }, variant) {
    if ((await start(variant)) === 'layers') return { absent: 'the same as without Layers' }
    const [a, b] = [tf.tensor2d(x, [m, k]), tf.tensor2d(y, [k, n])]
    const run = (steps) => {
      for (let s = 0; s < steps; ++s) tf.matMul(a, b).dispose()
      return (steps * 2 * m * k * n) / 1e9
    }
    return { run, check: () => tf.matMul(a, b).dataSync()[m * n - 1] }
  },
}
