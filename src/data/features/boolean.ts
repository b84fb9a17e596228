// A column of what is true or not: 1 or 0.

import { checkOptions, oneOf, optional, refuse } from '../../base/check.ts'
import { ShapeError, shown } from '../../base/errors.ts'
import type { ColumnFrom, FitColumn, FittedColumn } from './column.ts'
import { isMissing } from './records.ts'

/** Options of a column of true and false, which becomes 1 and 0. Its cells are booleans, 1 and 0, or 'true', 'false', 'yes'
 * and 'no' in any case. */
export interface BooleanOptions {
  /** Selects a column of true and false. */
  type: 'boolean'
  /** What stands for a value that is missing: a number, such as 0.5, or 'error'. Default 'error', and the share of those that are
   * true where values are missing in the rows that are fitted. */
  missing?: number | 'error'
}

/** A fitted column of true and false, as plain data. */
export interface BooleanJSON {
  /** Says that it is one of these, among the kinds of ColumnJSON. */
  type: 'boolean'
  /** The column that is read. */
  name: string
  /** The number that stands for a missing value; null where there may be none. */
  missing: number | null
}

const isFloat32 = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(Math.fround(value))

const optionTable = {
  type: oneOf(['boolean']),
  missing: optional<number | 'error', undefined>(
    (value, name) =>
      value === 'error' || isFloat32(value)
        ? (value as number)
        : refuse(name, "'error' or a finite number", value),
    undefined,
  ),
}

const WORDS = new Map<unknown, number>([
  ['true', 1],
  ['false', 0],
  ['yes', 1],
  ['no', 0],
  ['1', 1],
  ['0', 0],
])

/** 1 or 0 for true and false, 1 and 0, and the words for them in any case; undefined for anything else. */
export function truthOf(cell: unknown): number | undefined {
  if (typeof cell === 'boolean') return cell ? 1 : 0
  if (cell === 1 || cell === 0) return cell
  return typeof cell === 'string' ? WORDS.get(cell.trim().toLowerCase()) : undefined
}

/** The same; undefined where the cell is missing. Throws ShapeError for anything else. */
export function readTruth(cell: unknown, name: string, row: number): number | undefined {
  const truth = truthOf(cell)
  if (truth !== undefined || isMissing(cell)) return truth
  throw new ShapeError(
    `rows[${row}], column ${shown(name)}: expected true or false, 1 or 0, 'yes' or 'no', got ${shown(cell)}`,
  )
}

class Truth implements FittedColumn {
  readonly json: BooleanJSON
  readonly names: readonly string[]

  constructor(json: BooleanJSON) {
    this.json = json
    this.names = [json.name]
  }

  write(cell: unknown, row: number, out: Float32Array, at: number): void {
    const { name, missing } = this.json
    const value = readTruth(cell, name, row) ?? missing
    if (value === null) {
      throw new ShapeError(`rows[${row}], column ${shown(name)}: expected true or false, got ${shown(cell)}`)
    }
    out[at] = value
  }
}

export const fitTruth: FitColumn<BooleanOptions> = (name, cells, options) => {
  const { missing } = checkOptions(optionTable, options, `columns[${shown(name)}]`)
  let sum = 0
  let count = 0
  cells.forEach((cell, row) => {
    const value = readTruth(cell, name, row)
    if (value === undefined) {
      if (missing !== 'error') return
      throw new ShapeError(`rows[${row}], column ${shown(name)}: expected true or false, got ${shown(cell)}`)
    }
    sum += value
    count += 1
  })
  const usual = count < cells.length ? sum / Math.max(count, 1) : null
  return new Truth({ type: 'boolean', name, missing: missing === 'error' ? null : (missing ?? usual) })
}

export const truthFrom: ColumnFrom<BooleanJSON> = (name, { missing }, where) => {
  if (missing !== null && !isFloat32(missing)) {
    refuse(`${where}.missing`, 'a finite number or null', missing)
  }
  return new Truth({ type: 'boolean', name, missing })
}
