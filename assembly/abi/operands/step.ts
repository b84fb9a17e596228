// parameters and gradient: `length` elements each, in one layout. rule, steps, stepStride, slots and strip as in the weights'
// update; batches: how many of them take one step. l1, twiceL2, limit: also as there. norms: `normCount` elements, the norms
// of the blocks that count; the gradient is scaled by min(1, mostNorm / (norm + epsilon)). Both are float32 numbers.

export const parameters = 1
export const gradient = 2
export const length = 3
export const rule = 4
export const steps = 5
export const stepStride = 6
export const slots = 7
export const strip = 8
export const batches = 9
export const l1 = 10
export const twiceL2 = 11
export const limit = 12
export const norms = 13
export const normCount = 14
export const mostNorm = 15
export const epsilon = 16
