// A trainer with penalties, limits and summed batches as their definitions read, in float64: the gradient of a step is that
// of all its rows at once, changed by one loop after the other. It shares no line with nabla.

import { type TextbookNetwork, textbookGradient, textbookLoss } from './textbook.ts'
import { freshSlots, type TextbookOptimizer, textbookStep } from './textbook-optimizers.ts'

export interface TextbookRegularization {
  /** For each layer. */
  l1: number[]
  l2: number[]
  /** Infinity for none. */
  maxNorm: number[]
  clip?: { value?: number; norm?: number; globalNorm?: number }
}

/** Σ over the layers of λ₁ Σ|w| + λ₂ Σw². */
export function textbookPenalty({ layers }: TextbookNetwork, { l1, l2 }: TextbookRegularization): number {
  let sum = 0
  layers.forEach(({ weights }, l) => {
    for (const w of weights.flat()) sum += l1[l] * Math.abs(w) + l2[l] * w * w
  })
  return sum
}

const norm = (values: number[]) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0))

/** The gradient that the optimizer has, as one list for each W and b: penalties are added first, then it is clipped. */
export function textbookPrepared(
  network: TextbookNetwork,
  x: number[][],
  y: number[][],
  { l1, l2, clip = {} }: TextbookRegularization,
): { weights: number[][][]; biases: (number[] | undefined)[] } {
  const { weights, biases } = textbookGradient(network, x, y)
  const penalized = weights.map((rows, l) =>
    rows.map((row, i) =>
      row.map((g, j) => {
        const w = network.layers[l].weights[i][j]
        return g + l1[l] * Math.sign(w) + 2 * l2[l] * w
      }),
    ),
  )
  const all = norm([...penalized.flat(2), ...biases.flatMap((b) => b ?? [])])
  const clipped = (values: number[], tensorNorm: number): number[] => {
    if (clip.value !== undefined) {
      const { value } = clip
      return values.map((g) => Math.max(-value, Math.min(value, g)))
    }
    let scale = 1
    if (clip.norm !== undefined && tensorNorm > clip.norm) scale = clip.norm / tensorNorm
    if (clip.globalNorm !== undefined) scale = Math.min(1, clip.globalNorm / (all + 1e-6))
    return values.map((g) => g * scale)
  }
  return {
    weights: penalized.map((rows) => rows.map((row) => clipped(row, norm(rows.flat())))),
    biases: biases.map((b) => b && clipped(b, norm(b))),
  }
}

/** Each column of W whose norm is above the limit is scaled down to it. */
function limitColumns(weights: number[][], most: number): void {
  for (let j = 0; j < weights[0].length; ++j) {
    const size = norm(weights.map((row) => row[j]))
    if (size > most) for (const row of weights) row[j] *= most / size
  }
}

/** Trains in the order of the rows; returns the mean over the rows of the loss and the penalty that their step met. */
export function textbookTraining(
  network: TextbookNetwork,
  x: number[][],
  y: number[][],
  { epochs, stepRows }: { epochs: number; stepRows: number },
  optimizer: TextbookOptimizer,
  regularization: TextbookRegularization,
): number[] {
  const slotsOf = (values: number[]) => values.map(freshSlots)
  const kept = network.layers.map(({ weights, biases }) => ({
    weights: weights.map(slotsOf),
    biases: slotsOf(biases ?? []),
  }))
  let t = 0
  return Array.from({ length: epochs }, () => {
    let sum = 0
    for (let from = 0; from < x.length; from += stepRows) {
      const [xs, ys] = [x.slice(from, from + stepRows), y.slice(from, from + stepRows)]
      sum += xs.length * (textbookLoss(network, xs, ys) + textbookPenalty(network, regularization))
      const gradient = textbookPrepared(network, xs, ys, regularization)
      t += 1
      network.layers.forEach(({ weights, biases }, l) => {
        weights.forEach((row, i) => {
          row.forEach((w, j) => {
            row[j] = textbookStep(w, gradient.weights[l][i][j], kept[l].weights[i][j], t, optimizer)
          })
        })
        biases?.forEach((b, j) => {
          biases[j] = textbookStep(b, gradient.biases[l]![j], kept[l].biases[j], t, optimizer)
        })
        limitColumns(weights, regularization.maxNorm[l])
      })
    }
    return sum / x.length
  })
}
