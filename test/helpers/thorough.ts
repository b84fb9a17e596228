// How much of what has many combinations is run. `npm test` takes a part, spread evenly, so that it ends within minutes on two
// cores; with NABLA_THOROUGH=1, as .ci/run has it on the newest Node, all of it is run.

export const isThorough = process.env.NABLA_THOROUGH === '1'

/** All of the list, or every `nth` of it. */
export const part = <T>(list: readonly T[], nth = 2): readonly T[] =>
  isThorough ? list : list.filter((_, i) => i % nth === 0)

/** The first thoroughly, else the second. */
export const thoroughly = <T>(full: T, brief: T): T => (isThorough ? full : brief)

/** How many times a property is tried, or what is repeated is done. */
export const runs = (most: number): number => thoroughly(most, Math.ceil(most / 5))
