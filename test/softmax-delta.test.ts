// δ of the quadratic loss after softmax where one output is near 1, on every backend, against the same in integers.

import { describe, expect, it } from 'vitest'
import { QUADRATIC, SOFTMAX } from '../assembly/abi.ts'
import { backends } from './helpers/backends.ts'
import { numbers } from './helpers/random.ts'
import { exactDelta } from './helpers/softmax-delta.ts'

const OUT = 128
const Y = 256
const DELTA = 384

const oneHotRow = (n: number, label: number) => Array.from({ length: n }, (_, j) => (j === label ? 1 : 0))

/** n outputs, that of `winner` ahead by `margin`; multiples of 2⁻¹⁰, so that their differences are exact. */
function saturated(n: number, winner: number, margin: number, spread: number): number[] {
  const z = [...numbers(n, 1000 * n + winner, spread)].map((v) => Math.round(v * 1024) / 1024)
  z[winner] += margin
  return z
}

const targets: [string, (n: number, winner: number) => number[]][] = [
  ['the right one', (n, winner) => oneHotRow(n, winner)],
  ['a wrong one', (n, winner) => oneHotRow(n, (winner + 1) % n)],
  ['any targets', (n, winner) => [...numbers(n, 7 * n + winner)]],
]

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, { make, epsilon }) => {
  const { kernels, floats } = make(512)

  it.each(targets)('keeps its δ to a few roundings where one output is near 1: %s', (what, targetsOf) => {
    for (const n of [2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 100]) {
      for (let winner = 0; winner < Math.min(n, 17); ++winner) {
        for (const margin of [10, 16, 17, 20, 40, 60]) {
          for (const spread of [1 / 8, 1, 4]) {
            const z = saturated(n, winner, margin, spread)
            const y = targetsOf(n, winner)
            floats.set(z, OUT)
            floats.set(y, Y)
            kernels.softmaxRow(OUT, OUT, n)
            const loss = kernels.lossRow(OUT, 0, Y, DELTA, n, QUADRATIC, SOFTMAX)
            expect(kernels.lossRow(OUT, 0, Y, 0, n, QUADRATIC, SOFTMAX)).toBe(loss)
            const { delta, scale } = exactDelta(z, y)
            for (let j = 0; j < n; ++j) {
              // A class is told from the others by a difference near 1, or by the small outputs themselves: no term
              // cancels. Of any targets, a rounding of g stands against their difference.
              const size = what === 'any targets' ? scale[j] : Math.abs(delta[j])
              // Sums of n terms, of exponentials good to 1.2 ulp; below 2⁻¹²⁶ float32 has fewer bits, or none.
              const tolerance = (n + 16) * epsilon * size + (epsilon > 1e-9 ? 2 ** -126 : 0)
              const error = Math.abs(floats[DELTA + j] - delta[j])
              expect(error, `n ${n}, winner ${winner} by ${margin}, δ[${j}] ${delta[j]}`).toBeLessThanOrEqual(
                tolerance,
              )
            }
          }
        }
      }
    }
  })

  it('is exact where the outputs are', () => {
    // a = (½, ¼, ¼) and y = (1, 0, 0): g = (−½, ¼, ¼), ⟨g, a⟩ = −⅛.
    floats.set([0.5, 0.25, 0.25], OUT)
    floats.set([1, 0, 0], Y)
    expect(kernels.lossRow(OUT, 0, Y, DELTA, 3, QUADRATIC, SOFTMAX)).toBe(0.1875)
    expect([...floats.subarray(DELTA, DELTA + 3)]).toEqual([-0.1875, 0.09375, 0.09375])
  })
})
