// source: a of the layer below, or f'(z) where that is kept.

export const delta = 1
export const weightsT = 2
export const source = 3
export const deltaBelow = 4
export const units = 5
export const inputs = 6
export const activation = 7
export const tiles = 8
