// The losses of a row of outputs, with their options, from their definitions, and their derivatives. They share no line
// with nabla.

import { logistic, softmax, softplus } from './activations.ts'

export interface PlainLoss {
  readonly name: string
  readonly labelSmoothing?: number
  readonly delta?: number
  readonly gamma?: number
  readonly alpha?: number | 'none'
}

/** The loss of a row, and δ by z or, where the loss is not fused, by a; each with the size of what it is a sum of. */
export interface RowLoss {
  value: number
  size: number
  readonly slopes: number[]
  readonly sizes: number[]
}

const empty = (n: number): RowLoss => ({
  value: 0,
  size: 0,
  slopes: new Array<number>(n).fill(0),
  sizes: new Array<number>(n).fill(0),
})

/** A sum over the outputs of [value, its size, derivative by a or z, its size]. */
type Term = (out: number, y: number, loss: PlainLoss) => readonly [number, number, number, number]

/** log cosh e without a cosh that overflows, nor a difference that cancels near 0. */
function logCosh(e: number): number {
  const size = Math.abs(e)
  // cosh e = 1 + 2 sinh²(e/2).
  return size < 1
    ? Math.log1p(2 * Math.sinh(size / 2) ** 2)
    : size + Math.log1p(Math.exp(-2 * size)) - Math.LN2
}

/** Of a. */
const ofOutputs: Readonly<Record<string, Term>> = {
  quadratic: (a, y) => [(a - y) ** 2 / 2, (a - y) ** 2, a - y, Math.abs(a - y)],
  meanAbsoluteError: (a, y) => [Math.abs(a - y), Math.abs(a - y), Math.sign(a - y), 0],
  huber: (a, y, { delta = 1 }) => {
    const e = a - y
    if (Math.abs(e) <= delta) return [e ** 2 / 2, e ** 2, e, Math.abs(e)]
    return [delta * (Math.abs(e) - delta / 2), delta * Math.abs(e), delta * Math.sign(e), delta]
  },
  logCosh: (a, y) => [
    logCosh(a - y),
    Math.min(Math.abs(a - y), (a - y) ** 2),
    Math.tanh(a - y),
    Math.tanh(Math.abs(a - y)),
  ],
  hinge: (a, y) => {
    const side = y > 0 ? 1 : -1
    const margin = 1 - side * a
    return [Math.max(0, margin), 1 + Math.abs(a), margin > 0 ? -side : 0, 0]
  },
}

/** Of z: the sigmoid or softplus of the last layer is part of them. */
const ofSums: Readonly<Record<string, Term>> = {
  binaryCrossEntropy: (z, y, { labelSmoothing = 0 }) => {
    // The numbers of a loss are float32 numbers.
    const t = Math.fround(1 - labelSmoothing) * y + Math.fround(labelSmoothing / 2)
    const size = softplus(-z) + softplus(z) + Math.abs(z * t)
    return [t * softplus(-z) + (1 - t) * softplus(z), size, logistic(z) - t, logistic(z) + t]
  },
  poisson: (z, y) => {
    const a = softplus(z)
    // log a: of a tiny a it is z.
    const log = z < -30 ? z : Math.log(a)
    const ratio = z < -30 ? 1 : logistic(z) / a
    return [a - y * log, a + Math.abs(y * log) + y, logistic(z) - y * ratio, logistic(z) + y * ratio]
  },
  binaryFocal: (z, y, { gamma = 2, alpha = 0.25 }) => {
    const [yes, no] = alpha === 'none' ? [1, 1] : [Math.fround(alpha), Math.fround(1 - alpha)]
    const [p, q] = [logistic(z), logistic(-z)]
    // −log p and −log(1 − p).
    const [miss, hit] = [softplus(-z), softplus(z)]
    const up = no * (1 - y) * p ** gamma
    const down = yes * y * q ** gamma
    const slopeUp = up * (p + gamma * q * hit)
    const slopeDown = down * (q + gamma * p * miss)
    // A power's error is its exponent times the logarithm's.
    const powers = 1 + gamma * Math.max(miss, hit)
    const value = down * miss + up * hit
    return [value, value * powers, slopeUp - slopeDown, (slopeUp + slopeDown) * powers]
  },
}

/** Those that are fused with softmax, from z. */
function ofClasses(loss: PlainLoss, z: readonly number[], y: readonly number[]): RowLoss {
  const n = z.length
  const { name, labelSmoothing = 0, gamma = 2, alpha = 1 } = loss
  const row = empty(n)
  const a = softmax(z)
  const top = Math.max(...z)
  // Of what comes after e^(z − max): the difference is rounded before it is raised.
  const spread = 1 + top - Math.min(...z)
  let below = 0
  let tops = 0
  for (const one of z) {
    if (one === top) tops += 1
    else below += Math.exp(one - top)
  }
  const logTotal = Math.log1p(tops - 1 + below)
  if (name === 'focal') {
    let all = 0
    const factors = z.map((one, j) => {
      const surprise = logTotal - (one - top)
      // 1 − a from the others.
      let others = 0
      for (let i = 0; i < n; ++i) if (i !== j) others += a[i]
      const weight = (alpha as number) * y[j] * (others === 0 && gamma === 0 ? 1 : others ** gamma)
      row.value += weight * surprise
      row.size += weight * (surprise + 1) * spread * (1 + gamma)
      // ∂/∂a of −(1 − a)^γ log a, times −a.
      const factor = weight * (1 + (gamma * a[j] * surprise) / others)
      all += factor
      return { factor, others }
    })
    for (let j = 0; j < n; ++j) {
      let rest = 0
      for (let i = 0; i < n; ++i) if (i !== j) rest += factors[i].factor
      row.slopes[j] = a[j] * rest - factors[j].factor * factors[j].others
      row.sizes[j] = (a[j] * all + factors[j].factor * factors[j].others) * spread * (1 + gamma)
    }
    return row
  }
  const share = Math.fround(labelSmoothing / n)
  const targets = y.map((one) =>
    name === 'crossEntropy' ? Math.fround(1 - labelSmoothing) * one + share : one,
  )
  let sum = 0
  for (const t of targets) sum += t
  for (let j = 0; j < n; ++j) {
    const t = targets[j]
    const surprise = logTotal - (z[j] - top)
    row.value += t * surprise
    row.size += t * (logTotal + top - z[j])
    if (name === 'klDivergence' && t > 0) {
      row.value += t * Math.log(t)
      row.size += t * Math.abs(Math.log(t))
    }
    row.slopes[j] = a[j] * sum - t
    row.sizes[j] = a[j] * sum * spread + t
  }
  row.size += sum * logTotal
  return row
}

function categoricalHinge(a: readonly number[], y: readonly number[]): RowLoss {
  const row = empty(a.length)
  let own = 0
  let rival = 0
  const score = (j: number) => (1 - y[j]) * a[j]
  for (let j = 0; j < a.length; ++j) {
    own += y[j] * a[j]
    row.size += Math.abs(a[j])
    if (score(j) > score(rival)) rival = j
  }
  row.value = Math.max(0, 1 + score(rival) - own)
  row.size += 1
  if (row.value === 0) return row
  row.slopes[rival] += 1 - y[rival]
  for (let j = 0; j < a.length; ++j) row.slopes[j] -= y[j]
  return row
}

/** True where δ is by z already. */
export const isFused = (name: string): boolean => !(name in ofOutputs) && name !== 'categoricalHinge'

/** The loss of one row of z, where it is fused with its activation, or of a. */
export function rowLoss(loss: PlainLoss, out: readonly number[], y: readonly number[]): RowLoss {
  if (loss.name === 'categoricalHinge') return categoricalHinge(out, y)
  const term = ofOutputs[loss.name] ?? ofSums[loss.name]
  if (!term) return ofClasses(loss, out, y)
  const row = empty(out.length)
  for (let j = 0; j < out.length; ++j) {
    const [value, size, slope, slopeSize] = term(out[j], y[j], loss)
    row.value += value
    row.size += size
    row.slopes[j] = slope
    row.sizes[j] = slopeSize
  }
  return row
}
