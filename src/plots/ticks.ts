// Where an axis has its ticks and what stands there: steps of 1, 2 or 5 times a power of ten, and labels with as many
// digits as tell one tick from the next.

export interface Ticks {
  readonly values: readonly number[]
  readonly labels: readonly string[]
  /** What is to be added to the labels, where their common digits are left out: '+ 1000000'. */
  readonly offset?: string
}

/** The power of ten of the first digit. By text: Math.log10 may miss a power of ten by an ulp. */
const exponentOf = (value: number): number => Number(value.toExponential().split('e')[1])
const powerOfTen = (exponent: number): number => Number(`1e${exponent}`)

/** A number as it is written on an axis. */
const written = (text: string): string => text.replace('e+', 'e').replaceAll('-', '−')

// Outside these sizes a plain number has more zeros than digits.
const isPlain = (largest: number): boolean => largest >= 1e-3 && largest < 1e6
/** Digits that labels may have in common before they are left out. */
const MOST_DIGITS = 5

function labelsOf(values: readonly number[], step: number): string[] {
  const place = exponentOf(step)
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  if (isPlain(largest)) return values.map((value) => written(value.toFixed(Math.max(0, -place))))
  return values.map((value) =>
    value === 0 ? '0' : written(value.toExponential(Math.max(0, exponentOf(value) - place))),
  )
}

/** A number for a legend or a bar: at most `digits` significant ones. */
export function shortNumber(value: number, digits = 3): string {
  if (value === 0 || !Number.isFinite(value)) return written(String(value))
  const rounded = Number(value.toPrecision(digits))
  return written(isPlain(Math.abs(rounded)) ? String(rounded) : String(rounded.toExponential()))
}

/** The least step of 1, 2 or 5 times a power of ten that is taken at most `most` times. */
function stepOf(span: number, most: number): { digit: number; exponent: number } {
  const exponent = exponentOf(span / most)
  const digit = [1, 2, 5].find((one) => span / most <= one * powerOfTen(exponent) * (1 + 1e-9))
  return digit === undefined ? { digit: 1, exponent: exponent + 1 } : { digit, exponent }
}

/** Ticks from min to max, min < max, at most `most` + 1 of them; `whole` ones are whole numbers. */
export function linearTicks(min: number, max: number, most: number, whole = false): Ticks {
  let { digit, exponent } = stepOf(max - min, Math.max(1, most))
  if (whole && exponent < 0) [digit, exponent] = [1, 0]
  const step = digit * powerOfTen(exponent)
  // Divided by a power of ten where the step is a fraction: 3 · 0.1 is not 0.3, and 3 / 10 is.
  const at = (k: number) =>
    exponent < 0 ? (k * digit) / powerOfTen(-exponent) : k * digit * powerOfTen(exponent)
  const slack = (max - min) * 1e-9
  const values: number[] = []
  for (let k = Math.ceil((min - slack) / step); at(k) <= max + slack; ++k) values.push(at(k) + 0)
  const largest = Math.max(Math.abs(min), Math.abs(max))
  if (values.length > 1 && exponentOf(largest) - exponent > MOST_DIGITS) {
    const base = values[0]
    const labels = labelsOf(
      values.map((_, k) => at(k)),
      step,
    )
    return { values, labels, offset: `${base < 0 ? '−' : '+'} ${written(String(Math.abs(base)))}` }
  }
  return { values, labels: labelsOf(values, step) }
}

/** Ticks of a logarithmic axis from min to max, 0 < min < max: powers of ten, between few of them 2 and 5 times those. */
export function logTicks(min: number, max: number, most: number): Ticks {
  const [low, high] = [exponentOf(min), exponentOf(max)]
  const inside = (value: number) => value >= min * (1 - 1e-9) && value <= max * (1 + 1e-9)
  const every = (stride: number, digits: readonly number[]): number[] => {
    const values: number[] = []
    for (let e = Math.ceil(low / stride) * stride; e <= high; e += stride) {
      for (const digit of digits) values.push(digit * powerOfTen(e))
    }
    return values.filter(inside)
  }
  const few = every(1, [1, 2, 5])
  const powers = every(1, [1])
  let values = few.length <= Math.max(2, most) ? few : powers
  for (let stride = 2; values.length > Math.max(1, most) + 1; ++stride) values = every(stride, [1])
  // Within one decade the axis is nearly straight.
  if (values.length < 2) return linearTicks(min, max, most)
  return { values, labels: values.map((value) => shortNumber(value, 1)) }
}
