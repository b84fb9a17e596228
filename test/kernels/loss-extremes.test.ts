// The losses where outputs saturate, and errors are tiny or huge: on every backend, against formulas that lose no digits in
// float64, and the figures that others print.

import { describe, expect, it } from 'vitest'
import * as Activations from '../../assembly/abi/activations.ts'
import { ARENA_START } from '../../assembly/abi/layout.ts'
import * as Losses from '../../assembly/abi/losses.ts'
import { exp, log1p, sigmoid, softplus } from '../../src/base/math.ts'
import { backends } from '../helpers/backends.ts'
import { KERNEL_ROOM, kernelsOf } from '../helpers/kernels.ts'

const ROOM = ARENA_START
const OUT = ROOM + KERNEL_ROOM
const Y = OUT + 16
const DELTA = Y + 16

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, { make, epsilon }) => {
  const backend = make(DELTA + 16)
  const { floats } = backend
  const kernels = kernelsOf(backend, ROOM)

  /** Asserts the loss and the δ of a row, each to some roundings of its own size; in float64 e^−200 stands for 0. */
  const expectRow = (
    [loss, activation, numbers]: readonly [number, number, readonly number[]],
    out: readonly number[],
    y: readonly number[],
    [value, ...delta]: readonly number[],
    roundings = 64,
  ) => {
    floats.set(out, OUT)
    floats.set(y, Y)
    const found = kernels.lossRow(OUT, 0, Y, DELTA, out.length, loss, activation, numbers)
    const all = [found, ...floats.subarray(DELTA, DELTA + delta.length)]
    const expected = [value, ...delta]
    all.forEach((one, i) => {
      const what = `${out} for ${y}: ${i ? `δ[${i - 1}]` : 'the loss'} ${one}, expected ${expected[i]}`
      expect(Math.abs(one - expected[i]), what).toBeLessThanOrEqual(
        roundings * epsilon * Math.abs(expected[i]) + 1e-80,
      )
    })
  }

  it('keeps its digits where errors are tiny, and is finite where they are huge', () => {
    const logCosh = [Losses.LOG_COSH, Activations.LINEAR, []] as const
    for (const e of [1e-15, 1e-8, 1e-4, 0.01, 0.3].map(Math.fround)) {
      const s = e * e
      const small = s / 2 - (s * s) / 12 + s ** 3 / 45 - (17 * s ** 4) / 2520
      expectRow(logCosh, [e], [0], [e < 0.1 ? small : Math.log(Math.cosh(e)), Math.tanh(e)], 4096)
    }
    expectRow(
      logCosh,
      [0.36, 3],
      [0, 0],
      [Math.log(Math.cosh(0.36) * Math.cosh(3)), Math.tanh(0.36), Math.tanh(3)],
    )
    expectRow(logCosh, [1e30, -1e30], [0, 0], [2e30, 1, -1])
    const huber = [Losses.HUBER, Activations.LINEAR, [0.5]] as const
    expectRow(huber, [1e30, -1e30, 0.5], [0, 0, 0], [1e30, 0.5, -0.5, 0.5])
    expectRow(huber, [1e-15, -1e-15], [0, 0], [1e-30, 1e-15, -1e-15])
  })

  it('keeps its digits where softplus vanishes under poisson', () => {
    const poisson = [Losses.POISSON, Activations.SOFTPLUS, []] as const
    expectRow(poisson, [-200], [3], [600, -3])
    expectRow(poisson, [-1e30], [3], [3e30, -3])
    expectRow(poisson, [200], [3], [200 - 3 * Math.log(200), 1 - 3 / 200])
    for (const z of [-60, -30, -12, -10.5, -9.5, -5, -1, 0, 1, 10]) {
      const e = exp(z)
      const a = softplus(z)
      const log = z < -30 ? z - e / 2 : Math.log(a)
      expectRow(poisson, [z], [0], [a, sigmoid(z)])
      expectRow(poisson, [z], [7], [a - 7 * log, sigmoid(z) - (7 * sigmoid(z)) / a], 256)
    }
  })

  it('keeps the digits of focal losses where an output saturates', () => {
    const binary = [Losses.BINARY_FOCAL, Activations.SIGMOID, [2, 0.25, 0.75]] as const
    const classes = [Losses.FOCAL, Activations.SOFTMAX, [2, 1]] as const
    for (const z of [0.5, 4, 12, 18]) {
      // 1 − p of a p that is nearly 1.
      const q = sigmoid(-z)
      const logP = -log1p(exp(-z))
      const slope = -q * q * (q - 2 * (1 - q) * logP)
      const wrong = (1 - q) ** 2 * (1 - q - 2 * q * (logP - z))
      // γ log q is off by as many roundings as it is large.
      expectRow(binary, [z], [1], [-0.25 * q * q * logP, 0.25 * slope], 512)
      expectRow(binary, [-z], [0], [-0.75 * q * q * logP, -0.75 * slope], 512)
      expectRow(binary, [z], [0], [0.75 * (1 - q) ** 2 * (z - logP), 0.75 * wrong], 512)
      expectRow(classes, [z, 0], [1, 0], [-q * q * logP, slope, -slope], 512)
      expectRow(classes, [z, 0], [0, 1], [(1 - q) ** 2 * (z - logP), wrong, -wrong], 512)
    }
    expectRow(classes, [200, -200], [0, 1], [400, 1, -1])
    expectRow(classes, [200, -200], [1, 0], [0, 0, 0])
    expectRow(binary, [200], [0], [150, 0.75])
    expectRow(binary, [200], [1], [0, 0])
    // Without γ it is the cross-entropy, also where nothing is left of 1 − p.
    expectRow([Losses.FOCAL, Activations.SOFTMAX, [0, 1]], [200, -200], [0.5, 0.5], [200, 0.5, -0.5])
  })

  it('finds no divergence between targets and the same outputs, and the whole of it where none is near', () => {
    const divergence = [Losses.KL_DIVERGENCE, Activations.SOFTMAX, []] as const
    expectRow(divergence, [200, -200], [0, 1], [400, 1, -1])
    expectRow(divergence, [200, -200], [1, 0], [0, 0, 0])
    floats.set([0, Math.log(3)], OUT)
    floats.set([0.25, 0.75], Y)
    const nearly = kernels.lossRow(OUT, 0, Y, DELTA, 2, ...[Losses.KL_DIVERGENCE, Activations.SOFTMAX])
    expect(Math.abs(nearly)).toBeLessThanOrEqual(2 * epsilon)
  })

  it('has the figures in the documentation of Keras', () => {
    const rounded = (
      out: readonly number[],
      y: readonly number[],
      loss: number,
      numbers?: readonly number[],
    ) => {
      floats.set(out, OUT)
      floats.set(y, Y)
      return kernels.lossRow(OUT, 0, Y, 0, out.length, loss, Activations.LINEAR, numbers)
    }
    /** The mean over two rows of two outputs, and over the outputs where these are more than one loss. */
    const mean = (rows: readonly [number[], number[]][], loss: number, outputs: number, numbers?: number[]) =>
      rows.reduce((total, [out, y]) => total + rounded(out, y, loss, numbers), 0) / rows.length / outputs
    const rows: [number[], number[]][] = [
      [
        [0.6, 0.4],
        [0, 1],
      ],
      [
        [0.4, 0.6],
        [0, 0],
      ],
    ]
    const logits = rows.map(([p, y]): [number[], number[]] => [p.map((v) => Math.log(v)), y])
    expect(mean(rows, Losses.HUBER, 2)).toBeCloseTo(0.155, 5)
    expect(mean(rows, Losses.HINGE, 2)).toBeCloseTo(1.3, 5)
    expect(mean(rows, Losses.CATEGORICAL_HINGE, 1)).toBeCloseTo(1.4, 5)
    expect(mean(logits, Losses.KL_DIVERGENCE, 1)).toBeCloseTo(0.458, 3)
    expect(
      mean(
        [
          [
            [1, 1],
            [0, 1],
          ],
          [
            [0, 0],
            [0, 0],
          ],
        ],
        Losses.LOG_COSH,
        2,
      ),
    ).toBeCloseTo(0.108, 3)
    const four: [number[], number[]][] = [
      [
        [-18.6, 0.51, 2.94, -12.8],
        [0, 1, 0, 0],
      ],
    ]
    expect(mean(four, Losses.BINARY_FOCAL, 4, [2, 1, 1])).toBeCloseTo(0.691, 3)
    expect(mean(four, Losses.BINARY_FOCAL, 4, [2, 0.25, 0.75])).toBeCloseTo(0.51, 3)
    const three = (p: number[]) => p.map((v) => (v > 0 ? Math.log(v) : -200))
    expect(rounded(three([0.05, 0.95, 0]), [0, 1, 0], Losses.FOCAL, [2, 0.25]) / 3.2058331e-5).toBeCloseTo(
      1,
      4,
    )
    expect(rounded(three([0.1, 0.8, 0.1]), [0, 0, 1], Losses.FOCAL, [2, 0.25])).toBeCloseTo(0.46627346, 5)
  })
})
