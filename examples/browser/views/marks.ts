// Marks of a logarithmic axis, and losses as text.

/** Powers of ten that an axis has room for. */
const MOST_MARKS = 8

/** Of each power of ten itself, its double and its five-fold; where they are many, itself; and of very many some. */
export function marksBetween(least: number, most: number): number[] {
  const powers = Math.log10(most / least)
  const factors = powers > 2.5 ? [1] : [1, 2, 5]
  const step = Math.ceil(powers / MOST_MARKS)
  const marks: number[] = []
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power += step) {
    for (const factor of factors) marks.push(Number(`${factor}e${power}`))
  }
  return marks.filter((mark) => mark >= least && mark <= most)
}

/** A loss in eight characters at most. */
export const lossText = (loss: number): string =>
  loss < 0.001 || loss >= 1000 ? loss.toExponential(1) : loss < 10 ? loss.toFixed(4) : loss.toPrecision(5)

/** A mark of a loss, in as few characters as an axis has room for. */
export const markText = (mark: number): string =>
  mark < 0.001 || mark >= 1e5 ? mark.toExponential() : String(mark)
