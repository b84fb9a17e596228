// The constants of assembly/base/math.ts, which says how they were fitted: the exported code has nabla's own exp and kin, to the
// bit. test/deploy/bits.test.ts compares it with the kernels.

import { SELU_ALPHA, SELU_LAMBDA } from '../../assembly/abi/activations.ts'

const E = [
  0.0013837863225489855, 0.008367087692022324, 0.04166774824261665, 0.16666539013385773, 0.4999999701976776,
]

/** (e^r − 1 − r) / r², the highest power first. */
export const EXP_SERIES: readonly number[] = E

/** 2 e^r. */
export const TWICE_EXP: readonly number[] = [...E.map((c) => 2 * c), 2, 2]

/** (log(1 + f) − f + ½f²) / f³. */
export const LOG_SERIES: readonly number[] = [
  -0.04514254629611969, 0.1047363355755806, -0.13166038691997528, 0.1447841078042984, -0.16646866500377655,
  0.19990800321102142, -0.25000104308128357, 0.3333345055580139,
]

/** Φ(−x) e^(x²/2) is the ratio of these two. */
export const TAIL_ABOVE: readonly number[] = [
  0.003990851808339357, 0.03979942947626114, 0.1807776689529419, 0.43500155210494995, 0.5,
]
export const TAIL_BELOW: readonly number[] = [
  0.010003435425460339, 0.09976990520954132, 0.4629777669906616, 1.1923339366912842, 1.6678879261016846, 1,
]

export const LOG2_E = 1.4426950216293335
/** ln 2 in two parts. */
export const LN2_HIGH = 0.693145751953125
export const LN2_LOW = Math.fround(1.4286067653302e-6)

/** Adding it rounds to a whole number n, with n + 126 in the low bits; for 2^(n − 1). */
export const ROUND = 12582912 + 126
/** The same with n + 127, for 2^n. */
export const ROUND_WHOLE = 12582912 + 127

export const EXP_LEAST = -87.5
export const EXPM1_LEAST = -25
export const GAUSSIAN_LIMIT = Math.fround(13.2)
/** Beyond it gelu and silu have reached their limits. */
export const CLAMP = 100
/** Beyond it softsign is ±1. */
export const SOFTSIGN_LIMIT = 33554432

export const SELU_ABOVE = Math.fround(SELU_LAMBDA)
export const SELU_BELOW = Math.fround(SELU_LAMBDA * SELU_ALPHA)
