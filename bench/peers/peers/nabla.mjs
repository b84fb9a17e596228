// nabla from ../../dist, through its public face: `fit` for training, `predict`. The matrix product has no public
// face, so it goes to the kernel itself, as bench/cases.ts does: from src/, whose types Node 22.18 and newer strip.

import { readFileSync } from 'node:fs'
import { uniforms } from '../workloads.mjs'

const root = new URL('../../../', import.meta.url)
const { Network } = await import(new URL('dist/index.js', root))
const { version } = JSON.parse(readFileSync(new URL('package.json', root)))

const optionsOf = {
  simd: { kernels: 'simd' },
  relaxed: { kernels: 'relaxed' },
  wide: { kernels: 'simd', wide: true },
  'wide-relaxed': { kernels: 'relaxed', wide: true },
}

function network({ sizes, hidden, output, loss, learningRate = 0.01, adam }, weights, variant) {
  const net = new Network({
    inputs: sizes[0],
    layers: sizes.slice(1).map((units, l) => ({ units, activation: l + 2 < sizes.length ? hidden : output })),
    loss: loss ?? 'crossEntropy',
    optimizer: { ...(adam ?? { name: 'sgd' }), learningRate },
    threads: 1,
    ...optionsOf[variant],
  })
  sizes.slice(1).forEach((_, l) => {
    net.setWeights(l, weights[2 * l])
    net.setBiases(l, weights[2 * l + 1])
  })
  return net
}

export default {
  version,

  train(spec, { x, y, weights }, variant) {
    const { batch, rows, sizes } = spec
    const net = network(spec, weights, variant)
    const whole = rows / batch
    // fit checks and copies the data and the parameters once, on small networks for as long as two epochs: a fit of few
    // would measure that. 30 epochs are what the texts train MNIST for.
    const fewest = sizes[0] * sizes[1] * rows < 6e8 ? 30 : 1
    async function fit(n, epochs, shuffle) {
      const part = { x: x.subarray(0, n * sizes[0]), y: y.subarray(0, n * sizes.at(-1)) }
      await net.fit(part, { epochs, batchSize: batch, shuffle })
      return n * epochs
    }
    const run = (steps) => fit(rows, Math.max(fewest, Math.round(steps / whole)), true)
    const check = async () => {
      await fit(spec.checkSteps * batch, 1, false)
      const n = spec.checkRows
      return net.loss(x.subarray(0, n * sizes[0]), y.subarray(0, n * sizes.at(-1)))
    }
    return { run, check, notes: `fit of ${fewest} or more epochs a call` }
  },

  async converge(spec, { x, y, testX, testY }, variant) {
    const { sizes, hidden, loss, optimizer, alpha, batch, maxEpochs, tol, patience, seed } = spec
    const [labels, testLabels] = [Int32Array.from(y), Int32Array.from(testY)]
    const [began, cpuBegan] = [performance.now(), process.cpuUsage()]
    const net = new Network({
      inputs: sizes[0],
      layers: sizes.slice(1),
      activation: hidden,
      loss,
      initializer: 'glorotUniform',
      // λ Σw² here, ½ α Σw² / rows there.
      l2: alpha / (2 * batch),
      optimizer,
      seed,
      threads: 1,
      ...optionsOf[variant],
    })
    // scikit-learn draws biases as it draws weights; here they would begin at 0.
    sizes.slice(1).forEach((units, l) => {
      const reach = Math.sqrt(6 / (sizes[l] + units))
      net.setBiases(l, uniforms(units, 10 * seed + l, 2 * reach, -reach))
    })
    // Not earlyStopping with minDelta, whose best loss stays where an epoch is better by less: it would train on.
    let best = Number.POSITIVE_INFINITY
    let bad = 0
    const onEpoch = ({ loss: now }) => {
      bad = now > best - tol ? bad + 1 : 0
      best = Math.min(best, now)
      return bad <= patience
    }
    const history = await net.fit({ x, y: labels }, { epochs: maxEpochs, batchSize: batch, onEpoch })
    const seconds = (performance.now() - began) / 1000
    const cpu = process.cpuUsage(cpuBegan)
    const predicted = net.classify(testX)
    const wrong = predicted.reduce((sum, label, i) => sum + Number(label !== testLabels[i]), 0)
    return {
      seconds,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      epochs: history.epochs,
      loss: history.loss.at(-1),
      testError: wrong / testLabels.length,
    }
  },

  predict(spec, { x, weights }, variant) {
    const net = network(spec, weights, variant)
    const { batch, rows, sizes } = spec
    const parts = Array.from({ length: rows / batch }, (_, i) =>
      x.slice(i * batch * sizes[0], (i + 1) * batch * sizes[0]),
    )
    const run = (steps) => {
      for (let s = 0; s < steps; ++s) net.predict(parts[s % parts.length])
      return steps * batch
    }
    return { run, check: () => net.predict(parts[0])[0] }
  },

  async matmul({ m, k, n }, { x, y }, variant) {
    const { chooseBackend } = await import(new URL('src/backends/choose.ts', root))
    const { padded, panelLength } = await import(new URL('src/program/panels.ts', root))
    const a = 96 // before it the kernels keep their constants
    const b = a + padded(m * k)
    const c = b + panelLength(k, n)
    const { kernels: name, wide } = optionsOf[variant]
    const { make, tiles, lacks } = chooseBackend(name, wide)
    if (lacks) return { absent: lacks }
    const { kernels, floats } = make(c + Math.max(k, m) * padded(n))
    floats.set(x, a)
    floats.set(y, c)
    kernels.packRows(c, 0, k, k, n, b, 0)
    const product = () => kernels.gemmNN(0, m, a, k, 0, b, padded(k), 0, c, k, n, tiles)
    const run = (steps) => {
      for (let s = 0; s < steps; ++s) product()
      return (steps * 2 * m * k * n) / 1e9
    }
    const check = () => {
      product()
      return floats[c + (m - 1) * padded(n) + n - 1]
    }
    return { run, check, notes: 'the kernel alone, B already in panels' }
  },
}
