// Activations that other libraries have with a number of one's choice: built in where the number is that of nabla, else functions,
// which run on the caller's thread alone.

import { LEAKY_RELU_SLOPE } from '../../assembly/abi/activations.ts'
import { expm1 } from '../base/math.ts'
import type { Activation } from './custom-activation.ts'

/** "0_3" of 0.3: numbers in the names of functions. */
const word = (value: number) => String(value).replaceAll('.', '_').replace('+', '')

/** max(z, slope · z): built in where the slope is 0.01. */
export function leakyRelu(slope: number): Activation {
  if (slope === 0) return 'relu'
  if (slope === 1) return 'linear'
  if (Math.fround(slope) === Math.fround(LEAKY_RELU_SLOPE)) return 'leakyRelu'
  return {
    name: `leakyRelu-${word(slope)}`,
    f: (z) => (z > 0 ? z : slope * z),
    derivative: (z) => (z > 0 ? 1 : slope),
  }
}

/** z, or α (eᶻ − 1) below 0. */
export function elu(alpha: number): Activation {
  if (alpha === 1) return 'elu'
  if (alpha === 0) return 'relu'
  return {
    name: `elu-${word(alpha)}`,
    f: (z) => (z > 0 ? z : alpha * expm1(z)),
    derivative: (z, a) => (z > 0 ? 1 : a + alpha),
  }
}
