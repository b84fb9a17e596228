// A network's training tape as text: one line an instruction, read back from the instructions themselves.

import {
  BY_BLOCKS,
  BY_UNITS,
  CROSS_ENTROPY,
  HITS_NONE,
  OP_BACKWARD,
  OP_BARRIER,
  OP_FORWARD,
  OP_OUTPUT,
  OP_ROWS,
  OP_UPDATE_BIASES,
  OP_UPDATE_WEIGHTS,
  QUADRATIC,
} from '../assembly/abi.ts'
import { largest } from './largest.ts'
import { type Architecture, makePlan, type Plan, PREDICTS } from './plan.ts'
import { activations } from './tables.ts'
import { type Instruction, trainTape } from './tape.ts'

const activationName = (code: number): string =>
  Object.entries(activations).find(([, row]) => row.code === code)![0]

interface Line {
  readonly what: string
  readonly formula: string
  readonly equation?: string
  readonly shape?: string
}

function lineOf({ op, operands }: Instruction, plan: Plan, rows: number): Line {
  const name = (offset: number) => plan.tensors.find((tensor) => tensor.offset === offset)!.name
  const shape = (...matrices: [number, number][]) => matrices.map(([r, c]) => `(${r} × ${c})`).join('')
  const layerOf = (tensor: string) => Number(tensor.replace(/\D/g, ''))
  const activationOf = (l: number) => plan.architecture.layers[l - 1].activation
  switch (op & ~(BY_UNITS | BY_BLOCKS)) {
    case OP_ROWS:
      return { what: 'rows', formula: `x, y = the next ${rows} rows of the order` }
    case OP_FORWARD: {
      const [a, , table, weights, biases, out, , k, n, code] = operands
      const l = layerOf(name(weights))
      const z = `z${l} = ${table ? 'x' : name(a)} · ${name(weights)}${biases ? ` + ${name(biases)}` : ''}`
      const fused = code !== activations[activationOf(l)].code
      const formula = fused ? z : `${z}; ${name(out)} = ${activationName(code)}(z${l})`
      return { what: 'forward', formula, shape: shape([rows, k], [k, n]) }
    }
    case OP_OUTPUT: {
      const [, , , , , delta, , , n, loss, code] = operands
      const l = plan.layers.length
      const f = activationName(code)
      const cost =
        loss === QUADRATIC
          ? `C = ½ Σ (a${l} − y)²; ${name(delta)} = (a${l} − y) ${f === 'softmax' ? '· ∂a/∂z' : `⊙ ${f}'(z${l})`}`
          : loss === CROSS_ENTROPY
            ? `C = −Σ y log ${f}(z${l}); ${name(delta)} = ${f}(z${l}) − y`
            : `C = −Σ [y log a + (1 − y) log(1 − a)], a = ${f}(z${l}); ${name(delta)} = a − y`
      return { what: 'output', formula: cost, equation: 'BP1', shape: shape([rows, n]) }
    }
    case OP_BACKWARD: {
      const [delta, weightsT, , below, n, k, code] = operands
      const l = layerOf(name(below))
      const formula = `${name(below)} = ${name(delta)} · ${name(weightsT)} ⊙ ${activationName(code)}'(z${l})`
      return { what: 'backward', formula, equation: 'BP2', shape: shape([rows, n], [n, k]) }
    }
    case OP_UPDATE_WEIGHTS: {
      const [a, , table, delta, weights, , k, n] = operands
      const formula = `${name(weights)} −= η · ${table ? 'x' : name(a)}ᵀ · ${name(delta)} / ${rows}`
      return { what: 'update', formula, equation: 'BP4', shape: shape([k, rows], [rows, n]) }
    }
    case OP_UPDATE_BIASES: {
      const [delta, biases] = operands
      return { what: 'update', formula: `${name(biases)} −= η · Σ ${name(delta)} / ${rows}`, equation: 'BP3' }
    }
    default:
      return { what: op === OP_BARRIER ? 'barrier' : `instruction ${op}`, formula: '' }
  }
}

/** The training step with an update rule on `rows` rows as text: each instruction with its formula, its equation and its shapes. */
export function explain(architecture: Architecture, rule: number, rows: number): string {
  const plan = makePlan(architecture, { ...PREDICTS, batchRows: rows, dataRows: rows })
  const lines = trainTape(plan, rule, HITS_NONE).instructions.map((one) => lineOf(one, plan, rows))
  const formulaWidth = largest(lines.map((line) => line.formula.length)) + 2
  return lines
    .map(({ what, formula, equation = '', shape = '' }) =>
      `${what.padEnd(10)}${formula.padEnd(formulaWidth)}${equation.padEnd(5)}${shape}`.trimEnd(),
    )
    .join('\n')
}
