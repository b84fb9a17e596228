// Tables of the sigmoid and tanh for the kernels (assembly/online/functions.ts): of each entry the terms of the Taylor polynomial
// there, lowest power first.

import { TERMS } from '../../assembly/abi/online/map.ts'
import { sigmoid, tanh } from '../base/math.ts'

export interface ActivationTable {
  /** Of the entries for z = low, low + 1 / scale … high. */
  readonly terms: Float32Array
  readonly low: number
  readonly high: number
  /** Entries per unit of z, a power of two: z is within half of one, so that what is left out is below 1e-8 of the value. */
  readonly scale: number
}

/** square: the term of y² of the same power. Gives that of y'. */
type Slope = (k: number, own: number, square: number) => number

/**
 * Of `below` entries for z < 0, one for z = 0, and `above` for z > 0. The term of d⁴, which is left out, is shared out over those of d²
 * and 1, so that an eighth of it is missing at most: T₄(d / h), the Chebyshev polynomial, is what remains (h being half a step).
 */
function makeTable(
  f: (z: number) => number,
  scale: number,
  below: number,
  above: number,
  slope: Slope,
): ActivationTable {
  const terms = new Float32Array(TERMS * (below + 1 + above))
  const c = new Float64Array(TERMS + 1)
  const square = (0.5 / scale) ** 2
  for (let n = -below; n <= above; ++n) {
    c[0] = f(n / scale)
    // By the differential equation: the terms of y² are those of y folded with themselves.
    for (let k = 0; k < TERMS; ++k) {
      let folded = 0
      for (let i = 0; i <= k; ++i) folded += c[i] * c[k - i]
      c[k + 1] = slope(k, c[k], folded) / (k + 1)
    }
    c[0] -= (c[4] * square * square) / 8
    c[2] += c[4] * square
    terms.set(c.subarray(0, TERMS), TERMS * (n + below))
  }
  return { terms, low: -below / scale, high: above / scale, scale }
}

const makers = {
  sigmoid() {
    // 0 from −31.25 down, where it is 3e-14: products of what is smaller still leave the range of float32's normal numbers, and take a
    // machine several times as long.
    const table = makeTable(sigmoid, 16, 500, 300, (_, own, square) => own - square)
    table.terms.fill(0, 0, TERMS)
    return table
  },
  tanh: () => makeTable(tanh, 32, 300, 300, (k, _, square) => (k === 0 ? 1 : 0) - square),
}
const tables: { [name in keyof typeof makers]?: ActivationTable } = {}

/** The table of the sigmoid or tanh, made when it is first asked for. */
export function activationTable(name: keyof typeof makers): ActivationTable {
  tables[name] ??= makers[name]()
  return tables[name]
}
