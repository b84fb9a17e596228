// Initial weights by name, drawn from Philox so that a seed gives the same numbers on every machine.

import { inverseNormalCdf } from './math.ts'
import type { PhiloxStream } from './random.ts'

/** A layer's weight matrix: fanIn rows (inputs) × fanOut columns (units). Layers count from 0. */
export interface WeightShape {
  readonly layer: number
  readonly fanIn: number
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

export type InitializerName = keyof typeof initializers

/** N(0, 1) from one 24-bit uniform number, by the inverse of the distribution function. */
const normal = (random: PhiloxStream): number => inverseNormalCdf(random.uniform() + 2 ** -25)

/** The row-major (fanIn × fanOut) initial weights of a layer, from its own random stream. */
export function initialWeights(
  initializer: InitializerName | CustomInitializer,
  shape: WeightShape,
  random: PhiloxStream,
): ArrayLike<number> {
  if (typeof initializer === 'function') {
    return initializer(shape, { uniform: () => random.uniform(), normal: () => normal(random) })
  }
  const { distribution, deviation } = initializers[initializer]
  const size = deviation(shape)
  const values = new Float32Array(shape.fanIn * shape.fanOut)
  if (distribution === 'zeros') return values
  for (let i = 0; i < values.length; ++i) {
    values[i] =
      distribution === 'normal' ? size * normal(random) : size * Math.sqrt(3) * (2 * random.uniform() - 1)
  }
  return values
}
