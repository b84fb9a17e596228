// Networks for which there is a kernel of their own: assembly/online/tiny.ts.

import type { Rule } from './rule.ts'
import type { TrainingData } from './training-data.ts'

/** Hidden units, which are one vector. */
const MOST_HIDDEN = 4
/** Outputs, which are taken in pairs: 4-4-6 takes 99 ns a sample, and 131 by the general kernels; 4-4-8 takes 124 and 114. */
const MOST_OUTPUTS = 6
/** Above this, sums over products of inputs may overflow where the general kernel's do not. */
const MOST_SHARE = 1e15

/** True for one hidden layer of few units, few outputs, and momentum. */
export function isTiny(sizes: readonly number[], rule: Rule): boolean {
  return !rule.isAdam && sizes.length === 3 && sizes[1] <= MOST_HIDDEN && sizes[2] <= MOST_OUTPUTS
}

/** 1 + x · x′ of each row, whose inputs are x, and those of the next one x′; undefined where one is too large. */
export function sharesOf({ rows, starts, indices, values }: TrainingData): Float32Array | undefined {
  const shares = new Float32Array(rows)
  for (let r = 0; r < rows; ++r) {
    const next = (r + 1) % rows
    let sum = 1
    let k = starts[r]
    for (let l = starts[next]; l < starts[next + 1]; ++l) {
      while (k < starts[r + 1] && indices[k] < indices[l]) ++k
      if (k < starts[r + 1] && indices[k] === indices[l]) sum += values[k] * values[l]
    }
    shares[r] = sum
    if (!(Math.abs(shares[r]) < MOST_SHARE)) return undefined
  }
  return shares
}
