// Softmax of every backend, as the forward pass runs it, against its definition in float64.

import { describe, expect, it } from 'vitest'
import * as Activations from '../../assembly/abi/activations.ts'
import { ARENA_START } from '../../assembly/abi/layout.ts'
import { exp } from '../../src/base/math.ts'
import { padded } from '../../src/program/panels.ts'
import { backends } from '../helpers/backends.ts'
import { canaries, exactly, expectClose } from '../helpers/canaries.ts'
import { KERNEL_ROOM, kernelsOf, sharesOf } from '../helpers/kernels.ts'
import { numbers } from '../helpers/random.ts'

// 1 … 5 vectors of which the last may have a tail, at every alignment.
const SIZES = Array.from({ length: 19 }, (_, n) => n + 1)
const ALIGNMENTS = [0, 1, 2, 3]
const CANARY = 77
const ROWS = 5
const ROOM = ARENA_START
const BEGIN = ROOM + KERNEL_ROOM
const Z = BEGIN + 16
const A = Z + 64
const ELEMENTS = A + 160

const z = numbers(20, 9, 8)

function expected(n: number): number[] {
  const top = Math.max(...z.subarray(0, n))
  const powers = Array.from(z.subarray(0, n), (x) => exp(x - top))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, { make, epsilon }) => {
  const backend = make(ELEMENTS)
  const { floats } = backend
  const kernels = kernelsOf(backend, ROOM)
  const { fill, expectLeft } = canaries(floats, BEGIN, ELEMENTS, CANARY)

  it('is e^(z − max z) / Σ for every size, alignment and row, with the same bits, and zero in the padding', () => {
    for (const n of SIZES) {
      const wanted = expected(n)
      let bits: typeof floats | undefined
      for (const shift of ALIGNMENTS) {
        for (const rows of [1, ROWS]) {
          for (const parts of [1, 3]) {
            fill()
            floats.set(z.subarray(0, n), Z)
            for (const share of sharesOf(parts)) {
              kernels.activate(Activations.SOFTMAX, Z, A + shift, 0, n, rows, share)
            }
            const first = (bits ??= floats.slice(A + shift, A + shift + n))
            for (let at = A + shift; at < A + shift + rows * padded(n); at += padded(n)) {
              expectClose(floats, at, n, (i) => first[i], exactly)
              // z − max is exact here; the exponential is off by 2.4 u, the sum of n by n u, the quotient by 2 u.
              const tolerance = (i: number) => (2 * 2.4 + n + 2) * epsilon * wanted[i]
              expectClose(floats, at, n, (i) => wanted[i], tolerance)
              expectClose(floats, at + n, padded(n) - n, () => 0, exactly)
            }
            expectLeft([Z, n], [A + shift, rows * padded(n)])
          }
        }
      }
    }
  })

  it('does not overflow, and is 1 for a row of one', () => {
    floats.set([1000, 1001, -1e30, 999], Z)
    kernels.softmaxRow(Z, A, 4)
    const row = [...floats.slice(A, A + 4)]
    expect(row[2]).toBe(0)
    for (const [i, share] of [exp(-1), 1, 0, exp(-2)].entries()) {
      expect(Math.abs(row[i] - share / (1 + exp(-1) + exp(-2)))).toBeLessThanOrEqual(8 * epsilon)
    }
    floats[Z] = -12345
    kernels.softmaxRow(Z, A, 1)
    expect(floats[A]).toBe(1)
  })

  it('takes −∞ as a share of 0', () => {
    floats.set([-Infinity, 3, -Infinity, -Infinity, 3], Z)
    kernels.softmaxRow(Z, A, 5)
    expect([...floats.slice(A, A + 5)]).toEqual([0, 0.5, 0, 0, 0.5])
  })

  it.each([
    ['a NaN', Number.NaN],
    ['an ∞', Infinity],
  ])('is NaN throughout with %s anywhere in the row', (_what, bad) => {
    for (const n of SIZES) {
      for (let at = 0; at < n; ++at) {
        floats.set(z.subarray(0, n), Z)
        floats[Z + at] = bad
        kernels.softmaxRow(Z, A, n)
        expect([...floats.slice(A, A + n)]).toEqual(Array(n).fill(Number.NaN))
      }
    }
  })
})
