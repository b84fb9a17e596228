// What is timed: each case prepares its data once, seeded, and hands back the work.

import { ARENA_START, GELU, PACK_COLUMNS, RELU, SGD, SIGMOID, TANH } from '../assembly/abi.ts'
import type { Choice } from '../src/backends/choose.ts'
import { Engine } from '../src/engine.ts'
import { runNow } from '../src/pace.ts'
import { padded, panelLength } from '../src/panels.ts'
import { PREDICTS } from '../src/plan.ts'
import { PhiloxStream } from '../src/random.ts'
import { type ActivationName, type LossName, optimizers } from '../src/tables.ts'

export interface Case {
  readonly name: string
  /** Floating-point operations of one run, a multiply and an add being two. */
  readonly flops?: number
  /** Rows trained or predicted in one run. */
  readonly samples?: number
  readonly prepare: (choice: Choice) => () => void
}

export function numbers(length: number, seed: number): Float32Array {
  const random = new PhiloxStream(seed, 0)
  return Float32Array.from({ length }, () => random.uniform() - 0.5)
}

/** C (m × n) = A (m × k) · B (k × n). */
function gemmNN(m: number, k: number, n: number): Case {
  return {
    name: `kernel gemmNN ${m}×${k}×${n}`,
    flops: 2 * m * k * n,
    prepare({ make, tiles }) {
      const a = ARENA_START
      const b = a + padded(m * k)
      const c = b + panelLength(k, n)
      const { kernels, floats } = make(c + Math.max(k, m) * padded(n))
      floats.set(numbers(m * k, 1), a)
      floats.set(numbers(k * n, 2), c)
      kernels.packRows(c, 0, k, k, n, b)
      return () => kernels.gemmNN(0, m, a, k, 0, b, padded(k), 0, c, k, n, tiles)
    },
  }
}

/** W (k × n) −= scale · Aᵀ (k × m) · D (m × n). */
function gemmTN(m: number, k: number, n: number): Case {
  return {
    name: `kernel gemmTN ${k}×${m}×${n}`,
    flops: 2 * m * k * n,
    prepare({ make, tiles }) {
      const a = ARENA_START
      const d = a + padded(m * k)
      const w = d + m * padded(n)
      const pack = w + panelLength(k, n)
      const { kernels, floats } = make(pack + m * PACK_COLUMNS)
      floats.set(numbers(m * k, 1), a)
      floats.set(numbers(m * padded(n), 2), d)
      return () => kernels.gemmTN(0, padded(k) / 4, m, a, k, 0, d, w, 0, k, n, SGD, 1e-6, tiles, pack)
    },
  }
}

function activate(name: string, code: number, n: number): Case {
  return {
    name: `kernel ${name} ${n}`,
    prepare({ make }) {
      const { kernels, floats } = make(ARENA_START + 2 * n)
      floats.set(numbers(n, 1), ARENA_START)
      return () => kernels.activate(code, ARENA_START, ARENA_START + n, 0, n)
    },
  }
}

/** An engine with `rows` rows of random data, loaded and in order. */
export function engineOf(
  { make, tiles }: Choice,
  sizes: number[],
  activation: ActivationName,
  loss: LossName,
  rows: number,
  batch: number,
) {
  const output = loss === 'crossEntropy' ? 'softmax' : activation
  const layers = sizes.slice(1).map((units, l) => ({
    inputs: sizes[l],
    units,
    activation: l === sizes.length - 2 ? output : activation,
    bias: true,
  }))
  const outputs = sizes.at(-1)!
  const engine = new Engine({ inputs: sizes[0], outputs, layers, loss }, make, optimizers.sgd.rule, tiles)
  layers.forEach(({ inputs, units }, l) => {
    engine.parameters.setWeights(
      l,
      numbers(inputs * units, l).map((v) => v / Math.sqrt(inputs)),
    )
  })
  engine.resize({ ...PREDICTS, batchRows: batch, dataRows: rows })
  engine.fill(engine.plan.x, numbers(rows * sizes[0], 10), 0, rows)
  const y = Float32Array.from({ length: rows * outputs }, (_, i) => (i % outputs === 0 ? 1 : 0))
  engine.fill(engine.plan.y, y, 0, rows)
  runNow(engine.shuffleSlices(rows, 1, 0))
  engine.learningRate = 1e-3
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
  activate('sigmoid', SIGMOID, 4096),
  activate('tanh', TANH, 4096),
  activate('relu', RELU, 4096),
  activate('gelu', GELU, 4096),
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
