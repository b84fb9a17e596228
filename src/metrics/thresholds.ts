// What a classifier by threshold gets right and wrong, for every threshold that makes a difference.

/** Scores of rows, and which of the rows are of the class that is looked for. */
export interface Ranking {
  readonly values: Float64Array
  /** 1 where a row is of the class, else 0. */
  readonly positives: Uint8Array
  readonly weights: Float64Array | undefined
}

/** For each distinct score, the largest first: the weight of the rows with this score or more. */
export interface Cumulated {
  readonly thresholds: Float64Array
  readonly truePositives: Float64Array
  readonly falsePositives: Float64Array
}

/** Rows of equal scores stand and fall together, whatever their order; rows of weight 0 are left out. */
export function cumulate({ values, positives, weights }: Ranking): Cumulated {
  const order = Uint32Array.from(values.keys())
    .filter((r) => !weights || weights[r] > 0)
    .sort((a, b) => values[b] - values[a] || a - b)
  const thresholds = new Float64Array(order.length)
  const truePositives = new Float64Array(order.length)
  const falsePositives = new Float64Array(order.length)
  let count = 0
  let ofClass = 0
  let others = 0
  order.forEach((r, i) => {
    const weight = weights ? weights[r] : 1
    if (positives[r]) ofClass += weight
    else others += weight
    if (i + 1 < order.length && values[order[i + 1]] === values[r]) return
    thresholds[count] = values[r]
    truePositives[count] = ofClass
    falsePositives[count] = others
    count += 1
  })
  return {
    thresholds: thresholds.subarray(0, count),
    truePositives: truePositives.subarray(0, count),
    falsePositives: falsePositives.subarray(0, count),
  }
}
