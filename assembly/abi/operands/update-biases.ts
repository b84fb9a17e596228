// All but delta, biases and units are those of the weights.

export const delta = 1
export const biases = 2
export const units = 3
export const rule = 4
export const steps = 5
export const stepStride = 6
export const slots = 7
export const strip = 8
export const limit = 9
export const groupRows = 10
export const epochRows = 11
