// How a row is counted as a hit for the accuracy.

/** No counting. */
export const NONE = 0
/** The largest output is the target's largest. */
export const ARGMAX = 1
/** Every output is on its target's side of a threshold; the row's hit is then the share of its outputs that are. */
export const THRESHOLD = 2
