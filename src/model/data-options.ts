// Data as a user gives them.

/** Any numbers: a typed array or an array, row after row, or an array of rows. */
export type MatrixLike = ArrayLike<number> | readonly ArrayLike<number>[]

/**
 * Targets: numbers, (rows × outputs) or the class index of each row; or the name of each row's class, or with several outputs and
 * a loss of labels a list of the names of its labels; or booleans, for one output or two classes one a row, otherwise one for each
 * output, which are then 0 and 1.
 */
export type TargetsLike =
  | MatrixLike
  | ArrayLike<string>
  | ArrayLike<boolean>
  | readonly ArrayLike<string>[]
  | readonly ArrayLike<boolean>[]

/** Rows with their targets, and how much each counts. */
export interface Data {
  /** (rows × inputs). */
  x: MatrixLike
  /** (rows × outputs), or the class index or the class name of each row. */
  y: TargetsLike
  /**
   * s, (rows): how much each row counts, at least 0 and not all 0. Its gradient is multiplied by s, and the loss is
   * Σ s l / Σ s. A batch's gradient is still divided by its rows, so weights with a mean of 1 keep the learning rate as it is.
   * Default: 1 each, to the same bits.
   */
  weights?: ArrayLike<number> | undefined
}

/** Data in parts, each `{ x, y }`, or a function that begins such a stream for each epoch. */
export type DataStream = Iterable<Data> | AsyncIterable<Data> | (() => Iterable<Data> | AsyncIterable<Data>)

/**
 * Weights of classes by their index or their name, 1 for those without one, or 'balanced': rows / (classes · rows of the
 * class).
 */
export type ClassWeight = Readonly<Record<string | number, number>> | 'balanced'
