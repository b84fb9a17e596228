// Initial weights by name, drawn from Philox so that a seed gives the same numbers on every machine.

import type { Floats } from '../base/floats.ts'
import { inverseNormalCdf } from '../base/math.ts'
import type { PhiloxStream } from '../base/random.ts'

/** A layer's weight matrix: fanIn rows (inputs) × fanOut columns (units). Layers count from 0. */
export interface WeightShape {
  /** From 0. */
  readonly layer: number
  /** Inputs of each unit, the rows. */
  readonly fanIn: number
  /** Units, the columns. */
  readonly fanOut: number
}

/** Returns the row-major (fanIn × fanOut) weights of a layer. `uniform()` is in [0, 1), `normal()` is N(0, 1). */
export type CustomInitializer = (
  shape: WeightShape,
  random: { uniform(): number; normal(): number },
) => ArrayLike<number>

interface Row {
  readonly distribution: 'normal' | 'uniform' | 'zeros'
  /** Standard deviation of the weights. */
  readonly deviation: (shape: WeightShape) => number
}

// Glorot and Bengio 2010 (proceedings.mlr.press/v9/glorot10a), He et al. 2015 (arXiv:1502.01852), LeCun et al. 1998
// (Efficient BackProp); a uniform distribution of deviation s reaches from −s√3 to s√3.
const glorot = ({ fanIn, fanOut }: WeightShape) => Math.sqrt(2 / (fanIn + fanOut))
const he = ({ fanIn }: WeightShape) => Math.sqrt(2 / fanIn)
const lecun = ({ fanIn }: WeightShape) => Math.sqrt(1 / fanIn)

export const initializers = {
  glorotNormal: { distribution: 'normal', deviation: glorot },
  glorotUniform: { distribution: 'uniform', deviation: glorot },
  heNormal: { distribution: 'normal', deviation: he },
  heUniform: { distribution: 'uniform', deviation: he },
  lecunNormal: { distribution: 'normal', deviation: lecun },
  lecunUniform: { distribution: 'uniform', deviation: lecun },
  standardNormal: { distribution: 'normal', deviation: () => 1 },
  zeros: { distribution: 'zeros', deviation: () => 0 },
} as const satisfies Record<string, Row>

/** A distribution of initial weights, of the deviation √(2 / (fanIn + fanOut)) for 'glorotNormal' and 'glorotUniform', √(2 /
 * fanIn) for 'heNormal' and 'heUniform', √(1 / fanIn) for 'lecunNormal' and 'lecunUniform', 1 for 'standardNormal'; or
 * 'zeros'. */
export type InitializerName = keyof typeof initializers

/**
 * How values come from u, uniform in [0, 1) by 24 bits: bound · (2u − 1), or where a deviation is given, deviation times
 * the normal number that `toNormal` makes of 2u − 1.
 */
export interface Draw {
  readonly bound: number
  readonly deviation: number | undefined
}

/** How the weights of a layer are drawn; undefined where all are zero. */
export function drawOf(name: InitializerName, shape: WeightShape): Draw | undefined {
  const { distribution, deviation } = initializers[name]
  const size = deviation(shape)
  if (distribution === 'uniform') return { bound: size * Math.sqrt(3), deviation: undefined }
  return distribution === 'normal' ? { bound: 1, deviation: size } : undefined
}

/** N(0, 1) from one uniform number of 24 bits, by the inverse of the distribution function. */
const normalFrom = (uniform: number): number => inverseNormalCdf(uniform + 2 ** -25)

/** Makes of the numbers 2u − 1 in [from, to) normal ones. */
export function toNormal(floats: Floats, from: number, to: number, deviation: number): void {
  for (let i = from; i < to; ++i) floats[i] = deviation * normalFrom(0.5 * floats[i] + 0.5)
}

/** What a user's initializer draws from. */
export const randomNumbers = (random: PhiloxStream): Parameters<CustomInitializer>[1] => ({
  uniform: () => random.uniform(),
  normal: () => normalFrom(random.uniform()),
})
