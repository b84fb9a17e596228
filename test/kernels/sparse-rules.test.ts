// An update from lists of nonzeros leaves the bits of an update from the rows, whatever the rule and the split.

import { describe, expect, it } from 'vitest'
import {
  ARENA_START,
  BUCKET_ENTRIES,
  BUCKETS,
  PACK_COLUMNS,
  SINGLE,
  STRIP,
  STRIP_HEAD,
} from '../../assembly/abi/layout.ts'
import * as Rules from '../../assembly/abi/rules.ts'
import { padded } from '../../src/program/panels.ts'
import { wasmBackends } from '../helpers/backends.ts'
import { KERNEL_ROOM, kernelsOf, type Lists, type RowsAt, type Share, sharesOf } from '../helpers/kernels.ts'
import { place, placePanels } from '../helpers/products.ts'
import { numbers } from '../helpers/random.ts'
import { ruleCases } from '../helpers/rules.ts'
import { part } from '../helpers/thorough.ts'

const ROWS = 100
const COLUMNS = 300
const UNITS = 65
const CANARY = 12345.5

const WEIGHTS = COLUMNS * padded(UNITS) + 16
const ROOM = ARENA_START
const X = ROOM + KERNEL_ROOM
const STARTS = X + ROWS * COLUMNS
const ENTRIES = STARTS + ROWS + 1
const LENGTHS = ENTRIES + 2 * (ROWS * COLUMNS + 1)
const BUCKETS_AT = LENGTHS + COLUMNS
const D = BUCKETS_AT + 2 * Math.max(BUCKET_ENTRIES, BUCKETS * ROWS)
const W = D + ROWS * padded(UNITS) + 16
// The weights and three slots.
const PACK = W + 4 * WEIGHTS
const STRIP_AT = PACK + ROWS * PACK_COLUMNS
const ELEMENTS = STRIP_AT + STRIP_HEAD + STRIP

/** About one value in five is not zero; one row has none and one is full, one column has none, and there is a −0. */
function sparseRows(rows: number, columns: number): Float32Array {
  const x = numbers(rows * columns, columns).map((v, i) => ((i * 2654435761) % 5 === 0 ? v : 0))
  if (rows > 3) {
    x.fill(0, 3 * columns, 4 * columns)
    x.set(numbers(columns, 1), 2 * columns)
  }
  for (let r = 0; r < rows; ++r) if (columns > 2) x[r * columns + 2] = 0
  x[0] = -0
  return x
}

const rules = [
  { name: 'the gradient', rule: Rules.STORE_GRADIENT, steps: [[]] },
  { name: 'the step of SGD', rule: Rules.SGD, steps: [[0.25]] },
  ...ruleCases,
].map(
  ({ name, rule, steps }) => [name, { rule, steps: [steps[0]], slots: WEIGHTS, strip: STRIP_AT }] as const,
)

const splits: readonly (readonly Share[])[] = [
  sharesOf(1),
  sharesOf(2),
  sharesOf(5),
  sharesOf(3, 'units'),
  sharesOf(2, 'blocks'),
]

describe.each(wasmBackends.map((backend) => [backend.name, backend] as const))('%s', (_, { make }) => {
  const backend = make(ELEMENTS)
  const { floats } = backend
  const kernels = kernelsOf(backend, ROOM)
  const lists: Lists = {
    fromTable: STARTS,
    // A row's list ends where the next one begins.
    toTable: STARTS + 1,
    bucketLengths: LENGTHS,
    buckets: BUCKETS_AT,
  }

  // A rule takes 144 columns at a time, fewer in a batch of 41 and 64 in one of 100.
  it.each(rules)('%s', (name, rule) => {
    for (const m of [1, 7, 41]) {
      for (const k of part([1, 33, 64, 143, 145, 300])) {
        floats.fill(0, LENGTHS, BUCKETS_AT)
        floats.set(sparseRows(m, k), X)
        backend.listNonzeros!(m, X, k, STARTS, ENTRIES)
        for (const [index, n] of [1, 5, 8, 16, 17, 33, 65].entries()) {
          floats.fill(0, D, W - 16)
          place(backend, D, numbers(m * n, n), m, n, padded(n))
          const run = (a: RowsAt | Lists, shares: readonly Share[]) => {
            floats.fill(CANARY, W - 8, PACK)
            for (let slot = 0; slot < 4; ++slot) {
              const positive = numbers(k * n, slot).map((v) => Math.abs(v) + 0.25)
              placePanels(backend, W + slot * WEIGHTS, PACK, positive, k, n)
            }
            for (const share of shares) kernels.gemmTN(m, a, D, W, 0, k, n, rule, SINGLE, PACK, share)
            return Buffer.from(floats.slice(W - 8, PACK).buffer)
          }
          const expected = run({ at: X, stride: k, table: 0 }, sharesOf(1))
          const found = run(lists, splits[(index + k) % splits.length])
          expect(found.equals(expected), `${name}: ${m}×${n}×${k}`).toBe(true)
          // The next product begins with empty buckets.
          expect(floats.subarray(LENGTHS, BUCKETS_AT).every((length) => length === 0)).toBe(true)
        }
      }
    }
  })
})
