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

/**
 * Calls `row` for every row of every slice of a (rows × columns) matrix: its offset within the panels, its row i, its
 * first column j and how many columns of it exist.
 */
function eachPanelRow(
  rows: number,
  columns: number,
  row: (at: number, i: number, j: number, count: number) => void,
): void {
  for (let j = 0; j < columns; j += PANEL) {
    const width = Math.min(PANEL, padded(columns) - j)
    const count = Math.min(PANEL, columns - j)
    const slice = j * padded(rows)
    for (let i = 0; i < rows; ++i) row(slice + i * width, i, j, count)
  }
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
  eachPanelRow(rows, columns, (at, i, j, count) => {
    for (let c = 0; c < count; ++c) floats[offset + at + c] = values[i * columns + j + c]
  })
  if (!offsetT) return
  eachPanelRow(columns, rows, (at, i, j, count) => {
    for (let c = 0; c < count; ++c) floats[offsetT + at + c] = values[(j + c) * columns + i]
  })
}

/** Fills `out` with the row-major (rows × columns) matrix that stands in panels at `offset`. */
export function unpackPanels<T extends Floats>(
  floats: Floats,
  offset: number,
  rows: number,
  columns: number,
  out: T,
): T {
  eachPanelRow(rows, columns, (at, i, j, count) => {
    for (let c = 0; c < count; ++c) out[i * columns + j + c] = floats[offset + at + c]
  })
  return out
}
