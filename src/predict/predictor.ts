// A saved model that predicts: what Model is without all that trains.

import { ARENA_START } from '../../assembly/abi/layout.ts'
import { predictModule } from '../backends/given.ts'
import { callback, checkOptions, isArray, isObject, oneOf, optional, refuse } from '../base/check.ts'
import { FormatError, OptionError, shown } from '../base/errors.ts'
import { runNow } from '../base/pace.ts'
import { type Features, featuresFromJSON } from '../data/features/features.ts'
import type { Prediction } from '../data/features/predictions.ts'
import type { RowsLike } from '../data/features/records.ts'
import { type Target, targetFromJSON } from '../data/features/target.ts'
import { asFormat } from '../formats/network-json-reader.ts'
import { readMatrix } from '../intake/matrix.ts'
import type { ClassName } from '../model/class-names.ts'
import type { KernelsName, MatrixLike } from '../model/options.ts'
import { checkClassNames } from '../models/class-names.ts'
import type { ModelSnapshot } from '../models/parts.ts'
import { decoderOf } from '../models/prediction.ts'
import { asRows, inputsOf, type RowLike } from '../models/rows.ts'
import { padded, panelLength } from '../program/panels.ts'
import { openRoom, type Room } from './kernels.ts'
import { type Layer, type Layers, layersOf } from './layers.ts'

/** An activation of your own, which a saved network holds by its name: a = f(z), element by element. */
export interface OwnActivation {
  /** As the network has it. */
  readonly name: string
  /** a = f(z), a finite number where z is one. */
  readonly f: (z: number) => number
}

/** How a predictor runs. */
export interface PredictorOptions {
  /** As of a Network: 'relaxed', 'simd', 'reference', or 'auto', which takes the first that runs. Default 'auto'. */
  kernels?: KernelsName
  /** The file `nabla/predict.wasm`, compiled, for engines that compile no bytes (workerd). */
  module?: object
  /** Functions that the network holds by their names. */
  activations?: readonly OwnActivation[]
}

const ownTable = {
  name: (value: unknown, name: string): string =>
    typeof value === 'string' ? value : refuse(name, 'a name', value),
  f: callback<OwnActivation['f']>(),
}

const optionTable = {
  kernels: optional(oneOf<KernelsName>(['auto', 'relaxed', 'simd', 'reference']), 'auto' as const),
  module: optional(predictModule, undefined),
  activations: optional(
    (value, name) =>
      isArray(value)
        ? value.map((one, i) =>
            // A CustomActivation has a derivative too.
            checkOptions(ownTable, isObject(one) ? { name: one.name, f: one.f } : one, `${name}[${i}]`),
          )
        : refuse(name, 'an array of activations', value),
    [],
  ),
}

// Rows that go through the layers at a time: what they need stays in L2.
const BLOCK_VALUES = 1 << 16
const MOST_ROWS = 256

/** Offsets of a layer's numbers. */
interface Placed {
  readonly layer: Layer
  readonly f: OwnActivation['f'] | undefined
  readonly weights: number
  readonly biases: number
  readonly gains: number
  readonly shifts: number
  readonly runningMean: number
  readonly runningVariance: number
}

/** Where everything stands: layers, a block of rows, and two of what is between layers. */
function place({ inputs, layers }: Layers, functions: readonly (OwnActivation['f'] | undefined)[]) {
  let end = ARENA_START
  const take = (length: number): number => {
    const at = end
    end += Math.ceil(length / 16) * 16
    return at
  }
  const placed = layers.map((layer, l): Placed => {
    const columns = padded(layer.units)
    const vector = (values: unknown) => (values ? take(columns) : 0)
    return {
      layer,
      f: functions[l],
      weights: take(panelLength(layer.inputs, layer.units)),
      biases: vector(layer.biases),
      gains: vector(layer.gains),
      shifts: vector(layer.shifts),
      runningMean: vector(layer.runningMean),
      runningVariance: vector(layer.runningVariance),
    }
  })
  const widest = Math.max(...layers.map(({ units }) => padded(units)))
  const rows = Math.max(1, Math.min(MOST_ROWS, Math.floor(BLOCK_VALUES / Math.max(inputs, widest))))
  const x = take(rows * inputs)
  const between = [take(rows * widest), take(rows * widest)] as const
  return { placed, rows, x, between, end }
}

/**
 * A saved network, or a model with the columns and the target that it was saved with, that predicts. P: what it predicts of a row,
 * where whoever loads it says so.
 */
export class Predictor<P extends Prediction = Prediction> {
  /** Values of a row of x. */
  readonly inputs: number
  /** Values that the network makes of a row. */
  readonly outputs: number
  /** What runs: 'relaxed', 'simd' or 'reference'. */
  readonly kernels: Exclude<KernelsName, 'auto'>
  /** What its classes are called, where the network knows. */
  readonly classNames: readonly ClassName[] | undefined
  /** What its inputs are made from, where the model has that. */
  readonly features: Features | undefined
  /** What its outputs stand for, where the model has that. */
  readonly target: Target<P> | undefined
  readonly #layers: Layers
  readonly #plan: ReturnType<typeof place>
  readonly #room: Room

  /** @internal */
  constructor(saved: ModelSnapshot, options: PredictorOptions) {
    const { kernels, module, activations } = checkOptions(optionTable, options, 'options')
    const { network, features, target } = saved
    this.#layers = layersOf(network)
    const { inputs, layers, classNames, head } = this.#layers
    this.features = features === undefined ? undefined : featuresFromJSON(features)
    this.target = target === undefined ? undefined : (targetFromJSON(target) as Target<P>)
    this.inputs = inputs
    this.outputs = head.outputs
    this.classNames = classNames
    this.#checkParts()
    const functions = layers.map(({ activation }) => {
      if (typeof activation === 'number') return undefined
      const found = activations.find(({ name }) => name === activation)
      if (found) return found.f
      throw new OptionError(
        `options.activations: expected the function ${shown(activation)}, which cannot be saved, got none`,
      )
    })
    this.#plan = place(this.#layers, functions)
    this.#room = openRoom(kernels, this.#plan.end, module)
    this.kernels = this.#room.name
    this.#fill()
  }

  #checkParts(): void {
    const { features, target, inputs, outputs } = this
    const refuseWidth = (expected: string, got: number) => {
      throw new FormatError(`model: expected ${expected}, got a network with ${got}`)
    }
    if (features && features.width !== inputs)
      refuseWidth(`${features.width} inputs for the features`, inputs)
    if (!target) return
    const isOne = outputs === 1 && target.classes?.length === 2
    if (target.outputs !== outputs && !isOne) refuseWidth(`${target.outputs} outputs for the target`, outputs)
    asFormat(() => checkClassNames(this, target))
  }

  /** Writes the parameters. */
  #fill(): void {
    const { floats, kernels } = this.#room
    const { placed, between } = this.#plan
    for (const { layer, ...at } of placed) {
      const { inputs, units, weights } = layer
      for (let i = 0; i < inputs; ++i) {
        floats.set(weights.subarray(i * units, (i + 1) * units), between[0])
        kernels.packRows(between[0], i, i + 1, inputs, units, at.weights)
      }
      for (const which of ['biases', 'gains', 'shifts', 'runningMean', 'runningVariance'] as const) {
        const values = layer[which]
        if (values) floats.set(values, at[which])
      }
    }
  }

  /** The block's rows through all layers; returns where their outputs stand. */
  #forward(rows: number): number {
    const { floats, kernels, tiles } = this.#room
    const { placed, x, between } = this.#plan
    let input = x
    let stride = this.inputs
    for (const [l, { layer, f, ...at }] of placed.entries()) {
      const { inputs, units, activation, number, normalization, epsilon } = layer
      const out = between[l % 2]
      kernels.product(rows, input, stride, at.weights, at.biases, out, inputs, units, tiles)
      if (normalization !== undefined) {
        const { gains, shifts, runningMean, runningVariance } = at
        const numbers = [gains, shifts, runningMean, runningVariance, epsilon] as const
        kernels.normalize(normalization, rows, out, units, ...numbers)
      }
      stride = padded(units)
      if (typeof activation === 'number') kernels.activate(activation, rows, out, units, number)
      else {
        for (let r = 0; r < rows; ++r) {
          for (let i = out + r * stride; i < out + r * stride + units; ++i) {
            const a = f!(floats[i])
            if (!Number.isFinite(a)) {
              throw new OptionError(`${activation}: expected f to return a finite number, got ${shown(a)}`)
            }
            floats[i] = a
          }
        }
      }
      input = out
    }
    return input
  }

  /**
   * Returns what the network makes of each row, (rows × outputs), as Network.predict does, to the same bits by the same kernels.
   *
   * x: (rows × inputs), a typed array or an array of rows. Throws ShapeError.
   */
  outputsOf(x: MatrixLike): Float32Array {
    const { inputs, outputs } = this
    const { values, rows } = runNow(readMatrix(x, inputs, 'x'))
    const { floats } = this.#room
    const out = new Float32Array(rows * outputs)
    const stride = padded(outputs)
    for (let from = 0; from < rows; from += this.#plan.rows) {
      const to = Math.min(from + this.#plan.rows, rows)
      floats.set((values as Float32Array).subarray(from * inputs, to * inputs), this.#plan.x)
      const at = this.#forward(to - from)
      for (let r = from; r < to; ++r) {
        const row = at + (r - from) * stride
        out.set(floats.subarray(row, row + outputs), r * outputs)
      }
    }
    return out
  }

  /**
   * Returns what the model predicts of a row, or of each row, as Model.predict does: the class with its probabilities, the number in
   * its own unit, several by their names, or the labels. Of a network alone rows are arrays of its inputs.
   *
   * rows: an object or an array of cells, or an array of these, or a table. Throws ShapeError for a cell that its column cannot
   * take.
   */
  predict(rows: RowsLike): P[]
  predict(row: RowLike): P
  predict(given: RowLike | RowsLike): P | P[] {
    const { rows, isOne } = asRows(given)
    const { outputs } = this
    const out = this.outputsOf(inputsOf(rows, this.inputs, this.features))
    const decode = decoderOf(this.target, this.#layers.head, this.classNames)
    const predictions = Array.from(
      { length: out.length / outputs },
      (_, r) => decode(out.slice(r * outputs, (r + 1) * outputs), r) as P,
    )
    return isOne ? predictions[0] : predictions
  }
}
