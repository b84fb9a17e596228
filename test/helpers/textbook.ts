// Backpropagation as a textbook has it (Nielsen 2015, neuralnetworksanddeeplearning.com, chapters 1 and 2): float64,
// arrays of arrays, a loop for every sum, a row at a time. It shares no line with nabla, fuses nothing, and is slow: it
// is what the kernels are compared with. A derivative is a full Jacobian even where all of it but the diagonal is 0.

export interface TextbookLayer {
  /** (inputs × units). */
  weights: number[][]
  biases: number[] | undefined
  activation: string
}

export interface TextbookNetwork {
  layers: TextbookLayer[]
  loss: string
}

/** Shaped like the layers: the mean over some rows of ∂C/∂w and ∂C/∂b. */
export interface TextbookGradient {
  weights: number[][][]
  biases: (number[] | undefined)[]
}

const SELU_SCALE = 1.0507009873554805
const SELU_ALPHA = 1.6732632423543772

/** φ(z). */
const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)

/** Φ(z) = ½ + φ(z) (z + z³/3 + z⁵/(3·5) + …) (Marsaglia 2004, doi:10.18637/jss.v011.i04). */
function distribution(z: number): number {
  let term = z
  let sum = z
  for (let k = 3; Math.abs(term) > 1e-18; k += 2) {
    term *= (z * z) / k
    sum += term
  }
  return 0.5 + sum * density(z)
}

const logistic = (z: number) => 1 / (1 + Math.exp(-z))

/** f and f' of the activations that take one z at a time. */
export const elementwise: Record<string, { f: (z: number) => number; slope: (z: number) => number }> = {
  linear: { f: (z) => z, slope: () => 1 },
  sigmoid: { f: logistic, slope: (z) => logistic(z) * (1 - logistic(z)) },
  tanh: { f: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2 },
  relu: { f: (z) => (z > 0 ? z : 0), slope: (z) => (z > 0 ? 1 : 0) },
  leakyRelu: { f: (z) => (z > 0 ? z : 0.01 * z), slope: (z) => (z > 0 ? 1 : 0.01) },
  elu: { f: (z) => (z > 0 ? z : Math.exp(z) - 1), slope: (z) => (z > 0 ? 1 : Math.exp(z)) },
  selu: {
    f: (z) => SELU_SCALE * (z > 0 ? z : SELU_ALPHA * (Math.exp(z) - 1)),
    slope: (z) => SELU_SCALE * (z > 0 ? 1 : SELU_ALPHA * Math.exp(z)),
  },
  gelu: { f: (z) => z * distribution(z), slope: (z) => distribution(z) + z * density(z) },
  silu: {
    f: (z) => z * logistic(z),
    slope: (z) => logistic(z) + z * logistic(z) * (1 - logistic(z)),
  },
  softplus: { f: (z) => Math.log(1 + Math.exp(z)), slope: logistic },
  softsign: { f: (z) => z / (1 + Math.abs(z)), slope: (z) => 1 / (1 + Math.abs(z)) ** 2 },
}

export const textbookActivations = [...Object.keys(elementwise), 'softmax']

// Those of a focal loss and of huber, unless a user says otherwise.
const GAMMA = 2
const BALANCE = 0.25
const HUBER_DELTA = 1

/** The losses that are a sum over the outputs: a term, and its derivative by a. */
const terms: Record<
  string,
  { cost: (a: number, y: number) => number; slope: (a: number, y: number) => number }
> = {
  quadratic: { cost: (a, y) => (a - y) ** 2 / 2, slope: (a, y) => a - y },
  crossEntropy: { cost: (a, y) => -y * Math.log(a), slope: (a, y) => -y / a },
  binaryCrossEntropy: {
    cost: (a, y) => -y * Math.log(a) - (1 - y) * Math.log(1 - a),
    slope: (a, y) => -y / a + (1 - y) / (1 - a),
  },
  meanAbsoluteError: { cost: (a, y) => Math.abs(a - y), slope: (a, y) => Math.sign(a - y) },
  huber: {
    cost: (a, y) =>
      Math.abs(a - y) <= HUBER_DELTA
        ? (a - y) ** 2 / 2
        : HUBER_DELTA * Math.abs(a - y) - HUBER_DELTA ** 2 / 2,
    slope: (a, y) => (Math.abs(a - y) <= HUBER_DELTA ? a - y : HUBER_DELTA * Math.sign(a - y)),
  },
  logCosh: { cost: (a, y) => Math.log(Math.cosh(a - y)), slope: (a, y) => Math.tanh(a - y) },
  hinge: {
    cost: (a, y) => Math.max(0, 1 - (y > 0 ? a : -a)),
    slope: (a, y) => ((y > 0 ? a : -a) < 1 ? (y > 0 ? -1 : 1) : 0),
  },
  poisson: { cost: (a, y) => a - y * Math.log(a), slope: (a, y) => 1 - y / a },
  klDivergence: { cost: (a, y) => (y > 0 ? y * Math.log(y / a) : 0), slope: (a, y) => -y / a },
  focal: {
    cost: (a, y) => -y * (1 - a) ** GAMMA * Math.log(a),
    slope: (a, y) => y * focalSlope(a),
  },
  binaryFocal: {
    cost: (a, y) =>
      -BALANCE * y * (1 - a) ** GAMMA * Math.log(a) - (1 - BALANCE) * (1 - y) * a ** GAMMA * Math.log(1 - a),
    slope: (a, y) => BALANCE * y * focalSlope(a) - (1 - BALANCE) * (1 - y) * focalSlope(1 - a),
  },
}

/** d/da of −(1 − a)^γ log a. */
const focalSlope = (a: number) => GAMMA * (1 - a) ** (GAMMA - 1) * Math.log(a) - (1 - a) ** GAMMA / a

export const textbookLosses = [...Object.keys(terms), 'categoricalHinge']

export function textbookActivate(name: string, z: number[]): number[] {
  if (name !== 'softmax') return z.map((one) => elementwise[name].f(one))
  let sum = 0
  for (const one of z) sum += Math.exp(one)
  return z.map((one) => Math.exp(one) / sum)
}

/** ∂a[i]/∂z[j]. */
export function textbookJacobian(name: string, z: number[]): number[][] {
  const a = textbookActivate(name, z)
  return z.map((_, i) =>
    z.map((__, j) => {
      if (name === 'softmax') return a[i] * ((i === j ? 1 : 0) - a[j])
      return i === j ? elementwise[name].slope(z[i]) : 0
    }),
  )
}

/** The outputs but that of the class, which counts as 0. */
const rivals = (a: number[], y: number[]) => a.map((one, j) => (1 - y[j]) * one)

export function textbookCost(loss: string, a: number[], y: number[]): number {
  if (loss === 'categoricalHinge') {
    let own = 0
    for (let j = 0; j < a.length; ++j) own += y[j] * a[j]
    return Math.max(0, 1 + Math.max(...rivals(a, y)) - own)
  }
  let sum = 0
  for (let j = 0; j < a.length; ++j) sum += terms[loss].cost(a[j], y[j])
  return sum
}

/** ∂C/∂a[j]. */
/** The slope of the cost by one output, where it is that output's alone. */
export const textbookCostSlope = (loss: string, a: number, y: number): number => terms[loss].slope(a, y)

function costSlopes(loss: string, a: number[], y: number[]): number[] {
  if (loss !== 'categoricalHinge') return a.map((one, j) => terms[loss].slope(one, y[j]))
  if (textbookCost(loss, a, y) === 0) return a.map(() => 0)
  const rival = textbookArgmax(rivals(a, y))
  return a.map((_, j) => (j === rival ? 1 - y[j] : 0) - y[j])
}

/** z and a of every layer for one row. */
function forward({ layers }: TextbookNetwork, row: number[]): { z: number[]; a: number[] }[] {
  const passed: { z: number[]; a: number[] }[] = []
  let input = row
  for (const { weights, biases, activation } of layers) {
    const z: number[] = []
    for (let j = 0; j < weights[0].length; ++j) {
      let sum = biases ? biases[j] : 0
      for (let i = 0; i < input.length; ++i) sum += input[i] * weights[i][j]
      z.push(sum)
    }
    input = textbookActivate(activation, z)
    passed.push({ z, a: input })
  }
  return passed
}

/** The outputs for each row. */
export const textbookPredict = (network: TextbookNetwork, x: number[][]): number[][] =>
  x.map((row) => forward(network, row).at(-1)!.a)

/** The mean loss over the rows. */
export function textbookLoss(network: TextbookNetwork, x: number[][], y: number[][]): number {
  let sum = 0
  textbookPredict(network, x).forEach((a, r) => {
    sum += textbookCost(network.loss, a, y[r])
  })
  return sum / x.length
}

/** z, a and δ = ∂C/∂z of every layer for one row: BP1 and BP2. */
export function textbookPass(network: TextbookNetwork, row: number[], y: number[]) {
  const { layers, loss } = network
  const passed = forward(network, row)
  const deltas: number[][] = []
  // ∂C/∂a of the layer at hand, the last one first.
  let upstream = costSlopes(loss, passed.at(-1)!.a, y)
  for (let l = layers.length - 1; l >= 0; --l) {
    const slopes = textbookJacobian(layers[l].activation, passed[l].z)
    const delta = slopes.map((_, j) => {
      let sum = 0
      for (let i = 0; i < upstream.length; ++i) sum += upstream[i] * slopes[i][j]
      return sum
    })
    deltas[l] = delta
    upstream = layers[l].weights.map((weights) => {
      let sum = 0
      for (let j = 0; j < delta.length; ++j) sum += weights[j] * delta[j]
      return sum
    })
  }
  return { passed, deltas }
}

/** The mean over the rows of the gradient of the loss: BP1 to BP4, row by row. */
export function textbookGradient(network: TextbookNetwork, x: number[][], y: number[][]): TextbookGradient {
  const { layers } = network
  const weights = layers.map((layer) => layer.weights.map((row) => row.map(() => 0)))
  const biases = layers.map((layer) => layer.biases?.map(() => 0))
  for (let r = 0; r < x.length; ++r) {
    const { passed, deltas } = textbookPass(network, x[r], y[r])
    deltas.forEach((delta, l) => {
      const input = l === 0 ? x[r] : passed[l - 1].a
      for (let j = 0; j < delta.length; ++j) {
        const biasGradient = biases[l]
        if (biasGradient) biasGradient[j] += delta[j] / x.length
        for (let i = 0; i < input.length; ++i) weights[l][i][j] += (input[i] * delta[j]) / x.length
      }
    })
  }
  return { weights, biases }
}

/** One pass over the rows in this order, in mini-batches; the sum of the losses, each before its batch's step. */
export function textbookEpoch(
  network: TextbookNetwork,
  x: number[][],
  y: number[][],
  order: number[],
  batchSize: number,
  learningRate: number,
): number {
  let sum = 0
  for (let from = 0; from < order.length; from += batchSize) {
    const batch = order.slice(from, from + batchSize)
    const batchX = batch.map((r) => x[r])
    const batchY = batch.map((r) => y[r])
    sum += textbookLoss(network, batchX, batchY) * batch.length
    const { weights, biases } = textbookGradient(network, batchX, batchY)
    network.layers.forEach((layer, l) => {
      for (let j = 0; j < layer.weights[0].length; ++j) {
        if (layer.biases) layer.biases[j] -= learningRate * biases[l]![j]
        for (let i = 0; i < layer.weights.length; ++i) {
          layer.weights[i][j] -= learningRate * weights[l][i][j]
        }
      }
    })
  }
  return sum
}

/** The first of the largest. */
export const textbookArgmax = (row: number[]): number => row.indexOf(Math.max(...row))

/** Of every z of the rows at a layer whose f' jumps at 0, the one nearest to 0: on which side it is, rounding may decide. */
export function nearestKink(network: TextbookNetwork, x: number[][]): number {
  let nearest = Number.POSITIVE_INFINITY
  for (const row of x) {
    forward(network, row).forEach(({ z }, l) => {
      if (!['relu', 'leakyRelu', 'selu'].includes(network.layers[l].activation)) return
      for (const one of z) nearest = Math.min(nearest, Math.abs(one))
    })
  }
  return nearest
}

/** The largest Σ |input · w| + |b| over the rows and units: the size that the rounding of a sum is relative to. */
export function largestSum(network: TextbookNetwork, x: number[][]): number {
  let largest = 0
  for (const row of x) {
    const passed = forward(network, row)
    network.layers.forEach(({ weights, biases }, l) => {
      const input = l === 0 ? row : passed[l - 1].a
      for (let j = 0; j < weights[0].length; ++j) {
        let sum = biases ? Math.abs(biases[j]) : 0
        for (let i = 0; i < input.length; ++i) sum += Math.abs(input[i] * weights[i][j])
        largest = Math.max(largest, sum)
      }
    })
  }
  return largest
}

// Random numbers, from the paper (Salmon, Moraes, Dror and Shaw 2011, doi:10.1145/2063384.2063405) in whole numbers of
// any length.

const WORD = 2n ** 32n

/** Philox 4×32-10: the four random words of a counter of four words and a key of two. */
export function textbookPhilox(counter: bigint[], key: bigint[]): bigint[] {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; ++round) {
    const product0 = 0xd2511f53n * c0
    const product1 = 0xcd9e8d57n * c2
    const next0 = (product1 / WORD) ^ c1 ^ k0
    const next2 = (product0 / WORD) ^ c3 ^ k1
    c0 = next0
    c1 = product1 % WORD
    c2 = next2
    c3 = product0 % WORD
    k0 = (k0 + 0x9e3779b9n) % WORD
    k1 = (k1 + 0xbb67ae85n) % WORD
  }
  return [c0, c1, c2, c3]
}

// What the counter's last word is for shuffles.
const SHUFFLES = 2n

/**
 * The order of the rows in an epoch, counted from 0 over the network's life: Fisher and Yates from the end down, index i
 * swapped with one of 0 … i that is drawn without bias (Lemire 2019, arXiv:1805.10941) from the words of the blocks
 * 0, 1, 2, … of the counter [block, block's upper word, epoch, 2] under the key [seed, seed's upper word].
 */
export function textbookShuffle(rows: number, seed: number, epoch: number): number[] {
  const key = [BigInt(seed) % WORD, BigInt(seed) / WORD]
  let block = 0n
  let words: bigint[] = []
  const nextWord = (): bigint => {
    if (words.length === 0) {
      words = textbookPhilox([block % WORD, block / WORD, BigInt(epoch), SHUFFLES], key)
      block += 1n
    }
    return words.shift()!
  }
  const below = (n: bigint): number => {
    for (;;) {
      const product = nextWord() * n
      if (product % WORD >= WORD % n) return Number(product / WORD)
    }
  }
  const order = Array.from({ length: rows }, (_, r) => r)
  for (let i = rows - 1; i > 0; --i) {
    const j = below(BigInt(i + 1))
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}
