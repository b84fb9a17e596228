// What random numbers are for: the last word of a Philox counter, so that no two uses share a stream.

export const WEIGHTS = 1
export const SHUFFLE = 2
export const SPLIT = 3
export const SAMPLE = 4
// The masks of an epoch of fit, and of a step of trainBatch; the layer is added, times PURPOSES.
export const DROPOUT_OF_EPOCH = 5
export const DROPOUT_OF_STEP = 6
export const PURPOSES = 16
// Rows of the training data that are kept for validation.
export const VALIDATION = 7
export const FOLDS = 8
