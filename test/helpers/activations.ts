// The activations and their derivatives by definition, in float64.

import * as Activations from '../../assembly/abi/activations.ts'
import {
  exp,
  expm1,
  gaussian,
  log1p,
  normalCdf,
  normalDensityFrom,
  sigmoid,
  softplus,
  tanh,
} from '../../src/base/math.ts'

export interface Definition {
  readonly code: number
  /** What the instruction has of a slope or an α of one's own. */
  readonly number?: number
  /** The code by which f' is multiplied with, where it is another. */
  readonly slopeCode?: number
  readonly value: (z: number) => number
  readonly slope: (z: number) => number
  /** Largest error of a value in ulp of float32: assembly/base/math.ts, and ½ for each operation after it. */
  readonly ulps: number
  /** f' in terms of a, where it is read from a. */
  readonly slopeFromA?: (a: number) => number
  /** The sum of the absolute terms of f', where it is stored. */
  readonly slopeTerms?: (z: number) => number
  /** The limits at −∞ and ∞ of f, and of f' where that is stored. */
  readonly limits: readonly [number, number]
  readonly slopeLimits?: readonly [number, number]
}

const scale = Activations.SELU_LAMBDA * Activations.SELU_ALPHA

export const definitions: Record<string, Definition> = {
  linear: {
    code: Activations.LINEAR,
    value: (z) => z,
    slope: () => 1,
    slopeFromA: () => 1,
    ulps: 0,
    limits: [-Infinity, Infinity],
  },
  sigmoid: {
    code: Activations.SIGMOID,
    value: sigmoid,
    slope: (z) => sigmoid(z) * sigmoid(-z),
    slopeFromA: (a) => a * (1 - a),
    ulps: 2.5,
    limits: [0, 1],
  },
  tanh: {
    code: Activations.TANH,
    value: tanh,
    slope: (z) => 4 * sigmoid(2 * z) * sigmoid(-2 * z),
    slopeFromA: (a) => 1 - a * a,
    ulps: 2.5,
    limits: [-1, 1],
  },
  relu: {
    code: Activations.RELU,
    value: (z) => Math.max(z, 0),
    slope: (z) => (z > 0 ? 1 : 0),
    slopeFromA: (a) => (a > 0 ? 1 : 0),
    ulps: 0,
    limits: [0, Infinity],
  },
  leakyRelu: {
    code: Activations.LEAKY_RELU,
    value: (z) => (z > 0 ? z : Activations.LEAKY_RELU_SLOPE * z),
    slope: (z) => (z > 0 ? 1 : Activations.LEAKY_RELU_SLOPE),
    slopeFromA: (a) => (a > 0 ? 1 : Activations.LEAKY_RELU_SLOPE),
    ulps: 1,
    limits: [-Infinity, Infinity],
  },
  elu: {
    code: Activations.ELU,
    value: (z) => (z > 0 ? z : Activations.ELU_ALPHA * expm1(z)),
    slope: (z) => (z > 0 ? 1 : Activations.ELU_ALPHA * exp(z)),
    slopeFromA: (a) => (a > 0 ? 1 : a + Activations.ELU_ALPHA),
    ulps: 1.5,
    limits: [-Activations.ELU_ALPHA, Infinity],
  },
  selu: {
    code: Activations.SELU,
    value: (z) => (z > 0 ? Activations.SELU_LAMBDA * z : scale * expm1(z)),
    slope: (z) => (z > 0 ? Activations.SELU_LAMBDA : scale * exp(z)),
    slopeFromA: (a) => (a > 0 ? Activations.SELU_LAMBDA : a + scale),
    ulps: 2.5,
    limits: [-scale, Infinity],
  },
  gelu: {
    code: Activations.GELU,
    value: (z) => z * normalCdf(z),
    slope: (z) => normalCdf(z) + z * normalDensityFrom(gaussian(z)),
    slopeTerms: (z) => normalCdf(z) + Math.abs(z) * normalDensityFrom(gaussian(z)),
    ulps: 8,
    limits: [-0, Infinity],
    slopeLimits: [0, 1],
  },
  silu: {
    code: Activations.SILU,
    value: (z) => z * sigmoid(z),
    slope: (z) => sigmoid(z) * (1 + z * sigmoid(-z)),
    slopeTerms: (z) => sigmoid(z) * (1 + Math.abs(z) * sigmoid(-z)),
    ulps: 3.5,
    limits: [-0, Infinity],
    slopeLimits: [0, 1],
  },
  softplus: {
    code: Activations.SOFTPLUS,
    value: (z) => (z > 0 ? z + log1p(exp(-z)) : softplus(z)),
    slope: sigmoid,
    slopeTerms: sigmoid,
    ulps: 2,
    limits: [0, Infinity],
    slopeLimits: [0, 1],
  },
  softsign: {
    code: Activations.SOFTSIGN,
    value: (z) => z / (1 + Math.abs(z)),
    slope: (z) => (1 + Math.abs(z)) ** -2,
    slopeFromA: (a) => (1 - Math.abs(a)) ** 2,
    ulps: 1.5,
    limits: [-1, 1],
  },
}

/** leakyRelu by a slope that float32 has, and elu by an α. */
const leakyReluBy = (number: number): Definition => ({
  code: Activations.SLOPED_RELU,
  number,
  slopeCode: Activations.STORED,
  value: (z) => (z > 0 ? z : number * z),
  slope: (z) => (z > 0 ? 1 : number),
  slopeTerms: () => Math.max(1, Math.abs(number)),
  ulps: 0.5,
  limits: [-number * Infinity, Infinity],
  slopeLimits: [Math.abs(number), 1],
})
const eluBy = (number: number): Definition => ({
  code: Activations.SCALED_ELU,
  number,
  slopeCode: Activations.STORED,
  value: (z) => (z > 0 ? z : number * expm1(z)),
  slope: (z) => (z > 0 ? 1 : number * exp(z)),
  slopeTerms: (z) => (z > 0 ? 1 : 2 * Math.abs(number)),
  ulps: 2,
  limits: [-number, Infinity],
  slopeLimits: [0, 1],
})

/** Those with a number of one's own: below and above 1, and below 0. */
export const slopedDefinitions: Record<string, Definition> = {
  'leakyRelu[0.3125]': leakyReluBy(0.3125),
  'leakyRelu[1.5]': leakyReluBy(1.5),
  'leakyRelu[-0.25]': leakyReluBy(-0.25),
  'elu[0.375]': eluBy(0.375),
  'elu[1.75]': eluBy(1.75),
  'elu[-0.5]': eluBy(-0.5),
}
