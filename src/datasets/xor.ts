/** Returns the four rows of exclusive or: x (4 × 2) and y (4 × 1), values 0 and 1. */
export function xor(): {
  /** 0 0, 0 1, 1 0, 1 1: (4 × 2), row-major. */
  x: Float32Array
  /** 0, 1, 1, 0: (4 × 1). */
  y: Float32Array
  /** 4. */
  rows: number
  /** Values in a row of x: 2. */
  inputs: number
} {
  return { x: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), y: Float32Array.of(0, 1, 1, 0), rows: 4, inputs: 2 }
}
