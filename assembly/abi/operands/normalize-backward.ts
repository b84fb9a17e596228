// delta = ∂C/∂z from deltaScaled = ∂C/∂(gains ⊙ ẑ + shifts). What stood in `normalized`, ẑ, becomes deltaScaled ⊙ ẑ, whose
// column sums are the gradient of the gains.

export const deltaScaled = 1
export const normalized = 2
export const delta = 3
export const statistics = 4
export const gains = 5
export const units = 6
export const normalization = 7
export const tiles = 8
