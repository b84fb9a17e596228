// The chain of steps as the layers of a network.
//
// A layer of nabla is product ─▶ normalization ─▶ activation. Columns' factors and shifts go into the product before or
// behind them, or into γ and β; what comes where no layer has a place for it gets a layer of its own, whose weights are the
// identity.

import { FormatError } from '../../base/errors.ts'
import { shortest } from '../../base/float32.ts'
import type { OutputLayerOptions } from '../../model/options.ts'
import type { LayerParameters } from '../../model/snapshot.ts'
import type { Activation } from './expression.ts'
import type { Budget } from './operation.ts'
import type { Numbers, Step } from './values.ts'

export interface Layers {
  readonly inputs: number
  readonly options: readonly OutputLayerOptions[]
  readonly parameters: readonly LayerParameters[]
}

/** x ⊙ scale + shift */
interface Columns {
  readonly scale: Numbers
  readonly shift: Numbers
}

interface Draft {
  /** Undefined for the identity. */
  readonly weights: Numbers | undefined
  readonly units: number
  readonly biases: Numbers | undefined
  /** On the inputs. */
  readonly before: Columns | undefined
  /** On z: in front of a normalization, and behind it, where it is γ and β. */
  after: Columns | undefined
  standard: number | undefined
  shifted: Columns | undefined
  activation: Activation | 'softmax' | 'linear'
}

const composed = (first: Columns | undefined, next: Columns): Columns =>
  first
    ? {
        scale: Float64Array.from(next.scale, (s, j) => first.scale[j] * s),
        shift: Float64Array.from(next.shift, (t, j) => first.shift[j] * next.scale[j] + t),
      }
    : next

function rounded(values: Numbers, where: string): Float32Array {
  const floats = values instanceof Float32Array ? values : new Float32Array(values)
  for (let i = 0; i < floats.length; ++i) {
    if (!Number.isFinite(floats[i]))
      throw new FormatError(`ONNX: ${where}: expected numbers that are finite in float32, got ${values[i]}`)
  }
  return floats
}

/** The chain's steps, the input first. */
function stepsOf(last: Step): Step[] {
  const steps: Step[] = []
  for (let step: Step | undefined = last; step; step = step.of) steps.push(step)
  return steps.reverse()
}

function draftsOf(steps: readonly Step[], inputs: number): Draft[] {
  const drafts: Draft[] = []
  let width = inputs
  /** What is to be done to the inputs of the next layer. */
  let before: Columns | undefined
  const begin = (weights?: Numbers, units = width, biases?: Numbers): Draft => {
    const draft: Draft = {
      ...{ weights, units, biases, before, after: undefined },
      ...{ standard: undefined, shifted: undefined, activation: 'linear' },
    }
    drafts.push(draft)
    before = undefined
    width = units
    return draft
  }
  /** The last layer, where it is open to what comes before its activation. */
  const open = (): Draft | undefined => {
    const last = drafts.at(-1)
    return last && last.activation === 'linear' && !before ? last : undefined
  }
  for (const step of steps) {
    if (drafts.at(-1)?.activation === 'softmax')
      throw new FormatError('ONNX: expected softmax to end the network, got more behind it')
    if (step.kind === 'product') begin(step.weights, step.units, step.biases)
    else if (step.kind === 'columns') {
      const last = open()
      if (!last) before = composed(before, step)
      else if (last.standard === undefined) last.after = composed(last.after, step)
      else last.shifted = composed(last.shifted, step)
    } else if (step.kind === 'standard') {
      const last = open()
      const free = last && last.standard === undefined ? last : begin()
      free.standard = step.epsilon
    } else if (step.kind === 'function') {
      const layer = open() ?? begin()
      layer.activation = step.activation
    } else if (step.kind === 'softmax') {
      const last = open()
      // A layer that ends in softmax has no normalization.
      const free = last && last.standard === undefined ? last : begin()
      free.activation = 'softmax'
    }
  }
  if (before || drafts.length === 0) begin()
  return drafts
}

/** W, with the factors of its inputs and of its units in it. */
function weightsOf(
  { weights, units, before, after }: Draft,
  inputs: number,
  budget: Budget,
  where: string,
): Numbers {
  if (weights && !before && !after) return weights
  if (!weights) budget.spend(inputs * units, where)
  const out = weights ? new Float64Array(weights) : new Float64Array(inputs * units)
  if (!weights) for (let i = 0; i < inputs; ++i) out[i * units + i] = 1
  for (let i = 0; i < inputs; ++i) {
    const row = before ? before.scale[i] : 1
    for (let j = 0; j < units; ++j) {
      const at = i * units + j
      // 0 · ∞ is not to make NaN of what is not connected.
      if (out[at] !== 0) out[at] *= row * (after ? after.scale[j] : 1)
    }
  }
  return out
}

/** b, with the shifts of the inputs and of z in it; undefined where there is none. */
function biasesOf({ weights, units, biases, before, after }: Draft, inputs: number): Numbers | undefined {
  if (!before && !after) return biases
  const out = biases ? new Float64Array(biases) : new Float64Array(units)
  if (before) {
    for (let i = 0; i < inputs; ++i) {
      const shift = before.shift[i]
      if (!weights) out[i] += shift
      else if (shift !== 0) for (let j = 0; j < units; ++j) out[j] += shift * weights[i * units + j]
    }
  }
  if (after) for (let j = 0; j < units; ++j) out[j] = out[j] * after.scale[j] + after.shift[j]
  return out
}

const constantVector = (units: number, value: number) => new Float32Array(units).fill(value)

/** The layers of the chain that ends in this step. Throws FormatError where there are none. */
export function layersOf(last: Step, budget: Budget): Layers {
  const steps = stepsOf(last)
  const [input] = steps
  if (input.kind !== 'input' || input.width === undefined)
    throw new FormatError('ONNX: expected an input of a known width')
  let inputs = input.width
  const options: OutputLayerOptions[] = []
  const parameters: LayerParameters[] = []
  for (const [l, draft] of draftsOf(steps, inputs).entries()) {
    const { units, standard, shifted, activation } = draft
    const where = `layer ${l}`
    const biases = biasesOf(draft, inputs)
    const weights = rounded(weightsOf(draft, inputs, budget, where), `the weights of ${where}`)
    const epsilon =
      standard === undefined ? undefined : Math.fround(standard) === standard ? shortest(standard) : standard
    options.push({
      units,
      activation,
      bias: biases !== undefined,
      normalization: epsilon === undefined ? 'none' : { name: 'layer', epsilon },
      dropout: 0,
    })
    parameters.push({
      weights,
      ...(biases && { biases: rounded(biases, `the biases of ${where}`) }),
      ...(standard !== undefined && {
        gains: shifted ? rounded(shifted.scale, `the gains of ${where}`) : constantVector(units, 1),
        shifts: shifted ? rounded(shifted.shift, `the shifts of ${where}`) : constantVector(units, 0),
      }),
    })
    inputs = units
  }
  return { inputs: input.width, options, parameters }
}
