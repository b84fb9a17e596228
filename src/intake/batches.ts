// What a mini-batch must have.

import { ShapeError } from '../base/errors.ts'
import { type Architecture, isOverBatch } from '../model/architecture.ts'

/**
 * Throws ShapeError where every batch would be one row and a layer is normalised over it: each unit would be its own mean, and
 * what is left is 0 whatever the input.
 */
export function refuseSingleRow(architecture: Architecture, rows: number, call: string, what: string): void {
  if (rows > 1 || !isOverBatch(architecture)) return
  throw new ShapeError(
    `${call}: batch normalization expects 2 or more ${what}, got ${rows}, of which it would leave nothing but its shifts`,
  )
}
