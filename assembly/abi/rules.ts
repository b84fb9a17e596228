// The codes of the update rules: what becomes of the gradient of some parameters once it is complete.

/** It is stored, as the mean over the rows. */
export const STORE_GRADIENT = 0
/** A step against it. */
export const SGD = 1
export const MOMENTUM = 2
export const ADAM = 3
/** A step of SGD with weight decay. */
export const SGD_DECAY = 4
export const RMSPROP = 5
export const RMSPROP_MOMENTUM = 6
/** The mean gradient is taken off: its squares are deviations from the mean. */
export const RMSPROP_CENTERED = 7
export const RMSPROP_CENTERED_MOMENTUM = 8
export const ADAGRAD = 9
export const NADAM = 10
export const LION = 11

/** The rule whose step the products take themselves, on the sums that they hold in registers. The others get the gradient in
 * strips. */
export const FUSED = SGD

/** Numbers that a rule may have for each step: a row of the table `steps`. */
export const SCALARS = 12
