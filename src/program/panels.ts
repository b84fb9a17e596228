// Panels, the layout of every weight matrix in the arena (docs/kernels.md draws it): slices of 8 columns, each slice
// row by row, the last slice 4 wide if that holds it; rows and columns padded with zeros to a multiple of 4.

import { LANES, PANEL } from '../../assembly/abi/layout.ts'
import type { Floats } from '../base/floats.ts'

/** n rounded up to a multiple of 4, the lanes of a vector. */
export const padded = (n: number): number => Math.ceil(n / LANES) * LANES

/** Elements of a (rows × columns) matrix in panels. */
export const panelLength = (rows: number, columns: number): number => padded(rows) * padded(columns)

/** Width of the slice that holds column j of `columns`. */
const panelWidth = (columns: number, j: number): number =>
  Math.min(PANEL, padded(columns) - (j - (j % PANEL)))

/** Offset, within the panels of a (rows × columns) matrix, of element (i, j). */
export function panelIndex(rows: number, columns: number, i: number, j: number): number {
  const slice = j - (j % PANEL)
  return slice * padded(rows) + i * panelWidth(columns, j) + (j - slice)
}

/**
 * Writes the rows [from, to) of a (rows × columns) matrix, row-major at floats[valuesAt …), to the panels of the matrix
 * at w. The padding stays as it is.
 */
export function packRows(
  floats: Floats,
  valuesAt: number,
  from: number,
  to: number,
  rows: number,
  columns: number,
  w: number,
): void {
  for (let i = from; i < to; ++i) {
    const row = valuesAt + (i - from) * columns
    for (let j = 0; j < columns; j += PANEL) {
      const at = w + panelIndex(rows, columns, i, j)
      const count = Math.min(PANEL, columns - j)
      for (let c = 0; c < count; ++c) floats[at + c] = floats[row + j + c]
    }
  }
}

/**
 * Writes the rows [from, to) of the (rows × columns) matrix in panels at w to the panels of its transpose at wt, the
 * padding included.
 */
export function transposePanels(
  floats: Floats,
  from: number,
  to: number,
  w: number,
  wt: number,
  rows: number,
  columns: number,
): void {
  for (let i = from; i < to; ++i) {
    const column = wt + panelIndex(columns, rows, 0, i)
    const width = panelWidth(rows, i)
    for (let j = 0; j < padded(columns); ++j) {
      floats[column + j * width] = floats[w + panelIndex(rows, columns, i, j)]
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
  for (let j = 0; j < columns; j += PANEL) {
    const count = Math.min(PANEL, columns - j)
    for (let i = 0; i < rows; ++i) {
      const at = offset + panelIndex(rows, columns, i, j)
      for (let c = 0; c < count; ++c) out[i * columns + j + c] = floats[at + c]
    }
  }
  return out
}
