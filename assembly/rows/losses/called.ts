// Functions of base/math.ts compiled once, for losses that take several of them: inlined at every use, they made the
// binary 1.2 KB longer, of the 64 KB that test/kernels/module.test.ts allows.

import * as math from '../../base/math'

export function exp(x: v128): v128 {
  return math.exp(x)
}

export function log(x: v128): v128 {
  return math.log(x)
}

export function log1pUnit(x: v128): v128 {
  return math.log1pUnit(x)
}

export function expMinusAbs(x: v128): v128 {
  return math.expMinusAbs(x)
}

export function tanh(x: v128): v128 {
  return math.tanh(x)
}

/** softplus x from e = e^−|x|. */
export function softplusFrom(x: v128, e: v128): v128 {
  return math.softplusFrom(x, e)
}
