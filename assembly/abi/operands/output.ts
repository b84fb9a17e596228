// out is a, or z where the loss is fused with its activation; threshold is a float32: where the two classes of an output
// of that kind part. So are the loss's own numbers (src/model/losses.ts). Where `rowWeights` is given, the loss and δ of
// the batch's row r are multiplied by rowWeights[order[start + r]].

export const out = 1
export const slope = 2
export const y = 3
export const yStride = 4
export const yTable = 5
export const delta = 6
export const losses = 7
export const hits = 8
export const units = 9
export const loss = 10
export const activation = 11
export const hitMode = 12
export const threshold = 13
export const lossNumber1 = 14
export const lossNumber2 = 15
export const lossNumber3 = 16
export const rowWeights = 17
export const order = 18
