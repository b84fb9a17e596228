// The training tape as text: one line an instruction, read from the instructions themselves.

import * as Hits from '../../assembly/abi/hits.ts'
import * as Rules from '../../assembly/abi/rules.ts'
import { largest } from '../base/largest.ts'
import type { Engine } from '../engine/engine.ts'
import { nonzerosToList } from '../intake/sparse.ts'
import type { Architecture } from '../model/architecture.ts'
import type { ExplainSettings } from '../model/call-settings.ts'
import { nameOf as activationName, activationRow, slopeText } from '../model/custom-activation.ts'
import { lossFormulas } from '../model/loss-settings.ts'
import type { Settings } from '../model/network-settings.ts'
import { updateFormula, updateRuleOf } from '../model/optimizer.ts'
import type { OptimizerSettings } from '../model/optimizers.ts'
import { type Capacity, PREDICTS, roomToTrain } from '../program/capacity.ts'
import type { Instruction, Operand } from '../program/instruction.ts'
import { makePlan } from '../program/plan.ts'
import { gradientsTape, trainTape } from '../program/tape.ts'

import { blockRowsOf } from '../training/block-rows.ts'
import { type Line, nameOf, preparedFormula, regularizationLine } from './explain-regularization.ts'

const shapeOf = (...matrices: readonly (readonly [Operand, Operand])[]) =>
  matrices.map(([rows, columns]) => `(${rows} × ${columns})`).join('')

const over = { layer: 'row', batch: 'unit over the batch' } as const

/** The mask of layer l with what makes up for it: kept elements are 1, dropped ones 0. */
const maskOf = (l: number, p: number) => `mask${l} / ${Number((1 - p).toPrecision(6))}`

/** The layer that a tensor belongs to, from 1: a1 and δ1 to the first. */
const layerOf = (operand: Operand) => Number(nameOf(operand).replace(/\D/g, ''))

/** How the threads of a team share an instruction. */
function splitOf({ kind, split }: Instruction): string {
  if (kind === 'barrier' || kind === 'group') return ''
  if (kind === 'addPenalties') return 'by one thread'
  if (kind === 'penalty' || kind === 'measure') return 'by blocks of the weights'
  if (kind === 'step') return 'by fours of the parameters'
  if (kind === 'finishWeights') return 'by units'
  if (kind === 'rows') return 'by every thread'
  if (kind === 'updateBiases' || kind === 'updateStatistics') return 'by fours of the units'
  if (split === 'units') return 'by units'
  return kind === 'updateWeights' ? 'by rows of the weights' : 'by rows'
}

function lineOf(
  one: Instruction,
  architecture: Architecture,
  optimizer: OptimizerSettings,
  rows: number,
): Line {
  const { layers, inputDropout } = architecture
  const layerAt = (operand: Operand) => layers[layerOf(operand) - 1]
  /** What a layer's activation is given: z, or u = γ ⊙ ẑ + β. */
  const zOf = (operand: Operand) => `${layerAt(operand).normalization ? 'u' : 'z'}${layerOf(operand)}`
  switch (one.kind) {
    case 'barrier':
      return { what: 'barrier', formula: '' }
    case 'rows': {
      const x = one.operands.starts ? 'nonzeros of x, y' : 'x, y'
      return { what: 'rows', formula: `${x} = the next ${rows} rows of the order` }
    }
    case 'forward': {
      const { input, weights, biases, out, inputs, units, activation, fromTable } = one.operands
      const { activation: own, normalization } = layerAt(out)
      const z = `z${layerOf(out)}`
      const sum = `${z} = ${nameOf(input)} · ${nameOf(weights)}${biases ? ` + ${nameOf(biases)}` : ''}`
      const shape = shapeOf([rows, inputs], [inputs, units])
      // Where the loss takes z, the activation is left to it; what is normalised is activated then.
      const isLeft = normalization !== undefined || activation !== activationRow(own).code
      const formula = isLeft ? sum : `${sum}; ${nameOf(out)} = ${activationName(own)}(${z})`
      return { what: 'forward', formula, shape, skips: fromTable !== undefined }
    }
    case 'output': {
      const { out, delta, units } = one.operands
      const names = { a: nameOf(out), f: layerAt(out).activation, z: zOf(out) }
      const { formula, delta: deltaFormula } = lossFormulas(architecture, names)
      return {
        what: 'output',
        formula: `C = ${formula}; ${nameOf(delta)} = ${deltaFormula}`,
        equation: 'BP1',
        shape: shapeOf([rows, units]),
      }
    }
    case 'backward': {
      const { delta, weightsT, deltaBelow, units, inputs } = one.operands
      const below = layerAt(deltaBelow)
      const dropped = below.dropout ? ` ⊙ ${maskOf(layerOf(deltaBelow), below.dropout)}` : ''
      const slope = `${slopeText(below.activation, zOf(deltaBelow))}${dropped}`
      return {
        what: 'backward',
        formula: `${nameOf(deltaBelow)} = ${nameOf(delta)} · ${nameOf(weightsT)} ${slope}`,
        equation: 'BP2',
        shape: shapeOf([rows, units], [units, inputs]),
      }
    }
    case 'updateWeights': {
      const { input, delta, weights, inputs, units, rule, fromTable, groupRows } = one.operands
      const gradient = `${nameOf(input)}ᵀ · ${nameOf(delta)} / ${groupRows ?? rows}`
      return {
        what: rule === Rules.STORE_GRADIENT ? 'gradient' : 'update',
        formula:
          rule === Rules.STORE_GRADIENT
            ? `${nameOf(weights)} ${groupRows ? '+=' : '='} ${gradient}`
            : updateFormula(
                optimizer,
                nameOf(weights),
                preparedFormula(one.operands, nameOf(weights), gradient),
              ),
        equation: 'BP4',
        shape: shapeOf([inputs, rows], [rows, units]),
        skips: fromTable !== undefined,
      }
    }
    case 'updateBiases': {
      const { delta, biases, rule, groupRows } = one.operands
      const l = layerOf(biases)
      const of = { γ: `δu${l} ⊙ ẑ${l}`, β: `δu${l}` }[nameOf(biases).replace('∇', '')[0]]
      const equation = of ? {} : { equation: 'BP3' }
      const gradient = `Σ ${of ?? nameOf(delta)} / ${groupRows ?? rows}`
      if (rule === Rules.STORE_GRADIENT) {
        return {
          what: 'gradient',
          formula: `${nameOf(biases)} ${groupRows ? '+=' : '='} ${gradient}`,
          ...equation,
        }
      }
      const prepared = preparedFormula(one.operands, nameOf(biases), gradient)
      return { what: 'update', formula: updateFormula(optimizer, nameOf(biases), prepared), ...equation }
    }
    case 'normalize': {
      const { out, units } = one.operands
      const l = layerOf(out)
      const { activation, normalization } = layerAt(out)
      const { name, epsilon } = normalization!
      return {
        what: 'normalize',
        formula:
          `ẑ${l} = (z${l} − μ) / √(σ² + ${epsilon}), μ and σ² of each ${over[name]}; u${l} = γ${l} ⊙ ẑ${l} + β${l}; ` +
          `${nameOf(out)} = ${activationName(activation)}(u${l})`,
        shape: shapeOf([rows, units]),
      }
    }
    case 'normalizeBackward': {
      const { delta, units } = one.operands
      const l = layerOf(delta)
      const means =
        layerAt(delta).normalization!.name === 'batch'
          ? `γ${l} ⊙ (δu${l} − mean(δu${l}) − ẑ${l} ⊙ mean(δu${l} ⊙ ẑ${l})) / σ, means over the batch`
          : `(g − mean(g) − ẑ${l} · mean(g ⊙ ẑ${l})) / σ, g = γ${l} ⊙ δu${l}, means over the row`
      return { what: 'backward', formula: `${nameOf(delta)} = ${means}`, shape: shapeOf([rows, units]) }
    }
    case 'dropout': {
      const { input, out, units, layer } = one.operands
      const p = layer === 0 ? inputDropout : layerAt(out).dropout
      const formula = `${nameOf(out)} = ${nameOf(input)} ⊙ ${maskOf(layer as number, p!)}`
      return { what: 'dropout', formula, shape: shapeOf([rows, units]) }
    }
    case 'updateStatistics': {
      const { runningMean } = one.operands
      const l = layerOf(runningMean)
      const { momentum = 0 } = layerAt(runningMean).normalization as { momentum?: number }
      const rest = Number((1 - momentum).toPrecision(6))
      return {
        what: 'update',
        formula:
          `mean${l} = ${rest} mean${l} + ${momentum} μ; variance${l} = ${rest} variance${l} + ` +
          `${momentum} σ² · ${rows} / ${rows - 1}`,
      }
    }
    default:
      return regularizationLine(one, optimizer, rows)
  }
}

/** What follows the gradients of all blocks of rows. */
function fullBatchFormula(optimizer: OptimizerSettings): string {
  const memory = optimizer.name === 'lbfgs' ? optimizer.memory : 0
  return `w += α d, d = −H ∇C by two loops over the last ${memory} steps; α by a search: the blocks again for each trial`
}

/** Columns side by side, each as wide as its widest entry and two spaces; the last is what it is. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => largest(rows.map((row) => row[column].length)) + 2)
  const line = (row: readonly string[]) => row.map((entry, column) => entry.padEnd(widths[column])).join('')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}

/**
 * A training step as text, under a line that says whose it is: each instruction of the tape that `fit` runs, with its
 * formula, its equation and its shapes and, for several threads, how it is split between them.
 */
export function explain(
  engine: Engine,
  { optimizer, threads: configured }: Settings,
  { parameterCount, kernels }: { readonly parameterCount: number; readonly kernels: string },
  { batchSize, accumulate, threads: asked, nonzeros: share }: ExplainSettings,
): string {
  const { architecture } = engine
  const { inputs, layers } = architecture
  const wanted = asked ?? (configured === 'auto' ? 1 : configured)
  const threads = engine.canShare && !engine.callsBack ? wanted : 1
  const rule = updateRuleOf(optimizer)
  const rows = rule.allRows ? blockRowsOf(architecture) : batchSize
  const all = rows * accumulate
  const group =
    accumulate > 1 && !rule.allRows ? { batches: accumulate, rows: all, epochRows: all } : undefined
  const nonzeros = Math.floor(share * rows * inputs)
  const lists = engine.skipsZeros ? nonzerosToList({ rows, columns: inputs, nonzeros }, layers[0].units) : 0
  const capacity: Capacity = {
    ...PREDICTS,
    batchRows: rows,
    dataRows: rows,
    nonzeros: lists,
    threads,
    accumulates: group !== undefined,
    ...roomToTrain(architecture, rule, { accumulates: group !== undefined }),
    steps: 1,
  }
  const plan = makePlan(architecture, capacity, engine.plan.tiles)
  const { instructions } = rule.allRows ? gradientsTape(plan) : trainTape(plan, rule, Hits.NONE, group)
  const lines = instructions.map((one) => {
    const { what, formula, equation = '', shape = '', skips } = lineOf(one, architecture, optimizer, rows)
    const notes = [threads > 1 ? splitOf(one) : '', skips ? 'zeros of x skipped' : '']
    return [what, formula, equation, shape, notes.filter(Boolean).join(', ')]
  })
  if (rule.allRows) lines.push(['step', fullBatchFormula(optimizer), '', '', ''])
  const sizes = [inputs, ...layers.map(({ units }) => units)].join('-')
  const team = threads > 1 ? `, ${threads} threads` : ''
  const head = `${sizes}, ${parameterCount.toLocaleString('en')} parameters, kernels '${kernels}'${team}`
  return `${head}\n${table(lines)}`
}
