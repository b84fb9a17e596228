/** Returns the four rows of exclusive or: x (4 × 2) and y (4 × 1), values 0 and 1. */
export function xor(): { x: Float32Array; y: Float32Array; rows: number; inputs: number } {
  return { x: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), y: Float32Array.of(0, 1, 1, 0), rows: 4, inputs: 2 }
}
