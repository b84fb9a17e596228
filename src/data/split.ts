import {
  boolean,
  checkOptions,
  integer,
  isArray,
  isList,
  isObject,
  optional,
  refuse,
  refuseTargets,
} from '../base/check.ts'
import { OptionError, ShapeError, shown } from '../base/errors.ts'
import { PhiloxStream, SPLIT } from '../base/random.ts'
import { isTable, recordsOf, type Table } from './features/records.ts'
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

/** Options of trainTestSplit() of rows as they come. */
export interface RowSplitOptions extends Omit<SplitOptions, 'stratify'> {
  /** The column whose classes have their share in both parts: its name, or of cells without names its place, '0', '1', … Default:
   * none. */
  stratify?: string
}

/** Rows in two parts, of the kind that was given: what trainTestSplit() of rows returns. */
export interface RowSplit<Rows> {
  /** What to train with, in random order. */
  train: Rows
  /** What to test with, in random order. */
  test: Rows
  /** The rows of `train`, in its order. */
  trainIndices: Int32Array
  /** The rows of `test`, in its order. */
  testIndices: Int32Array
}

const sizeTable = {
  testSize: optional<number, number>((value, name) => {
    const isCount = Number.isSafeInteger(value) && (value as number) >= 1
    const isShare = typeof value === 'number' && value > 0 && value < 1
    return isCount || isShare
      ? (value as number)
      : refuse(name, 'a share between 0 and 1, or a number of rows', value)
  }, 0.25),
  seed: optional(integer(0), 0),
}
const splitTable = { ...sizeTable, stratify: optional(boolean, false) }
const rowSplitTable = {
  ...sizeTable,
  stratify: optional<string, undefined>(
    (value, name) => (typeof value === 'string' ? value : refuse(name, 'the name of a column', value)),
    undefined,
  ),
}

/** Classes to stratify by: one a row, and what they are called in messages. */
interface Strata {
  readonly classes: ArrayLike<unknown>
  readonly name: string
}

/** The rows of each class, in the order in which the classes first come. */
function countsByClass({ classes: y, name }: Strata, rows: number): Map<unknown, number> {
  if (y.length !== rows) {
    throw new ShapeError(
      `${name}: expected one class for each of the ${rows} rows to stratify by, got ${y.length} values`,
    )
  }
  const counts = new Map<unknown, number>()
  for (let r = 0; r < rows; ++r) {
    if (!['number', 'string', 'boolean'].includes(typeof y[r])) {
      throw new ShapeError(`${name}[${r}]: expected a class index or name to stratify by, got ${shown(y[r])}`)
    }
    counts.set(y[r], (counts.get(y[r]) ?? 0) + 1)
  }
  for (const [label, count] of counts) {
    if (count < 2)
      throw new ShapeError(`${name}: expected at least 2 rows of each class, got 1 of class ${shown(label)}`)
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

/** Which rows are trained and tested with, in random order. Throws OptionError where a part would be too small. */
function divide(rows: number, strata: Strata | undefined, testSize: number, seed: number) {
  const tests = testSize < 1 ? Math.ceil(testSize * rows) : testSize
  const counts = strata && countsByClass(strata, rows)
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
    ? firstOfEachClass(order, strata!.classes, allocate(counts, tests, rows))
    : order.slice(0, tests)
  const isTest = new Uint8Array(rows)
  for (const row of testIndices) isTest[row] = 1
  return { trainIndices: order.filter((row) => !isTest[row]), testIndices }
}

/** Divides row objects, arrays of cells, or a table. */
function splitRows(given: Table | readonly unknown[], options: RowSplitOptions): RowSplit<unknown> {
  const { testSize, stratify, seed } = checkOptions(rowSplitTable, options, 'options')
  const rows = isTable(given) ? given.rows : given.length
  if (rows < 1) throw new ShapeError('rows: expected at least one row, got none')
  const records = recordsOf(given)
  // Of a table: that each column has a cell for each row.
  if (isTable(given)) for (const name of given.names) records.column(name)
  const cells = stratify === undefined ? undefined : records.column(stratify)
  const strata = cells && {
    classes: Array.from({ length: rows }, (_, r) => cells(r)),
    name: `column ${shown(stratify)}`,
  }
  const { trainIndices, testIndices } = divide(rows, strata, testSize, seed)
  const part = (indices: Int32Array) => {
    if (!isTable(given)) return takeRows(given, 1, indices)
    const columns = given.columns.map((column) => takeRows(column as RowArray, 1, indices))
    return { names: given.names, rows: indices.length, columns }
  }
  return { train: part(trainIndices), test: part(testIndices), trainIndices, testIndices }
}

/**
 * Returns rows in two parts, at random and without overlap: one to train with, one to test with. Both are in random order, and of the
 * kind that was given.
 *
 * table: what readTable() returns. rows: objects, or arrays of cells, which both parts share and do not copy. Throws ShapeError for
 * what has no rows, for a column that is missing and for a class of a single row, OptionError where a part would be empty or, with
 * `stratify`, have fewer rows than there are classes.
 */
export function trainTestSplit<Rows extends Table>(table: Rows, options?: RowSplitOptions): RowSplit<Rows>
export function trainTestSplit<Row extends object>(
  rows: readonly Row[],
  options?: RowSplitOptions,
): RowSplit<Row[]>
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
  options?: SplitOptions,
): Split<X, Y>
export function trainTestSplit(
  data: Table | readonly object[] | { x: RowArray; y: RowArray; rows?: number },
  options: SplitOptions | RowSplitOptions = {},
): unknown {
  if (isList(data)) refuseTargets(options, 'options')
  if (isArray(data) || isTable(data)) {
    return splitRows(data as Table | readonly unknown[], options as RowSplitOptions)
  }
  const { testSize, stratify, seed } = checkOptions(splitTable, options, 'options')
  if (!isObject(data)) throw new ShapeError(`data: expected { x, y }, rows or a table, got ${shown(data)}`)
  const { x, y } = data
  // An array of rows says how many there are; of two flat arrays, y is taken to have one value a row.
  const counted = isArray(x) && typeof x[0] === 'object' ? x : y
  const rows = data.rows === undefined ? countRows(counted, 1, 'y') : integer(1)(data.rows, 'rows')
  const inputs = rowWidth(x, rows, 'x')
  const outputs = rowWidth(y, rows, 'y')
  const { trainIndices, testIndices } = divide(
    rows,
    stratify ? { classes: y, name: 'y' } : undefined,
    testSize,
    seed,
  )
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
