// weightsT: the copy of the weights to keep in step, if there is one. steps: the table of the rule's numbers, a row of
// rules.SCALARS for each step, `stepStride` apart (0 where all steps are alike). slots: the distance from a parameter to
// its first slot, and between its slots. strip: room for a strip of the gradient, where the rule is not the products' own.
// l1, twiceL2, limit: float32 numbers, 0 for none; λ₁ sign w + 2 λ₂ w is added to the gradient on its way to the rule, and
// each element is then brought into [−limit, limit]. groupRows, epochRows: where a gradient is stored, the rows whose
// gradients are summed to one, and those of the epoch, which may end sooner; 0 where each batch has a gradient of its own.

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
export const l1 = 20
export const twiceL2 = 21
export const limit = 22
export const groupRows = 23
export const epochRows = 24
