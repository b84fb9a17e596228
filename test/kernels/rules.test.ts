// The rules that go over strips of the gradient, of every backend, as a training step runs them: each parameter against the
// rule's formula in float64, at the sizes of the products.

import { describe, expect, it } from 'vitest'
import { ARENA_START, PACK_COLUMNS, STRIP, STRIP_HEAD } from '../../assembly/abi/layout.ts'
import { padded, panelIndex, unpackPanels } from '../../src/program/panels.ts'
import { KERNEL_ROOM, kernelsOf, type Share, sharesOf } from '../helpers/kernels.ts'
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
} from '../helpers/products.ts'
import { numbers } from '../helpers/random.ts'
import { type Kept, type RuleCase, ruleCases, type Slot } from '../helpers/rules.ts'
import { isThorough, part, thoroughly } from '../helpers/thorough.ts'

const ROOM = ARENA_START
const A = ROOM + KERNEL_ROOM
const D = A + SPACE
const W = D + SPACE
// What is kept of a parameter stands as far from it as the one from the other: three slots at most.
const SLOTS = [1, 2, 3].map((slot) => W + slot * SPACE)
const WT = W + 4 * SPACE
const TABLE = WT + SPACE
const PACK = TABLE + 64
const STRIP_AT = PACK + 64 * PACK_COLUMNS
const END = STRIP_AT + STRIP_HEAD + STRIP
const ELEMENTS = END + 8

const w0 = numbers(SPACE, 4)
const signed: Record<'m' | 'b', Float32Array> = { m: numbers(SPACE, 5), b: numbers(SPACE, 7) }
// Away from 0, where the root would make much of little.
const squares = numbers(SPACE, 6).map((v) => Math.abs(v) + 0.25)
const numbersOf = (slot: Slot | undefined) => (slot && slot !== 'v' ? signed[slot] : squares)

/** What W and the three slots hold at first, whether the rule has them or not. */
const initial = ({ slots }: RuleCase) => [w0, ...SLOTS.map((_, i) => numbersOf(slots[i]))]
const places = [W, ...SLOTS]

/** Element e of W with what the rule keeps of it. */
function keptOf({ slots }: RuleCase, from: readonly ArrayLike<number>[], e: number): Kept {
  const kept = { w: from[0][e], m: 0, v: 0, b: 0 }
  for (let i = 0; i < slots.length; ++i) kept[slots[i]] = from[i + 1][e]
  return kept
}

/** Sizes with every tail of a strip: of columns, of rows beyond a block of 144, of batches that are packed or not. */
const fewSizes: readonly Size[] = [
  [1, 5, 9],
  [2, 1, 1],
  [3, 17, 33],
  [5, 8, 3],
  [24, 16, 144],
  [25, 33, 145],
  [37, 4, 130],
]

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

  /** The (k × n) matrices in panels, and Wᵀ; canaries around them and behind the strip. */
  function placeKept(one: RuleCase, k: number, n: number): void {
    floats.fill(CANARY, W - 8, WT + SPACE)
    for (const [i, matrix] of initial(one).entries()) placePanels(backend, places[i], PACK, matrix, k, n)
    placePanels(backend, WT, PACK, w0, n, k)
    backend.kernels.transposePanels(0, padded(k), W, WT, k, n)
    floats.fill(CANARY, END, END + 8)
  }

  const unpack = (at: number, k: number, n: number) => unpackPanels(floats, at, k, n, new Float64Array(k * n))

  /** Notes how far w and what is kept of it are from the formula; what follows the slots must be as it was. */
  function noteElement(
    worst: Worst,
    one: RuleCase,
    index: number,
    e: number,
    before: readonly ArrayLike<number>[],
    found: readonly ArrayLike<number>[],
    [g, error]: readonly [number, number],
    what: string,
  ): void {
    const kept = keptOf(one, before, e)
    const expected = one.after(kept, g, index)
    const bounds = one.bounds(kept, g, index, error, epsilon)
    // Twice, for the formula is rounded too.
    note(worst, Math.abs(found[0][e] - expected.w), 2 * bounds.w.error, what)
    for (let i = 0; i < one.slots.length; ++i) {
      const slot = one.slots[i]
      note(worst, Math.abs(found[i + 1][e] - expected[slot]), 2 * bounds[slot]!.error, what)
    }
    for (let i = one.slots.length + 1; i < places.length; ++i) {
      if (found[i][e] !== before[i][e]) throw new Error(`${what}: wrote beyond the slots`)
    }
  }

  /** Compares what step `index` made of w and its slots with the formula. */
  function noteStep(
    worst: Worst,
    one: RuleCase,
    index: number,
    size: Size,
    order: readonly number[],
    before: readonly ArrayLike<number>[],
  ): void {
    const [m, n, k] = size
    const found = places.map((at) => unpack(at, k, n))
    for (let i = 0; i < k; ++i) {
      for (let j = 0; j < n; ++j) {
        const [g, terms] = gradientOf(order, size, i, j)
        const what = `${m}×${n}×${k} [${i}, ${j}]`
        // m products and sums, 1 / m and its product.
        const error = (m + 3) * epsilon * terms
        noteElement(worst, one, index, i * n + j, before, found, [g, error], what)
        if (floats[WT + panelIndex(n, k, j, i)] !== found[0][i * n + j])
          throw new Error(`${what}: Wᵀ is not W`)
      }
    }
    for (const at of places) expectPadding(backend, at, k, n, `${m}×${n}×${k}`)
    expectPadding(backend, WT, n, k, `${m}×${n}×${k}ᵀ`)
    for (let e = END; e < END + 8; ++e) if (floats[e] !== CANARY) throw new Error('wrote beyond the strip')
  }

  describe.each(part(ruleCases.map((one) => [one.name, one] as const)))('%s', (___, one) => {
    const { rule, steps } = one
    const ruleFor = (some: readonly (readonly number[])[]) => ({
      rule,
      steps: some,
      slots: SPACE,
      strip: STRIP_AT,
    })

    it('changes W, its slots and Wᵀ by its formula, and leaves zeros in their padding', () => {
      const worst: Worst = { ratio: 0, at: '' }
      for (const size of one.sizes === 'all' && isThorough
        ? [...thinned(smallSizes()), ...thinned(packedSizes())]
        : part(fewSizes, one.sizes === 'all' ? 2 : 4)) {
        const [m, n, k] = size
        const a = placeRows(backend, A, TABLE, values, size)
        floats.fill(0, D, D + m * padded(n))
        place(backend, D, others, m, n, padded(n))
        const run = (shares: readonly Share[]) => {
          placeKept(one, k, n)
          for (const share of shares) {
            kernels.gemmTN(m, a, D, W, WT, k, n, ruleFor([steps[0]]), tiles, PACK, share)
          }
        }
        run(sharesOf(2))
        noteStep(worst, one, 0, size, a.order, initial(one))
        expectSame(floats, W - 8, WT + SPACE, `${m}×${n}×${k}`, () => run(splitOf(size)))
      }
      expect(worst.ratio, worst.at).toBeLessThanOrEqual(1)
    })

    it('takes step after step, each by its own numbers', () => {
      const worst: Worst = { ratio: 0, at: '' }
      for (const size of [[1, 5, 9], [3, 17, 33], ...thoroughly([[25, 33, 145]], [[25, 9, 37]])] as Size[]) {
        const [m, n, k] = size
        const a = placeRows(backend, A, TABLE, values, size)
        floats.fill(0, D, D + m * padded(n))
        place(backend, D, others, m, n, padded(n))
        placeKept(one, k, n)
        steps.forEach((numbersOfStep, index) => {
          const before = places.map((at) => unpack(at, k, n))
          kernels.gemmTN(m, a, D, W, WT, k, n, ruleFor([numbersOfStep]), tiles, PACK)
          noteStep(worst, one, index, size, a.order, before)
        })
        expectSame(floats, W - 8, WT + SPACE, `${m}×${n}×${k}`, () => {
          placeKept(one, k, n)
          kernels.gemmTN(m, a, D, W, WT, k, n, ruleFor(steps), tiles, PACK)
        })
      }
      expect(worst.ratio, worst.at).toBeLessThanOrEqual(1)
    })

    it('changes the biases and their slots by its formula, for every share of the columns', () => {
      const worst: Worst = { ratio: 0, at: '' }
      // The sums are alike for all rules: those with one of their own are tried at fewer sizes.
      for (const m of one.sizes === 'all' ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : [1, 4, 9]) {
        for (const n of [1, 2, 3, 4, 5, 7, 8, 9, 12, 17, ...(m === 1 ? [5000] : [])]) {
          const columns = padded(n)
          // Of the widest δ there is room for one row.
          const row = numbers(n, m + 10)
          floats.fill(0, D, D + m * columns)
          for (let r = 0; r < m; ++r)
            floats.set(
              row.map((d) => d * (r + 1)),
              D + r * columns,
            )
          const run = (shares: readonly Share[]) => {
            floats.fill(CANARY, W - 8, WT)
            for (const [i, of] of initial(one).entries()) {
              floats.fill(0, places[i], places[i] + columns)
              floats.set(of.subarray(0, n), places[i])
            }
            floats.fill(CANARY, END, END + 8)
            for (const share of shares) kernels.sumRows(m, D, n, W, ruleFor([steps[0]]), share)
          }
          run(sharesOf(2))
          const found = places.map((at) => floats.slice(at, at + n))
          for (let j = 0; j < n; ++j) {
            const g = (row[j] * (m + 1)) / 2
            const error = (m + 2) * epsilon * Math.abs(g)
            noteElement(worst, one, 0, j, initial(one), found, [g, error], `${m}×${n} [${j}]`)
          }
          for (const at of places) {
            for (let j = n; j < columns; ++j) expect(floats[at + j]).toBe(0)
            const around = [
              ...floats.subarray(at - 8, at),
              ...floats.subarray(at + columns, at + columns + 8),
            ]
            expect(around.every((value) => value === CANARY)).toBe(true)
          }
          expect(floats.subarray(END, END + 8).every((value) => value === CANARY)).toBe(true)
          expectSame(floats, W - 8, WT, `${m}×${n}`, () => run(sharesOf(n === 1 ? 1 : 3)))
        }
      }
      expect(worst.ratio, worst.at).toBeLessThanOrEqual(1)
    })

    it('takes step after step on the biases, each by its own numbers', () => {
      const [m, n] = [3, 17]
      floats.fill(0, D, D + m * padded(n))
      place(backend, D, others, m, n, padded(n))
      const run = (calls: readonly (readonly (readonly number[])[])[]) => {
        for (const [i, of] of initial(one).entries()) floats.set(of.subarray(0, padded(n)), places[i])
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
