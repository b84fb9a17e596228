// Panels, the layout of every weight matrix in the arena (docs/kernels.md draws it): slices of 8 columns, each slice
// row by row, the last slice 4 wide if that holds it; rows and columns padded with zeros to a multiple of 4.

import { LANES, PANEL } from '../assembly/abi.ts'

/** A float arena: float32 on every backend, float64 on the reference backend when it serves as the oracle. */
export type Floats = Float32Array<ArrayBufferLike> | Float64Array<ArrayBufferLike>

/** n rounded up to a multiple of 4, the lanes of a vector. */
export const padded = (n: number): number => Math.ceil(n / LANES) * LANES

/** Elements of a (rows × columns) matrix in panels. */
export const panelLength = (rows: number, columns: number): number => padded(rows) * padded(columns)

/** Offset, within the panels of a (rows × columns) matrix, of element (i, j). */
export function panelIndex(rows: number, columns: number, i: number, j: number): number {
  const slice = j - (j % PANEL)
  const width = Math.min(PANEL, padded(columns) - slice)
  return slice * padded(rows) + i * width + (j - slice)
}

/** Writes a row-major (rows × columns) matrix to panels at `offset`, and its transpose to `offsetT` where given. */
export function packPanels(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
  floats: Floats,
  offset: number,
  offsetT = 0,
): void {
  for (let i = 0; i < rows; ++i) {
    for (let j = 0; j < columns; ++j) {
      const value = values[i * columns + j]
      floats[offset + panelIndex(rows, columns, i, j)] = value
      if (offsetT) floats[offsetT + panelIndex(columns, rows, j, i)] = value
    }
  }
}

/** Fills `out` with the row-major (rows × columns) matrix that stands in panels at `offset`. */
export function unpackPanels<T extends Floats>(
  floats: Floats,
  offset: number,
  rows: number,
  columns: number,
  out: T,
): T {
  for (let i = 0; i < rows; ++i) {
    for (let j = 0; j < columns; ++j) {
      out[i * columns + j] = floats[offset + panelIndex(rows, columns, i, j)]
    }
  }
  return out
}
