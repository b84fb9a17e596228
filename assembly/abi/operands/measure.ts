// weights: where the penalty comes from, or none. l1, twiceL2: float32 numbers. norms: an element for each SUM_BLOCK of the
// gradient's `length` elements, or none.

export const gradient = 1
export const weights = 2
export const length = 3
export const l1 = 4
export const twiceL2 = 5
export const norms = 6
