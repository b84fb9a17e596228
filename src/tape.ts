// From a plan to its tapes: short lists of instructions that both backends run. Forward, output error, backward and
// update, the four equations of backpropagation (Nielsen 2015, chapter 2, BP1-BP4), are readable here.

import {
  BY_BLOCKS,
  BY_UNITS,
  HITS_NONE,
  INSTRUCTION_WORDS,
  LINEAR,
  OP_BACKWARD,
  OP_BARRIER,
  OP_FORWARD,
  OP_OUTPUT,
  OP_ROWS,
  OP_UPDATE_BIASES,
  OP_UPDATE_WEIGHTS,
  PAIRED,
  PANEL,
  STORE_GRADIENT,
} from '../assembly/abi.ts'
import { padded } from './panels.ts'
import {
  type LayerTensors,
  type Plan,
  TAPES,
  type TapeName,
  type Tensor,
  tapeWords,
  type Window,
} from './plan.ts'
import { activations, losses } from './tables.ts'

export interface Instruction {
  readonly op: number
  readonly operands: readonly number[]
}

/** A range of instructions, as element offsets into the arena. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Instructions that belong together. */
export interface Stage extends Span {
  /** The spans between barriers: parts of one phase may run in any order, phases follow each other. */
  readonly phases: readonly Span[]
}

export interface Tape extends Span {
  readonly name: TapeName
  readonly instructions: readonly Instruction[]
  /** The part that only computes: after it the outputs, and in a step the losses and deltas, are there, and no parameter
   * has changed. */
  readonly compute: Stage
  /** The part that changes the parameters, or stores their gradient; undefined if the tape has none. */
  readonly update: Stage | undefined
}

/** The rows that a matrix's table lists, or its rows in order. */
interface Rows {
  readonly matrix: Tensor
  readonly table?: Tensor
}

const byUnits = ({ op, operands }: Instruction): Instruction => ({ op: op | BY_UNITS, operands })

const offset = (tensor: Tensor | undefined): number => tensor?.offset ?? 0

const barrier = (plan: Plan): Instruction => ({ op: OP_BARRIER, operands: [plan.sync.offset] })

/** True where the output layer's activation is left to its loss. */
const isFused = (plan: Plan): boolean => {
  const { architecture } = plan
  return losses[architecture.loss].fusedWith === architecture.layers.at(-1)!.activation
}

/** The instructions from the element `from` on, as a stage. */
function stageOf(from: number, instructions: readonly Instruction[]): Stage {
  const at = (index: number) => from + index * INSTRUCTION_WORDS
  const phases: Span[] = []
  let begin = 0
  instructions.forEach(({ op }, index) => {
    if (op !== OP_BARRIER) return
    phases.push({ from: at(begin), to: at(index) })
    begin = index + 1
  })
  if (begin < instructions.length) phases.push({ from: at(begin), to: at(instructions.length) })
  return { from, to: at(instructions.length), phases }
}

/** The tape at its place in the arena. Every stage of a step ends with a barrier. */
function place(
  plan: Plan,
  name: TapeName,
  computes: readonly Instruction[],
  updates?: readonly Instruction[],
): Tape {
  const room = tapeWords(plan.layers.length)
  const instructions = [...computes, ...(updates ?? [])]
  if (instructions.length * INSTRUCTION_WORDS > room) {
    throw new Error(`the tape '${name}' has ${instructions.length} instructions, more than there is room for`)
  }
  const compute = stageOf(plan.tapes.offset + TAPES.indexOf(name) * room, computes)
  const update = updates && stageOf(compute.to, updates)
  return { name, instructions, compute, update, from: compute.from, to: (update ?? compute).to }
}

/** a = f(input · W + b), or z alone where `linear`. */
function forward(
  plan: Plan,
  l: number,
  input: Rows,
  out: Tensor,
  slope: Tensor | undefined,
  linear: boolean,
): Instruction {
  const { weights, biases } = plan.layers[l]
  const { inputs, units, activation } = plan.architecture.layers[l]
  return {
    op: OP_FORWARD,
    operands: [
      input.matrix.offset,
      // Between layers a row is padded to whole vectors; the rows of the data are not.
      l > 0 ? padded(inputs) : input.matrix.stride,
      offset(input.table),
      weights.offset,
      offset(biases),
      out.offset,
      offset(slope),
      inputs,
      units,
      linear ? LINEAR : activations[activation].code,
      plan.tiles,
      // Only the rows of the training data have lists.
      offset(input.table && plan.sparse?.fromTable),
      offset(input.table && plan.sparse?.toTable),
    ],
  }
}

/** The loss of each row, its hit and, where `deltas` is given, δ = ∂C/∂z (BP1). */
function output(
  plan: Plan,
  out: Tensor,
  y: Rows,
  into: { slopes?: Tensor; deltas?: Tensor; losses: Tensor; hits: Tensor },
  hitMode: number,
): Instruction {
  const { outputs, loss, layers } = plan.architecture
  return {
    op: OP_OUTPUT,
    operands: [
      out.offset,
      offset(into.slopes),
      y.matrix.offset,
      y.matrix.stride,
      offset(y.table),
      offset(into.deltas),
      into.losses.offset,
      into.hits.offset,
      outputs,
      losses[loss].code,
      activations[layers.at(-1)!.activation].code,
      hitMode,
    ],
  }
}

/** Forward through every layer, buffer to buffer; the result is in buffer (layers − 1) mod 2. */
function forwardWindow(plan: Plan, { x, buffers }: Window, linearOutput: boolean): Instruction[] {
  const last = plan.layers.length - 1
  return plan.layers.map((_, l) => {
    const input = l === 0 ? x : buffers[(l - 1) % 2]
    return forward(plan, l, { matrix: input }, buffers[l % 2], undefined, linearOutput && l === last)
  })
}

const windowResult = (plan: Plan, { buffers }: Window): Tensor => buffers[(plan.layers.length - 1) % 2]

/** predict: the outputs of the window's rows. */
export const predictTape = (plan: Plan): Tape =>
  place(plan, 'predict', forwardWindow(plan, plan.window, false))

/** Where `predict` leaves its result. */
export const predictResult = (plan: Plan): Tensor => windowResult(plan, plan.window)

/**
 * evaluate, or validate in the threads' window: the loss and the hit of each of the window's rows. Rows of two layers
 * have two lengths, and overlap in the buffers: all threads finish one layer before any begins the next.
 */
export function evaluateTape(plan: Plan, name: 'evaluate' | 'validate', hitMode: number): Tape {
  const window = name === 'validate' ? plan.validation! : plan.window
  const forwards = forwardWindow(plan, window, isFused(plan))
  return place(plan, name, [
    ...forwards.flatMap((one, l) => (l === 0 ? [one] : [barrier(plan), one])),
    output(
      plan,
      windowResult(plan, window),
      { matrix: window.y },
      { losses: window.losses, hits: window.hits },
      hitMode,
    ),
  ])
}

/** Puts a barrier between two instructions where one of them is split by units: the other needs whole rows of it. */
const withBarriers = (plan: Plan, instructions: readonly Instruction[]): Instruction[] =>
  instructions.flatMap((one, i) => {
    const isSplit = (at: number) => ((instructions[at]?.op ?? 0) & BY_UNITS) !== 0
    return i > 0 && (isSplit(i - 1) || isSplit(i)) ? [barrier(plan), one] : [one]
  })

// From how many weights on a product is split by units between threads, each of which then keeps its part of W in its
// own cache: a line that another core has written costs about 35 ns to fetch (bench/threads.ts).
const SHARED_WEIGHTS = 1 << 11
// How much more than an even share one thread may get.
const MOST_UNEVEN = 1.34
// One thread takes a long step in slices (src/epoch.ts). Weights that do not stay in L2 are streamed once for each slice of
// rows, but once in all for slices of units; these have to be many.
const STREAMED_WEIGHTS = 1 << 18
const LEAST_GROUPS = 32

/** True where the product with weights of k × n is split by its columns. */
function splitsByUnits({ capacity: { threads }, tiles }: Plan, k: number, n: number): boolean {
  const groups = Math.ceil(n / (tiles & PAIRED ? 2 * PANEL : PANEL))
  if (threads === 1) return k * n >= STREAMED_WEIGHTS && groups >= LEAST_GROUPS
  return k * n >= SHARED_WEIGHTS && Math.ceil(groups / threads) * threads <= MOST_UNEVEN * groups
}

type Target = (layer: LayerTensors) => { weights: Tensor; weightsT?: Tensor; biases?: Tensor }

/**
 * One step on a mini-batch. Forward, output error and deltas backward are split by rows, or layer by layer by units where
 * that moves less between the cores; then come the updates, split by rows or columns of W: the gradient of every weight
 * matrix, each tile handed to `rule` when it is complete. The barrier before them is why no weight is updated while a
 * delta still needs it; the one at the end keeps the next batch from starting early.
 */
function stepTape(plan: Plan, name: TapeName, rule: number, hitMode: number, target: Target): Tape {
  const { x, y, xTable, yTable, order, control, layers, architecture } = plan
  const last = layers.length - 1
  const lookUp: Instruction = {
    op: OP_ROWS,
    operands: [
      x.offset,
      x.stride,
      xTable.offset,
      y.offset,
      y.stride,
      yTable.offset,
      order.offset,
      offset(plan.sparse?.starts),
      offset(plan.sparse?.fromTable),
      offset(plan.sparse?.toTable),
    ],
  }
  const input = (l: number): Rows =>
    l === 0 ? { matrix: x, table: xTable } : { matrix: layers[l - 1].activations! }

  const forwards = layers.map((layer, l) => {
    const linear = l === last && isFused(plan)
    const one = forward(plan, l, input(l), layer.activations!, layer.slopes, linear)
    const { inputs, units, activation } = architecture.layers[l]
    const needsRows = activations[activation].wholeRow && !linear
    return !needsRows && splitsByUnits(plan, inputs, units) ? byUnits(one) : one
  })
  const outputs = output(
    plan,
    layers[last].activations!,
    { matrix: y, table: yTable },
    { slopes: layers[last].slopes, deltas: layers[last].deltas, losses: plan.losses, hits: plan.hits },
    hitMode,
  )
  const backwards = layers.slice(1).map((layer, index): Instruction => {
    const below = layers[index]
    const shape = architecture.layers[index + 1]
    return {
      op: OP_BACKWARD | (splitsByUnits(plan, shape.units, shape.inputs) ? BY_UNITS : 0),
      operands: [
        layer.deltas!.offset,
        layer.weightsT!.offset,
        offset(below.slopes ?? below.activations),
        below.deltas!.offset,
        shape.units,
        shape.inputs,
        activations[architecture.layers[index].activation].code,
        plan.tiles,
      ],
    }
  })
  const updates = layers.flatMap((layer, l): Instruction[] => {
    const { inputs, units } = architecture.layers[l]
    const { weights, weightsT, biases } = target(layer)
    const a = forwards[l].operands.slice(0, 3)
    const delta = layer.deltas!.offset
    // By units where the forward pass is: a thread updates the weights that it reads.
    const split = plan.capacity.threads > 1 ? forwards[l].op & BY_UNITS : BY_BLOCKS
    const weightUpdate: Instruction = {
      op: OP_UPDATE_WEIGHTS | split,
      operands: [
        ...a,
        delta,
        weights.offset,
        offset(weightsT),
        inputs,
        units,
        rule,
        control.offset,
        plan.tiles,
        plan.pack.offset,
        ...(l === 0 && plan.sparse
          ? [
              plan.sparse.fromTable.offset,
              plan.sparse.toTable.offset,
              plan.sparse.bucketLengths.offset,
              plan.sparse.buckets.offset,
            ]
          : []),
      ],
    }
    if (!biases) return [weightUpdate]
    return [
      weightUpdate,
      { op: OP_UPDATE_BIASES, operands: [delta, biases.offset, units, rule, control.offset] },
    ]
  })
  return place(
    plan,
    name,
    [lookUp, ...withBarriers(plan, [...forwards, outputs, ...backwards.reverse()]), barrier(plan)],
    [...updates.reverse(), barrier(plan)],
  )
}

/** train: one step of the optimizer for each mini-batch. */
export const trainTape = (plan: Plan, rule: number, hitMode: number): Tape =>
  stepTape(plan, 'train', rule, hitMode, ({ weights, weightsT, biases }) => ({ weights, weightsT, biases }))

/** gradients: ∇W and ∇b of one mini-batch, the parameters untouched. */
export const gradientsTape = (plan: Plan): Tape =>
  stepTape(plan, 'gradients', STORE_GRADIENT, HITS_NONE, (layer) => ({
    weights: layer.weightGradients!,
    biases: layer.biasGradients,
  }))

/** A tape as the words that the arena holds. */
export function tapeToWords(tape: Tape): Int32Array {
  const words = new Int32Array(tape.instructions.length * INSTRUCTION_WORDS)
  tape.instructions.forEach(({ op, operands }, index) => {
    words.set([op, ...operands], index * INSTRUCTION_WORDS)
  })
  return words
}
