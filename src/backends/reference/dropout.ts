// Dropout: assembly/rows/dropout.ts in plain JavaScript, with the same masks.

import * as Activations from '../../../assembly/abi/activations.ts'
import { LANES } from '../../../assembly/abi/layout.ts'
import type { Floats } from '../../base/floats.ts'
import { philox4x32 } from '../../base/random.ts'
import { derive } from './activation.ts'

/** What decides a mask: the seed's two words, the stream, the purpose. */
export interface Mask {
  readonly seed: readonly [low: number, high: number]
  readonly stream: number
  readonly purpose: number
  /** A random word below it drops an element. */
  readonly threshold: number
  readonly scale: number
}

const words = new Uint32Array(LANES)

/** A row of n elements: see assembly/rows/dropout.ts. out has room for `columns`. */
export function dropoutRow(
  floats: Floats,
  x: number,
  out: number,
  slope: number,
  n: number,
  columns: number,
  activation: number,
  row: number,
  { seed, stream, purpose, threshold, scale }: Mask,
): void {
  const storesSlope = activation === Activations.STORED
  for (let j = 0; j < n; ++j) {
    if (j % LANES === 0) philox4x32([j / LANES, row, stream, purpose], seed, words)
    const factor = words[j % LANES] < threshold ? 0 : scale
    const a = floats[x + j]
    if (slope) {
      if (storesSlope) floats[slope + j] *= factor
      else {
        floats[slope + j] = factor
        derive(floats, activation, x + j, slope + j, 1)
      }
    }
    floats[out + j] = factor === 0 ? 0 : a * factor
  }
  floats.fill(0, out + n, out + columns)
}
