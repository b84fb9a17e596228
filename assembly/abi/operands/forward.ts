// A table of row offsets, where there is one, takes the place of input + row · inputStride; lists of nonzeros, where there
// are some, that of both. slope: where f'(z) goes, if it is to be kept. layer: whose function a CUSTOM activation is, from 0.
// number: the slope of SLOPED_RELU and the α of SCALED_ELU, a float64 in two words.

export const input = 1
export const inputStride = 2
export const inputTable = 3
export const weights = 4
export const biases = 5
export const out = 6
export const slope = 7
export const inputs = 8
export const units = 9
export const activation = 10
export const tiles = 11
export const fromTable = 12
export const toTable = 13
export const layer = 14
export const numberLow = 15
export const numberHigh = 16
