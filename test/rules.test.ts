// The rules that go over strips of the gradient, of every backend, as a training step runs them: each parameter against the
// rule's formula in float64, at the sizes of the products.

import { describe, expect, it } from 'vitest'
import { ARENA_START, PACK_COLUMNS, STRIP, STRIP_HEAD } from '../assembly/abi/layout.ts'
import { padded, panelIndex, unpackPanels } from '../src/program/panels.ts'
import { KERNEL_ROOM, kernelsOf, type Share, sharesOf } from './helpers/kernels.ts'
import {
  CANARY,
  expectPadding,
  expectSame,
  note,
  others,
  packedSizes,
  place,
  placePanels,
  placeRows,
  type Size,
  SPACE,
  smallSizes,
  thinned,
  values,
  variants,
  type Worst,
} from './helpers/products.ts'
import { numbers } from './helpers/random.ts'
import { type RuleCase, ruleCases } from './helpers/rules.ts'

const ROOM = ARENA_START
const A = ROOM + KERNEL_ROOM
const D = A + SPACE
const W = D + SPACE
// What is kept of a parameter stands as far from it as the one from the other.
const M = W + SPACE
const V = M + SPACE
const WT = V + SPACE
const TABLE = WT + SPACE
const PACK = TABLE + 64
const STRIP_AT = PACK + 64 * PACK_COLUMNS
const END = STRIP_AT + STRIP_HEAD + STRIP
const ELEMENTS = END + 8

const w0 = numbers(SPACE, 4)
const m0 = numbers(SPACE, 5)
// Away from 0, where the root would make much of little.
const v0 = numbers(SPACE, 6).map((v) => Math.abs(v) + 0.25)

/** Every size is run in two parts, and once more in other ones. */
const splits: readonly (readonly Share[])[] = [
  sharesOf(1),
  sharesOf(3),
  sharesOf(5),
  sharesOf(2, 'units'),
  sharesOf(2, 'blocks'),
  sharesOf(3, 'units'),
]
const splitOf = ([m, n, k]: Size) => splits[(m * 7 + n * 3 + k) % splits.length]

/** The mean over the rows, and the mean of its absolute terms. */
function gradientOf(order: readonly number[], [m, n, k]: Size, i: number, j: number): [number, number] {
  let sum = 0
  let size = 0
  for (let r = 0; r < m; ++r) {
    const product = values[order[r] * k + i] * others[r * n + j]
    sum += product
    size += Math.abs(product)
  }
  return [sum / m, size / m]
}

describe.each(variants)('%s, %s tiles', (_, __, { make, epsilon }, tiles) => {
  const backend = make(ELEMENTS)
  const { floats } = backend
  const kernels = kernelsOf(backend, ROOM)

  /** The three (k × n) matrices in panels, and Wᵀ; canaries around them and behind the strip. */
  function placeKept(k: number, n: number): void {
    floats.fill(CANARY, W - 8, WT + SPACE)
    placePanels(backend, W, PACK, w0, k, n)
    placePanels(backend, M, PACK, m0, k, n)
    placePanels(backend, V, PACK, v0, k, n)
    placePanels(backend, WT, PACK, w0, n, k)
    backend.kernels.transposePanels(0, padded(k), W, WT, k, n)
    floats.fill(CANARY, END, END + 8)
  }

  const unpack = (at: number, k: number, n: number) => unpackPanels(floats, at, k, n, new Float64Array(k * n))

  /** Compares what step `t` made of w, m and v with the formula. */
  function noteStep(
    worst: Worst,
    { slots, after, bounds }: RuleCase,
    t: number,
    size: Size,
    order: readonly number[],
    before: readonly Float64Array[],
  ): void {
    const [m, n, k] = size
    const found = [W, M, V].map((at) => unpack(at, k, n))
    for (let i = 0; i < k; ++i) {
      for (let j = 0; j < n; ++j) {
        const e = i * n + j
        const kept = { w: before[0][e], m: before[1][e], v: before[2][e] }
        const [g, terms] = gradientOf(order, size, i, j)
        const expected = after(kept, g, t)
        // m products and sums, 1 / m and its product.
        const bound = bounds(kept, g, t, (m + 3) * epsilon * terms, epsilon)
        const what = `${m}×${n}×${k} [${i}, ${j}]`
        // Twice, for the formula is rounded too.
        note(worst, Math.abs(found[0][e] - expected.w), 2 * bound.w, `${what} w`)
        note(worst, Math.abs(found[1][e] - expected.m), 2 * bound.m, `${what} m`)
        if (slots.includes('v')) note(worst, Math.abs(found[2][e] - expected.v), 2 * bound.v, `${what} v`)
        else if (found[2][e] !== kept.v) throw new Error(`${what}: wrote beyond the slots`)
        if (floats[WT + panelIndex(n, k, j, i)] !== found[0][e]) throw new Error(`${what}: Wᵀ is not W`)
      }
    }
    for (const at of [W, M, V]) expectPadding(backend, at, k, n, `${m}×${n}×${k}`)
    expectPadding(backend, WT, n, k, `${m}×${n}×${k}ᵀ`)
    for (let e = END; e < END + 8; ++e) if (floats[e] !== CANARY) throw new Error('wrote beyond the strip')
  }

  describe.each(ruleCases.map((one) => [one.name, one] as const))('%s', (___, one) => {
    const { rule, steps, slots } = one
    const ruleFor = (some: readonly (readonly number[])[]) => ({
      rule,
      steps: some,
      slots: SPACE,
      strip: STRIP_AT,
    })

    it('changes W, its slots and Wᵀ by its formula, and leaves zeros in their padding', () => {
      const worst: Worst = { ratio: 0, at: '' }
      for (const size of one.sizes === 'all'
        ? [...thinned(smallSizes()), ...thinned(packedSizes())]
        : thinned(packedSizes())) {
        const [m, n, k] = size
        const a = placeRows(backend, A, TABLE, values, size)
        floats.fill(0, D, D + m * padded(n))
        place(backend, D, others, m, n, padded(n))
        const run = (shares: readonly Share[]) => {
          placeKept(k, n)
          for (const share of shares) {
            kernels.gemmTN(m, a, D, W, WT, k, n, ruleFor([steps[0]]), tiles, PACK, share)
          }
        }
        run(sharesOf(2))
        noteStep(
          worst,
          one,
          1,
          size,
          a.order,
          [w0, m0, v0].map((of) => Float64Array.from(of.subarray(0, k * n))),
        )
        expectSame(floats, W - 8, WT + SPACE, `${m}×${n}×${k}`, () => run(splitOf(size)))
      }
      expect(worst.ratio, worst.at).toBeLessThanOrEqual(1)
    })

    it('takes step after step, each by its own numbers', () => {
      const worst: Worst = { ratio: 0, at: '' }
      for (const size of [
        [1, 5, 9],
        [3, 17, 33],
        [25, 33, 145],
      ] as Size[]) {
        const [m, n, k] = size
        const a = placeRows(backend, A, TABLE, values, size)
        floats.fill(0, D, D + m * padded(n))
        place(backend, D, others, m, n, padded(n))
        placeKept(k, n)
        steps.forEach((numbersOfStep, index) => {
          const before = [W, M, V].map((at) => unpack(at, k, n))
          kernels.gemmTN(m, a, D, W, WT, k, n, ruleFor([numbersOfStep]), tiles, PACK)
          noteStep(worst, one, index + 1, size, a.order, before)
        })
        expectSame(floats, W - 8, WT + SPACE, `${m}×${n}×${k}`, () => {
          placeKept(k, n)
          kernels.gemmTN(m, a, D, W, WT, k, n, ruleFor(steps), tiles, PACK)
        })
      }
      expect(worst.ratio, worst.at).toBeLessThanOrEqual(1)
    })

    it('changes the biases and their slots by its formula, for every share of the columns', () => {
      const worst: Worst = { ratio: 0, at: '' }
      for (let m = 1; m <= 9; ++m) {
        for (const n of [1, 2, 3, 4, 5, 7, 8, 9, 12, 17, 5000]) {
          const columns = padded(n)
          // Of the widest δ there is room for one row.
          const row = numbers(n, m + 10)
          const rows = n === 5000 ? 1 : m
          floats.fill(0, D, D + rows * columns)
          for (let r = 0; r < rows; ++r)
            floats.set(
              row.map((d) => d * (r + 1)),
              D + r * columns,
            )
          const run = (shares: readonly Share[]) => {
            floats.fill(CANARY, W - 8, WT)
            for (const [at, of] of [
              [W, w0],
              [M, m0],
              [V, v0],
            ] as const) {
              floats.fill(0, at, at + columns)
              floats.set(of.subarray(0, n), at)
            }
            floats.fill(CANARY, END, END + 8)
            for (const share of shares) kernels.sumRows(rows, D, n, W, ruleFor([steps[0]]), share)
          }
          run(sharesOf(2))
          for (let j = 0; j < n; ++j) {
            const kept = { w: w0[j], m: m0[j], v: v0[j] }
            const g = (row[j] * (rows + 1)) / 2
            const expected = one.after(kept, g, 1)
            const bound = one.bounds(kept, g, 1, (rows + 2) * epsilon * Math.abs(g), epsilon)
            const what = `${rows}×${n} [${j}]`
            note(worst, Math.abs(floats[W + j] - expected.w), 2 * bound.w, `${what} b`)
            note(worst, Math.abs(floats[M + j] - expected.m), 2 * bound.m, `${what} m`)
            if (slots.includes('v'))
              note(worst, Math.abs(floats[V + j] - expected.v), 2 * bound.v, `${what} v`)
            else if (floats[V + j] !== v0[j]) throw new Error(`${what}: wrote beyond the slots`)
          }
          for (const at of [W, M, V]) {
            for (let j = n; j < columns; ++j) expect(floats[at + j]).toBe(0)
            for (let i = 0; i < 8; ++i)
              expect([floats[at - 1 - i], floats[at + columns + i]]).toEqual([CANARY, CANARY])
          }
          for (let e = END; e < END + 8; ++e) expect(floats[e]).toBe(CANARY)
          expectSame(floats, W - 8, WT, `${rows}×${n}`, () => run(sharesOf(n === 1 ? 1 : 3)))
        }
      }
      expect(worst.ratio, worst.at).toBeLessThanOrEqual(1)
    })

    it('takes step after step on the biases, each by its own numbers', () => {
      const [m, n] = [3, 17]
      floats.fill(0, D, D + m * padded(n))
      place(backend, D, others, m, n, padded(n))
      const run = (calls: readonly (readonly (readonly number[])[])[]) => {
        for (const [at, of] of [
          [W, w0],
          [M, m0],
          [V, v0],
        ] as const)
          floats.set(of.subarray(0, padded(n)), at)
        for (const call of calls) kernels.sumRows(m, D, n, W, ruleFor(call))
      }
      run(steps.map((numbersOfStep) => [numbersOfStep]))
      expectSame(floats, W, WT, one.name, () => run([steps]))
      expect(() => expectSame(floats, W, WT, one.name, () => run([[steps[0], steps[0]]]))).toThrow(
        'other bits',
      )
    })
  })
})
