// The second half of a step: from the deltas to the parameters. Where nothing is done to the gradient and no batch waits
// for another, a product hands its sums to the rule at once. Where a norm has to be known first, or batches are summed, the
// gradient is stored, measured, and then handed to the rule.

import * as Rules from '../../assembly/abi/rules.ts'
import { type Clip, clipsNorm, isPenalized } from '../model/regularization.ts'
import { floatOperand, type Instruction, type InstructionOf, instruction } from './instruction.ts'
import { updateStatistics } from './layer-stages.ts'
import type { Plan } from './plan.ts'
import { blocksOf, type LayerTensors, type Tensor } from './tensors.ts'

/** The batches whose gradients are summed for one step. */
export interface Group {
  readonly batches: number
  /** Of a whole group, and of the epoch, whose last group may have fewer. */
  readonly rows: number
  readonly epochRows: number
}

// PyTorch's clip_grad_norm_ adds so much to the norm of all parameters; Keras's clipnorm, of one, adds nothing.
const GLOBAL_EPSILON = 1e-6

const NOTHING = { l1: 0, l2: 0, maxNorm: 0 }

const regularizationOf = ({ architecture }: Plan, l: number) =>
  architecture.regularization?.layers[l] ?? NOTHING

export const barrier = (plan: Plan): Instruction => instruction('barrier', { sync: plan.sync })

/** A float operand; none, and so all bits 0, for 0. */
const factor = (value: number): number | undefined => (value === 0 ? undefined : floatOperand(value))

/** The operands of a penalty's gradient. */
const penaltyGradient = (plan: Plan, l: number) => {
  const { l1, l2 } = regularizationOf(plan, l)
  return { l1: factor(l1), twiceL2: factor(2 * l2) }
}

const limitOf = (clip: Clip | undefined) => factor(clip?.kind === 'value' ? clip.limit : 0)

/** The penalty of the weights that have one, block by block, and that of all: the second needs the first from all threads. */
export function penaltyOf(plan: Plan): { sums: Instruction[]; total: Instruction[] } {
  const { layers, penaltySums, penalties } = plan
  let count = 0
  const sums = layers.flatMap(({ weights }, l) => {
    const { l1, l2 } = regularizationOf(plan, l)
    if (!isPenalized({ l1, l2, maxNorm: 0 })) return []
    const at = penaltySums.offset + count
    count += blocksOf(weights)
    const { length } = weights
    return [instruction('penalty', { weights, length, l1: factor(l1), l2: factor(l2), sums: at })]
  })
  if (count === 0) return { sums: [], total: [] }
  return { sums, total: [instruction('addPenalties', { sums: penaltySums, count, penalties })] }
}

/** Parameters whose gradients are sums of columns: b, of δ, and γ and β of a normalised layer. */
interface Vector {
  readonly delta: Tensor | undefined
  readonly parameters: Tensor
  readonly gradient: Tensor | undefined
}

function vectorsOf(layer: LayerTensors): Vector[] {
  const { biases, gains, shifts, normalized } = layer
  const vector = (delta: Tensor | undefined, parameters: Tensor | undefined, gradient: Tensor | undefined) =>
    parameters ? [{ delta, parameters, gradient }] : []
  return [
    ...vector(layer.deltas, biases, layer.biasGradients),
    ...vector(normalized?.values, gains, layer.gainGradients),
    ...vector(normalized?.deltas, shifts, layer.shiftGradients),
  ]
}

/** What of a layer an update writes to, and what is done on the way. */
interface Target {
  readonly weights: Tensor
  readonly weightsT?: Tensor | undefined
  readonly vector: (one: Vector) => Tensor
}

/** The products that make the gradients: of the last layer first, split as the forward pass is, by rows or columns of W. */
function products(
  plan: Plan,
  forwards: readonly InstructionOf<'forward'>[],
  rule: number,
  targetOf: (l: number) => Target,
  group?: Group,
): Instruction[] {
  const { architecture, capacity, sparse, steps } = plan
  const isStored = rule === Rules.STORE_GRADIENT
  const ruled = {
    rule,
    steps,
    stepStride: steps.rows > 1 ? steps.stride : 0,
    slots: plan.parameters.length,
    strip: plan.strips,
    limit: isStored ? undefined : limitOf(architecture.regularization?.clip),
    groupRows: group?.rows,
    epochRows: group?.epochRows,
  }
  const updates = plan.layers.flatMap((layer, l): Instruction[] => {
    const { inputs, units } = architecture.layers[l]
    const { weights, weightsT, vector } = targetOf(l)
    const lists = l === 0 ? sparse : undefined
    // By units where the forward pass is: a thread updates the weights that it reads.
    const split = capacity.threads === 1 ? 'blocks' : forwards[l].split
    const { l1, twiceL2 } = penaltyGradient(plan, l)
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
        l1: isStored ? undefined : l1,
        twiceL2: isStored ? undefined : twiceL2,
        tiles: plan.tiles,
        pack: plan.pack,
        fromTable: lists?.fromTable,
        toTable: lists?.toTable,
        bucketLengths: lists?.bucketLengths,
        buckets: lists?.buckets,
      },
      split,
    )
    return [
      weightUpdate,
      ...vectorsOf(layer).map((one) =>
        instruction('updateBiases', { delta: one.delta, biases: vector(one), units, ...ruled }),
      ),
    ]
  })
  return updates.reverse()
}

const storeGradients = (plan: Plan, forwards: readonly InstructionOf<'forward'>[], group?: Group) =>
  products(
    plan,
    forwards,
    Rules.STORE_GRADIENT,
    (l) => ({ weights: plan.layers[l].weightGradients!, vector: ({ gradient }) => gradient! }),
    group,
  )

/** A stored gradient, whose it is, and where its norms stand. */
interface Stored {
  readonly layer: number
  readonly isWeights: boolean
  readonly parameters: Tensor
  readonly gradient: Tensor
  readonly normsAt: number
}

function storedOf(plan: Plan): Stored[] {
  let normsAt = plan.norms.offset
  const place = (layer: number, isWeights: boolean, parameters: Tensor, gradient: Tensor): Stored => {
    const stored = { layer, isWeights, parameters, gradient, normsAt }
    normsAt += blocksOf(gradient)
    return stored
  }
  return plan.layers.flatMap((one, layer) => [
    place(layer, true, one.weights, one.weightGradients!),
    ...vectorsOf(one).map(({ parameters, gradient }) => place(layer, false, parameters, gradient!)),
  ])
}

/** The penalties' gradients, and the norms of all where `limits`. */
const measured = (plan: Plan, stored: readonly Stored[], limits: boolean): Instruction[] =>
  stored.flatMap(({ layer, isWeights, parameters, gradient, normsAt }) => {
    const penalized = isWeights && isPenalized(regularizationOf(plan, layer))
    if (!penalized && !limits) return []
    const { l1, twiceL2 } = penaltyGradient(plan, layer)
    return instruction('measure', {
      gradient,
      weights: penalized ? parameters : undefined,
      length: gradient.length,
      l1: penalized ? l1 : undefined,
      twiceL2: penalized ? twiceL2 : undefined,
      norms: limits ? normsAt : undefined,
    })
  })

/** The rule on every stored gradient. limits: its norms are known, and the penalties are in it. */
function steps(
  plan: Plan,
  stored: readonly Stored[],
  rule: number,
  limits: boolean,
  group?: Group,
): Instruction[] {
  const { steps, norms } = plan
  const { clip } = plan.architecture.regularization ?? {}
  const isGlobal = clip?.kind === 'globalNorm'
  return stored.map(({ layer, isWeights, parameters, gradient, normsAt }) => {
    const { l1, twiceL2 } = penaltyGradient(plan, layer)
    const isPulled = isWeights && !limits
    const count = isGlobal ? norms.length : blocksOf(gradient)
    return instruction('step', {
      parameters,
      gradient,
      length: gradient.length,
      rule,
      steps,
      stepStride: steps.rows > 1 ? steps.stride : 0,
      slots: plan.parameters.length,
      strip: plan.strips,
      batches: group?.batches ?? 1,
      l1: isPulled ? l1 : undefined,
      twiceL2: isPulled ? twiceL2 : undefined,
      limit: limitOf(clip),
      norms: limits ? (isGlobal ? norms : normsAt) : undefined,
      normCount: limits ? count : undefined,
      mostNorm: limits ? factor(clip!.limit) : undefined,
      epsilon: limits && isGlobal ? factor(GLOBAL_EPSILON) : undefined,
    })
  })
}

/** The limit of the weights into a unit, and the copies Wᵀ that no product has made. all: of every layer. */
const finished = (plan: Plan, all: boolean): Instruction[] =>
  plan.layers.flatMap(({ weights, weightsT }, l) => {
    const { maxNorm } = regularizationOf(plan, l)
    if (maxNorm === 0 && !(all && weightsT)) return []
    const { inputs, units } = plan.architecture.layers[l]
    return instruction('finishWeights', { weights, weightsT, inputs, units, maxNorm: factor(maxNorm) })
  })

/** The instructions, if there are any, and a barrier. */
const phase = (plan: Plan, instructions: readonly Instruction[]): Instruction[] =>
  instructions.length > 0 ? [...instructions, barrier(plan)] : []

/** From the deltas to the parameters, by the rule. */
export function trainUpdates(
  plan: Plan,
  forwards: readonly InstructionOf<'forward'>[],
  rule: number,
  group?: Group,
): Instruction[] {
  const limits = clipsNorm(plan.architecture.regularization)
  // Running statistics follow every batch, also those that wait for a step.
  const running = plan.layers.flatMap((_, l) => updateStatistics(plan, l) ?? [])
  if (!limits && !group) {
    const targetOf = (l: number): Target => {
      const { weights, weightsT } = plan.layers[l]
      return {
        weights,
        // What is scaled afterwards is copied afterwards.
        weightsT: regularizationOf(plan, l).maxNorm > 0 ? undefined : weightsT,
        vector: ({ parameters }) => parameters,
      }
    }
    return [
      ...phase(plan, [...products(plan, forwards, rule, targetOf), ...running]),
      ...phase(plan, finished(plan, false)),
    ]
  }
  const stored = storedOf(plan)
  const phases = [
    ...(limits ? [measured(plan, stored, limits)] : []),
    steps(plan, stored, rule, limits, group),
    finished(plan, true),
  ].filter((one) => one.length > 0)
  // A tape may also be run phase by phase, so each asks whether the group is complete.
  const last = group ? [instruction('group', { groupRows: group.rows, epochRows: group.epochRows })] : []
  return [
    ...phase(plan, [...storeGradients(plan, forwards, group), ...running]),
    ...phases.flatMap((one) => [...last, ...phase(plan, one)]),
  ]
}

/** From the deltas to the gradients of the loss, penalties included. */
export const gradientUpdates = (plan: Plan, forwards: readonly InstructionOf<'forward'>[]): Instruction[] => [
  ...phase(plan, storeGradients(plan, forwards)),
  ...phase(plan, measured(plan, storedOf(plan), false)),
]
