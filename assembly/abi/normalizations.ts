// How a layer's z is normalised, as OP_NORMALIZE is told.

/** Each row by its own mean and variance. */
export const LAYER = 1
/** Each column by its mean and variance over the batch. */
export const BATCH = 2
/** Each column by the running mean and variance: what BATCH is outside training. */
export const RUNNING = 3
