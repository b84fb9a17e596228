// How far to go along a line: a step that meets the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization,
// 2nd ed., algorithms 3.5 and 3.6, with cubic interpolation).

import type { Slices } from '../base/pace.ts'

/** φ(step) and φ′(step): a function along a line. */
export interface Trial {
  readonly step: number
  readonly value: number
  readonly slope: number
}

export interface LineSearchSettings {
  /** c₁ in φ(α) ≤ φ(0) + c₁ α φ′(0). */
  readonly decrease: number
  /** c₂ in |φ′(α)| ≤ c₂ |φ′(0)|. */
  readonly curvature: number
  /** Evaluations, at most. */
  readonly most: number
  /** Two values that differ by less than this share of φ(0) are equal as far as rounding lets one tell: there the slope
   * alone decides, as in the approximate conditions of Hager and Zhang (2005, doi:10.1137/030601880). */
  readonly noise: number
}

// A new step keeps this far from both ends of the interval, so that it shrinks by a tenth at least.
const MARGIN = 0.1
// A step that is too short grows by so many times at least and at most.
const LEAST_GROWTH = 1.1
const MOST_GROWTH = 10

/** Where the cubic through both has its minimum; NaN where it has none (Nocedal and Wright, 3.59). */
function cubicMinimum(a: Trial, b: Trial): number {
  const width = b.step - a.step
  const d1 = a.slope + b.slope - (3 * (b.value - a.value)) / width
  const d2 = Math.sign(width) * Math.sqrt(d1 * d1 - a.slope * b.slope)
  return b.step - (width * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2)
}

/** A step between the two. */
function between(low: Trial, high: Trial): number {
  const from = Math.min(low.step, high.step)
  const width = Math.abs(high.step - low.step)
  const wanted = cubicMinimum(low, high)
  if (!Number.isFinite(wanted)) return from + width / 2
  return Math.min(Math.max(wanted, from + MARGIN * width), from + (1 - MARGIN) * width)
}

/** A step beyond `last`. */
function beyond(before: Trial, last: Trial): number {
  const most = MOST_GROWTH * last.step
  const wanted = cubicMinimum(before, last)
  // Left of it, the cubic has its minimum behind: go on.
  if (!(wanted > last.step)) return most
  return Math.min(Math.max(wanted, LEAST_GROWTH * last.step), most)
}

/**
 * Returns a step that meets the conditions, or else the best that lowers the value enough, or undefined where there is none.
 * `evaluate` was last called for the step that is returned. start: φ(0) and φ′(0), which is below 0. first: the step that is
 * tried first.
 */
export function* strongWolfe(
  evaluate: (step: number) => Slices<Omit<Trial, 'step'>>,
  start: Trial,
  first: number,
  { decrease, curvature, most, noise }: LineSearchSettings,
): Slices<Trial | undefined> {
  const isLow = ({ step, value }: Trial) =>
    value <= start.value + decrease * step * start.slope ||
    Math.abs(value - start.value) <= noise * Math.abs(start.value)
  function* at(step: number): Slices<Trial> {
    const { value, slope } = yield* evaluate(step)
    // Where either is not finite the step is far too long, whatever the other is.
    if (Number.isFinite(value) && Number.isFinite(slope)) return { step, value, slope }
    return { step, value: Number.POSITIVE_INFINITY, slope: Number.NaN }
  }
  // The best that is low enough; and, once it is known, the other end of an interval that has a step to be found in it.
  let low = start
  let high: Trial | undefined
  let step = first
  for (let i = 0; i < most; ++i) {
    const trial = yield* at(step)
    if (isLow(trial) && Math.abs(trial.slope) <= -curvature * start.slope) return trial
    const before = low
    if (!isLow(trial) || trial.value >= low.value) high = trial
    else {
      const direction = high ? high.step - low.step : 1
      if (trial.slope * direction >= 0) high = low
      low = trial
    }
    step = high ? between(low, high) : beyond(before, low)
  }
  return low === start ? undefined : yield* at(low.step)
}
