/** Where part `part` of `parts` begins in `count` things. */
export const beginOf = (part: number, parts: number, count: number): number =>
  Math.floor((count * part) / parts)
