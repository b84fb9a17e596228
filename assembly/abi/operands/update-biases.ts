// rule, steps, stepStride, slots and strip are those of the weights.

export const delta = 1
export const biases = 2
export const units = 3
export const rule = 4
export const steps = 5
export const stepStride = 6
export const slots = 7
export const strip = 8
