import { boolean, checkOptions, integer, isArray, isObject, optional, refuse } from '../base/check.ts'
import { OptionError, ShapeError, shown } from '../base/errors.ts'
import { PhiloxStream, SPLIT } from '../base/random.ts'
import { countRows, type RowArray, rowWidth, takeRows } from './rows.ts'

/** Options of trainTestSplit(). */
export interface SplitOptions {
  /** The share of the rows to test with, above 0 and below 1 and rounded up, or their number. Default 0.25. */
  testSize?: number
  /** Whether each class has its share in both parts; `y` is then one class a row. Default false. */
  stratify?: boolean
  /** A whole number from 0 to 2⁵³ − 1: the same one splits the same way. Default 0. */
  seed?: number
}

/** Rows in two parts, in arrays of their own types: what trainTestSplit() returns. */
export interface Split<X, Y> {
  /** What to train with, in random order. */
  train: {
    /** (rows × inputs), row-major, or an array of rows. */
    x: X
    /** What was given with each row of x. */
    y: Y
  }
  /** What to test with, in random order. */
  test: {
    /** (rows × inputs), row-major, or an array of rows. */
    x: X
    /** What was given with each row of x. */
    y: Y
  }
  /** The rows of `train`, in its order. */
  trainIndices: Int32Array
  /** The rows of `test`, in its order. */
  testIndices: Int32Array
}

const splitTable = {
  testSize: optional<number, number>((value, name) => {
    const isCount = Number.isSafeInteger(value) && (value as number) >= 1
    const isShare = typeof value === 'number' && value > 0 && value < 1
    return isCount || isShare
      ? (value as number)
      : refuse(name, 'a share between 0 and 1, or a number of rows', value)
  }, 0.25),
  stratify: optional(boolean, false),
  seed: optional(integer(0), 0),
}

/** The rows of each class, in the order in which the classes first come. */
function countsByClass(y: ArrayLike<unknown>, rows: number): Map<unknown, number> {
  if (y.length !== rows) {
    throw new ShapeError(
      `y: expected one class for each of the ${rows} rows to stratify by, got ${y.length} values`,
    )
  }
  const counts = new Map<unknown, number>()
  for (let r = 0; r < rows; ++r) {
    if (!['number', 'string', 'boolean'].includes(typeof y[r])) {
      throw new ShapeError(`y[${r}]: expected a class index or name to stratify by, got ${shown(y[r])}`)
    }
    counts.set(y[r], (counts.get(y[r]) ?? 0) + 1)
  }
  for (const [label, count] of counts) {
    if (count < 2)
      throw new ShapeError(`y: expected at least 2 rows of each class, got 1 of class ${shown(label)}`)
  }
  return counts
}

/**
 * Shares `total` out among the classes in proportion to their rows: the whole parts first, what is left to the largest
 * remainders, the earlier class first where they tie.
 */
function allocate(counts: ReadonlyMap<unknown, number>, total: number, rows: number): Map<unknown, number> {
  const shares = Array.from(counts, ([label, count]) => {
    const whole = Math.floor((count * total) / rows)
    return { label, whole, remainder: (count * total) % rows }
  })
  let left = shares.reduce((sum, { whole }) => sum - whole, total)
  shares.sort((a, b) => b.remainder - a.remainder)
  return new Map(shares.map(({ label, whole }) => [label, whole + (left-- > 0 ? 1 : 0)]))
}

/**
 * Returns the rows of `x` and `y` in two parts, at random and without overlap: one to train with, one to test with.
 *
 * x: (rows × inputs), row-major, or an array of rows. y: one class or value a row, (rows × outputs), or an array of
 * rows. rows: the length of x where it is an array of rows, else that of y, unless given. Both parts are in random
 * order, of the arrays' own types. Throws ShapeError for data of another shape or a class of a single row, OptionError
 * where a part would be empty or, with `stratify`, have fewer rows than there are classes.
 */
export function trainTestSplit<X extends RowArray, Y extends RowArray>(
  data: { x: X; y: Y; rows?: number },
  options: SplitOptions = {},
): Split<X, Y> {
  const { testSize, stratify, seed } = checkOptions(splitTable, options, 'options')
  if (!isObject(data)) throw new ShapeError(`data: expected { x, y }, got ${shown(data)}`)
  const { x, y } = data
  // An array of rows says how many there are; of two flat arrays, y is taken to have one value a row.
  const counted = isArray(x) && typeof x[0] === 'object' ? x : y
  const rows = data.rows === undefined ? countRows(counted, 1, 'y') : integer(1)(data.rows, 'rows')
  const inputs = rowWidth(x, rows, 'x')
  const outputs = rowWidth(y, rows, 'y')

  const tests = testSize < 1 ? Math.ceil(testSize * rows) : testSize
  const counts = stratify ? countsByClass(y, rows) : undefined
  const least = counts?.size ?? 1
  if (tests < least || rows - tests < least) {
    throw new OptionError(
      `options.testSize: expected at least ${least} of the ${rows} rows in both parts, ` +
        `got ${tests} to test and ${rows - tests} to train with`,
    )
  }

  const order = Int32Array.from({ length: rows }, (_, r) => r)
  new PhiloxStream(seed, SPLIT).shuffle(order)
  const testIndices = counts
    ? firstOfEachClass(order, y, allocate(counts, tests, rows))
    : order.slice(0, tests)
  const isTest = new Uint8Array(rows)
  for (const row of testIndices) isTest[row] = 1
  const trainIndices = order.filter((row) => !isTest[row])
  const part = (indices: Int32Array) => ({
    x: takeRows(x, inputs, indices),
    y: takeRows(y, outputs, indices),
  })
  return { train: part(trainIndices), test: part(testIndices), trainIndices, testIndices }
}

/** The first `quota` rows of each class, in the order given. */
function firstOfEachClass(
  order: Int32Array,
  y: ArrayLike<unknown>,
  quota: ReadonlyMap<unknown, number>,
): Int32Array {
  const left = new Map(quota)
  return order.filter((row) => {
    const more = left.get(y[row])!
    left.set(y[row], more - 1)
    return more > 0
  })
}
