// What normalization is outside training: y = s ⊙ x + t, and how that becomes part of a product beside it.

import { checkFinite } from './parameters.ts'

/**
 * y = scale ⊙ x + shift. Both are of one length that divides a row's, and begin anew as often as is needed: a row of several
 * dimensions is normalized over its last, and a file that says how long a row is makes nothing of that length.
 */
export interface Affine {
  readonly scale: Float64Array
  readonly shift: Float64Array
}

/** first, then next. */
export function after(next: Affine, first: Affine | undefined): Affine {
  if (!first) return next
  const length = Math.max(next.scale.length, first.scale.length)
  const at = (values: Float64Array, i: number) => values[i % values.length]
  return {
    scale: Float64Array.from({ length }, (_, i) => at(next.scale, i) * at(first.scale, i)),
    shift: Float64Array.from(
      { length },
      (_, i) => at(next.scale, i) * at(first.shift, i) + at(next.shift, i),
    ),
  }
}

/** W (inputs × units, row-major) and b, (units) or none. */
export interface Product {
  readonly units: number
  readonly weights: Float32Array
  readonly biases: Float32Array | undefined
}

type Folded = Required<Omit<Product, 'units'>>

/** The product of s ⊙ x + t: W' = s W by rows, b' = b + t · W. In float64, rounded once. */
export function foldBefore(
  { units, weights, biases }: Product,
  { scale, shift }: Affine,
  where: string,
): Folded {
  const sums = Float64Array.from({ length: units }, (_, j) => biases?.[j] ?? 0)
  const folded = weights.map((w, at) => {
    const i = Math.floor(at / units) % scale.length
    sums[at % units] += shift[i] * w
    return scale[i] * w
  })
  return checked(folded, Float32Array.from(sums), where)
}

/** s ⊙ (x · W + b) + t: W' = s W by columns, b' = s b + t. */
export function foldBehind(
  { units, weights, biases }: Product,
  { scale, shift }: Affine,
  where: string,
): Folded {
  const { length } = scale
  const folded = weights.map((w, at) => w * scale[(at % units) % length])
  const sums = Float32Array.from(
    { length: units },
    (_, j) => scale[j % length] * (biases?.[j] ?? 0) + shift[j % length],
  )
  return checked(folded, sums, where)
}

function checked(weights: Float32Array, biases: Float32Array, where: string): Folded {
  checkFinite(`${where}: weights with what is folded into them`, weights)
  checkFinite(`${where}: biases with what is folded into them`, biases)
  return { weights, biases }
}
