// Reading an instruction, and which part of its work is whose.

/** The words of an instruction. */
export type Words = readonly number[]

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** An operand that is a float32. */
export function floatOf(word: number): number {
  bits[0] = word
  return float[0]
}

const pair = new Int32Array(2)
const double = new Float64Array(pair.buffer)

/** The float64 in operand `word` and the one after it. */
export function doubleOf(op: Words, word: number): number {
  pair[0] = op[word]
  pair[1] = op[word + 1]
  return double[0]
}

/** Where part `part` of `parts` begins in `count` things. */
export const beginOf = (part: number, parts: number, count: number): number =>
  Math.floor((count * part) / parts)
