// Layer and batch normalisation: assembly/rows/normalize-rows.ts and normalize-columns.ts in plain JavaScript. Offsets are in
// elements; rows are `columns` apart.

import type { Floats } from '../../base/floats.ts'

/** What stands beside a layer's z. */
export interface Normalizer {
  readonly gains: number
  readonly shifts: number
  readonly n: number
  /** n padded to whole vectors. */
  readonly columns: number
  readonly epsilon: number
}

/** u = γ ⊙ ẑ + β of the row at z; ẑ replaces z where `keeps`. Returns 1/√(σ² + ε). */
export function normalizeRow(
  floats: Floats,
  z: number,
  keeps: boolean,
  out: number,
  { gains, shifts, n, columns, epsilon }: Normalizer,
): number {
  let sum = 0
  for (let j = 0; j < n; ++j) sum += floats[z + j]
  const mean = sum / n
  let squares = 0
  for (let j = 0; j < n; ++j) squares += (floats[z + j] - mean) ** 2
  const inverse = 1 / Math.sqrt(squares / n + epsilon)
  for (let j = 0; j < n; ++j) {
    const normal = (floats[z + j] - mean) * inverse
    if (keeps) floats[z + j] = normal
    floats[out + j] = floats[gains + j] * normal + floats[shifts + j]
  }
  floats.fill(0, out + n, out + columns)
  return inverse
}

/** δ from ∂C/∂u of a row; ẑ, at `normal`, becomes ∂C/∂u ⊙ ẑ. */
export function normalizeRowBackward(
  floats: Floats,
  scaled: number,
  normal: number,
  delta: number,
  gains: number,
  n: number,
  columns: number,
  inverse: number,
): void {
  let sum = 0
  let products = 0
  for (let j = 0; j < n; ++j) {
    const g = floats[gains + j] * floats[scaled + j]
    sum += g
    products += g * floats[normal + j]
  }
  for (let j = 0; j < n; ++j) {
    const d = floats[scaled + j]
    const x = floats[normal + j]
    floats[delta + j] = inverse * (floats[gains + j] * d - sum / n - (x * products) / n)
    floats[normal + j] = d * x
  }
  floats.fill(0, delta + n, delta + columns)
}

/**
 * u = γ ⊙ ẑ + β of the columns [jFrom, jTo) over `rows` rows; ẑ replaces z where `keeps`. The moments go to three rows at
 * `statistics`: μ, σ² and 1/√(σ² + ε).
 */
export function normalizeColumns(
  floats: Floats,
  z: number,
  keeps: boolean,
  out: number,
  statistics: number,
  { gains, shifts, columns, epsilon }: Normalizer,
  rows: number,
  jFrom: number,
  jTo: number,
): void {
  for (let j = jFrom; j < jTo; ++j) {
    let sum = 0
    for (let r = 0; r < rows; ++r) sum += floats[z + r * columns + j]
    const mean = sum / rows
    let squares = 0
    for (let r = 0; r < rows; ++r) squares += (floats[z + r * columns + j] - mean) ** 2
    const inverse = 1 / Math.sqrt(squares / rows + epsilon)
    floats[statistics + j] = mean
    floats[statistics + columns + j] = squares / rows
    floats[statistics + 2 * columns + j] = inverse
    for (let r = 0; r < rows; ++r) {
      const at = r * columns + j
      const normal = (floats[z + at] - mean) * inverse
      if (keeps) floats[z + at] = normal
      floats[out + at] = floats[gains + j] * normal + floats[shifts + j]
    }
  }
}

/** u with the running mean and variance in place of the batch's, over all columns. */
export function normalizeByRunning(
  floats: Floats,
  z: number,
  out: number,
  mean: number,
  variance: number,
  { gains, shifts, columns, epsilon }: Normalizer,
  rows: number,
): void {
  for (let j = 0; j < columns; ++j) {
    const inverse = 1 / Math.sqrt(floats[variance + j] + epsilon)
    for (let at = j; at < rows * columns; at += columns) {
      const normal = (floats[z + at] - floats[mean + j]) * inverse
      floats[out + at] = floats[gains + j] * normal + floats[shifts + j]
    }
  }
}

/** δ from ∂C/∂u of the columns [jFrom, jTo) over `rows` rows; ẑ, at `normal`, becomes ∂C/∂u ⊙ ẑ. */
export function normalizeColumnsBackward(
  floats: Floats,
  scaled: number,
  normal: number,
  delta: number,
  statistics: number,
  gains: number,
  rows: number,
  columns: number,
  jFrom: number,
  jTo: number,
): void {
  for (let j = jFrom; j < jTo; ++j) {
    let sum = 0
    let products = 0
    for (let at = j; at < rows * columns; at += columns) {
      sum += floats[scaled + at]
      products += floats[scaled + at] * floats[normal + at]
    }
    const scale = floats[gains + j] * floats[statistics + 2 * columns + j]
    for (let at = j; at < rows * columns; at += columns) {
      const d = floats[scaled + at]
      const x = floats[normal + at]
      floats[delta + at] = scale * (d - sum / rows - (x * products) / rows)
      floats[normal + at] = d * x
    }
  }
}

/** The running mean and variance of the columns [from, to); one row has no variance, and leaves the running one alone. */
export function updateStatistics(
  floats: Floats,
  from: number,
  to: number,
  statistics: number,
  columns: number,
  mean: number,
  variance: number,
  rows: number,
  momentum: number,
): void {
  const unbiased = (momentum * rows) / (rows - 1)
  for (let j = from; j < to; ++j) {
    floats[mean + j] = (1 - momentum) * floats[mean + j] + momentum * floats[statistics + j]
    if (rows > 1) {
      floats[variance + j] =
        (1 - momentum) * floats[variance + j] + unbiased * floats[statistics + columns + j]
    }
  }
}
