// A trainer that reads like its documentation: batches, penalties, limits, the optimizer's step, max-norm, running statistics,
// one loop after the other in float64. It shares no line with nabla; `round` is where it may be given the errors of
// float32 (noise.ts).

import { textbookShuffle } from '../textbook.ts'
import { backward } from './chain.ts'
import { limitGradient, limitNorms, type PlainClip } from './limits.ts'
import type { PlainLoss } from './losses.ts'
import { maskOf } from './masks.ts'
import { exact, type Noise } from './noise.ts'
import { freshSlots, type PlainOptimizer, type PlainSlots, takeStep } from './optimizers.ts'
import {
  forward,
  lossesOf,
  type Masks,
  type PlainGradient,
  type PlainLayer,
  type PlainParameters,
  TRAINED,
} from './pass.ts'
import { type Moment, PlainPlateau, type PlainRate, plainRate } from './schedules.ts'

export interface PlainOptions {
  readonly inputs: number
  readonly layers: readonly PlainLayer[]
  readonly loss: PlainLoss
  readonly inputDropout: number
  readonly clip?: PlainClip
  readonly optimizer: PlainOptimizer & { readonly learningRate: PlainRate }
  readonly seed: number
}

export interface PlainData {
  readonly x: readonly number[][]
  /** (rows × outputs). */
  readonly y: readonly number[][]
  readonly weights?: readonly number[]
}

export interface PlainFit {
  readonly epochs: number
  readonly batchSize: number
  readonly accumulate: number
  readonly shuffle: boolean
  readonly learningRate?: PlainRate
  /** A factor for each class, or 'balanced'. */
  readonly classWeight?: Readonly<Record<number, number>> | 'balanced'
  readonly validation?: PlainData
}

const NO_MASKS: Masks = () => undefined
const NEVER: Moment = { step: Number.POSITIVE_INFINITY, epoch: Number.POSITIVE_INFINITY }

/** What the masks of some rows are drawn from: those of the epoch, or of one step. */
const DROPOUT_OF_EPOCH = 5
const DROPOUT_OF_STEP = 6

/** The class of each row, and rows of each class, as weights of classes count them. */
function classesOf(y: readonly number[][]): { classOf: number[]; counts: Map<number, number> } {
  const classOf = y.map((row) => (row.length === 1 ? (row[0] > 0 ? 1 : 0) : row.indexOf(Math.max(...row))))
  const counts = new Map<number, number>()
  for (const one of classOf) counts.set(one, (counts.get(one) ?? 0) + 1)
  return { classOf, counts }
}

/** The weight of each row; undefined where there are none. */
function rowWeightsOf({ y, weights }: PlainData, { classWeight }: Partial<PlainFit>): number[] | undefined {
  if (!classWeight) return weights && [...weights]
  const { classOf, counts } = classesOf(y)
  return classOf.map((one, r) => {
    const factor =
      classWeight === 'balanced' ? y.length / (counts.size * counts.get(one)!) : (classWeight[one] ?? 1)
    // As a float32 number, in which rows have their weights.
    return Math.fround((weights?.[r] ?? 1) * factor)
  })
}

export class PlainTrainer {
  readonly options: PlainOptions
  readonly parameters: readonly PlainParameters[]
  readonly #round: Noise
  readonly #slots: readonly Record<(typeof TRAINED)[number], PlainSlots>[]
  #plateau: { readonly from: number; readonly state: PlainPlateau } | undefined
  steps = 0
  epochs = 0

  constructor(options: PlainOptions, parameters: readonly PlainParameters[], round: Noise = exact) {
    this.options = options
    this.parameters = structuredClone(parameters)
    this.#round = round
    this.#slots = parameters.map((layer) => ({
      weights: freshSlots(layer.weights.length),
      biases: freshSlots(layer.biases.length),
      gains: freshSlots(layer.gains.length),
      shifts: freshSlots(layer.shifts.length),
    }))
  }

  /** Σ over the layers of λ₁ Σ|w| + λ₂ Σw². */
  #penalty(): number {
    let sum = 0
    this.options.layers.forEach(({ l1, l2 }, l) => {
      for (const w of this.parameters[l].weights) sum += l1 * Math.abs(w) + l2 * w * w
    })
    return this.#round(sum, 4 * sum)
  }

  #masks(rows: readonly number[], purpose: number, stream: number): Masks {
    const { inputs, layers, inputDropout, seed } = this.options
    return (layer, r) => {
      const p = layer < 0 ? inputDropout : layers[layer].dropout
      if (p === 0) return undefined
      const units = layer < 0 ? inputs : layers[layer].units
      return maskOf(p, units, rows[r], stream, purpose + 16 * (layer + 1), seed)
    }
  }

  /** Adds the gradient of some rows, a batch of their own, to the sums; returns the losses of the rows. */
  #addBatch(
    { x, y }: PlainData,
    rows: readonly number[],
    rowWeights: readonly number[] | undefined,
    masks: Masks,
    sums: readonly PlainGradient[],
  ): number[] {
    const { layers, loss } = this.options
    const round = this.#round
    const inputs = rows.map((r) => x[r])
    const targets = rows.map((r) => y[r])
    const passed = forward(layers, this.parameters, inputs, true, masks, round)
    const weights = rowWeights && rows.map((r) => rowWeights[r])
    backward(layers, this.parameters, passed, loss, targets, weights, masks, sums, round)
    layers.forEach(({ normalization }, l) => {
      if (normalization?.name !== 'batch') return
      const { runningMean, runningVariance } = this.parameters[l]
      const { momentum: m } = normalization
      passed[l].mean.forEach((mean, j) => {
        runningMean[j] = round((1 - m) * runningMean[j] + m * mean, Math.abs(runningMean[j]) + Math.abs(mean))
        // One row has no variance.
        if (rows.length === 1) return
        const unbiased = (passed[l].variance[j] * rows.length) / (rows.length - 1)
        const next = (1 - m) * runningVariance[j] + m * unbiased
        runningVariance[j] = round(next, 4 * next)
      })
    })
    return lossesOf(loss, passed, targets, round)
  }

  #zeros(): PlainGradient[] {
    return this.parameters.map(({ weights, biases, gains, shifts }) => ({
      weights: weights.map(() => 0),
      biases: biases.map(() => 0),
      gains: gains.map(() => 0),
      shifts: shifts.map(() => 0),
    }))
  }

  /** The mean over the rows, the penalties' gradients added. */
  #finish(sums: readonly PlainGradient[], rows: number): void {
    const round = this.#round
    sums.forEach((sum, l) => {
      const { l1, l2 } = this.options.layers[l]
      for (const which of TRAINED) {
        sum[which].forEach((one, i) => {
          let g = round(one / rows, one / rows)
          if (which === 'weights' && (l1 !== 0 || l2 !== 0)) {
            const w = this.parameters[l].weights[i]
            const more = l1 * Math.sign(w) + 2 * l2 * w
            g = round(g + more, Math.abs(g) + l1 + 2 * l2 * Math.abs(w))
          }
          sum[which][i] = g
        })
      }
    })
  }

  #step(gradient: readonly PlainGradient[], rate: number): void {
    const { layers, optimizer, clip } = this.options
    const round = this.#round
    if (clip) limitGradient(gradient, clip, round)
    this.steps += 1
    layers.forEach(({ inputs, units, maxNorm }, l) => {
      const own = this.parameters[l]
      for (const which of TRAINED) {
        takeStep(optimizer, own[which], gradient[l][which], this.#slots[l][which], this.steps, rate, round)
      }
      limitNorms(own.weights, inputs, units, maxNorm, round)
    })
  }

  #rate(rate: PlainRate, end: Moment): number {
    const lowered =
      typeof rate === 'object' && rate.name === 'plateau' && this.#plateau?.from === rate.from
        ? this.#plateau?.state.rate
        : undefined
    return plainRate(rate, { step: this.steps, epoch: this.epochs }, end, lowered)
  }

  #see(rate: PlainRate, loss: number, validationLoss: number | undefined): void {
    if (typeof rate !== 'object' || rate.name !== 'plateau') return
    const kept = this.#plateau
    const own = kept?.from === rate.from ? kept! : { from: rate.from!, state: new PlainPlateau(rate) }
    this.#plateau = own
    const monitor = rate.monitor ?? (validationLoss === undefined ? 'loss' : 'validationLoss')
    own.state.see(monitor === 'loss' ? loss : validationLoss!)
  }

  fit(data: PlainData, settings: PlainFit) {
    const { epochs, accumulate, shuffle, validation } = settings
    const rate = settings.learningRate ?? this.options.optimizer.learningRate
    const rows = data.x.length
    const batchSize = Math.min(settings.batchSize, rows)
    const rowWeights = rowWeightsOf(data, settings)
    const end = {
      epoch: this.epochs + epochs,
      step: this.steps + epochs * Math.ceil(rows / (batchSize * accumulate)),
    }
    const history = { loss: [] as number[], validationLoss: [] as number[], learningRate: [] as number[] }
    for (let epoch = 0; epoch < epochs; ++epoch) {
      const order = shuffle
        ? textbookShuffle(rows, this.options.seed, this.epochs)
        : Array.from({ length: rows }, (_, r) => r)
      let lossSum = 0
      let weightSum = 0
      let penaltySum = 0
      let lastRate = 0
      for (let from = 0; from < rows; from += batchSize * accumulate) {
        const to = Math.min(rows, from + batchSize * accumulate)
        const sums = this.#zeros()
        penaltySum += (to - from) * this.#penalty()
        for (let begin = from; begin < to; begin += batchSize) {
          const places = Array.from({ length: Math.min(batchSize, to - begin) }, (_, i) => begin + i)
          const masks = this.#masks(places, DROPOUT_OF_EPOCH, this.epochs)
          const batch = places.map((place) => order[place])
          this.#addBatch(data, batch, rowWeights, masks, sums).forEach((loss, i) => {
            const s = rowWeights?.[batch[i]] ?? 1
            if (s !== 0) lossSum += s * loss
            weightSum += s
          })
        }
        this.#finish(sums, to - from)
        lastRate = this.#rate(rate, end)
        this.#step(sums, lastRate)
      }
      this.epochs += 1
      const loss = lossSum / weightSum + penaltySum / rows
      history.loss.push(loss)
      history.learningRate.push(lastRate)
      const seen = validation && this.evaluate(validation)
      if (seen !== undefined) history.validationLoss.push(seen)
      this.#see(rate, loss, seen)
    }
    return history
  }

  /** Returns the loss before the step. */
  trainBatch(data: PlainData, learningRate: PlainRate | undefined): number {
    const rows = data.x.map((_, r) => r)
    const sums = this.#zeros()
    const masks = this.#masks(rows, DROPOUT_OF_STEP, this.steps)
    const penalty = this.#penalty()
    const losses = this.#addBatch(data, rows, data.weights, masks, sums)
    this.#finish(sums, rows.length)
    this.#step(sums, this.#rate(learningRate ?? this.options.optimizer.learningRate, NEVER))
    return this.#meanLoss(losses, data.weights) + penalty
  }

  #meanLoss(losses: readonly number[], weights: readonly number[] | undefined): number {
    let sum = 0
    let total = 0
    losses.forEach((loss, r) => {
      const s = weights?.[r] ?? 1
      if (s !== 0) sum += s * loss
      total += s
    })
    return sum / total
  }

  predict(x: readonly number[][]): number[] {
    return forward(this.options.layers, this.parameters, x, false, NO_MASKS, this.#round).at(-1)!.a.flat()
  }

  evaluate({ x, y, weights }: PlainData): number {
    const { layers, loss } = this.options
    const passed = forward(layers, this.parameters, x, false, NO_MASKS, this.#round)
    return this.#meanLoss(lossesOf(loss, passed, y, this.#round), weights) + this.#penalty()
  }

  /** The gradient of the mean loss, normalised over the batch as in training, nothing dropped; and that loss. */
  gradients({ x, y }: PlainData): { loss: number; gradient: PlainGradient[] } {
    const { layers, loss } = this.options
    const gradient = this.#zeros()
    const passed = forward(layers, this.parameters, x, true, NO_MASKS, this.#round)
    backward(layers, this.parameters, passed, loss, y, undefined, NO_MASKS, gradient, this.#round)
    this.#finish(gradient, x.length)
    return {
      loss: this.#meanLoss(lossesOf(loss, passed, y, this.#round), undefined) + this.#penalty(),
      gradient,
    }
  }
}
