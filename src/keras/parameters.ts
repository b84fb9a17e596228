// What a file has of a layer's parameters, and its checks.

import { FormatError } from '../base/errors.ts'
import type { KerasLayer } from './topology.ts'

export interface Tensor {
  readonly shape: readonly number[]
  /** Row-major. */
  readonly values: Float32Array
}

/** Where the parameters of layers are found. */
export interface Parameters {
  /**
   * Those of the names, in Keras's order for the layer. more: whether there may be others behind them. Throws FormatError where
   * one is not there.
   */
  of(layer: KerasLayer, names: readonly string[], more?: boolean): Tensor[]
}

/** Throws FormatError unless there are `names.length` tensors in the file, or more where these may be. */
export function checkCount(layer: KerasLayer, names: readonly string[], count: number, more = false): void {
  if (count === names.length || (more && count > names.length)) return
  throw new FormatError(
    `${layer.title}: expected ${names.length} parameters (${names.join(', ')}), got ${count}`,
  )
}

export function checkShape(
  { title }: KerasLayer,
  name: string,
  tensor: Tensor,
  shape: readonly number[],
): void {
  if (tensor.shape.length === shape.length && shape.every((size, d) => size === tensor.shape[d])) return
  throw new FormatError(
    `${title}: expected ${name} of ${shape.join(' × ')} for its inputs, got ${tensor.shape.join(' × ') || 'one number'}`,
  )
}

/** Throws FormatError where a number is not finite. */
export function checkFinite(where: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; ++i) {
    if (!Number.isFinite(values[i])) {
      throw new FormatError(`${where}: expected finite float32 numbers, got ${values[i]} at ${i}`)
    }
  }
}
