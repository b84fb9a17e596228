// sums: `count` elements. penalties: one element for each row of the order; that of a batch's first row is written.

export const sums = 1
export const count = 2
export const penalties = 3
