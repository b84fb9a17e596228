// out = input ⊙ mask · scale, and slope = f'(z) ⊙ mask · scale where there is a slope; out may be input, else input has rows
// as OP_FORWARD's. random: four words, seed low and high, stream, purpose. layer: 0 for the inputs. threshold: a random word
// below it drops an element. scale is a float64 in two words.

export const input = 1
export const inputStride = 2
export const inputTable = 3
export const out = 4
export const slope = 5
export const units = 6
export const activation = 7
export const layer = 8
export const random = 9
export const threshold = 10
export const scaleLow = 11
export const scaleHigh = 12
