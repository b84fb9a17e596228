// l1 and l2: float32 numbers. sums: an element for each SUM_BLOCK of the weights' `length` elements.

export const weights = 1
export const length = 2
export const l1 = 3
export const l2 = 4
export const sums = 5
