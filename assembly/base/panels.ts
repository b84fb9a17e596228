// The panel layout of src/program/panels.ts, and where a matrix's rows are.

import { LANES, PANEL } from '../abi/layout'

/** Where sixteen zeros stand: the elements 16 … 31, which no plan uses. */
export const ZEROS: usize = 64

/** n rounded up to a multiple of 4, the lanes of a vector. */
@inline
export function padded(n: i32): i32 {
  return (n + (LANES - 1)) & ~(LANES - 1)
}

/** Address of row r of a matrix: from its table of row offsets where there is one. */
@inline
export function rowPtr(basePtr: usize, stride: i32, tablePtr: usize, r: i32): usize {
  return tablePtr
    ? (<usize>load<u32>(tablePtr + ((<usize>r) << 2))) << 2
    : basePtr + ((<usize>(r * stride)) << 2)
}

/**
 * Writes the rows [from, to) of a (rows × columns) matrix, which stand row-major at valuesPtr, to the panels of the
 * matrix at wPtr. The padding stays as it is.
 */
export function packRows(
  valuesPtr: usize,
  from: i32,
  to: i32,
  rows: i32,
  columns: i32,
  wPtr: usize,
): void {
  for (let i = from; i < to; ++i) {
    for (let j = 0; j < columns; j += PANEL) {
      const width = min(PANEL, padded(columns) - j)
      const outPtr = wPtr + ((<usize>(j * padded(rows) + i * width)) << 2)
      const inPtr = valuesPtr + ((<usize>j) << 2)
      if (j + PANEL <= columns) {
        v128.store(outPtr, v128.load(inPtr))
        v128.store(outPtr, v128.load(inPtr, 16), 16)
      } else {
        for (let c: usize = 0; c < (<usize>(columns - j)) << 2; c += 4) {
          store<f32>(outPtr + c, load<f32>(inPtr + c))
        }
      }
    }
    valuesPtr += (<usize>columns) << 2
  }
}
