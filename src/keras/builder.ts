// From Keras's layers, one by one, to those of nabla: product → [normalize] → activate → [dropout] (docs/layers.md). What normalizes
// elsewhere is outside training a scale and a shift, and is folded into the next product.

import { FormatError } from '../base/errors.ts'
import { type Activation, activationRow, nameOf } from '../model/custom-activation.ts'
import type { Normalization } from '../model/normalizations.ts'
import type { OutputLayerOptions } from '../model/options.ts'
import type { LayerParameters } from '../model/snapshot.ts'
import { type Affine, after, foldBefore, foldBehind } from './affine.ts'
import type { KerasLayer } from './topology.ts'

/** γ, β and, of batch normalization, the running mean and variance: (units) each. */
export interface NormalizationParameters {
  readonly gains: Float32Array
  readonly shifts: Float32Array
  readonly runningMean?: Float32Array
  readonly runningVariance?: Float32Array
}

interface Draft {
  readonly title: string
  readonly inputs: number
  readonly units: number
  weights: Float32Array
  biases: Float32Array | undefined
  normalization?: Normalization
  parameters?: NormalizationParameters
  activation: Activation
  dropout: number
}

/** The scale and shift that batch normalization is outside training. */
export function affineOf(
  { gains, shifts, runningMean, runningVariance }: NormalizationParameters,
  epsilon: number,
): Affine {
  const scale = Float64Array.from(gains, (gain, i) => gain / Math.sqrt(runningVariance![i] + epsilon))
  return { scale, shift: Float64Array.from(shifts, (shift, i) => shift - runningMean![i] * scale[i]) }
}

/** Shares dropped one after the other. */
const together = (p: number, q: number): number => (p === 0 ? q : 1 - (1 - p) * (1 - q))

export class Builder {
  /** What is not as it was in Keras, in training alone. */
  readonly notes: string[] = []
  readonly #drafts: Draft[] = []
  readonly inputs: number
  #shape: readonly number[]
  /** To be folded into the next product. */
  #pending: Affine | undefined
  inputDropout = 0

  constructor(inputShape: readonly number[]) {
    this.#shape = inputShape
    this.inputs = inputShape.reduce((product, size) => product * size, 1)
  }

  /** Sizes of what the next layer is given. */
  get shape(): readonly number[] {
    return this.#shape
  }

  get #width(): number {
    return this.#shape.reduce((product, size) => product * size, 1)
  }

  get #last(): Draft | undefined {
    return this.#drafts.at(-1)
  }

  flatten(): void {
    this.#shape = [this.#width]
  }

  /** The width of what the layer is given. Throws FormatError where a row has several dimensions. */
  widthFor({ title }: KerasLayer): number {
    if (this.#shape.length === 1) return this.#shape[0]
    throw new FormatError(
      `${title}: expected rows of one dimension (a Flatten before it), got ${this.#shape.join(' × ')}`,
    )
  }

  product(
    { title }: KerasLayer,
    weights: Float32Array,
    biases: Float32Array | undefined,
    units: number,
  ): void {
    const before = this.#last
    if (before && activationRow(before.activation).wholeRow) {
      throw new FormatError(
        `${title}: expected nothing behind softmax, which ends a network of nabla, got a layer`,
      )
    }
    const folded = this.#pending
      ? foldBefore({ units, weights, biases }, this.#pending, title)
      : { weights, biases }
    this.#pending = undefined
    this.#drafts.push({ title, inputs: this.#width, units, ...folded, activation: 'linear', dropout: 0 })
    this.#shape = [units]
  }

  activate({ title }: KerasLayer, activation: Activation): void {
    if (activation === 'linear') return
    const last = this.#last
    if (!last) throw new FormatError(`${title}: expected a Dense before an activation, got none`)
    if (last.activation !== 'linear') {
      throw new FormatError(
        `${title}: expected a Dense between two activations, got '${nameOf(last.activation)}' before it`,
      )
    }
    last.activation = activation
  }

  dropout(p: number): void {
    const last = this.#last
    if (last) last.dropout = together(last.dropout, p)
    else this.inputDropout = together(this.inputDropout, p)
  }

  /** y = s ⊙ x + t at any place but behind the last activation. */
  affine(affine: Affine, title: string): void {
    const last = this.#last
    if (last?.activation !== 'linear') {
      this.#pending = after(affine, this.#pending)
    } else if (last.parameters) {
      const { gains, shifts } = last.parameters
      last.parameters = {
        ...last.parameters,
        gains: gains.map((gain, i) => affine.scale[i % affine.scale.length] * gain),
        shifts: shifts.map(
          (shift, i) => affine.scale[i % affine.scale.length] * shift + affine.shift[i % affine.shift.length],
        ),
      }
    } else {
      Object.assign(last, foldBehind(last, affine, title))
    }
  }

  /** Normalization between product and activation; batch normalization elsewhere is folded. */
  normalize({ title }: KerasLayer, normalization: Normalization, parameters: NormalizationParameters): void {
    const last = this.#last
    const isPlace = last && last.activation === 'linear' && !last.normalization
    if (isPlace) {
      last.normalization = normalization
      last.parameters = parameters
      return
    }
    if (normalization.name === 'layer') {
      throw new FormatError(
        `${title}: expected layer normalization between a Dense without activation and an activation, got it ` +
          `${last ? 'elsewhere' : 'at the inputs'}`,
      )
    }
    this.notes.push(`${title} is folded into the weights beside it, and no longer trained by itself`)
    this.affine(affineOf(parameters, normalization.epsilon), title)
  }

  /** The last activation; of it depends which loss there can be. */
  get activation(): Activation {
    return this.#end().activation
  }

  get endsInLayerNormalization(): boolean {
    return this.#end().normalization?.name === 'layer'
  }

  #end(): Draft {
    const last = this.#last
    if (!last) throw new FormatError('model: expected at least one Dense, got none')
    return last
  }

  /** The layers as options and parameters. fuses: whether the loss takes z in place of the last activation. */
  finish(fuses: boolean): { layers: OutputLayerOptions[]; parameters: LayerParameters[] } {
    const last = this.#end()
    if (this.#pending) {
      throw new FormatError(
        `${last.title}: expected a Dense behind the normalization that follows its activation, got the end`,
      )
    }
    if (last.dropout > 0) {
      this.notes.push(`${last.title} is the last layer, and the dropout behind it is left out`)
      last.dropout = 0
    }
    if (last.normalization && (fuses || activationRow(last.activation).wholeRow)) this.#foldLast(last)
    return {
      layers: this.#drafts.map(({ units, biases, normalization, activation, dropout }) => ({
        units,
        activation,
        bias: biases !== undefined,
        normalization: normalization ?? ('none' as const),
        ...(dropout > 0 && { dropout }),
      })),
      parameters: this.#drafts.map(({ weights, biases, parameters }) => ({
        weights,
        ...(biases && { biases }),
        ...parameters,
      })),
    }
  }

  /** nabla has no normalization where the loss is computed from z. */
  #foldLast(last: Draft): void {
    if (last.normalization!.name === 'layer') {
      throw new FormatError(
        `${last.title}: expected no layer normalization before the last activation, '${nameOf(last.activation)}', got some`,
      )
    }
    this.notes.push(
      `the batch normalization behind ${last.title} is folded into its weights, and no longer trained by itself`,
    )
    Object.assign(last, foldBehind(last, affineOf(last.parameters!, last.normalization!.epsilon), last.title))
    last.normalization = undefined
    last.parameters = undefined
  }
}
