// Tables of the sigmoid and tanh for the kernels (assembly/online/functions.ts): of each entry the terms of the Taylor polynomial
// there, lowest power first.

import { TABLE_ENTRIES, TERMS } from '../../assembly/abi/online/map.ts'
import { sigmoid, tanh } from '../base/math.ts'

export interface ActivationTable {
  /** Of the entries for z = −TABLE_ENTRIES / scale … TABLE_ENTRIES / scale. */
  readonly terms: Float32Array
  /** Entries per unit of z: z is within half of one, so that the first term left out is below 1e-8 of the value. */
  readonly scale: number
}

/** square: the term of y² of the same power. Gives that of y'. */
type Slope = (k: number, own: number, square: number) => number

function makeTable(f: (z: number) => number, scale: number, slope: Slope): ActivationTable {
  const terms = new Float32Array(TERMS * (2 * TABLE_ENTRIES + 1))
  const c = new Float64Array(TERMS)
  for (let n = -TABLE_ENTRIES; n <= TABLE_ENTRIES; ++n) {
    c[0] = f(n / scale)
    // By the differential equation: the terms of y² are those of y folded with themselves.
    for (let k = 0; k + 1 < TERMS; ++k) {
      let square = 0
      for (let i = 0; i <= k; ++i) square += c[i] * c[k - i]
      c[k + 1] = slope(k, c[k], square) / (k + 1)
    }
    terms.set(c, TERMS * (n + TABLE_ENTRIES))
  }
  return { terms, scale }
}

let tables: { readonly sigmoid: ActivationTable; readonly tanh: ActivationTable } | undefined

/** Both tables, made when they are first asked for. */
export function activationTables() {
  tables ??= {
    sigmoid: makeTable(sigmoid, 32, (_, own, square) => own - square),
    tanh: makeTable(tanh, 64, (k, _, square) => (k === 0 ? 1 : 0) - square),
  }
  return tables
}
