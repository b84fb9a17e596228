// The matrix products of every backend against sums in float64, at every small size: M 1-9, N 1-17, K 1-33; and at
// the sizes where the wide tiles of single rows and the packed blocks begin and end.

import { describe, expect, it } from 'vitest'
import { ARENA_START, LARGE, PACK_COLUMNS, PAIRED, SGD, SINGLE, STORE_GRADIENT } from '../assembly/abi.ts'
import type { Backend } from '../src/backend.ts'
import { padded, panelIndex, panelLength, unpackPanels } from '../src/panels.ts'
import { backends, wasmBackends } from './helpers/backends.ts'
import { numbers } from './helpers/random.ts'

const LARGEST = 76
const CANARY = 12345.5
const A = ARENA_START + 16
const SPACE = 37 * 152
const B = A + SPACE
const BIAS = B + SPACE
const C = BIAS + 64
const CT = C + SPACE
const TABLE = CT + SPACE
const PACK = TABLE + 64
const ELEMENTS = PACK + 64 * PACK_COLUMNS

const values = numbers(LARGEST * LARGEST, 1)
const others = numbers(LARGEST * LARGEST, 2)
const biases = numbers(LARGEST, 3)

/** Row-major (rows × columns) slice of the test numbers. */
const matrix = (source: Float32Array, rows: number, columns: number) => source.subarray(0, rows * columns)

function* sizes(): Generator<[number, number, number]> {
  for (let m = 1; m <= 9; ++m) for (let n = 1; n <= 17; ++n) for (let k = 1; k <= 33; ++k) yield [m, n, k]
}

/** Columns that fill the tiles of one row, 24 and 32 wide, and leave every tail; rows that leave 1, 2, 3, 4 and 5. */
function* wideSizes(): Generator<[number, number, number]> {
  for (const m of [1, 2, 3, 7, 10, 11]) {
    for (const n of [23, 24, 25, 31, 32, 33, 36, 40, 48, 55]) for (const k of [1, 2, 5, 8]) yield [m, n, k]
  }
}

/**
 * Batches of which gemmTN packs D too (24 rows and more), over several of its blocks of 144 columns; those whose A it
 * reads where it lies, 16 columns wide and of 4096 elements; and of one row.
 */
function* packedSizes(): Generator<[number, number, number]> {
  for (const m of [1, 23, 24, 25, 37]) {
    for (const n of [1, 4, 5, 8, 15, 16, 17, 33])
      for (const k of [1, 3, 65, 76, 110, 111, 130, 144, 145]) yield [m, n, k]
  }
}

/** A row-major matrix with its rows `stride` apart; what lies between them is left as it is. */
function place(
  backend: Backend,
  at: number,
  source: Float32Array,
  rows: number,
  columns: number,
  stride: number,
) {
  for (let r = 0; r < rows; ++r) {
    backend.floats.set(source.subarray(r * columns, (r + 1) * columns), at + r * stride)
  }
}

/**
 * The rows of A in another order through a table, or in their own: [r] is where row r of the product comes from.
 */
function tableOf(backend: Backend, rows: number, stride: number): number[] {
  const order = Array.from({ length: rows }, (_, r) => (r * 2 + 1) % rows)
  backend.writeInts(
    TABLE,
    order.map((r) => A + r * stride),
  )
  return order
}

interface Worst {
  ratio: number
  at: string
}

function note(worst: Worst, error: number, bound: number, at: string): void {
  // Written so that NaN is the worst of all.
  if (!(error / bound <= worst.ratio)) {
    worst.ratio = error / bound
    worst.at = `${at}: off by ${error}, bound ${bound}`
  }
}

const tileKinds = { single: SINGLE, paired: PAIRED, large: LARGE, 'large, paired': LARGE | PAIRED }

/** Every kind of tiles; the reference has but one. */
const variants = backends.flatMap((backend) =>
  Object.entries(tileKinds)
    .filter(([, tiles]) => tiles === SINGLE || wasmBackends.includes(backend))
    .map(([kind, tiles]) => [backend.name, kind, backend, tiles] as const),
)

describe.each(variants)('%s, %s tiles', (_, __, { make, epsilon }, tiles) => {
  const backend = make(ELEMENTS)
  const { kernels, floats } = backend
  // These round each product and each sum to float32, so every element has but one value. The reference rounds where
  // it stores, the relaxed kernels where the machine does.
  const roundsTwice = backend.name === 'simd' || backend.name === 'debug'

  it('gemmNN is A · B + bias, and leaves the padding and what lies around it alone', () => {
    const worst: Worst = { ratio: 0, at: '' }
    for (const [m, n, k] of [...sizes(), ...wideSizes()]) {
      const hasTable = (m + n + k) % 2 === 0
      const hasBias = k % 3 > 0
      const a = matrix(values, m, k)
      const b = matrix(others, k, n)
      const stride = k + (n % 3)
      place(backend, A, a, m, k, stride)
      const order = hasTable ? tableOf(backend, m, stride) : Array.from({ length: m }, (__, r) => r)
      floats.fill(0, B, BIAS + 64)
      floats.set(b, C)
      kernels.packRows(C, 0, k, k, n, B)
      if (hasBias) floats.set(biases.subarray(0, n), BIAS)
      const columns = padded(n)
      floats.fill(CANARY, C - 8, C + m * columns + 8)
      kernels.gemmNN(0, m, A, stride, hasTable ? TABLE : 0, B, padded(k), hasBias ? BIAS : 0, C, k, n, tiles)
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
            const product = a[order[r] * k + i] * b[i * n + j]
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
    }
    expect(worst.ratio, worst.at).toBeLessThanOrEqual(1)
  })

  it.each([
    ['the gradient', STORE_GRADIENT],
    ['the step of SGD', SGD],
  ])('gemmTN leaves %s in G and in Gᵀ, zeros in their padding', (__, rule) => {
    const worst: Worst = { ratio: 0, at: '' }
    const scale = 0.25
    for (const [m, n, k] of [...sizes(), ...packedSizes()]) {
      const hasTable = (m + n + k) % 2 === 0
      const x = matrix(values, m, k)
      const delta = matrix(others, m, n)
      const before = matrix(others, k, n)
      const stride = k + (n % 3)
      const columns = padded(n)
      place(backend, A, x, m, k, stride)
      const order = hasTable ? tableOf(backend, m, stride) : Array.from({ length: m }, (___, r) => r)
      floats.fill(0, B, BIAS)
      place(backend, B, delta, m, n, columns)
      const length = panelLength(k, n)
      floats.fill(CANARY, C - 8, C + SPACE)
      floats.fill(CANARY, CT, CT + SPACE)
      floats.fill(0, C, C + length)
      floats.fill(0, CT, CT + length)
      floats.set(before, PACK)
      kernels.packRows(PACK, 0, k, k, n, C)
      kernels.transposePanels(0, padded(k), C, CT, k, n)
      const count = padded(k) / 4
      // In two shares, as two threads would.
      const half = count >> 1
      const kernel = (from: number, to: number) =>
        kernels.gemmTN(from, to, m, A, stride, hasTable ? TABLE : 0, B, C, CT, k, n, rule, scale, tiles, PACK)
      kernel(half, count)
      kernel(0, half)
      kernel(count, count)
      const found = unpackPanels(floats, C, k, n, new Float64Array(k * n))
      for (let i = 0; i < k; ++i) {
        for (let j = 0; j < n; ++j) {
          let sum = 0
          let rounded = 0
          let size = 0
          for (let r = 0; r < m; ++r) {
            const product = x[order[r] * k + i] * delta[r * n + j]
            sum += product
            rounded = Math.fround(rounded + Math.fround(product))
            size += Math.abs(product)
          }
          const expected = rule === SGD ? before[i * n + j] - scale * sum : scale * sum
          const error = Math.abs(found[i * n + j] - expected)
          // m products and sums, then the scale and the difference.
          note(worst, error, (m + 3) * epsilon * (size + 1), `${m}×${n}×${k} [${i}, ${j}]`)
          if (roundsTwice) {
            const g = Math.fround(Math.fround(rule === SGD ? -scale : scale) * rounded)
            const bits = Math.fround((rule === SGD ? before[i * n + j] : 0) + g)
            if (!Object.is(found[i * n + j], bits))
              throw new Error(`${m}×${n}×${k} [${i}, ${j}]: not the sum in order`)
          }
          if (floats[CT + panelIndex(n, k, j, i)] !== found[i * n + j]) {
            throw new Error(`${m}×${n}×${k} [${i}, ${j}]: Gᵀ is not G`)
          }
        }
      }
      // Everything in the panels that is no element of the matrix is padding.
      const elements = (rows_: number, columns_: number) =>
        new Set(
          Array.from({ length: rows_ * columns_ }, (___, e) =>
            panelIndex(rows_, columns_, Math.floor(e / columns_), e % columns_),
          ),
        )
      for (const [at, places] of [
        [C, elements(k, n)],
        [CT, elements(n, k)],
      ] as const) {
        for (let e = 0; e < length; ++e) {
          if (!places.has(e) && floats[at + e] !== 0)
            throw new Error(`${m}×${n}×${k}: padding ${e} is ${floats[at + e]}`)
        }
      }
      for (let e = 1; e <= 8; ++e)
        if (floats[C - e] !== CANARY) throw new Error(`${m}×${n}×${k}: wrote before G`)
      for (const end of [C + length, CT + length]) {
        for (let i = 0; i < 8; ++i)
          if (floats[end + i] !== CANARY) throw new Error(`${m}×${n}×${k}: wrote beyond G`)
      }
    }
    expect(worst.ratio, worst.at).toBeLessThanOrEqual(1)
  })

  it('sumRows is the sum of each column, for every share of the columns', () => {
    const worst: Worst = { ratio: 0, at: '' }
    for (let m = 1; m <= 9; ++m) {
      for (let n = 1; n <= 17; ++n) {
        const delta = matrix(others, m, n)
        const columns = padded(n)
        floats.fill(0, B, BIAS)
        place(backend, B, delta, m, n, columns)
        floats.fill(CANARY, C, C + 64)
        const half = columns >> 3
        kernels.sumRows(half, columns / 4, m, B, n, C, STORE_GRADIENT, 0.5)
        kernels.sumRows(0, half, m, B, n, C, STORE_GRADIENT, 0.5)
        for (let j = 0; j < n; ++j) {
          let sum = 0
          for (let r = 0; r < m; ++r) sum += delta[r * n + j]
          note(worst, Math.abs(floats[C + j] - sum / 2), (m + 1) * epsilon * m, `${m}×${n} [${j}]`)
        }
        for (let j = n; j < columns; ++j) expect(floats[C + j]).toBe(0)
        expect(floats[C + columns]).toBe(CANARY)
      }
    }
    expect(worst.ratio, worst.at).toBeLessThanOrEqual(1)
  })
})
