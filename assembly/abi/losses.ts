// The codes of the losses.

export const QUADRATIC = 0
export const CROSS_ENTROPY = 1
export const BINARY_CROSS_ENTROPY = 2
export const MEAN_ABSOLUTE_ERROR = 3
export const HUBER = 4
export const LOG_COSH = 5
export const HINGE = 6
export const CATEGORICAL_HINGE = 7
export const POISSON = 8
export const KL_DIVERGENCE = 9
export const FOCAL = 10
export const BINARY_FOCAL = 11
/** Functions of the user's own. */
export const CUSTOM = 12
