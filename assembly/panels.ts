// The panel layout of src/panels.ts, and where a matrix's rows are.

import { LANES } from './abi'

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
