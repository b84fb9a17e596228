// What a classifier by threshold gets right and wrong, for every threshold that makes a difference.

import type { Slices } from '../base/pace.ts'
import { descending } from './order.ts'
import { inSpans } from './spans.ts'

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

/** The rows whose weight is above 0. */
function counted(rows: number, weights: Float64Array | undefined): Uint32Array {
  const list = new Uint32Array(rows)
  let count = 0
  for (let r = 0; r < rows; ++r) if (!weights || weights[r] > 0) list[count++] = r
  return list.subarray(0, count)
}

/** The sums so far, and the points that are found. */
interface Sums extends Cumulated {
  count: number
  ofClass: number
  others: number
}

function sumUp(
  { values, positives, weights }: Ranking,
  order: Uint32Array,
  sums: Sums,
  from: number,
  to: number,
): void {
  const { thresholds, truePositives, falsePositives } = sums
  let { count, ofClass, others } = sums
  for (let i = from; i < to; ++i) {
    const r = order[i]
    const weight = weights ? weights[r] : 1
    if (positives[r]) ofClass += weight
    else others += weight
    if (i + 1 < order.length && values[order[i + 1]] === values[r]) continue
    thresholds[count] = values[r]
    truePositives[count] = ofClass
    falsePositives[count] = others
    count += 1
  }
  Object.assign(sums, { count, ofClass, others })
}

/** Rows of equal scores stand and fall together, whatever their order; rows of weight 0 are left out. Yields now and then. */
export function* cumulate(ranking: Ranking): Slices<Cumulated> {
  const { values, weights } = ranking
  const order = yield* descending(values, counted(values.length, weights))
  const make = () => new Float64Array(order.length)
  const points = { thresholds: make(), truePositives: make(), falsePositives: make() }
  const sums = { ...points, count: 0, ofClass: 0, others: 0 }
  yield* inSpans(order.length, (from, to) => sumUp(ranking, order, sums, from, to))
  return {
    thresholds: points.thresholds.subarray(0, sums.count),
    truePositives: points.truePositives.subarray(0, sums.count),
    falsePositives: points.falsePositives.subarray(0, sums.count),
  }
}
