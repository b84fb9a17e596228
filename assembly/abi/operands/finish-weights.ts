// maxNorm: a float32 number, 0 for no limit. weightsT: the copy of the weights, if there is one.

export const weights = 1
export const weightsT = 2
export const inputs = 3
export const units = 4
export const maxNorm = 5
