// δ of the quadratic loss after softmax where one output is near 1, on every backend, against the same in integers.

import { describe, expect, it } from 'vitest'
import * as Activations from '../../assembly/abi/activations.ts'
import * as Losses from '../../assembly/abi/losses.ts'
import { backends } from '../helpers/backends.ts'
import { KERNEL_ROOM, kernelsOf } from '../helpers/kernels.ts'
import { numbers } from '../helpers/random.ts'
import { type ExactDelta, exactDelta } from '../helpers/softmax-delta.ts'

const OUT = 128
const Y = 256
const DELTA = 384
const ROOM = 512

const oneHotRow = (n: number, label: number) => Array.from({ length: n }, (_, j) => (j === label ? 1 : 0))

/** n outputs, that of `winner` ahead by `margin`; multiples of 2⁻¹⁰, so that their differences are exact. */
function saturated(n: number, winner: number, margin: number, spread: number): number[] {
  const z = [...numbers(n, 1000 * n + winner, spread)].map((v) => Math.round(v * 1024) / 1024)
  z[winner] += margin
  return z
}

interface Case extends ExactDelta {
  readonly name: string
  readonly z: readonly number[]
  readonly y: readonly number[]
}

function casesOf(targetsOf: (n: number, winner: number) => number[]): Case[] {
  const cases: Case[] = []
  for (const n of [2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 100]) {
    const winners = n < 16 ? Array.from({ length: n }, (_, j) => j) : [0, 6, n - 1]
    for (const winner of winners) {
      for (const margin of [10, 16, 17, 20, 40, 60]) {
        for (const spread of [1 / 8, 1, 4]) {
          const z = saturated(n, winner, margin, spread)
          const y = targetsOf(n, winner)
          cases.push({ name: `n ${n}, ${winner} ahead by ${margin}`, z, y, ...exactDelta(z, y) })
        }
      }
    }
  }
  return cases
}

// A class is told from the others by a difference near 1, or by the small outputs themselves: no term cancels, and every δ
// has a relative error. Of any targets a rounding of g may stand against a small difference.
const targets: [string, Case[], (one: Case, j: number) => number][] = [
  ['the right one', casesOf(oneHotRow), ({ delta }, j) => Math.abs(delta[j])],
  [
    'a wrong one',
    casesOf((n, winner) => oneHotRow(n, (winner + 1) % n)),
    ({ delta }, j) => Math.abs(delta[j]),
  ],
  ['any targets', casesOf((n, winner) => [...numbers(n, 7 * n + winner)]), ({ scale }, j) => scale[j]],
]

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, { make, epsilon }) => {
  const backend = make(ROOM + KERNEL_ROOM)
  const { floats } = backend
  const kernels = kernelsOf(backend, ROOM)

  it.each(targets)('keeps its δ to a few roundings where one output is near 1: %s', (__, cases, sizeOf) => {
    expect(cases.length).toBe(50 * 6 * 3 + 3 * 6 * 3)
    for (const one of cases) {
      const { name, z, y, delta } = one
      const n = z.length
      floats.set(z, OUT)
      floats.set(y, Y)
      kernels.softmaxRow(OUT, OUT, n)
      const loss = kernels.lossRow(OUT, 0, Y, DELTA, n, Losses.QUADRATIC, Activations.SOFTMAX)
      expect(kernels.lossRow(OUT, 0, Y, 0, n, Losses.QUADRATIC, Activations.SOFTMAX), name).toBe(loss)
      // Sums of n terms, of exponentials good to 1.2 ulp; below 2⁻¹²⁶ float32 has fewer bits, or none.
      const least = epsilon > 1e-9 ? 2 ** -126 : 0
      const wrong = delta.findIndex(
        (exact, j) => !(Math.abs(floats[DELTA + j] - exact) <= (n + 16) * epsilon * sizeOf(one, j) + least),
      )
      expect(wrong, `${name}: δ is ${floats[DELTA + wrong]}, expected ${delta[wrong]}`).toBe(-1)
    }
  })

  it('is exact where the outputs are', () => {
    for (const [a, y, loss, delta] of [
      // g = (−½, ¼, ¼), ⟨g, a⟩ = −⅛.
      [[0.5, 0.25, 0.25], [1, 0, 0], 0.1875, [-0.1875, 0.09375, 0.09375]],
      // g = (−¼, ¼), ⟨g, a⟩ = −⅛, with an output above ½.
      [[0.75, 0.25], [1, 0], 0.0625, [-0.09375, 0.09375]],
      [[0.25, 0.75], [1, 0], 0.5625, [-0.28125, 0.28125]],
    ] as const) {
      floats.set(a, OUT)
      floats.set(y, Y)
      expect(kernels.lossRow(OUT, 0, Y, DELTA, a.length, Losses.QUADRATIC, Activations.SOFTMAX)).toBe(loss)
      expect([...floats.subarray(DELTA, DELTA + a.length)]).toEqual(delta)
    }
  })
})
