// The codes of the update rules: what becomes of the gradient of some parameters once it is complete.

/** It is stored, as the mean over the rows. */
export const STORE_GRADIENT = 0
/** A step against it. */
export const SGD = 1
export const MOMENTUM = 2
export const ADAM = 3

/** The rule whose step the products take themselves, on the sums that they hold in registers. The others get the gradient in
 * strips. */
export const FUSED = SGD

/** Numbers that a rule may have for each step: a row of the table `steps`. */
export const SCALARS = 8
