// From a plan to its tapes: short lists of instructions that both backends run. Forward, output error, backward and
// update, the four equations of backpropagation (Nielsen 2015, chapter 2, BP1-BP4), are readable here.

import * as Activations from '../../assembly/abi/activations.ts'
import * as Hits from '../../assembly/abi/hits.ts'
import { PAIRED, PANEL } from '../../assembly/abi/layout.ts'
import * as Rules from '../../assembly/abi/rules.ts'
import { lossNumbers } from '../model/loss-settings.ts'
import { losses } from '../model/losses.ts'
import type { UpdateRule } from '../model/optimizer-row.ts'
import { activations } from '../model/tables.ts'
import { floatOperand, type Instruction, type InstructionOf, instruction, type Split } from './instruction.ts'
import {
  dropInputs,
  dropout,
  normalize,
  normalizeBackward,
  normalizeStaged,
  updateStatistics,
} from './layer-stages.ts'
import { padded } from './panels.ts'
import type { LayerTensors, Plan, Staging, TapeName, Tensor } from './plan.ts'
import { place, type Tape } from './stages.ts'

/** The rows that a matrix's table lists, or its rows in order. */
interface Rows {
  readonly matrix: Tensor
  readonly table?: Tensor
}

const barrier = (plan: Plan): Instruction => instruction('barrier', { sync: plan.sync })

/** True where the output layer's activation is left to its loss. */
const leavesActivation = (plan: Plan): boolean => {
  const { architecture } = plan
  return losses[architecture.loss].fusedWith === architecture.layers.at(-1)!.activation
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
      activation: linear || normalization ? Activations.LINEAR : activations[activation].code,
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
    loss: losses[loss].code,
    activation: activations[layers.at(-1)!.activation].code,
    hitMode,
    threshold: floatOperand(losses[loss].threshold),
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

type Target = (layer: LayerTensors) => {
  weights: Tensor
  weightsT?: Tensor | undefined
  biases?: Tensor | undefined
  gains?: Tensor | undefined
  shifts?: Tensor | undefined
}

/** What is particular to a tape that takes a step. */
interface StepOf {
  readonly name: TapeName
  readonly rule: number
  readonly hitMode: number
  readonly target: Target
  /** True where the step trains: some are dropped, and running statistics follow. */
  readonly trains: boolean
}

/**
 * One step on a mini-batch. Forward, output error and deltas backward are split by rows, or layer by layer by units where
 * that moves less between the cores; then come the updates, split by rows or columns of W: the gradient of every weight
 * matrix, each tile handed to `rule` when it is complete. The barrier before them is why no weight is updated while a
 * delta still needs it; the one at the end keeps the next batch from starting early.
 */
function stepTape(plan: Plan, { name, rule, hitMode, target, trains }: StepOf): Tape {
  const { x, y, xTable, yTable, order, steps, layers, architecture, capacity, sparse } = plan
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
  const storesSlope = (l: number) => activations[architecture.layers[l].activation].storesSlope

  const forwards = layers.map((layer, l) => {
    const linear = l === last && leavesActivation(plan)
    const { inputs, units, activation } = architecture.layers[l]
    const needsRows = activations[activation].wholeRow && !linear
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
    const { code } = activations[architecture.layers[index].activation]
    return instruction(
      'backward',
      {
        delta: layer.deltas,
        weightsT: layer.weightsT,
        source: drops(index) || storesSlope(index) ? below.slopes : below.activations,
        deltaBelow: deltasOf(below),
        units,
        inputs,
        activation: drops(index) ? Activations.STORED : code,
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
  const ruled = {
    rule,
    steps,
    stepStride: steps.rows > 1 ? steps.stride : 0,
    slots: plan.parameters.length,
    strip: plan.strips,
  }
  const updates = layers.flatMap((layer, l): Instruction[] => {
    const { inputs, units } = architecture.layers[l]
    const { weights, weightsT, biases, gains, shifts } = target(layer)
    const lists = l === 0 ? sparse : undefined
    // By units where the forward pass is: a thread updates the weights that it reads.
    const split = capacity.threads === 1 ? 'blocks' : forwards[l].split
    const weightUpdate = instruction(
      'updateWeights',
      {
        input: forwards[l].operands.input,
        inputStride: forwards[l].operands.inputStride,
        inputTable: forwards[l].operands.inputTable,
        delta: layer.deltas,
        weights,
        weightsT,
        inputs,
        units,
        ...ruled,
        tiles: plan.tiles,
        pack: plan.pack,
        fromTable: lists?.fromTable,
        toTable: lists?.toTable,
        bucketLengths: lists?.bucketLengths,
        buckets: lists?.buckets,
      },
      split,
    )
    // γ and β are updated like b: their gradients are sums of columns too.
    const updateBy = (delta: Tensor | undefined, parameters: Tensor | undefined) =>
      parameters ? [instruction('updateBiases', { delta, biases: parameters, units, ...ruled })] : []
    const running = trains ? updateStatistics(plan, l) : undefined
    return [
      weightUpdate,
      ...updateBy(layer.deltas, biases),
      ...updateBy(layer.normalized?.values, gains),
      ...updateBy(layer.normalized?.deltas, shifts),
      ...(running ? [running] : []),
    ]
  })
  return place(
    plan,
    name,
    [
      lookUp,
      ...withBarriers(plan, [...(dropsInputs ? [dropInputs(plan)] : []), ...stages, outputs, ...down]),
      barrier(plan),
    ],
    [...updates.reverse(), barrier(plan)],
  )
}

/** train: one step of the optimizer for each mini-batch. */
export const trainTape = (plan: Plan, { rule }: UpdateRule, hitMode: number): Tape =>
  stepTape(plan, {
    name: 'train',
    rule,
    hitMode,
    trains: true,
    target: ({ weights, weightsT, biases, gains, shifts }) => ({ weights, weightsT, biases, gains, shifts }),
  })

/** gradients: ∇W, ∇b, ∇γ and ∇β of one mini-batch, nothing dropped and the parameters untouched. */
export const gradientsTape = (plan: Plan): Tape =>
  stepTape(plan, {
    name: 'gradients',
    rule: Rules.STORE_GRADIENT,
    hitMode: Hits.NONE,
    trains: false,
    target: (layer) => ({
      weights: layer.weightGradients!,
      biases: layer.biasGradients,
      gains: layer.gainGradients,
      shifts: layer.shiftGradients,
    }),
  })
