// What random numbers are for: the last word of a Philox counter, so that no two uses share a stream.

export const WEIGHTS = 1
export const SHUFFLE = 2
export const SPLIT = 3
export const SAMPLE = 4
export const VALIDATION = 5
