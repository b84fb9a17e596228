// The memory of a training by kernels: assembly/abi/online.ts has the map.

import * as Abi from '../../assembly/abi/online.ts'
import { power } from '../base/powers.ts'
import { activationTables } from './activation-table.ts'
import type { Online, Rule } from './online.ts'
import type { Layer, Parameters, Weights } from './parameters.ts'
import type { TrainingData } from './training-data.ts'

/** assembly/online/index.ts */
export interface Kernels {
  run(head: number, most: number, until: number, threshold: number): number
  settle(head: number): void
}

const codes = {
  sigmoid: Abi.SIGMOID,
  tanh: Abi.TANH,
  relu: Abi.RELU,
  'leaky-relu': Abi.LEAKY_RELU,
} as const

/** Byte addresses of a layer. */
interface Place {
  readonly inputs: number
  readonly units: number
  /** Bytes of a value for each unit, padded to vectors. */
  readonly part: number
  readonly weights: number
  readonly stride: number
  readonly biases: number
  readonly activations: number
  readonly deltas: number
  readonly steps: number
  readonly mask: number
}

export interface Plan {
  readonly head: number
  readonly places: readonly Place[]
  readonly table: number
  readonly starts: number
  readonly entries: number
  readonly targets: number
  readonly keepsZeros: boolean
  readonly end: number
}

/** Lists without zeros are shorter, but each row that they miss has to be brought up to date later. */
const MOST_ZEROS = 0.8

function countNonzeros({ starts, rows, values }: TrainingData): number {
  let count = 0
  for (let k = 0; k < starts[rows]; ++k) if (values[k] !== 0) ++count
  return count
}

const TABLE_LENGTH = Abi.TERMS * (2 * Abi.TABLE_ENTRIES + 1)

/** Where everything stands, from address `head` on. */
export function arrange(sizes: readonly number[], data: TrainingData, rule: Rule, head: number): Plan {
  let end = head + Abi.HEAD + (sizes.length - 1) * Abi.LAYER
  const take = (bytes: number): number => {
    const at = (end + 15) & ~15
    end = at + bytes
    return at
  }
  const places = sizes.slice(1).map((units, l) => {
    const inputs = sizes[l]
    const part = 16 * Math.ceil(units / 2)
    const stride = rule.isAdam ? 3 * part : 2 * part + 16
    return {
      ...{ inputs, units, part, stride },
      // The kernels take rows two by two.
      weights: take(stride * (inputs + (inputs % 2))),
      biases: take(part * (rule.isAdam ? 3 : 1)),
      activations: take(part),
      deltas: take(part),
      steps: take(part),
      mask: take(part),
    }
  })
  const listed = data.starts[data.rows]
  const nonzeros = countNonzeros(data)
  const keepsZeros = nonzeros > (1 - MOST_ZEROS) * data.rows * sizes[0]
  return {
    ...{ head, places, keepsZeros },
    table: take(8 * TABLE_LENGTH),
    starts: take(4 * (data.rows + 1)),
    entries: take(Abi.ENTRY * (keepsZeros ? listed : nonzeros)),
    targets: take((data.rows * places[places.length - 1].part) / 2),
    end,
  }
}

const float64 = (buffer: ArrayBuffer) => new Float64Array(buffer)

/** The parts of a layer's rows, a vector of each in turn: arrays of JavaScript, (units × inputs). */
const partsOf = (layer: Layer, isAdam: boolean): Weights['weights'][] =>
  isAdam ? [layer.weights, layer.low!.weights, layer.high!.weights] : [layer.weights, layer.changes!]

/** Calls `visit` with each row of the parts, and with where its numbers stand: the first, and the distance of the next. */
function eachRow(
  layer: Layer,
  { weights, stride }: Place,
  isAdam: boolean,
  visit: (row: Float32Array, at: number, distance: number) => void,
): void {
  const parts = partsOf(layer, isAdam)
  parts.forEach((rows, p) => {
    rows.forEach((row, j) => {
      visit(row, weights / 8 + 2 * (parts.length * (j >> 1) + p) + (j & 1), stride / 8)
    })
  })
}

function biasesOf(layer: Layer, { biases, part }: Place, isAdam: boolean): [Float32Array, number][] {
  return isAdam
    ? [
        [layer.biases, biases],
        [layer.low!.biases, biases + part],
        [layer.high!.biases, biases + 2 * part],
      ]
    : [[layer.biases, biases]]
}

function readParameters(
  buffer: ArrayBuffer,
  { places }: Plan,
  { layers }: Parameters,
  isAdam: boolean,
): void {
  const floats = float64(buffer)
  places.forEach((place, l) => {
    eachRow(layers[l], place, isAdam, (row, at, distance) => {
      for (let i = 0; i < row.length; ++i) floats[at + i * distance] = row[i]
    })
    for (const [biases, first] of biasesOf(layers[l], place, isAdam)) floats.set(biases, first / 8)
  })
}

function writeParameters(
  buffer: ArrayBuffer,
  { places }: Plan,
  { layers }: Parameters,
  isAdam: boolean,
): void {
  const floats = float64(buffer)
  places.forEach((place, l) => {
    eachRow(layers[l], place, isAdam, (row, at, distance) => {
      for (let i = 0; i < row.length; ++i) row[i] = floats[at + i * distance]
    })
    for (const [biases, first] of biasesOf(layers[l], place, isAdam)) {
      biases.set(floats.subarray(first / 8, first / 8 + biases.length))
    }
  })
}

function writeData(buffer: ArrayBuffer, plan: Plan, data: TrainingData): void {
  const ints = new Uint32Array(buffer)
  const singles = new Float32Array(buffer)
  const { stride, part } = { stride: plan.places[0].stride, part: plan.places[plan.places.length - 1].part }
  let at = plan.entries / 4
  for (let r = 0; r < data.rows; ++r) {
    ints[plan.starts / 4 + r] = 4 * at - plan.entries
    for (let k = data.starts[r]; k < data.starts[r + 1]; ++k) {
      if (data.values[k] === 0 && !plan.keepsZeros) continue
      ints[at++] = data.indices[k] * stride
      singles[at++] = data.values[k]
    }
  }
  ints[plan.starts / 4 + data.rows] = 4 * at - plan.entries
  const outputs = plan.places[plan.places.length - 1].units
  for (let r = 0; r < data.rows; ++r) {
    const row = data.targets.subarray(r * outputs, (r + 1) * outputs)
    singles.set(row, (plan.targets + (r * part) / 2) / 4)
  }
}

/** Writes everything to the memory. */
export function fill(
  buffer: ArrayBuffer,
  plan: Plan,
  parameters: Parameters,
  data: TrainingData,
  rule: Rule,
): void {
  const ints = new Uint32Array(buffer)
  const floats = float64(buffer)
  ints.fill(0, plan.head / 4, plan.starts / 4)
  const int = (field: number, value: number) => {
    ints[(plan.head + field) / 4] = value
  }
  const float = (field: number, value: number) => {
    floats[(plan.head + field) / 8] = value
  }
  int(Abi.ACTIVATION, codes[rule.activation])
  int(Abi.LAYERS, plan.places.length)
  int(Abi.IS_ADAM, Number(rule.isAdam))
  int(Abi.IS_SPARSE, Number(!plan.keepsZeros))
  int(Abi.ROWS, data.rows)
  int(Abi.OUTPUTS, plan.places[plan.places.length - 1].units)
  int(Abi.STARTS, plan.starts)
  int(Abi.ENTRIES, plan.entries)
  int(Abi.TARGETS, plan.targets)
  float(Abi.RATE, rule.learningRate)
  float(Abi.MOMENTUM, rule.momentum)
  float(Abi.ALPHA, rule.leakyReluAlpha)
  float(Abi.BETA1, rule.beta1)
  float(Abi.SHARE1, 1 - rule.beta1)
  float(Abi.BETA2, rule.beta2)
  float(Abi.SHARE2, 1 - rule.beta2)
  float(Abi.EPSILON, rule.epsilon)
  float(Abi.POWER1, power(rule.beta1, parameters.steps))
  float(Abi.POWER2, power(rule.beta2, parameters.steps))
  float(Abi.ERROR, 1)
  if (rule.activation === 'sigmoid' || rule.activation === 'tanh') {
    const { terms, scale } = activationTables()[rule.activation]
    floats.set(terms, plan.table / 8)
    int(Abi.TABLE, plan.table + 8 * Abi.TERMS * Abi.TABLE_ENTRIES)
    float(Abi.TABLE_SCALE, scale)
    float(Abi.TABLE_INVERSE, 1 / scale)
    float(Abi.TABLE_END, Abi.TABLE_ENTRIES / scale)
  }
  plan.places.forEach((place, l) => {
    const at = Abi.HEAD + l * Abi.LAYER
    int(at + Abi.INPUTS, place.inputs)
    int(at + Abi.VECTORS, place.part / 16)
    int(at + Abi.WEIGHTS, place.weights)
    int(at + Abi.STRIDE, place.stride)
    int(at + Abi.BIASES, place.biases)
    int(at + Abi.ACTIVATIONS, place.activations)
    int(at + Abi.DELTAS, place.deltas)
    int(at + Abi.STEPS, place.steps)
    int(at + Abi.MASK, place.mask)
    ints.fill(0xffffffff, place.mask / 4, place.mask / 4 + 2 * place.units)
  })
  readParameters(buffer, plan, parameters, rule.isAdam)
  ints.fill(0, plan.targets / 4, plan.end / 4)
  writeData(buffer, plan, data)
}

/** The training whose numbers stand in the memory. */
export function onlineIn(
  buffer: ArrayBuffer,
  kernels: Kernels,
  plan: Plan,
  parameters: Parameters,
  rule: Rule,
  release: () => void,
): Online {
  const ints = new Uint32Array(buffer)
  const floats = float64(buffer)
  const { head } = plan
  const { steps } = parameters
  return {
    get iterations() {
      return ints[(head + Abi.ITERATIONS) / 4]
    },
    get error() {
      return floats[(head + Abi.ERROR) / 8]
    },
    get isBetween() {
      return ints[(head + Abi.ROW) / 4] === 0
    },
    run: (most, until, threshold) => kernels.run(head, most, Math.min(until, 2 ** 31 - 1), threshold),
    write() {
      kernels.settle(head)
      writeParameters(buffer, plan, parameters, rule.isAdam)
      // The low half of a 64-bit integer, and the high one.
      const at = (head + Abi.SAMPLES) / 4
      if (rule.isAdam) parameters.steps = steps + ints[at] + 2 ** 32 * ints[at + 1]
    },
    read: () => readParameters(buffer, plan, parameters, rule.isAdam),
    release,
  }
}
