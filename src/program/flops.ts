// How much work a network is.

import type { Architecture } from '../model/architecture.ts'

/**
 * Floating-point operations of training on one row: two a weight forward, two in the gradient, two backward. density: the
 * share of the inputs that is not skipped as zero.
 */
export const flopsPerRow = ({ layers }: Architecture, density: number): number =>
  layers.reduce((sum, { inputs, units }, l) => sum + (l === 0 ? 4 * density : 6) * inputs * units, 0)
