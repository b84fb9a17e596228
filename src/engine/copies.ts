// Copies to the arena and within it.

import type { Floats } from '../base/floats.ts'
import { type Slices, VALUES_AT_ONCE } from '../base/pace.ts'
import { padded } from '../program/panels.ts'
import type { Range, Tensor } from '../program/tensors.ts'

/** Copies source[at …] to a range of the target. Yields now and then. */
export function* copySlices(
  source: Floats,
  at: number,
  target: Floats,
  { offset, length }: Range,
): Slices<void> {
  for (let from = 0; from < length; from += VALUES_AT_ONCE) {
    if (from > 0) yield
    target.set(source.subarray(at + from, at + Math.min(from + VALUES_AT_ONCE, length)), offset + from)
  }
}

/** Sets a range to zero. Yields now and then. */
export function* zeroSlices(target: Floats, { offset, length }: Range): Slices<void> {
  for (let from = offset; from < offset + length; from += VALUES_AT_ONCE) {
    if (from > offset) yield
    target.fill(0, from, Math.min(from + VALUES_AT_ONCE, offset + length))
  }
}

/** Copies rows [from, to) of a row-major array to a tensor, from its row `at` on. */
export function fillRows(
  floats: Floats,
  { columns, offset }: Pick<Tensor, 'columns' | 'offset'>,
  values: ArrayLike<number>,
  from: number,
  to: number,
  at = 0,
): void {
  const target = offset + at * columns
  const first = from * columns
  const last = to * columns
  if (ArrayBuffer.isView(values)) {
    floats.set((values as Float32Array).subarray(first, last), target)
  } else {
    for (let i = first; i < last; ++i) floats[target + i - first] = values[i]
  }
}

/** Copies rows of a tensor whose stride is its columns padded to `target`, row-major, from its element `at` on. */
export function copyRows(
  floats: Floats,
  { offset }: Pick<Tensor, 'offset'>,
  rows: number,
  columns: number,
  target: Floats,
  at: number,
): void {
  const stride = padded(columns)
  if (stride === columns) {
    target.set(floats.subarray(offset, offset + rows * columns), at)
    return
  }
  for (let r = 0; r < rows; ++r) {
    const row = offset + r * stride
    for (let j = 0; j < columns; ++j) target[at + r * columns + j] = floats[row + j]
  }
}
