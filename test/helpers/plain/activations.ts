// The activations with their derivatives, from their definitions, and the size that an error of each is relative to. They
// share no line with nabla.

interface Activation {
  readonly f: (z: number) => number
  /** f'(z), and how large the numbers are that it is a sum of. */
  readonly slope: (z: number) => readonly [value: number, size: number]
}

const SELU_SCALE = 1.0507009873554805
const SELU_ALPHA = 1.6732632423543772

export const logistic = (z: number): number =>
  z < 0 ? Math.exp(z) / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z))
export const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))

/** φ(z). */
const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)

/**
 * Φ(z): by the series ½ + φ(z) (z + z³/3 + z⁵/(3·5) + …) (Marsaglia 2004), and far below 0, where that cancels, by Laplace's
 * continued fraction φ(z) / (|z| + 1 / (|z| + 2 / (|z| + …))).
 */
function distribution(z: number): number {
  if (z > 3) return 1 - distribution(-z)
  if (z < -3) {
    let rest = -z
    for (let k = 200; k > 0; --k) rest = -z + k / rest
    return density(z) / rest
  }
  let term = z
  let sum = z
  for (let k = 3; Math.abs(term) > 1e-18; k += 2) {
    term *= (z * z) / k
    sum += term
  }
  return 0.5 + sum * density(z)
}

/** z above 0, below it slope · z. */
const leaky = (slope: number): Activation => ({
  f: (z) => (z > 0 ? z : slope * z),
  slope: (z) => [z > 0 ? 1 : slope, 1],
})

/** α z above 0, below it β (eᶻ − 1). */
const exponential = (above: number, below: number): Activation => ({
  f: (z) => (z > 0 ? above * z : below * Math.expm1(z)),
  slope: (z) => (z > 0 ? [above, above] : [below * Math.exp(z), below]),
})

export const activations: Readonly<Record<string, Activation>> = {
  linear: { f: (z) => z, slope: () => [1, 0] },
  sigmoid: { f: logistic, slope: (z) => [logistic(z) * logistic(-z), logistic(z)] },
  tanh: { f: Math.tanh, slope: (z) => [1 / Math.cosh(z) ** 2, 1] },
  relu: { f: (z) => (z > 0 ? z : 0), slope: (z) => [z > 0 ? 1 : 0, 0] },
  leakyRelu: leaky(0.01),
  elu: exponential(1, 1),
  selu: exponential(SELU_SCALE, SELU_SCALE * SELU_ALPHA),
  gelu: {
    f: (z) => z * distribution(z),
    slope: (z) => [distribution(z) + z * density(z), distribution(z) + Math.abs(z) * density(z)],
  },
  silu: {
    f: (z) => z * logistic(z),
    slope: (z) => {
      const s = logistic(z)
      return [s + z * s * logistic(-z), s + Math.abs(z) * s * logistic(-z)]
    },
  },
  softplus: { f: softplus, slope: (z) => [logistic(z), logistic(z)] },
  softsign: { f: (z) => z / (1 + Math.abs(z)), slope: (z) => [1 / (1 + Math.abs(z)) ** 2, 1] },
}

/** Options of those with a number of their own, by the names that they go by here. */
export const sloped = {
  'leakyRelu 0.3': { name: 'leakyRelu', slope: 0.3 },
  'leakyRelu -0.2': { name: 'leakyRelu', slope: -0.2 },
  'elu 0.4': { name: 'elu', alpha: 0.4 },
  'elu 1.7': { name: 'elu', alpha: 1.7 },
} as const

const all: Readonly<Record<string, Activation>> = {
  ...activations,
  'leakyRelu 0.3': leaky(0.3),
  'leakyRelu -0.2': leaky(-0.2),
  'elu 0.4': exponential(1, 0.4),
  'elu 1.7': exponential(1, 1.7),
}

/** An activation by the name that it goes by here. */
export const activationOf = (name: string): Activation => all[name]

/** What it goes by here, of what it is in the options of a layer. */
export const nameOf = (option: unknown): string =>
  typeof option === 'string'
    ? option
    : Object.keys(sloped).find((name) => Object.is(sloped[name as keyof typeof sloped], option))!

/** eᶻ / Σ eᶻ. */
export function softmax(z: readonly number[]): number[] {
  const top = Math.max(...z)
  let sum = 0
  for (const one of z) sum += Math.exp(one - top)
  return z.map((one) => Math.exp(one - top) / sum)
}
