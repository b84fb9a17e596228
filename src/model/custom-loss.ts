// A loss of the user's own: JavaScript functions, checked, and the row that stands for them beside those of the table.

import * as Losses from '../../assembly/abi/losses.ts'
import { type Check, callback, checkOptions, finite, oneOf, optional } from '../base/check.ts'
import { freeName, slopeText } from './custom-activation.ts'
import { type LossRow, row } from './loss-row.ts'
import { type LossName, losses, twoOrMore } from './losses.ts'

/**
 * A loss of your own, row by row, so that it may couple the outputs. Both functions are called without `this`, with copies of
 * the row's outputs and targets, (outputs) each, which are theirs for the call alone. What is reported is the mean over the
 * rows. `checkGradients` tells whether `derivative` is that of `f`.
 *
 *     { name: 'cubic', f: ([a], [y]) => Math.abs(a - y) ** 3, derivative: ([a], [y]) => [3 * (a - y) * Math.abs(a - y)] }
 */
export interface CustomLoss {
  /** What `explain` and messages call it: letters, digits, - and _, no built-in name. */
  readonly name: string
  /** The loss of the row, a finite number where the outputs are. a: what the last activation makes of z. */
  readonly f: (a: Float64Array, y: Float64Array) => number
  /** Its gradient by a: a finite number for each output. It may be the same array each time. */
  readonly derivative: (a: Float64Array, y: Float64Array) => ArrayLike<number>
  /** What targets are: 'values', any numbers; 'classes', class indices or rows of at least 0, the largest of which is the class;
   * 'labels', each from 0 to 1. It decides what is checked and what counts as right. Default 'values'. */
  readonly targets?: 'values' | 'classes' | 'labels'
  /** The output from which on a label, or the one output of two classes, is 1. Default 0.5; 0 where outputs are logits. */
  readonly threshold?: number
}

/** One with every default in place. */
export type CustomLossSettings = Required<CustomLoss>

export type Loss = LossName | CustomLossSettings

const lossTable = {
  name: freeName(losses),
  f: callback<CustomLoss['f']>(),
  derivative: callback<CustomLoss['derivative']>(),
  targets: optional(oneOf(['values', 'classes', 'labels'] as const), 'values' as const),
  threshold: optional(finite, 0.5),
}

export const customLoss: Check<CustomLossSettings> = (value, name) =>
  Object.freeze(checkOptions(lossTable, value, name))

const ranges = { values: undefined, classes: [0, Number.POSITIVE_INFINITY], labels: [0, 1] } as const

const customRow = ({ name, targets, threshold }: CustomLossSettings): LossRow =>
  row({
    code: Losses.CUSTOM,
    options: {},
    numbers: () => [],
    fusedWith: undefined,
    refuses: [],
    kind: targets,
    targets: ranges[targets],
    wholeTargets: false,
    outputs:
      targets === 'classes'
        ? twoOrMore("1 (for two classes in one output take targets: 'labels')")
        : undefined,
    threshold,
    curvature: 1,
    // Nothing can be told from ratios of losses whose least is not known.
    baselines: () => ({ mean: Number.POSITIVE_INFINITY, blank: Number.POSITIVE_INFINITY }),
    formula: ({ a }) => `${name}(${a}, y)`,
    delta: ({ a, f, z }) => `${name}'(${a}, y) ${slopeText(f, z)}`,
  })

/** All that is particular to a loss. */
export const lossRow = (one: Loss): LossRow =>
  typeof one === 'string' ? (losses[one] as LossRow) : customRow(one)
