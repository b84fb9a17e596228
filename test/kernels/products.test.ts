// The matrix products of every backend, as the passes run them, against sums in float64, at every small size: M 1-9,
// N 1-17, K 1-33; and at the sizes where the wide tiles of single rows and the packed blocks begin and end.

import { describe, expect, it } from 'vitest'
import { ARENA_START, PACK_COLUMNS } from '../../assembly/abi/layout.ts'
import * as Rules from '../../assembly/abi/rules.ts'
import { padded, panelIndex, panelLength, unpackPanels } from '../../src/program/panels.ts'
import { KERNEL_ROOM, kernelsOf, type Share, sharesOf } from '../helpers/kernels.ts'
import {
  biases,
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
  wideSizes,
} from '../helpers/products.ts'
import { isThorough, part } from '../helpers/thorough.ts'

const ROOM = ARENA_START
const A = ROOM + KERNEL_ROOM
const B = A + SPACE
const BIAS = B + SPACE
const C = BIAS + 64
const CT = C + SPACE
const TABLE = CT + SPACE
const PACK = TABLE + 64
const ELEMENTS = PACK + 64 * PACK_COLUMNS

/** Other ways to divide the work; every size is tested in one of them. */
const splits: readonly (readonly Share[])[] = [
  sharesOf(3),
  sharesOf(2, 'units'),
  sharesOf(2, 'blocks'),
  sharesOf(3, 'units'),
  sharesOf(3, 'blocks'),
]
const splitOf = ([m, n, k]: Size) => splits[(m * 7 + n * 3 + k) % splits.length]

const rules = [
  ['the gradient', Rules.STORE_GRADIENT],
  ['the step of SGD', Rules.SGD],
] as const

/** The numbers of a rule whose step is −¼ if it is SGD, and what a sum over m rows is multiplied with, in float32. */
const stepOf = (rule: number, m: number): { steps: number[][]; step: number } =>
  rule === Rules.SGD ? { steps: [[0.25 * m]], step: -0.25 } : { steps: [[]], step: Math.fround(1 / m) }

/** One size in twelve is computed again in another split. */
const isAlsoSplit = ([m, n, k]: Size) => (m + n + k) % 12 === 0

describe.each(variants)('%s, %s tiles', (_, __, { make, epsilon }, tiles) => {
  const backend = make(ELEMENTS)
  const { floats } = backend
  const kernels = kernelsOf(backend, ROOM)
  // These round each product and each sum to float32, so every element has but one value. The reference rounds where
  // it stores, the relaxed kernels where the machine does.
  const roundsTwice = backend.name === 'simd' || backend.name === 'debug'
  // The debug binary has the code of 'simd': it is there for its asserts.
  const sizes = [...(backend.name === 'debug' || !isThorough ? thinned(smallSizes()) : smallSizes())]
  const small = part(sizes, 3)

  it('gemmNN is A · B + bias, and leaves the padding and what lies around it alone', () => {
    const worst: Worst = { ratio: 0, at: '' }
    for (const size of [...small, ...part([...wideSizes()], 3)]) {
      const [m, n, k] = size
      const hasBias = k % 3 > 0
      floats.fill(0, B, BIAS + 64)
      const a = placeRows(backend, A, TABLE, values, size)
      placePanels(backend, B, C, others, k, n)
      if (hasBias) floats.set(biases.subarray(0, n), BIAS)
      const columns = padded(n)
      const run = (shares: readonly Share[]) => {
        floats.fill(CANARY, C - 8, C + m * columns + 8)
        for (const share of shares) kernels.gemmNN(m, a, B, hasBias ? BIAS : 0, C, k, n, tiles, share)
      }
      run(sharesOf(1))
      for (let r = 0; r < m; ++r) {
        for (let j = 0; j < columns; ++j) {
          const found = floats[C + r * columns + j]
          if (j >= n) {
            if (found !== 0) note(worst, Number.POSITIVE_INFINITY, 1, `${m}×${n}×${k} padding`)
            continue
          }
          let sum = 0
          let rounded = 0
          let size = 0
          for (let i = 0; i < k; ++i) {
            const product = values[a.order[r] * k + i] * others[i * n + j]
            sum += product
            rounded = Math.fround(rounded + Math.fround(product))
            size += Math.abs(product)
          }
          if (hasBias) sum += biases[j]
          const bits = Math.fround(rounded + (hasBias ? biases[j] : 0))
          if (roundsTwice && !Object.is(found, bits))
            throw new Error(`${m}×${n}×${k} [${r}, ${j}]: not the sum in order`)
          // k products and k + 1 additions, each rounded once.
          note(worst, Math.abs(found - sum), (k + 2) * epsilon * (size + 1), `${m}×${n}×${k} [${r}, ${j}]`)
        }
      }
      for (let i = 1; i <= 8; ++i) {
        if (floats[C - i] !== CANARY || floats[C + m * columns + i - 1] !== CANARY) {
          throw new Error(`${m}×${n}×${k}: wrote beyond its result`)
        }
      }
      if (isAlsoSplit(size))
        expectSame(floats, C - 8, C + m * columns + 8, `${m}×${n}×${k}`, () => run(splitOf(size)))
    }
    expect(worst.ratio, worst.at).toBeLessThanOrEqual(1)
  })

  it.each(rules)('gemmTN leaves %s in G and in Gᵀ, zeros in their padding', (__, rule) => {
    const worst: Worst = { ratio: 0, at: '' }
    for (const size of [...small, ...part([...packedSizes()], 5)]) {
      const [m, n, k] = size
      const { steps, step } = stepOf(rule, m)
      const a = placeRows(backend, A, TABLE, values, size)
      floats.fill(0, B, BIAS)
      place(backend, B, others, m, n, padded(n))
      const run = (shares: readonly Share[]) => {
        floats.fill(CANARY, C - 8, CT + SPACE)
        placePanels(backend, C, PACK, others, k, n)
        floats.fill(0, CT, CT + panelLength(k, n))
        backend.kernels.transposePanels(0, padded(k), C, CT, k, n)
        for (const share of shares) {
          kernels.gemmTN(m, a, B, C, CT, k, n, { rule, steps }, tiles, PACK, share)
        }
      }
      // In two shares, as two threads would.
      run(sharesOf(2))
      const found = unpackPanels(floats, C, k, n, new Float64Array(k * n))
      for (let i = 0; i < k; ++i) {
        for (let j = 0; j < n; ++j) {
          const e = i * n + j
          let sum = 0
          let rounded = 0
          let size = 0
          for (let r = 0; r < m; ++r) {
            const product = values[a.order[r] * k + i] * others[r * n + j]
            sum += product
            rounded = Math.fround(rounded + Math.fround(product))
            size += Math.abs(product)
          }
          const base = rule === Rules.SGD ? others[e] : 0
          const exact = base + (rule === Rules.SGD ? step * sum : sum / m)
          const what = () => `${m}×${n}×${k} [${i}, ${j}]`
          // m products and sums, then the scale and the sum with the base.
          note(worst, Math.abs(found[e] - exact), (m + 3) * epsilon * (size + 1), what())
          const bits = Math.fround(base + Math.fround(step * rounded))
          if (roundsTwice && !Object.is(found[e], bits)) throw new Error(`${what()}: not the sum in order`)
          if (floats[CT + panelIndex(n, k, j, i)] !== found[e]) throw new Error(`${what()}: Gᵀ is not G`)
        }
      }
      expectPadding(backend, C, k, n, `${m}×${n}×${k}`)
      expectPadding(backend, CT, n, k, `${m}×${n}×${k}ᵀ`)
      if (isAlsoSplit(size)) expectSame(floats, C - 8, CT + SPACE, `${m}×${n}×${k}`, () => run(splitOf(size)))
    }
    expect(worst.ratio, worst.at).toBeLessThanOrEqual(1)
  })

  it.each(rules)('sumRows leaves %s of the biases, for every share of the columns', (__, rule) => {
    const worst: Worst = { ratio: 0, at: '' }
    for (let m = 1; m <= 9; ++m) {
      for (let n = 1; n <= 17; ++n) {
        const { steps, step } = stepOf(rule, m)
        const columns = padded(n)
        floats.fill(0, B, BIAS)
        place(backend, B, others, m, n, columns)
        floats.fill(CANARY, C - 8, C + 64)
        floats.fill(0, C, C + columns)
        floats.set(biases.subarray(0, n), C)
        for (const share of sharesOf(2)) kernels.sumRows(m, B, n, C, { rule, steps }, share)
        for (let j = 0; j < n; ++j) {
          let sum = 0
          let rounded = 0
          for (let r = 0; r < m; ++r) {
            sum += others[r * n + j]
            rounded = Math.fround(rounded + others[r * n + j])
          }
          const base = rule === Rules.SGD ? biases[j] : 0
          const exact = base + (rule === Rules.SGD ? step * sum : sum / m)
          note(worst, Math.abs(floats[C + j] - exact), (m + 1) * epsilon * m, `${m}×${n} [${j}]`)
          const bits = Math.fround(base + Math.fround(step * rounded))
          if (roundsTwice) expect(floats[C + j], `${m}×${n} [${j}]: not the sum in order`).toBe(bits)
        }
        for (let j = n; j < columns; ++j) expect(floats[C + j]).toBe(0)
        for (let i = 0; i < 8; ++i)
          expect([floats[C - 1 - i], floats[C + columns + i]]).toEqual([CANARY, CANARY])
      }
    }
    expect(worst.ratio, worst.at).toBeLessThanOrEqual(1)
  })
})
