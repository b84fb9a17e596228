// The memory of a training by kernels: what is written to it, and what is read from it.

import * as Abi from '../../assembly/abi/online/map.ts'
import { power } from '../base/powers.ts'
import { activationTable } from './activation-table.ts'
import type { Online } from './online.ts'
import type { Layer, Parameters, Weights } from './parameters.ts'
import type { Place, Plan } from './plan.ts'
import type { Rule } from './rule.ts'
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

/** The parts of a layer's rows, a vector of each in turn: arrays of JavaScript, (units × inputs). */
const partsOf = (layer: Layer, isAdam: boolean): Weights['weights'][] =>
  isAdam
    ? [layer.weights, layer.firstMoments!.weights, layer.secondMoments!.weights]
    : [layer.weights, layer.changes!]

/** Calls `visit` with each row of the parts, and with where its numbers stand: the first, and the distance of the next. */
function eachRow(
  layer: Layer,
  { weights, stride, isByUnit }: Place,
  isAdam: boolean,
  visit: (row: Float32Array, at: number, distance: number) => void,
): void {
  const parts = partsOf(layer, isAdam)
  parts.forEach((rows, p) => {
    rows.forEach((row, j) => {
      if (isByUnit) visit(row, (weights + stride * j) / 4 + 4 * p, 1)
      else visit(row, weights / 4 + 4 * (parts.length * (j >> 2) + p) + (j & 3), stride / 4)
    })
  })
}

function biasesOf(layer: Layer, { biases, part }: Place, isAdam: boolean): [Float32Array, number][] {
  return isAdam
    ? [
        [layer.biases, biases],
        [layer.firstMoments!.biases, biases + part],
        [layer.secondMoments!.biases, biases + 2 * part],
      ]
    : [[layer.biases, biases]]
}

/** Calls `copy` with each list of parameters, and with where its numbers stand: the first, and the distance of the next. */
function eachList(
  { places }: Plan,
  { layers }: Parameters,
  isAdam: boolean,
  copy: (list: Float32Array, at: number, distance: number) => void,
): void {
  places.forEach((place, l) => {
    eachRow(layers[l], place, isAdam, copy)
    for (const [biases, first] of biasesOf(layers[l], place, isAdam)) copy(biases, first / 4, 1)
  })
}

function readParameters(buffer: ArrayBuffer, plan: Plan, parameters: Parameters, isAdam: boolean): void {
  const floats = new Float32Array(buffer)
  eachList(plan, parameters, isAdam, (list, at, distance) => {
    for (let i = 0; i < list.length; ++i) floats[at + i * distance] = list[i]
  })
}

function writeParameters(buffer: ArrayBuffer, plan: Plan, parameters: Parameters, isAdam: boolean): void {
  const floats = new Float32Array(buffer)
  eachList(plan, parameters, isAdam, (list, at, distance) => {
    for (let i = 0; i < list.length; ++i) list[i] = floats[at + i * distance]
  })
}

function writeData(buffer: ArrayBuffer, plan: Plan, data: TrainingData): void {
  const ints = new Uint32Array(buffer)
  const floats = new Float32Array(buffer)
  const { inputs, stride } = plan.places[0]
  const { part, units } = plan.places[plan.places.length - 1]
  let at = plan.entries / 4
  for (let r = 0; r < data.rows; ++r) {
    ints[plan.starts / 4 + r] = 4 * at - plan.entries
    let next = 0
    const push = (index: number, value: number) => {
      ints[at++] = index * stride
      floats[at++] = value
      next = index + 1
    }
    for (let k = data.starts[r]; k < data.starts[r + 1]; ++k) {
      if (plan.keepsZeros) while (next < data.indices[k]) push(next, 0)
      else if (data.values[k] === 0) continue
      push(data.indices[k], data.values[k])
    }
    if (plan.keepsZeros) while (next < inputs) push(next, 0)
  }
  ints[plan.starts / 4 + data.rows] = 4 * at - plan.entries
  for (let r = 0; r < data.rows; ++r) {
    floats.set(data.targets.subarray(r * units, (r + 1) * units), (plan.targets + r * part) / 4)
  }
}

/** Writes to fields of the head. */
function fieldsOf(buffer: ArrayBuffer, { head }: Plan) {
  const ints = new Uint32Array(buffer)
  const floats = new Float32Array(buffer)
  const doubles = new Float64Array(buffer)
  return {
    int(field: number, value: number) {
      ints[(head + field) / 4] = value
    },
    float(field: number, value: number) {
      floats[(head + field) / 4] = value
    },
    double(field: number, value: number) {
      doubles[(head + field) / 8] = value
    },
  }
}

type Fields = ReturnType<typeof fieldsOf>

/** Writes the rule, for Adam after so many steps. */
function writeRule({ int, float, double }: Fields, rule: Rule, steps: number): void {
  int(Abi.ACTIVATION, codes[rule.activation])
  float(Abi.RATE, rule.learningRate)
  float(Abi.MOMENTUM, rule.momentum)
  float(Abi.ALPHA, rule.activation === 'relu' ? 0 : rule.leakyReluAlpha)
  double(Abi.FULL_RATE, rule.learningRate)
  double(Abi.BETA1, rule.beta1)
  float(Abi.SHARE1, 1 - rule.beta1)
  double(Abi.BETA2, rule.beta2)
  float(Abi.SHARE2, 1 - rule.beta2)
  float(Abi.EPSILON, rule.epsilon)
  double(Abi.POWER1, power(rule.beta1, steps))
  double(Abi.POWER2, power(rule.beta2, steps))
}

/** Writes the table of the activation, where it has one. */
function writeTable(buffer: ArrayBuffer, { float }: Fields, { activation }: Rule): void {
  if (activation !== 'sigmoid' && activation !== 'tanh') return
  const { terms, low, high, scale } = activationTable(activation)
  new Float32Array(buffer).set(terms, Abi.TABLE / 4)
  float(Abi.TABLE_LOW, low)
  float(Abi.TABLE_HIGH, high)
  // Adding 1.5 · 2^23 / scale rounds to an entry and leaves its number in the low bits.
  float(Abi.TABLE_ROUND, (1.5 * 2 ** 23) / scale - low)
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
  const fields = fieldsOf(buffer, plan)
  const { int, double } = fields
  ints.fill(0, plan.head / 4, plan.starts / 4)
  int(Abi.LAYERS, plan.places.length)
  int(Abi.IS_ADAM, Number(rule.isAdam))
  int(Abi.IS_SPARSE, Number(!plan.keepsZeros))
  int(Abi.IS_TINY, Number(plan.shares !== undefined))
  int(Abi.SHARES, plan.sharesPtr)
  int(Abi.ROWS, data.rows)
  int(Abi.OUTPUTS, plan.places[plan.places.length - 1].units)
  int(Abi.STARTS, plan.starts)
  int(Abi.ENTRIES, plan.entries)
  int(Abi.TARGETS, plan.targets)
  double(Abi.ERROR, 1)
  writeRule(fields, rule, parameters.steps)
  writeTable(buffer, fields, rule)
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
    ints.fill(0xffffffff, place.mask / 4, place.mask / 4 + place.units)
  })
  readParameters(buffer, plan, parameters, rule.isAdam)
  ints.fill(0, plan.targets / 4, plan.end / 4)
  writeData(buffer, plan, data)
  if (plan.shares) new Float32Array(buffer).set(plan.shares, plan.sharesPtr / 4)
}

/** The training whose numbers stand in the memory. */
export function onlineIn(
  buffer: ArrayBuffer,
  kernels: Kernels,
  plan: Plan,
  parameters: Parameters,
  first: Rule,
  release: () => void,
): Online {
  const ints = new Uint32Array(buffer)
  const doubles = new Float64Array(buffer)
  const { head } = plan
  const fields = fieldsOf(buffer, plan)
  const { isAdam } = first
  const { steps } = parameters
  let { activation } = first
  /** Steps of Adam so far. */
  function stepsNow(): number {
    if (!isAdam) return steps
    // The low half of a 64-bit integer, and the high one.
    const at = (head + Abi.SAMPLES) / 4
    return steps + ints[at] + 2 ** 32 * ints[at + 1]
  }
  return {
    get iterations() {
      return ints[(head + Abi.ITERATIONS) / 4]
    },
    get error() {
      return doubles[(head + Abi.ERROR) / 8]
    },
    get isBetween() {
      return ints[(head + Abi.ROW) / 4] === 0
    },
    run: (most, until, threshold) => kernels.run(head, most, Math.min(until, 2 ** 31 - 1), threshold),
    write() {
      kernels.settle(head)
      writeParameters(buffer, plan, parameters, isAdam)
      parameters.steps = stepsNow()
    },
    read: () => readParameters(buffer, plan, parameters, isAdam),
    follow(rule) {
      // What is behind is brought up to date by the momentum that it had.
      kernels.settle(head)
      writeRule(fields, rule, stepsNow())
      if (rule.activation !== activation) writeTable(buffer, fields, rule)
      activation = rule.activation
    },
    release,
  }
}
