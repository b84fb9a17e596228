// What is raced: every workload as plain data, which each peer, in JavaScript, Python or C, reads as it is.

/** Numbers of a linear congruential generator, in [0, 1). */
export function uniforms(length, seed, scale = 1, shift = 0) {
  const out = new Float32Array(length)
  let state = (seed * 2654435761 + 12345) >>> 0
  for (let i = 0; i < length; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    out[i] = ((state >>> 8) / 2 ** 24) * scale + shift
  }
  return out
}

const train = (id, sizes, hidden, output, loss, batch, rows, learningRate, more = {}) => ({
  id,
  kind: 'train',
  sizes,
  hidden,
  output,
  loss,
  batch,
  rows,
  learningRate,
  checkSteps: 10,
  ...more,
})
const sigmoid = ['sigmoid', 'sigmoid', 'quadratic']
const softmax = ['relu', 'softmax', 'crossEntropy']
const adam = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
const predict = (id, sizes, batch) => ({
  id,
  kind: 'predict',
  sizes,
  hidden: 'relu',
  output: 'softmax',
  batch,
  rows: 2048,
})
const matmul = (id, m, k, n) => ({ id, kind: 'matmul', m, k, n })

/**
 * A network of scikit-learn's benchmarks/bench_mnist.py, trained on all of MNIST until it stops: `alpha` is the weight of
 * L2, ½ α Σw² / batch; it ends after more than `patience` epochs whose loss was not `tol` below the best one before.
 */
const converge = (id, optimizer) => ({
  id,
  kind: 'converge',
  sizes: [784, 100, 100, 10],
  hidden: 'relu',
  output: 'softmax',
  loss: 'crossEntropy',
  batch: 200,
  alpha: 1e-4,
  tol: 1e-4,
  patience: 10,
  maxEpochs: 400,
  optimizer,
})

/** `real`: on the images of ../shared/data/mnist. checkSteps: how many steps the check compares. `adam`: instead of SGD. */
export const workloads = [
  train('xor', [2, 2, 1], ...sigmoid, 4, 2000, 0.5),
  train('mnist30', [784, 30, 10], ...sigmoid, 10, 2000, 0.1),
  train('mnist64', [784, 64, 10], ...softmax, 32, 2048, 0.01),
  train('wide512', [784, 512, 512, 10], ...softmax, 128, 2048, 1e-3, { checkSteps: 2, adam }),
  train('digits1', [64, 32, 16, 10], ...sigmoid, 1, 2000, 0.1),
  train('digits32', [64, 32, 16, 10], ...sigmoid, 32, 2048, 0.1),
  train('big', [1024, 2048, 2048, 1024], 'relu', 'relu', 'quadratic', 256, 1024, 1e-3, { checkSteps: 1 }),
  train('mnist30real', [784, 30, 10], ...sigmoid, 10, 10000, 0.1, { real: true }),
  train('mnist64real', [784, 64, 10], ...softmax, 32, 9984, 0.01, { real: true }),
  matmul('matmul1024', 1024, 1024, 1024),
  matmul('matmul784', 128, 784, 512),
  predict('predict64x1', [784, 64, 10], 1),
  predict('predict64x256', [784, 64, 10], 256),
  predict('predict512x1', [784, 512, 512, 10], 1),
  predict('predict512x256', [784, 512, 512, 10], 256),
  converge('mlp-sgd', { name: 'sgd', learningRate: 0.2, momentum: 0.9, nesterov: true }),
  converge('mlp-adam', { ...adam, learningRate: 1e-3 }),
]

export function title(w) {
  if (w.kind === 'matmul') return `product ${w.m}×${w.k}×${w.n}, GFLOP/s`
  const sizes = w.sizes.join('-')
  if (w.kind === 'converge') {
    const { name, learningRate, momentum } = w.optimizer
    return `${sizes}, batch ${w.batch}, ${name} ${learningRate}${momentum ? `, Nesterov’s momentum ${momentum}` : ''}`
  }
  if (w.kind === 'predict') return `predict ${sizes}, batch ${w.batch}`
  const loss = w.loss === 'crossEntropy' ? 'softmax cross-entropy' : 'quadratic'
  return `train ${sizes} ${w.hidden} ${loss}, batch ${w.batch}${w.adam ? ', Adam' : ''}${w.real ? ', real MNIST' : ''}`
}

/** Operations of one sample, a multiply and an add being two: forward, every ∇W, and δ of all layers but the first. */
export const flopsOf = ({ kind, sizes }) =>
  sizes.slice(1).reduce((sum, units, l) => {
    const products = kind === 'train' ? (l > 0 ? 3 : 2) : 1
    return sum + 2 * sizes[l] * units * products
  }, 0)

/** Weights (inputs × units, row-major) and biases that every peer starts from. */
export const weightsOf = ({ sizes }) =>
  sizes.slice(1).flatMap((units, l) => {
    const reach = Math.sqrt(6 / (sizes[l] + units))
    return [uniforms(sizes[l] * units, 100 + l, 2 * reach, -reach), uniforms(units, 200 + l, 0.1, -0.05)]
  })

/** x (rows × inputs) and y (rows × outputs). `mnist` holds { images, labels } of bytes where the workload is real. */
export function dataOf(w, mnist) {
  if (w.kind === 'matmul') return { x: uniforms(w.m * w.k, 1, 1, -0.5), y: uniforms(w.k * w.n, 2, 1, -0.5) }
  const inputs = w.sizes[0]
  const outputs = w.sizes.at(-1)
  if (w.id === 'xor') {
    const bit = (i, b) => (i >> b) & 1
    return {
      x: Float32Array.from({ length: 2 * w.rows }, (_, i) => bit(i >> 1, i & 1)),
      y: Float32Array.from({ length: w.rows }, (_, i) => bit(i, 0) ^ bit(i, 1)),
    }
  }
  const y = new Float32Array(w.rows * outputs)
  if (w.real) {
    for (let i = 0; i < w.rows; ++i) y[i * outputs + mnist.labels[i]] = 1
    return { x: Float32Array.from(mnist.images.subarray(0, w.rows * inputs), (v) => v / 255), y }
  }
  const x = uniforms(w.rows * inputs, 1)
  if (w.output === 'relu') return { x, y: uniforms(y.length, 2) }
  uniforms(w.rows, 2, outputs).forEach((label, i) => {
    y[i * outputs + Math.floor(label)] = 1
  })
  return { x, y }
}
