// Marks of a logarithmic axis.

/** Of each power of ten itself, its double and its five-fold; where they are many, itself. */
export function marksBetween(least: number, most: number): number[] {
  const factors = Math.log10(most / least) > 2.5 ? [1] : [1, 2, 5]
  const marks: number[] = []
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); ++power) {
    for (const factor of factors) marks.push(Number(`${factor}e${power}`))
  }
  return marks.filter((mark) => mark >= least && mark <= most)
}
