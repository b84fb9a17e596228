// From a plan to its tapes: short lists of instructions that both backends run. Forward, output error, backward and
// update, the four equations of backpropagation (Nielsen 2015, chapter 2, BP1-BP4), are readable here.

import * as Activations from '../../assembly/abi/activations.ts'
import * as Hits from '../../assembly/abi/hits.ts'
import { PAIRED, PANEL } from '../../assembly/abi/layout.ts'
import { activationNumber, activationRow, slopeCode } from '../model/custom-activation.ts'
import { lossRow } from '../model/custom-loss.ts'
import { lossNumbers } from '../model/loss-settings.ts'
import type { UpdateRule } from '../model/optimizer-row.ts'
import {
  doubleOperands,
  floatOperand,
  type Instruction,
  type InstructionOf,
  instruction,
  type Split,
} from './instruction.ts'
import { dropInputs, dropout, normalize, normalizeBackward, normalizeStaged } from './layer-stages.ts'
import { padded } from './panels.ts'
import type { Plan } from './plan.ts'
import { place, type Tape } from './stages.ts'
import type { TapeName } from './tape-places.ts'
import type { LayerTensors, Staging, Tensor } from './tensors.ts'
import { barrier, type Group, gradientUpdates, penaltyOf, trainUpdates } from './updates.ts'

/** The rows that a matrix's table lists, or its rows in order. */
interface Rows {
  readonly matrix: Tensor
  readonly table?: Tensor
}

/** True where the output layer's activation is left to its loss. */
const leavesActivation = (plan: Plan): boolean => {
  const { architecture } = plan
  return lossRow(architecture.loss).fusedWith === architecture.layers.at(-1)!.activation
}

/** a = f(input · W + b), or z alone where `linear`. */
function forward(
  plan: Plan,
  l: number,
  input: Rows,
  out: Tensor,
  slope: Tensor | undefined,
  linear: boolean,
  split: Split = 'rows',
): InstructionOf<'forward'> {
  const { weights, biases } = plan.layers[l]
  const { inputs, units, activation, normalization } = plan.architecture.layers[l]
  const [numberLow, numberHigh] = doubleOperands(activationNumber(activation))
  return instruction(
    'forward',
    {
      input: input.matrix,
      // Between layers a row is padded to whole vectors; the rows of the data are not.
      inputStride: l > 0 ? padded(inputs) : input.matrix.stride,
      inputTable: input.table,
      weights,
      biases,
      out,
      slope,
      inputs,
      units,
      // What is normalised first is activated there.
      activation: linear || normalization ? Activations.LINEAR : activationRow(activation).code,
      layer: l,
      numberLow,
      numberHigh,
      tiles: plan.tiles,
      // Only the rows of the training data have lists.
      fromTable: input.table && plan.sparse?.fromTable,
      toTable: input.table && plan.sparse?.toTable,
    },
    split,
  )
}

/** The loss of each row, its hit and, where `deltas` is given, δ = ∂C/∂z (BP1), weighted where `rowWeights` is. */
function output(
  plan: Plan,
  out: Tensor,
  y: Rows,
  into: {
    slopes?: Tensor | undefined
    deltas?: Tensor | undefined
    losses: Tensor
    hits: Tensor
    rowWeights?: Tensor | undefined
  },
  hitMode: number,
): InstructionOf<'output'> {
  const { architecture } = plan
  const { outputs, loss, layers } = architecture
  const [number1 = 0, number2 = 0, number3 = 0] = lossNumbers(architecture, outputs)
  return instruction('output', {
    out,
    slope: into.slopes,
    y: y.matrix,
    yStride: y.matrix.stride,
    yTable: y.table,
    delta: into.deltas,
    losses: into.losses,
    hits: into.hits,
    units: outputs,
    loss: lossRow(loss).code,
    activation: slopeCode(layers.at(-1)!.activation),
    hitMode,
    threshold: floatOperand(lossRow(loss).threshold),
    lossNumber1: floatOperand(number1),
    lossNumber2: floatOperand(number2),
    lossNumber3: floatOperand(number3),
    rowWeights: into.rowWeights,
    order: into.rowWeights && plan.order,
  })
}

/** Forward through every layer, buffer to buffer; the result is in buffer (layers − 1) mod 2. A list for each layer. */
function forwardStaged(plan: Plan, { x, buffers }: Staging, linearOutput: boolean): Instruction[][] {
  const last = plan.layers.length - 1
  return plan.layers.map(({ gains }, l) => {
    const input = l === 0 ? x : buffers[(l - 1) % 2]
    const out = buffers[l % 2]
    const product = forward(plan, l, { matrix: input }, out, undefined, linearOutput && l === last)
    return gains ? [product, normalizeStaged(plan, l, out)] : [product]
  })
}

const stagedResult = (plan: Plan, { buffers }: Staging): Tensor => buffers[(plan.layers.length - 1) % 2]

/** predict: the outputs of the staged rows. */
export const predictTape = (plan: Plan): Tape =>
  place(plan, 'predict', forwardStaged(plan, plan.staging, false).flat())

/** Where `predict` leaves its result. */
export const predictResult = (plan: Plan): Tensor => stagedResult(plan, plan.staging)

/**
 * evaluate, or validate in the threads' staging rows: the loss and the hit of each of the staged rows. Rows of two layers
 * have two lengths, and overlap in the buffers: all threads finish one layer before any begins the next.
 */
export function evaluateTape(plan: Plan, name: 'evaluate' | 'validate', hitMode: number): Tape {
  const staging = name === 'validate' ? plan.validation! : plan.staging
  const forwards = forwardStaged(plan, staging, leavesActivation(plan))
  return place(plan, name, [
    ...forwards.flatMap((layer, l) => (l === 0 ? layer : [barrier(plan), ...layer])),
    output(
      plan,
      stagedResult(plan, staging),
      { matrix: staging.y },
      { losses: staging.losses, hits: staging.hits },
      hitMode,
    ),
  ])
}

/** Puts a barrier between two instructions where one of them is split by units: the other needs whole rows of it. */
const withBarriers = (plan: Plan, instructions: readonly Instruction[]): Instruction[] =>
  instructions.flatMap((one, i) => {
    const isSplit = (at: number) => instructions[at]?.split === 'units'
    return i > 0 && (isSplit(i - 1) || isSplit(i)) ? [barrier(plan), one] : [one]
  })

// From how many weights on a product is split by units between threads, each of which then keeps its part of W in its
// own cache: a line that another core has written costs about 35 ns to fetch (bench/threads.ts).
const SHARED_WEIGHTS = 1 << 11
// How much more than an even share one thread may get.
const MOST_UNEVEN = 1.34
// One thread takes a long step in slices (src/training/epoch.ts). Weights that do not stay in L2 are streamed once for
// each slice of rows, but once in all for slices of units; these have to be many.
const STREAMED_WEIGHTS = 1 << 18
const LEAST_GROUPS = 32

/** True where the product with weights of k × n is split by its columns. */
function splitsByUnits({ capacity: { threads }, tiles }: Plan, k: number, n: number): boolean {
  const groups = Math.ceil(n / (tiles & PAIRED ? 2 * PANEL : PANEL))
  if (threads === 1) return k * n >= STREAMED_WEIGHTS && groups >= LEAST_GROUPS
  return k * n >= SHARED_WEIGHTS && Math.ceil(groups / threads) * threads <= MOST_UNEVEN * groups
}

type UpdatesOf = (forwards: readonly InstructionOf<'forward'>[]) => Instruction[]

/** What is particular to a tape that takes a step. */
interface StepOf {
  readonly name: TapeName
  readonly hitMode: number
  readonly updatesOf: UpdatesOf
  /** True where the step trains: some are dropped, and the penalties are summed. */
  readonly trains: boolean
}

/**
 * One step on a mini-batch. Forward, output error and deltas backward are split by rows, or layer by layer by units where
 * that moves less between the cores; then come the updates (updates.ts). The barrier before them is why no weight is updated
 * while a delta still needs it; the one at the end keeps the next batch from starting early.
 */
function stepTape(plan: Plan, { name, hitMode, updatesOf, trains }: StepOf): Tape {
  const { x, y, xTable, yTable, order, layers, architecture, sparse } = plan
  const last = layers.length - 1
  const lookUp = instruction('rows', {
    x,
    xStride: x.stride,
    xTable,
    y,
    yStride: y.stride,
    yTable,
    order,
    starts: sparse?.starts,
    fromTable: sparse?.fromTable,
    toTable: sparse?.toTable,
  })
  const dropsInputs = trains && plan.droppedInputs
  const drops = (l: number) => trains && architecture.layers[l].dropout !== undefined
  const first: Rows = dropsInputs ? { matrix: dropsInputs } : { matrix: x, table: xTable }
  const input = (l: number): Rows => (l === 0 ? first : { matrix: layers[l - 1].activations! })
  /** Where ∂C of what the activation is given goes. */
  const deltasOf = ({ normalized, deltas }: LayerTensors) => normalized?.deltas ?? deltas
  const storesSlope = (l: number) => activationRow(architecture.layers[l].activation).storesSlope

  const forwards = layers.map((layer, l) => {
    const linear = l === last && leavesActivation(plan)
    const { inputs, units, activation } = architecture.layers[l]
    const needsRows = activationRow(activation).wholeRow && !linear
    const split = !needsRows && splitsByUnits(plan, inputs, units) ? 'units' : 'rows'
    const out = layer.normalized?.values ?? layer.activations!
    const slope = storesSlope(l) && !layer.normalized ? layer.slopes : undefined
    return forward(plan, l, input(l), out, slope, linear, split)
  })
  const stages = forwards.flatMap((one, l): Instruction[] => [
    one,
    ...(layers[l].normalized ? [normalize(plan, l)] : []),
    ...(drops(l) ? [dropout(plan, l)] : []),
  ])
  const outputs = output(
    plan,
    layers[last].activations!,
    { matrix: y, table: yTable },
    {
      slopes: layers[last].slopes,
      deltas: deltasOf(layers[last]),
      losses: plan.losses,
      hits: plan.hits,
      rowWeights: plan.rowWeights,
    },
    hitMode,
  )
  const backwards = layers.slice(1).map((layer, index) => {
    const below = layers[index]
    const { inputs, units } = architecture.layers[index + 1]
    return instruction(
      'backward',
      {
        delta: layer.deltas,
        weightsT: layer.weightsT,
        source: drops(index) || storesSlope(index) ? below.slopes : below.activations,
        deltaBelow: deltasOf(below),
        units,
        inputs,
        activation: drops(index) ? Activations.STORED : slopeCode(architecture.layers[index].activation),
        tiles: plan.tiles,
      },
      splitsByUnits(plan, units, inputs) ? 'units' : 'rows',
    )
  })
  /** From the output down: each layer's ∂C of z, then that of the layer below. */
  const down = layers
    .flatMap(({ normalized }, l): Instruction[] => [
      ...(l > 0 ? [backwards[l - 1]] : []),
      ...(normalized ? [normalizeBackward(plan, l)] : []),
    ])
    .reverse()
  const penalties = trains ? penaltyOf(plan) : { sums: [], total: [] }
  return place(
    plan,
    name,
    [
      lookUp,
      ...penalties.sums,
      ...withBarriers(plan, [...(dropsInputs ? [dropInputs(plan)] : []), ...stages, outputs, ...down]),
      barrier(plan),
      ...penalties.total,
    ],
    updatesOf(forwards),
  )
}

/** train: one step of the optimizer for each mini-batch. */
export const trainTape = (plan: Plan, { rule }: UpdateRule, hitMode: number, group?: Group): Tape =>
  stepTape(plan, {
    name: 'train',
    hitMode,
    trains: true,
    updatesOf: (forwards) => trainUpdates(plan, forwards, rule, group),
  })

/** gradients: ∇W, ∇b, ∇γ and ∇β of one mini-batch, nothing dropped and the parameters untouched. */
export const gradientsTape = (plan: Plan, hitMode: number = Hits.NONE): Tape =>
  stepTape(plan, {
    name: 'gradients',
    hitMode,
    trains: false,
    updatesOf: (forwards) => gradientUpdates(plan, forwards),
  })
