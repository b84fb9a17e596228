// The codes of the losses.

export const QUADRATIC = 0
export const CROSS_ENTROPY = 1
export const BINARY_CROSS_ENTROPY = 2
export const MEAN_ABSOLUTE_ERROR = 3
