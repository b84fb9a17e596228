// The batch's rows are x[order[start + r]]. Where `starts` is given, row i's nonzeros are listed in [starts[i],
// starts[i + 1]). The tables are filled: offsets of the rows of x and y, and where their lists begin and end.

export const x = 1
export const xStride = 2
export const xTable = 3
export const y = 4
export const yStride = 5
export const yTable = 6
export const order = 7
export const starts = 8
export const fromTable = 9
export const toTable = 10
