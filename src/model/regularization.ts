// What is done to the gradient on its way to the optimizer, and to the weights after the step. As plain data; only what
// a network asks for is there, so that one which asks for nothing has the tape it always had.

import { type Check, isObject, oneOf, positive, refuse } from '../base/check.ts'

/** One limit of the gradient. */
export type ClipOptions =
  | {
      /** Each element is brought into [−value, value]. */
      value: number
      /** Not beside `value`. */
      norm?: undefined
      /** Not beside `value`. */
      globalNorm?: undefined
    }
  | {
      /** Each W and each b whose gradient has a Euclidean norm above this is scaled down to it. */
      norm: number
      /** Not beside `norm`. */
      value?: undefined
      /** Not beside `norm`. */
      globalNorm?: undefined
    }
  | {
      /** The whole gradient is scaled down where the norm over all parameters is above this. */
      globalNorm: number
      /** Not beside `globalNorm`. */
      value?: undefined
      /** Not beside `globalNorm`. */
      norm?: undefined
    }

/** The limit by its kind. All numbers here are float32 numbers: the kernels see no others. */
export interface Clip {
  readonly kind: 'value' | 'norm' | 'globalNorm'
  readonly limit: number
}

export interface LayerRegularization {
  /** λ₁ and λ₂ of the penalty λ₁ Σ|w| + λ₂ Σw²; 0 for none. */
  readonly l1: number
  readonly l2: number
  /** The largest Euclidean norm of the weights into a unit; 0 where there is no limit. */
  readonly maxNorm: number
}

export interface Regularization {
  /** One for each layer. */
  readonly layers: readonly LayerRegularization[]
  readonly clip: Clip | undefined
}

const kinds = ['value', 'norm', 'globalNorm'] as const

/** A factor of a penalty: rounded to float32 it must be finite, and twice it too. */
export const penalty: Check<number> = (value, name) =>
  typeof value === 'number' && value >= 0 && Number.isFinite(Math.fround(2 * value))
    ? value
    : refuse(name, 'a finite number from 0 on', value)

/** A limit: rounded to float32 it must be finite and above 0. */
export const limit: Check<number> = (value, name) => {
  const left = Math.fround(positive(value, name))
  return left > 0 && Number.isFinite(left)
    ? (value as number)
    : refuse(name, 'a float32 number above 0', value)
}

/** The same, or Infinity for none. */
export const limitOrNone: Check<number> = (value, name) =>
  value === Number.POSITIVE_INFINITY ? value : limit(value, name)

/** `{ value }`, `{ norm }` or `{ globalNorm }`. Throws OptionError. */
export const clip: Check<ClipOptions> = (value, name) => {
  const expected = '{ value }, { norm } or { globalNorm }'
  if (!isObject(value)) return refuse(name, expected, value)
  const given = Object.keys(value).filter((key) => value[key] !== undefined)
  if (given.length !== 1) return refuse(name, `one of ${expected}`, given.join(', ') || value)
  const kind = oneOf(kinds)(given[0], name)
  return { [kind]: limit(value[kind], `${name}.${kind}`) } as unknown as ClipOptions
}

/** What a layer asks for, or the network for its layers. */
interface Asked {
  readonly l1?: number | undefined
  readonly l2?: number | undefined
  readonly maxNorm?: number | undefined
}

const limitOf = (most: number | undefined): number =>
  most === undefined || most === Number.POSITIVE_INFINITY ? 0 : Math.fround(most)

/** The regularization of a network, or undefined where there is none. A layer's own options win. */
export function regularizationOf(
  network: Asked & { readonly clip?: ClipOptions | undefined },
  layers: readonly Asked[],
): Regularization | undefined {
  const of = (layer: Asked): LayerRegularization => ({
    l1: Math.fround(layer.l1 ?? network.l1 ?? 0),
    l2: Math.fround(layer.l2 ?? network.l2 ?? 0),
    maxNorm: limitOf(layer.maxNorm ?? network.maxNorm),
  })
  const each = layers.map(of)
  const asked = network.clip
  const kind = asked && kinds.find((one) => asked[one] !== undefined)
  const clipped = kind && { kind, limit: Math.fround(asked[kind] as number) }
  const isAsked = clipped || each.some(({ l1, l2, maxNorm }) => l1 || l2 || maxNorm)
  return isAsked ? { layers: each, clip: clipped } : undefined
}

/** True where a layer's weights are part of the loss. */
export const isPenalized = ({ l1, l2 }: LayerRegularization): boolean => l1 > 0 || l2 > 0

/** True where the loss has a penalty. */
export const hasPenalty = (regularization: Regularization | undefined): boolean =>
  regularization?.layers.some(isPenalized) ?? false

/** True where the step needs the norm of the whole gradient, or of a whole tensor of it. */
export const clipsNorm = (regularization: Regularization | undefined): boolean =>
  regularization?.clip !== undefined && regularization.clip.kind !== 'value'

/** True where a gradient is not handed to the rule as it is. */
export const changesGradient = (regularization: Regularization | undefined): boolean =>
  regularization?.clip !== undefined || hasPenalty(regularization)
