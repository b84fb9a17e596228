// What readCsv() returns.

interface Inputs {
  /** The columns of numbers that are not the target, (rows × inputs), row-major; NaN for a cell that is missing. */
  x: Float32Array
  /** Rows of the text, its header left out. */
  rows: number
  /** Columns of x: the inputs of a network. */
  inputs: number
  /** Names of the columns of x, (inputs). */
  columns: string[]
  /** The columns that `types` calls texts, by name, each (rows), '' for a cell that is missing; not there without such. */
  texts?: Record<string, string[]>
}

/** A table whose target is a class. */
export interface ClassTable extends Inputs {
  /** The class of each row, an index into classNames, (rows). */
  y: Int32Array
  /**
   * Sorted: by value if all are numbers, so that '1' and '1.0' are one class, else by their characters, as those of a column
   * that `types` calls a text.
   */
  classNames: string[]
}

/** A table whose target is a number. */
export interface NumberTable extends Inputs {
  /** (rows). */
  y: Float32Array
  /** Not of numbers. */
  classNames: undefined
}

/** A table of several targets, each a number. */
export interface NumbersTable extends Inputs {
  /** (rows × outputs), row-major. */
  y: Float32Array
  /** Columns of y, in a row of it: the outputs of a network. */
  outputs: number
  /** Names of the columns of y, (outputs), as they were asked for. */
  targets: string[]
  /** Not of numbers. */
  classNames: undefined
}

/** A table without a target. */
export interface FeatureTable extends Inputs {
  /** Not without a target. */
  y: undefined
  /** Not without a target. */
  classNames: undefined
}

/** One of the above. */
export type AnyTable = ClassTable | NumberTable | NumbersTable | FeatureTable
