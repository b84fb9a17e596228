// Single kernels of a backend, each run as a tape of one instruction: so the interpreter's decoding is tested too. What is
// elementwise comes after a product, as in every tape: that of 1.0 and the values, which are its weights.

import * as Activations from '../../assembly/abi/activations.ts'
import * as Hits from '../../assembly/abi/hits.ts'
import { LANES, SINGLE } from '../../assembly/abi/layout.ts'
import * as Losses from '../../assembly/abi/losses.ts'
import { SCALARS } from '../../assembly/abi/rules.ts'
import { INSTRUCTION_WORDS } from '../../assembly/abi/tape.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { losses } from '../../src/model/losses.ts'
import {
  doubleOperands,
  floatOperand,
  type Instruction,
  instruction,
  type Split,
  toWords,
} from '../../src/program/instruction.ts'
import { padded, panelIndex } from '../../src/program/panels.ts'

const MOST_STEPS = 4
const MOST_ROWS = 8
const MOST_UNITS = 128

/** Elements that the kernels need from where they are told on. */
export const KERNEL_ROOM =
  INSTRUCTION_WORDS + MOST_STEPS * SCALARS + LANES * MOST_ROWS + LANES + LANES * MOST_UNITS

/** A part of the work, and how the parts divide it. */
export interface Share {
  readonly part: number
  readonly parts: number
  readonly split?: Split
}

/** A float operand, or none. */
const float = (value: number | undefined) => (value === undefined ? undefined : floatOperand(value))

const WHOLE: Share = { part: 0, parts: 1 }

/** `parts` parts, the last one first: they may run in any order. */
export const sharesOf = (parts: number, split: Split = 'rows'): Share[] =>
  Array.from({ length: parts }, (_, i) => ({ part: parts - 1 - i, parts, split }))

/** Rows of a matrix at a stride, or where a table says. */
export interface RowsAt {
  readonly at: number
  readonly stride: number
  readonly table: number
}

/** How the gradient is prepared for the rule. */
export interface Preparation {
  readonly l1?: number
  readonly l2?: number
  readonly limit?: number
}

export interface Rule extends Preparation {
  readonly rule: number
  /** Rows of a group of batches and of the epoch, where gradients are summed. */
  readonly groupRows?: number
  readonly epochRows?: number
  /** The rule's numbers for one step after the other. Each step is taken on the same rows. */
  readonly steps: readonly (readonly number[])[]
  readonly slots?: number
  readonly strip?: number
}

/** Where the lists of the batch's nonzeros begin and end, and room for them by columns. */
export interface Lists {
  readonly fromTable: number
  readonly toTable: number
  readonly bucketLengths: number
  readonly buckets: number
}

/** The kernels, which write their instruction and what it needs to [at, at + KERNEL_ROOM). Offsets are in elements. */
export function kernelsOf(backend: Backend, at: number) {
  const { floats } = backend
  const scalars = at + INSTRUCTION_WORDS
  const ones = scalars + MOST_STEPS * SCALARS
  const found = ones + LANES * MOST_ROWS
  const panels = found + LANES

  /** Runs one instruction on `rows` rows, `steps` times. */
  function run(one: Instruction, rows: number, { part, parts }: Share = WHOLE, steps = 1): void {
    backend.writeInts(at, toWords([one]))
    backend.run(at, at + INSTRUCTION_WORDS, 0, rows * steps, rows, part, parts, 0)
  }

  /** Rows of 1.0, of which one column is used. */
  function writeOnes(): void {
    floats.fill(Number.NaN, ones, ones + LANES * MOST_ROWS)
    for (let r = 0; r < MOST_ROWS; ++r) floats[ones + LANES * r] = 1
  }

  /** n values as a (1 × n) matrix in panels: z = 1.0 · values, NaN and ±∞ too. The rows that pad it are never read. */
  function writePanels(values: number, n: number): void {
    floats.fill(Number.NaN, panels, panels + LANES * padded(n))
    backend.kernels.packRows(values, 0, 1, 1, n, panels)
    for (let j = n; j < padded(n); ++j) floats[panels + panelIndex(1, n, 0, j)] = 0
  }

  function forward(
    rows: number,
    input: RowsAt,
    weights: number,
    biases: number,
    out: number,
    slope: number,
    k: number,
    n: number,
    activation: number,
    tiles: number,
    share: Share,
    number = 0,
  ): void {
    const [numberLow, numberHigh] = doubleOperands(number)
    const one = instruction(
      'forward',
      {
        input: input.at,
        inputStride: input.stride,
        inputTable: input.table,
        weights,
        biases,
        out,
        slope,
        inputs: k,
        units: n,
        activation,
        layer: 0,
        numberLow,
        numberHigh,
        tiles,
        fromTable: undefined,
        toTable: undefined,
      },
      share.split,
    )
    run(one, rows, share)
  }

  /** `rows` rows of a = f(z), z being the same in all of them; slope = f'(z). Rows are padded(n) apart. number: of f's own. */
  function activate(
    code: number,
    z: number,
    a: number,
    slope: number,
    n: number,
    rows = 1,
    share = WHOLE,
    number = 0,
  ): void {
    writeOnes()
    writePanels(z, n)
    forward(
      rows,
      { at: ones, stride: LANES, table: 0 },
      panels,
      0,
      a,
      slope,
      1,
      n,
      code,
      SINGLE,
      share,
      number,
    )
  }

  /** `rows` rows of δ ⊙ f'(z), the δ at `values` in all of them; `from` has a row of a or f'(z) for each. */
  function derive(
    code: number,
    from: number,
    delta: number,
    n: number,
    values = delta,
    rows = 1,
    share = WHOLE,
  ): void {
    writeOnes()
    writePanels(values, n)
    const one = instruction(
      'backward',
      {
        delta: ones,
        weightsT: panels,
        source: from,
        deltaBelow: delta,
        units: 1,
        inputs: n,
        activation: code,
        tiles: SINGLE,
      },
      share.split,
    )
    run(one, rows, share)
  }

  function output(
    out: number,
    slope: number,
    y: number,
    delta: number,
    n: number,
    loss: number,
    activation: number,
    hitMode: number,
    threshold: number,
    [number1 = 0, number2 = 0, number3 = 0]: readonly number[],
  ): void {
    const one = instruction('output', {
      out,
      slope,
      y,
      yStride: n,
      yTable: undefined,
      delta,
      losses: found,
      hits: found + 1,
      units: n,
      loss,
      activation,
      hitMode,
      threshold: floatOperand(threshold),
      lossNumber1: floatOperand(number1),
      lossNumber2: floatOperand(number2),
      lossNumber3: floatOperand(number3),
      rowWeights: undefined,
      order: undefined,
    })
    run(one, 1)
  }

  return {
    activate,
    derive,

    softmaxRow(z: number, a: number, n: number): void {
      activate(Activations.SOFTMAX, z, a, 0, n)
    },

    /** Returns the loss of a row. numbers: the loss's own; 1 is what the losses with smoothing take without it. */
    lossRow(
      out: number,
      slope: number,
      y: number,
      delta: number,
      n: number,
      loss: number,
      activation: number,
      numbers: readonly number[] = [1],
    ) {
      floats[found + 1] = -7
      output(out, slope, y, delta, n, loss, activation, Hits.NONE, 0, numbers)
      if (floats[found + 1] !== -7) throw new Error('a hit was counted where none is asked for')
      return floats[found]
    },

    /** Returns the hit of a row, by the threshold that belongs to the loss. */
    hitsRow(out: number, y: number, n: number, loss: number, mode: number): number {
      const { threshold } = Object.values(losses).find(({ code }) => code === loss)!
      output(out, 0, y, 0, n, Losses.QUADRATIC, Activations.LINEAR, mode, threshold, [])
      return floats[found + 1]
    },

    /** C (m × n) = A (m × k) · B (k × n, in panels) + bias. */
    gemmNN(
      m: number,
      a: RowsAt,
      b: number,
      bias: number,
      c: number,
      k: number,
      n: number,
      tiles: number,
      share = WHOLE,
    ): void {
      forward(m, a, b, bias, c, 0, k, n, Activations.LINEAR, tiles, share)
    },

    /** The rule on G (k × n, in panels) and Aᵀ · D / m, and Gᵀ where gt is given. A: m rows of k, or their lists. */
    gemmTN(
      m: number,
      a: RowsAt | Lists,
      d: number,
      g: number,
      gt: number,
      k: number,
      n: number,
      { rule, steps, slots, strip, l1, l2, limit, groupRows, epochRows }: Rule,
      tiles: number,
      pack: number,
      share = WHOLE,
    ): void {
      const lists = 'buckets' in a ? a : undefined
      const dense = 'buckets' in a ? undefined : a
      writeSteps(steps)
      const one = instruction(
        'updateWeights',
        {
          input: dense?.at,
          inputStride: dense?.stride,
          inputTable: dense?.table,
          delta: d,
          weights: g,
          weightsT: gt,
          inputs: k,
          units: n,
          rule,
          steps: scalars,
          stepStride: steps.length > 1 ? SCALARS : 0,
          slots,
          strip,
          tiles,
          pack,
          fromTable: lists?.fromTable,
          toTable: lists?.toTable,
          bucketLengths: lists?.bucketLengths,
          buckets: lists?.buckets,
          l1: float(l1),
          twiceL2: float(l2 && 2 * l2),
          limit: float(limit),
          groupRows,
          epochRows,
        },
        share.split,
      )
      run(one, m, share, steps.length)
    },

    /** The rule on b (n) and the sums of D's columns / m. */
    sumRows(
      m: number,
      d: number,
      n: number,
      b: number,
      { rule, steps, slots, strip, limit, groupRows, epochRows }: Rule,
      share = WHOLE,
    ): void {
      writeSteps(steps)
      const one = instruction('updateBiases', {
        delta: d,
        biases: b,
        units: n,
        rule,
        steps: scalars,
        stepStride: steps.length > 1 ? SCALARS : 0,
        slots,
        strip,
        limit: float(limit),
        groupRows,
        epochRows,
      })
      run(one, m, share, steps.length)
    },
  }

  /** A row of the table for each step; what the rule does not have is NaN. */
  function writeSteps(steps: Rule['steps']): void {
    floats.fill(Number.NaN, scalars, scalars + MOST_STEPS * SCALARS)
    steps.forEach((values, step) => {
      floats.set(values, scalars + step * SCALARS)
    })
  }
}
