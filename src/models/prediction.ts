// From the outputs of a network to what a user asked for: a class with probabilities, numbers in their units, or labels.

import { ShapeError } from '../base/errors.ts'
import { indexOfLargest } from '../base/largest.ts'
import type { ClassValue, Prediction } from '../data/features/predictions.ts'
import type { Target } from '../data/features/target.ts'
import type { Activation } from '../model/custom-activation.ts'

/** What a prediction depends on besides the outputs. */
export interface Head {
  readonly outputs: number
  /** Whether each output is a label of its own by the loss. */
  readonly areLabels: boolean
  /** From which output on one of two classes, or a label, is 1. */
  readonly boundary: number
  /** Of the last layer. */
  readonly activation: Activation
}

type Decode = (outputs: Float32Array, row: number) => Prediction

/** Own entries, whatever their names are. */
const byName = (names: readonly string[], numberOf: (index: number) => number): Record<string, number> =>
  Object.fromEntries(names.map((name, i) => [name, numberOf(i)]))

const refuseNaN = (row: number): never => {
  throw new ShapeError(`predict: expected outputs that are numbers, got NaN for rows[${row}]`)
}

/** 1 or 0; −1 for NaN. */
const sideOf = (output: number, boundary: number): number =>
  output >= boundary ? 1 : output < boundary ? 0 : -1

/** Whether the outputs are probabilities: of the classes, or of each label for itself. */
export const givesProbabilities = (
  { outputs, activation }: Pick<Head, 'outputs' | 'activation'>,
  areLabels: boolean,
): boolean => (areLabels ? activation === 'sigmoid' : activation === (outputs === 1 ? 'sigmoid' : 'softmax'))

function classes(list: readonly ClassValue[], head: Head): Decode {
  const { outputs, boundary } = head
  const names = list.map(String)
  const isLikely = givesProbabilities(head, false)
  return (out, row) => {
    // The largest output, also where the loss takes each for a label of its own.
    const index = outputs > 1 ? indexOfLargest(out, 0, outputs) : sideOf(out[0], boundary)
    if (index < 0) refuseNaN(row)
    const probability = (i: number) => (outputs > 1 ? out[i] : i === 1 ? out[0] : 1 - out[0])
    return { class: list[index], ...(isLikely && { probabilities: byName(names, probability) }) }
  }
}

const labels =
  (names: readonly string[], head: Head): Decode =>
  (out, row) => {
    if (out.some(Number.isNaN)) refuseNaN(row)
    // With a loss of other things too, an output is a label of its own.
    const from = head.areLabels ? head.boundary : 0.5
    return {
      labels: names.filter((_, i) => out[i] >= from),
      ...(givesProbabilities(head, true) && { probabilities: byName(names, (i) => out[i]) }),
    }
  }

function numbers(target: Target): Decode {
  const { names } = target
  if (names.length === 1) return (out) => target.unscaled(out[0], 0)
  return (out) => byName(names, (i) => target.unscaled(out[i], i))
}

/** Makes predictions of the outputs of a row. classNames: of the network, for a model without a target. */
export function decoderOf(
  target: Target | undefined,
  head: Head,
  classNames: readonly ClassValue[] | undefined,
): Decode {
  if (target?.classes) return classes(target.classes, head)
  if (target?.type === 'labels') return labels(target.names, head)
  if (target) return numbers(target)
  if (!classNames) return (out) => out
  return head.outputs > 1 && head.areLabels ? labels(classNames.map(String), head) : classes(classNames, head)
}
