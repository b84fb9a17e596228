// What is timed: each case prepares its data once, seeded, and hands back the work.

import * as Activations from '../assembly/abi/activations.ts'
import { ARENA_START, PACK_COLUMNS, STRIP, STRIP_HEAD } from '../assembly/abi/layout.ts'
import * as Rules from '../assembly/abi/rules.ts'
import { INSTRUCTION_WORDS } from '../assembly/abi/tape.ts'
import type { Backend } from '../src/backends/backend.ts'
import type { Choice } from '../src/backends/choose.ts'
import { runNow } from '../src/base/pace.ts'
import { PhiloxStream } from '../src/base/random.ts'
import { Engine } from '../src/engine/engine.ts'
import type { LossName } from '../src/model/losses.ts'
import type { UpdateRule } from '../src/model/optimizer-row.ts'
import { plainSgd } from '../src/model/optimizers.ts'
import type { ActivationName } from '../src/model/tables.ts'
import { PREDICTS } from '../src/program/capacity.ts'
import { type Instruction, instruction, toWords } from '../src/program/instruction.ts'
import { padded, panelLength } from '../src/program/panels.ts'

export interface Case {
  readonly name: string
  /** Floating-point operations of one run, a multiply and an add being two. */
  readonly flops?: number | undefined
  /** Rows trained or predicted in one run. */
  readonly samples?: number
  readonly prepare: (choice: Choice) => () => void
}

export function numbers(length: number, seed: number): Float32Array {
  const random = new PhiloxStream(seed, 0)
  return Float32Array.from({ length }, () => random.uniform() - 0.5)
}

/** A kernel as a tape of one instruction at `at`, run on all rows as one batch. */
function tapeOf(backend: Backend, at: number, one: Instruction, rows: number): () => void {
  backend.writeInts(at, toWords([one]))
  return () => backend.run(at, at + INSTRUCTION_WORDS, 0, rows, rows, 0, 1, 0)
}

/** C (m × n) = f(A (m × k) · B (k × n)). */
function forward(name: string, m: number, k: number, n: number, activation: number): Case {
  return {
    name,
    flops: 2 * m * k * n,
    prepare({ make, tiles }) {
      const a = ARENA_START + INSTRUCTION_WORDS
      const b = a + padded(m * k)
      const c = b + panelLength(k, n)
      const backend = make(c + Math.max(k, m) * padded(n))
      const { kernels, floats } = backend
      floats.set(numbers(m * k, 1), a)
      floats.set(numbers(k * n, 2), c)
      kernels.packRows(c, 0, k, k, n, b)
      const one = instruction('forward', {
        input: a,
        inputStride: k,
        inputTable: undefined,
        weights: b,
        biases: undefined,
        out: c,
        slope: undefined,
        inputs: k,
        units: n,
        activation,
        layer: 0,
        numberLow: undefined,
        numberHigh: undefined,
        tiles,
        fromTable: undefined,
        toTable: undefined,
      })
      return tapeOf(backend, ARENA_START, one, m)
    },
  }
}

const gemmNN = (m: number, k: number, n: number): Case =>
  forward(`kernel gemmNN ${m}×${k}×${n}`, m, k, n, Activations.LINEAR)

/** W (k × n) by the rule and Aᵀ (k × m) · D (m × n). `numbersOfStep`: what the rule is given. */
function gemmTN(
  m: number,
  k: number,
  n: number,
  name = '',
  rule: number = Rules.SGD,
  numbersOfStep: readonly number[] = [1e-6],
): Case {
  return {
    name: `kernel gemmTN ${k}×${m}×${n}${name}`,
    flops: 2 * m * k * n,
    prepare({ make, tiles }) {
      const steps = ARENA_START + INSTRUCTION_WORDS
      const a = steps + Rules.SCALARS
      const d = a + padded(m * k)
      const w = d + m * padded(n)
      const slots = panelLength(k, n)
      const pack = w + 3 * slots
      const strip = pack + m * PACK_COLUMNS
      const backend = make(strip + STRIP_HEAD + STRIP)
      const { floats } = backend
      floats.set(numbersOfStep, steps)
      floats.set(numbers(m * k, 1), a)
      floats.set(numbers(m * padded(n), 2), d)
      floats.fill(0, w, pack)
      const one = instruction('updateWeights', {
        input: a,
        inputStride: k,
        inputTable: undefined,
        delta: d,
        weights: w,
        weightsT: undefined,
        inputs: k,
        units: n,
        rule,
        steps,
        stepStride: 0,
        slots,
        strip,
        tiles,
        pack,
        fromTable: undefined,
        toTable: undefined,
        bucketLengths: undefined,
        buckets: undefined,
        l1: undefined,
        twiceL2: undefined,
        limit: undefined,
        groupRows: undefined,
        epochRows: undefined,
      })
      return tapeOf(backend, ARENA_START, one, m)
    },
  }
}

/** An activation of 64 × 64, after a product that costs as little as one can: the case `linear` is that product alone. */
const activate = (name: string, code: number): Case => ({
  ...forward(`kernel ${name} 4096`, 64, 1, 64, code),
  flops: undefined,
})

/** An engine with `rows` rows of random data, loaded and in order. */
export function engineOf(
  { make, tiles }: Choice,
  sizes: number[],
  activation: ActivationName,
  loss: LossName,
  rows: number,
  batch: number,
  rule: UpdateRule = plainSgd,
) {
  const output = loss === 'crossEntropy' ? 'softmax' : activation
  const layers = sizes.slice(1).map((units, l) => ({
    inputs: sizes[l],
    units,
    activation: l === sizes.length - 2 ? output : activation,
    bias: true,
  }))
  const outputs = sizes.at(-1)!
  const engine = new Engine({ inputs: sizes[0], outputs, layers, loss }, make, rule, tiles)
  layers.forEach(({ inputs, units }, l) => {
    engine.parameters.setWeights(
      l,
      numbers(inputs * units, l).map((v) => v / Math.sqrt(inputs)),
    )
  })
  engine.resize({ ...PREDICTS, batchRows: batch, dataRows: rows, steps: 1 })
  engine.fill(engine.plan.x, numbers(rows * sizes[0], 10), 0, rows)
  const y = Float32Array.from({ length: rows * outputs }, (_, i) => (i % outputs === 0 ? 1 : 0))
  engine.fill(engine.plan.y, y, 0, rows)
  runNow(engine.shuffleSlices(rows, 1, 0))
  engine.setScalars(0, [1e-3])
  return engine
}

/** Floating-point operations of one row's training step. */
export const flopsOf = (sizes: readonly number[]) =>
  // Forward and the gradient of every layer, δ of all but the first.
  sizes.slice(1).reduce((sum, units, l) => sum + 2 * sizes[l] * units * (l > 0 ? 3 : 2), 0)

function train(
  what: string,
  sizes: number[],
  activation: ActivationName,
  loss: LossName,
  batch: number,
  rows: number,
): Case {
  return {
    name: `${what} ${sizes.join('-')} ${activation} ${loss} batch ${batch}${rows > batch ? `, ${rows} rows` : ''}`,
    flops: flopsOf(sizes) * rows,
    samples: rows,
    prepare(choice) {
      const engine = engineOf(choice, sizes, activation, loss, rows, batch)
      return () => engine.train({ firstRow: 0, endRow: rows, batchRows: batch })
    },
  }
}

export const cases: readonly Case[] = [
  gemmNN(10, 784, 30),
  gemmNN(32, 784, 64),
  gemmNN(128, 784, 512),
  gemmNN(256, 2048, 2048),
  gemmTN(10, 784, 30),
  gemmTN(128, 784, 512),
  gemmTN(256, 2048, 2048),
  gemmTN(128, 784, 512, ', momentum', Rules.MOMENTUM, [1e-6, 0.9, 0, 1, 0, 1]),
  gemmTN(128, 784, 512, ', Adam', Rules.ADAM, [1e-6, 0.9, 0.1, 0.999, 0.001, 1, 1e-8, 0, 0]),
  activate('linear', Activations.LINEAR),
  activate('sigmoid', Activations.SIGMOID),
  activate('tanh', Activations.TANH),
  activate('relu', Activations.RELU),
  activate('gelu', Activations.GELU),
  train('step', [2, 2, 1], 'sigmoid', 'quadratic', 4, 4),
  train('step', [784, 30, 10], 'sigmoid', 'quadratic', 10, 10),
  train('step', [784, 64, 10], 'relu', 'crossEntropy', 32, 32),
  train('step', [64, 32, 16, 10], 'sigmoid', 'quadratic', 32, 32),
  train('step', [784, 512, 512, 10], 'relu', 'crossEntropy', 128, 128),
  train('step', [1024, 2048, 2048, 1024], 'relu', 'quadratic', 256, 256),
  train('epoch', [784, 30, 10], 'sigmoid', 'quadratic', 10, 2000),
  train('epoch', [784, 64, 10], 'relu', 'crossEntropy', 32, 2000),
  train('epoch', [64, 32, 16, 10], 'sigmoid', 'quadratic', 32, 2000),
]
