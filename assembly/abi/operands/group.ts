// As those of the weights' update.

export const groupRows = 1
export const epochRows = 2
