// The sigmoid and tanh from a table: of the nearest entry, its Taylor polynomial. A third of the time of exp and a division, which
// every sample waits for layer by layer. assembly/online/functions.ts evaluates it by the same operations, to the same bits.

import { TABLE_ENTRIES, TERMS } from '../../assembly/abi/online.ts'
import { sigmoid, tanh } from '../base/math.ts'

export interface ActivationTable {
  /** Terms of the entries −TABLE_ENTRIES … TABLE_ENTRIES, lowest power first. */
  readonly terms: Float64Array
  /** Entries per unit of z. */
  readonly scale: number
  /** What it is beyond the table, where float32 hardly tells it from its limits. */
  readonly far: (z: number) => number
}

/**
 * To 3 ulp of float64 (sigmoid) and 8 (tanh, about 1/64, where the first term left out weighs most): far less than the float32
 * that is stored can tell.
 */
function makeTable(
  far: (z: number) => number,
  scale: number,
  slope: (k: number, own: number, square: number) => number,
): ActivationTable {
  const terms = new Float64Array(TERMS * (2 * TABLE_ENTRIES + 1))
  for (let n = -TABLE_ENTRIES; n <= TABLE_ENTRIES; ++n) {
    const c = terms.subarray(TERMS * (n + TABLE_ENTRIES), TERMS * (n + TABLE_ENTRIES + 1))
    c[0] = far(n / scale)
    // From the differential equation: the terms of y² are those of y folded with themselves.
    for (let k = 0; k + 1 < TERMS; ++k) {
      let square = 0
      for (let i = 0; i <= k; ++i) square += c[i] * c[k - i]
      c[k + 1] = slope(k, c[k], square) / (k + 1)
    }
  }
  return { terms, scale, far }
}

let tables: { readonly sigmoid: ActivationTable; readonly tanh: ActivationTable } | undefined

/** Both tables, made when they are first asked for. */
export function activationTables() {
  tables ??= {
    sigmoid: makeTable(sigmoid, 16, (_, own, square) => own - square),
    tanh: makeTable(tanh, 32, (k, _, square) => (k === 0 ? 1 : 0) - square),
  }
  return tables
}

// Adding it rounds to the nearest whole number.
const ROUND = 6755399441055744

/** f(z) by the table. */
export function byTable({ terms, scale, far }: ActivationTable): (z: number) => number {
  const inverse = 1 / scale
  const most = TABLE_ENTRIES * inverse
  return (z) => {
    if (!(Math.abs(z) < most)) return far(z)
    const n = z * scale + ROUND - ROUND
    const d = z - n * inverse
    const at = TERMS * (n + TABLE_ENTRIES)
    const d2 = d * d
    const d4 = d2 * d2
    const even = terms[at] + d2 * terms[at + 2] + d4 * (terms[at + 4] + d2 * terms[at + 6])
    const odd = terms[at + 1] + d2 * terms[at + 3] + d4 * (terms[at + 5] + d2 * terms[at + 7])
    return even + d * odd
  }
}
