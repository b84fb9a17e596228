// The training tape as text: one line an instruction, read from the instructions themselves.

import * as Hits from '../../assembly/abi/hits.ts'
import { largest } from '../base/largest.ts'
import type { Architecture } from '../model/architecture.ts'
import { type OptimizerSettings, updateFormula, updateRuleOf } from '../model/optimizers.ts'
import { activations, losses } from '../model/tables.ts'
import type { Instruction, Operand } from '../program/instruction.ts'
import { type Capacity, makePlan, PREDICTS } from '../program/plan.ts'
import { trainTape } from '../program/tape.ts'

interface Line {
  readonly what: string
  readonly formula: string
  readonly equation?: string
  readonly shape?: string
}

const nameOf = (operand: Operand): string => (typeof operand === 'object' ? operand.name : `${operand}`)
const shapeOf = (...matrices: readonly (readonly [Operand, Operand])[]) =>
  matrices.map(([rows, columns]) => `(${rows} × ${columns})`).join('')

const activationOf = (code: Operand): string =>
  Object.entries(activations).find(([, row]) => row.code === code)![0]
const lossOf = (code: Operand) => Object.values(losses).find((row) => row.code === code)!

/** The layer that a tensor belongs to, from 1: a1 and δ1 to the first. */
const layerOf = (operand: Operand) => Number(nameOf(operand).replace(/\D/g, ''))
const zOf = (operand: Operand) => `z${layerOf(operand)}`

function lineOf(
  one: Instruction,
  { layers }: Architecture,
  optimizer: OptimizerSettings,
  rows: number,
): Line {
  switch (one.kind) {
    case 'barrier':
      return { what: 'barrier', formula: '' }
    case 'rows':
      return { what: 'rows', formula: `x, y = the next ${rows} rows of the order` }
    case 'forward': {
      const { input, weights, biases, out, inputs, units, activation } = one.operands
      const z = zOf(out)
      const sum = `${z} = ${nameOf(input)} · ${nameOf(weights)}${biases ? ` + ${nameOf(biases)}` : ''}`
      const shape = shapeOf([rows, inputs], [inputs, units])
      // Where the loss takes z, the activation is left to it.
      const isLeft = activation !== activations[layers[layerOf(out) - 1].activation].code
      const formula = isLeft ? sum : `${sum}; ${nameOf(out)} = ${activationOf(activation)}(${z})`
      return { what: 'forward', formula, shape }
    }
    case 'output': {
      const { out, delta, units, loss, activation } = one.operands
      const names = { a: nameOf(out), f: activationOf(activation), z: zOf(out) }
      const { formula, delta: deltaFormula } = lossOf(loss)
      return {
        what: 'output',
        formula: `C = ${formula(names)}; ${nameOf(delta)} = ${deltaFormula(names)}`,
        equation: 'BP1',
        shape: shapeOf([rows, units]),
      }
    }
    case 'backward': {
      const { delta, weightsT, deltaBelow, units, inputs, activation } = one.operands
      const slope = `${activationOf(activation)}'(${zOf(deltaBelow)})`
      return {
        what: 'backward',
        formula: `${nameOf(deltaBelow)} = ${nameOf(delta)} · ${nameOf(weightsT)} ⊙ ${slope}`,
        equation: 'BP2',
        shape: shapeOf([rows, units], [units, inputs]),
      }
    }
    case 'updateWeights': {
      const { input, delta, weights, inputs, units } = one.operands
      const gradient = `${nameOf(input)}ᵀ · ${nameOf(delta)} / ${rows}`
      return {
        what: 'update',
        formula: updateFormula(optimizer, nameOf(weights), gradient),
        equation: 'BP4',
        shape: shapeOf([inputs, rows], [rows, units]),
      }
    }
    case 'updateBiases': {
      const { delta, biases } = one.operands
      const gradient = `Σ ${nameOf(delta)} / ${rows}`
      return { what: 'update', formula: updateFormula(optimizer, nameOf(biases), gradient), equation: 'BP3' }
    }
  }
}

/**
 * The training step on `rows` rows as text: each instruction of the tape that one thread runs, with its formula, its
 * equation and its shapes. tiles: those of the kernels.
 */
export function explain(
  architecture: Architecture,
  optimizer: OptimizerSettings,
  rows: number,
  tiles: number,
): string {
  const rule = updateRuleOf(optimizer)
  const capacity: Capacity = {
    ...PREDICTS,
    batchRows: rows,
    dataRows: rows,
    slots: rule.slots.length,
    strips: !rule.isFused,
  }
  const tape = trainTape(makePlan(architecture, capacity, tiles), rule, Hits.NONE)
  const lines = tape.instructions.map((one) => lineOf(one, architecture, optimizer, rows))
  const formulaWidth = largest(lines.map((line) => line.formula.length)) + 2
  return lines
    .map(({ what, formula, equation = '', shape = '' }) =>
      `${what.padEnd(10)}${formula.padEnd(formulaWidth)}${equation.padEnd(5)}${shape}`.trimEnd(),
    )
    .join('\n')
}
