// weightsT: the copy of the weights to keep in step, if there is one. steps: the table of the rule's numbers, a row of
// rules.SCALARS for each step, `stepStride` apart (0 where all steps are alike). slots: the distance from a parameter to
// its first slot, and between its slots. strip: room for a strip of the gradient, where the rule is not the products' own.

export const input = 1
export const inputStride = 2
export const inputTable = 3
export const delta = 4
export const weights = 5
export const weightsT = 6
export const inputs = 7
export const units = 8
export const rule = 9
export const steps = 10
export const stepStride = 11
export const slots = 12
export const strip = 13
export const tiles = 14
export const pack = 15
export const fromTable = 16
export const toTable = 17
export const bucketLengths = 18
export const buckets = 19
