// The tiles of the products that an engine is given.

import { LARGE, PAIRED, SINGLE, TALL } from '../../assembly/abi/layout.ts'

/** The kernels of WebAssembly: `relaxed` fuses multiply and add, `simd` has the same bits everywhere. */
export type WasmName = 'relaxed' | 'simd'

/**
 * Large tiles are for compilers that leave a load beside the operation that uses it. V8 of Node 20 and 22 moves all loads
 * of a loop before its arithmetic, and then 6 × 8 sums and their operands find no registers. Float16Array came to V8
 * (13.5) after the newer compiler; the other engines that have it gain a little or lose nothing. A product of 32×784×64
 * with fused multiply-add, GFLOP/s on one core of a Xeon:
 *
 *   |         | Node 20 | Node 22 | Node 24 | Node 26 | Deno 2.9 | Bun 1.4 |
 *   | 4 × 8   | 53      | 47      | 48      | 48      | 39       | 36      |
 *   | 6 × 8   | 35      | 32      | 56      | 56      | 43       | 38      |
 */
const isLate = 'Float16Array' in globalThis

/** The tiles of the products. Without fused multiply-add 6 × 8 sums gain nothing: a product needs a register too. */
export const tilesOf = (name: WasmName, wide: boolean): number =>
  (isLate ? LARGE | (name === 'relaxed' ? TALL : 0) : SINGLE) | (wide ? PAIRED : 0)
