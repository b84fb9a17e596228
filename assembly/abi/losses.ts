// The codes of the losses.

export const QUADRATIC = 0
export const CROSS_ENTROPY = 1
export const BINARY_CROSS_ENTROPY = 2
