// The parameters of a network as tensors with the names and shapes that PyTorch gives those of Linear, LayerNorm and BatchNorm1d.
// docs/formats.md says what is where.

import { FormatError, shown } from '../base/errors.ts'
import type { Floats } from '../base/floats.ts'
import type { LayerParameters } from '../model/snapshot.ts'
import type { Tensor } from './safetensors.ts'

type Which = keyof LayerParameters

const NAMES: Readonly<Record<Which, string>> = {
  weights: 'weight',
  biases: 'bias',
  gains: 'norm.weight',
  shifts: 'norm.bias',
  runningMean: 'norm.running_mean',
  runningVariance: 'norm.running_var',
}
const WHICH = new Map(Object.entries(NAMES).map(([which, name]) => [name, which as Which]))

/** The (columns × rows) transpose of a row-major (rows × columns) matrix. */
function transposed(matrix: Floats, rows: number, columns: number): Float32Array {
  const out = new Float32Array(rows * columns)
  for (let r = 0, i = 0; r < rows; ++r) {
    for (let c = 0; c < columns; ++c, ++i) out[c * rows + r] = matrix[i]
  }
  return out
}

/** The tensors of all layers. units: of each layer. slot: what the optimizer keeps under this number, in place of the parameters. */
export function tensorsOf(
  layers: readonly LayerParameters[],
  units: readonly number[],
  slot?: number,
): [string, Tensor][] {
  const prefix = slot === undefined ? '' : `optimizer.${slot}.`
  return layers.flatMap((layer, l) =>
    (Object.keys(NAMES) as Which[]).flatMap((which): [string, Tensor][] => {
      const values = layer[which]
      if (!values) return []
      const inputs = values.length / units[l]
      const tensor =
        which === 'weights'
          ? { shape: [units[l], inputs], data: transposed(values, inputs, units[l]) }
          : { shape: [units[l]], data: values as Float32Array }
      return [[`${prefix}layers.${l}.${NAMES[which]}`, tensor]]
    }),
  )
}

const NAME = /^(?:optimizer\.(0|[1-9]\d{0,8})\.)?layers\.(0|[1-9]\d{0,8})\.(.+)$/

type Layers = Map<number, Partial<Record<Which, Float32Array>>>

const refuse = (name: string, what: string): never => {
  throw new FormatError(`tensor ${shown(name)}: expected ${what}`)
}

function valuesOf(name: string, which: Which, { shape, data }: Tensor): Float32Array {
  const dimensions = which === 'weights' ? 2 : 1
  if (shape.length !== dimensions) {
    refuse(
      name,
      `${dimensions === 2 ? 'a matrix (units × inputs)' : 'a list (units)'}, got a shape of ${shown(shape)}`,
    )
  }
  // Of units without inputs there may be more than can be counted.
  if (data.length === 0) refuse(name, `at least one number, got a shape of ${shown(shape)}`)
  if (!data.every(Number.isFinite)) refuse(name, 'numbers that are finite in float32, got some that are not')
  return which === 'weights' ? transposed(data, shape[0], shape[1]) : data
}

/** The entries of 0, 1, 2 and so on, of which none may be missing. what: for the message. */
function inOrder<T>(found: ReadonlyMap<number, T>, what: string): T[] {
  return Array.from({ length: found.size }, (_, i) => {
    const one = found.get(i)
    if (one !== undefined) return one
    throw new FormatError(`tensors: expected those of ${what} ${i}, got none`)
  })
}

/** Every layer with its weights. of: for the message. */
const complete = (layers: Layers, of: string): LayerParameters[] =>
  inOrder(layers, `${of}layer`).map(({ weights, ...vectors }, l) => {
    if (weights) return { weights, ...vectors }
    throw new FormatError(`tensors: expected the weight of ${of}layer ${l}, got none`)
  })

/** Parameters of layers, and what an optimizer keeps of them by its slots. */
export interface NetworkTensors {
  readonly layers: LayerParameters[]
  readonly slots: LayerParameters[][]
}

/** unitsOf: of each layer, as far as that is known. Throws FormatError for a tensor that is not of a network. */
export function layersOf(
  tensors: ReadonlyMap<string, Tensor>,
  unitsOf: (layer: number) => unknown,
): NetworkTensors {
  const own: Layers = new Map()
  const slots = new Map<number, Layers>()
  const layersIn = (slot: string | undefined): Layers => {
    if (slot === undefined) return own
    const known = slots.get(Number(slot)) ?? new Map()
    slots.set(Number(slot), known)
    return known
  }
  for (const [name, tensor] of tensors) {
    const [, slot, layer, rest] = NAME.exec(name) ?? []
    const which = WHICH.get(rest)
    if (which === undefined) return refuse(name, 'the parameters of a network alone')
    // A matrix of as many numbers may still be another one.
    const units = unitsOf(Number(layer))
    if (tensor.shape[0] !== units) {
      refuse(
        name,
        `${shown(units)} as its first dimension, the units of layer ${layer}, got a shape of ${shown(tensor.shape)}`,
      )
    }
    const layers = layersIn(slot)
    const l = Number(layer)
    layers.set(l, { ...layers.get(l), [which]: valuesOf(name, which, tensor) })
  }
  return {
    layers: complete(own, ''),
    slots: inOrder(slots, 'optimizer slot').map((slot, s) => complete(slot, `optimizer slot ${s}, `)),
  }
}
