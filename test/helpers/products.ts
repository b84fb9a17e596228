// The sizes at which the products are tested, their operands and what is common to comparing their results.

import { LARGE, PAIRED, SINGLE, TALL } from '../../assembly/abi/layout.ts'
import type { Backend } from '../../src/backends/backend.ts'
import type { Floats } from '../../src/base/floats.ts'
import { panelIndex, panelLength } from '../../src/program/panels.ts'
import { backends, wasmBackends } from './backends.ts'
import type { RowsAt } from './kernels.ts'
import { numbers } from './random.ts'

export type Size = [m: number, n: number, k: number]

const LARGEST = 76
/** Room for any matrix of the sizes below. */
export const SPACE = 37 * 152
export const CANARY = 12345.5

/** Numbers for the operands: (rows × columns) matrices are their beginnings. */
export const values = numbers(LARGEST * LARGEST, 1)
export const others = numbers(LARGEST * LARGEST, 2)
export const biases = numbers(LARGEST, 3)

export function* smallSizes(): Generator<Size> {
  for (let m = 1; m <= 9; ++m) for (let n = 1; n <= 17; ++n) for (let k = 1; k <= 33; ++k) yield [m, n, k]
}

/** A sixth of some sizes; of the small ones each pair of columns and inputs comes with one or two numbers of rows. */
export function* thinned(sizes: Iterable<Size>): Generator<Size> {
  for (const [m, n, k] of sizes) if ((m + 2 * n + 3 * k) % 6 === 0) yield [m, n, k]
}

/** Columns that fill the tiles of one row, 24 and 32 wide, and leave every tail; rows that leave 1, 2, 3, 4 and 5. */
export function* wideSizes(): Generator<Size> {
  for (const m of [1, 2, 3, 7, 10, 11]) {
    for (const n of [23, 24, 25, 31, 32, 33, 36, 40, 48, 55]) for (const k of [1, 2, 5, 8]) yield [m, n, k]
  }
}

/**
 * Batches of which gemmTN packs D too (24 rows and more), over several of its blocks of 144 columns; those whose A it
 * reads where it lies, 16 columns wide and of 4096 elements; and of one row.
 */
export function* packedSizes(): Generator<Size> {
  for (const m of [1, 23, 24, 25, 37]) {
    for (const n of [1, 4, 5, 8, 15, 16, 17, 33])
      for (const k of [1, 3, 65, 76, 110, 111, 130, 144, 145]) yield [m, n, k]
  }
}

const tileKinds = {
  single: SINGLE,
  paired: PAIRED,
  large: LARGE | TALL,
  'large, paired': LARGE | TALL | PAIRED,
}

/** Every backend with every kind of tiles; the reference has but one. */
export const variants = backends.flatMap((backend) =>
  Object.entries(tileKinds)
    .filter(([, tiles]) => tiles === SINGLE || wasmBackends.includes(backend))
    .map(([kind, tiles]) => [backend.name, kind, backend, tiles] as const),
)

/** Writes a row-major matrix with its rows `stride` apart; what lies between them is left as it is. */
export function place(
  { floats }: Backend,
  at: number,
  source: Float32Array,
  rows: number,
  columns: number,
  stride: number,
): void {
  for (let r = 0; r < rows; ++r) floats.set(source.subarray(r * columns, (r + 1) * columns), at + r * stride)
}

/**
 * Writes a row-major matrix, and, for every other size, a table that lists its rows in another order. [r] of the order is
 * where row r of the product comes from.
 */
export function placeRows(
  backend: Backend,
  at: number,
  table: number,
  source: Float32Array,
  [m, n, k]: Size,
): RowsAt & { readonly order: readonly number[] } {
  const stride = k + (n % 3)
  place(backend, at, source, m, k, stride)
  if ((m + n + k) % 2) return { at, stride, table: 0, order: Array.from({ length: m }, (_, r) => r) }
  const order = Array.from({ length: m }, (_, r) => (r * 2 + 1) % m)
  backend.writeInts(
    table,
    order.map((r) => at + r * stride),
  )
  return { at, stride, table, order }
}

/** Writes a row-major matrix in panels, with zeros in its padding, by way of `scratch`. */
export function placePanels(
  { floats, kernels }: Backend,
  at: number,
  scratch: number,
  source: Float32Array,
  rows: number,
  columns: number,
): void {
  floats.fill(0, at, at + panelLength(rows, columns))
  floats.set(source.subarray(0, rows * columns), scratch)
  kernels.packRows(scratch, 0, rows, rows, columns, at)
}

/** An error of all that were noted, as a multiple of its bound. */
export interface Worst {
  ratio: number
  at: string
}

export function note(worst: Worst, error: number, bound: number, at: string): void {
  // Written so that NaN is the worst of all.
  if (!(error / bound <= worst.ratio)) {
    worst.ratio = error / bound
    worst.at = `${at}: off by ${error}, bound ${bound}`
  }
}

/** Throws where the padding of the (rows × columns) matrix in panels at `at` is not zero, or what follows is written to. */
export function expectPadding(
  { floats }: Backend,
  at: number,
  rows: number,
  columns: number,
  what: string,
): void {
  const length = panelLength(rows, columns)
  const isElement = new Uint8Array(length)
  for (let i = 0; i < rows; ++i)
    for (let j = 0; j < columns; ++j) isElement[panelIndex(rows, columns, i, j)] = 1
  for (let e = 0; e < length; ++e) {
    if (!isElement[e] && floats[at + e] !== 0) throw new Error(`${what}: padding ${e} is ${floats[at + e]}`)
  }
  for (let e = 1; e <= 8; ++e) {
    if (floats[at - e] !== CANARY) throw new Error(`${what}: wrote before its result`)
    if (floats[at + length + e - 1] !== CANARY) throw new Error(`${what}: wrote beyond its result`)
  }
}

/** Throws where the elements [from, to) are not the same bits after `again`. */
export function expectSame(floats: Floats, from: number, to: number, what: string, again: () => void): void {
  const before = floats.slice(from, to)
  again()
  for (let i = from; i < to; ++i) {
    if (!Object.is(floats[i], before[i - from])) throw new Error(`${what}: other bits when split otherwise`)
  }
}
