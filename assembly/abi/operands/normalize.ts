// ẑ = (z − μ) / √(σ² + ε) and out = f(gains ⊙ ẑ + shifts). out may be z; ẑ replaces z where `keeps` is 1. statistics: with
// LAYER 1/√(σ² + ε) of each row, with BATCH three rows of the columns: μ, σ² and 1/√(σ² + ε); offset 0 where they are not
// wanted. epsilon is a float64 in two words. layer: whose function a CUSTOM activation is, from 0. number: as
// OP_FORWARD's.

export const z = 1
export const keeps = 2
export const out = 3
export const slope = 4
export const statistics = 5
export const gains = 6
export const shifts = 7
export const runningMean = 8
export const runningVariance = 9
export const units = 10
export const activation = 11
export const normalization = 12
export const epsilonLow = 13
export const epsilonHigh = 14
export const tiles = 15
export const layer = 16
export const numberLow = 17
export const numberHigh = 18
