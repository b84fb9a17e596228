// What every kind of column is: fitted to cells, or made again from what it saved.

/** A column that is fitted: it writes what stands for a cell. */
export interface FittedColumn {
  /** What it saves. */
  readonly json: { readonly type: string; readonly name: string }
  /** Names of what it writes, one for each value. */
  readonly names: readonly string[]
  /** Writes names.length values for a cell to out[at …). Throws ShapeError for a cell that it cannot take. row: for the message. */
  write(cell: unknown, row: number, out: Float32Array, at: number): void
}

// Apart, so that what only predicts does not load what fits.

/** Fits a column. Throws OptionError for options, ShapeError for cells that it cannot take. */
export type FitColumn<O> = (name: string, cells: readonly unknown[], options: O) => FittedColumn

/** Makes a column again. Throws OptionError where `json`, an object, is not what such a column saves. where: for the message. */
export type ColumnFrom<J> = (name: string, json: J, where: string) => FittedColumn
