// The instructions of what a layer does besides its product and its activation: normalise z, and drop some of a.

import * as Activations from '../../assembly/abi/activations.ts'
import * as Normalizations from '../../assembly/abi/normalizations.ts'
import { activationNumber, activationRow } from '../model/custom-activation.ts'
import { normalizations } from '../model/normalizations.ts'
import { doubleOperands, type InstructionOf, instruction, type Split } from './instruction.ts'
import { padded } from './panels.ts'
import type { Plan } from './plan.ts'
import type { Tensor } from './tensors.ts'

/** How the normalisation of layer l is split: a column's mean is no sum of several threads. */
const splitOf = (plan: Plan, l: number): Split =>
  plan.architecture.layers[l].normalization?.name === 'batch' ? 'units' : 'rows'

/** In training: a = f(γ ⊙ ẑ + β), ẑ kept for the backward pass. */
export function normalize(plan: Plan, l: number): InstructionOf<'normalize'> {
  const { activations: out, normalized, slopes, gains, shifts } = plan.layers[l]
  const { units, activation, normalization } = plan.architecture.layers[l]
  const { storesSlope, code } = activationRow(activation)
  const [epsilonLow, epsilonHigh] = doubleOperands(normalization!.epsilon)
  const [numberLow, numberHigh] = doubleOperands(activationNumber(activation))
  return instruction(
    'normalize',
    {
      z: normalized!.values,
      keeps: 1,
      out,
      slope: storesSlope ? slopes : undefined,
      statistics: normalized!.statistics,
      gains,
      shifts,
      runningMean: undefined,
      runningVariance: undefined,
      units,
      activation: code,
      layer: l,
      numberLow,
      numberHigh,
      normalization: normalizations[normalization!.name].code,
      epsilonLow,
      epsilonHigh,
      tiles: plan.tiles,
    },
    splitOf(plan, l),
  )
}

/** Outside training: the same in place, over the batch by running statistics. */
export function normalizeStaged(plan: Plan, l: number, buffer: Tensor): InstructionOf<'normalize'> {
  const { gains, shifts, runningMean, runningVariance } = plan.layers[l]
  const { units, activation, normalization } = plan.architecture.layers[l]
  const { code, isOverBatch } = normalizations[normalization!.name]
  const [epsilonLow, epsilonHigh] = doubleOperands(normalization!.epsilon)
  const [numberLow, numberHigh] = doubleOperands(activationNumber(activation))
  return instruction('normalize', {
    z: buffer,
    keeps: 0,
    out: buffer,
    slope: undefined,
    statistics: undefined,
    gains,
    shifts,
    runningMean,
    runningVariance,
    units,
    activation: activationRow(activation).code,
    layer: l,
    numberLow,
    numberHigh,
    normalization: isOverBatch ? Normalizations.RUNNING : code,
    epsilonLow,
    epsilonHigh,
    tiles: plan.tiles,
  })
}

/** δ = ∂C/∂z from ∂C/∂u. */
export function normalizeBackward(plan: Plan, l: number): InstructionOf<'normalizeBackward'> {
  const { normalized, deltas, gains } = plan.layers[l]
  const { units, normalization } = plan.architecture.layers[l]
  return instruction(
    'normalizeBackward',
    {
      deltaScaled: normalized!.deltas,
      normalized: normalized!.values,
      delta: deltas,
      statistics: normalized!.statistics,
      gains,
      units,
      normalization: normalizations[normalization!.name].code,
      tiles: plan.tiles,
    },
    splitOf(plan, l),
  )
}

/** What is left of a share p: a random word below the threshold drops an element, and the scale makes up for it. */
function maskOperands(p: number) {
  const [scaleLow, scaleHigh] = doubleOperands(1 / (1 - p))
  // The most that a 32-bit word holds; an operand is signed.
  const threshold = Math.min(2 ** 32 - 1, Math.round(p * 2 ** 32)) | 0
  return { threshold, scaleLow, scaleHigh }
}

/** Drops some of a, and of f' where they were dropped. */
export function dropout(plan: Plan, l: number): InstructionOf<'dropout'> {
  const { activations: a, slopes } = plan.layers[l]
  const { units, activation, dropout: p } = plan.architecture.layers[l]
  const { storesSlope, code } = activationRow(activation)
  return instruction('dropout', {
    input: a,
    inputStride: padded(units),
    inputTable: undefined,
    out: a,
    slope: slopes,
    units,
    activation: storesSlope ? Activations.STORED : code,
    layer: l + 1,
    random: plan.random,
    ...maskOperands(p!),
  })
}

/** Drops some of the inputs, on the way to a matrix of the batch's rows. */
export function dropInputs(plan: Plan): InstructionOf<'dropout'> {
  const { x, xTable, droppedInputs, architecture, random } = plan
  return instruction('dropout', {
    input: x,
    inputStride: x.stride,
    inputTable: xTable,
    out: droppedInputs,
    slope: undefined,
    units: architecture.inputs,
    activation: Activations.LINEAR,
    layer: 0,
    random,
    ...maskOperands(architecture.inputDropout!),
  })
}

/** The running mean and variance after a step. */
export function updateStatistics(plan: Plan, l: number): InstructionOf<'updateStatistics'> | undefined {
  const { normalized, runningMean, runningVariance } = plan.layers[l]
  const { units, normalization } = plan.architecture.layers[l]
  if (normalization?.name !== 'batch') return undefined
  const [momentumLow, momentumHigh] = doubleOperands(normalization.momentum)
  return instruction('updateStatistics', {
    statistics: normalized!.statistics,
    runningMean,
    runningVariance,
    units,
    momentumLow,
    momentumHigh,
  })
}
