// running = (1 − momentum) · running + momentum · statistics, the variance as that of a sample. momentum is a float64 in two
// words.

export const statistics = 1
export const runningMean = 2
export const runningVariance = 3
export const units = 4
export const momentumLow = 5
export const momentumHigh = 6
