// What a network is to predict, of rows as users have them: a class, numbers in their own units, or labels of which a row may
// have several.

import {
  areStrings,
  boolean,
  checkOptions,
  isArray,
  isObject,
  oneOf,
  optional,
  refuse,
} from '../../base/check.ts'
import { FormatError, NablaError, ShapeError, shown } from '../../base/errors.ts'
import { copyOf } from '../../base/plain.ts'
import { readTruth } from './boolean.ts'
import { inOrder, readCategory } from './categorical.ts'
import { checkKeys, numberKeys, targetKeys } from './keys.ts'
import { readNumber } from './numeric.ts'
import type {
  ClassPrediction,
  ClassValue,
  InferredPrediction,
  LabelsPrediction,
  NumbersPrediction,
  Prediction,
  TargetColumns,
} from './predictions.ts'
import { type RowsLike, recordsOf } from './records.ts'
import {
  type ColumnScale,
  checkScale,
  fitScale,
  type ScaleName,
  scaled,
  scaleName,
  unscaled,
} from './scale.ts'

/** Options of fitTarget(). Default: what the target is, is inferred from its cells. */
export interface TargetOptions {
  /** 'class', 'number', or 'labels': columns of true and false, any number of which may be true. Default: numbers are numbers, a
   * column of anything else is a class, several columns of booleans are labels. */
  type?: 'class' | 'number' | 'labels'
  /** How numbers are scaled: 'standard', 'minMax', 'robust' or 'none'. Default 'standard'. */
  scale?: ScaleName
  /** Whether the logarithm of 1 + v is learned in place of v: prices, counts, amounts. Default false. */
  log1p?: boolean
  /** Names of the cells where the rows are arrays. Default '0', '1', … */
  names?: readonly string[]
}

/** A fitted target that is a class, as plain data. */
export interface ClassTargetJSON {
  /** Says that it is a class, among the kinds of TargetJSON. */
  type: 'class'
  /** The column that is predicted. */
  name: string
  /** In the order of their indices: numbers in their order, then booleans, then texts by their characters. */
  classes: ClassValue[]
}

/** A fitted target of one number or several, as plain data. */
export interface NumberTargetJSON {
  /** Says that it is numbers, among the kinds of TargetJSON. */
  type: 'number'
  /** One for each output. */
  columns: (ColumnScale & {
    /** The column that is predicted. */
    name: string
  })[]
}

/** A target of labels, any number of which a row may have, as plain data. */
export interface LabelsTargetJSON {
  /** Says that it is labels, among the kinds of TargetJSON. */
  type: 'labels'
  /** One for each output. */
  names: string[]
}

/** What a Target is made of, and what it saves: its kind by `type`. */
export type TargetJSON = ClassTargetJSON | NumberTargetJSON | LabelsTargetJSON

const optionTable = {
  type: optional(oneOf<'class' | 'number' | 'labels'>(['class', 'number', 'labels']), undefined),
  scale: optional(scaleName, 'standard' as const),
  log1p: optional(boolean, false),
  names: optional<string[], undefined>(
    (value, name) =>
      isArray(value) && areStrings(value) ? [...value] : refuse(name, 'an array of names', value),
    undefined,
  ),
}

// What a classifier has outputs for.
const MOST_CLASSES = 1 << 16

const missingAt = (row: number, name: string, expected: string, cell: unknown): never => {
  throw new ShapeError(`rows[${row}], column ${shown(name)}: expected ${expected}, got ${shown(cell)}`)
}

const classAt = (cell: unknown, name: string, row: number): ClassValue =>
  readCategory(cell, name, row) ?? missingAt(row, name, 'a class', cell)
const numberAt = (cell: unknown, name: string, row: number): number =>
  readNumber(cell, name, row) ?? missingAt(row, name, 'a number', cell)
const truthAt = (cell: unknown, name: string, row: number): number =>
  readTruth(cell, name, row) ?? missingAt(row, name, 'true or false', cell)

/** Where the type of a target says what its predictions are. */
declare const predicted: unique symbol

/**
 * What a network predicts, brought to numbers and back. Made by fitTarget() or targetFromJSON(). P: what a Model of it predicts of a
 * row, by `type` of fitTarget or by the types of the rows; any of the kinds where these do not tell.
 */
export class Target<P extends Prediction = Prediction> {
  /** Nothing is there: it makes targets of different predictions different types. */
  declare readonly [predicted]?: P
  readonly #json: TargetJSON
  readonly #index: ReadonlyMap<ClassValue, number>

  /** @internal */
  constructor(json: TargetJSON) {
    this.#json = json
    this.#index = new Map(json.type === 'class' ? json.classes.map((one, i) => [one, i]) : [])
  }

  /** What is predicted: a 'class', numbers ('number'), or 'labels'. */
  get type(): TargetJSON['type'] {
    return this.#json.type
  }

  /** Names of the columns that are predicted. */
  get names(): string[] {
    const json = this.#json
    if (json.type === 'class') return [json.name]
    return json.type === 'number' ? json.columns.map(({ name }) => name) : [...json.names]
  }

  /** The classes by their indices; undefined where the target is none. */
  get classes(): readonly ClassValue[] | undefined {
    return this.#json.type === 'class' ? this.#json.classes : undefined
  }

  /** Outputs that a network needs for it: one for each class, number or label. Of two classes one output is enough. */
  get outputs(): number {
    return this.classes?.length ?? this.names.length
  }

  /**
   * Returns what the network learns of the rows: class indices (rows), or numbers or 0 and 1, row-major (rows × outputs).
   * names: of the cells, where the rows are arrays. Throws ShapeError for a class that is not known, and for what is missing.
   */
  encode(rows: RowsLike, names?: readonly string[]): Int32Array | Float32Array {
    const records = recordsOf(rows, names)
    const json = this.#json
    if (json.type === 'class') {
      const cellOf = records.column(json.name)
      return Int32Array.from({ length: records.rows }, (_, r) => {
        const one = classAt(cellOf(r), json.name, r)
        const index = this.#index.get(one)
        if (index !== undefined) return index
        const known = json.classes.slice(0, 10).map(shown).join(', ')
        return missingAt(r, json.name, `one of ${known}`, one)
      })
    }
    const columns = this.names
    const out = new Float32Array(records.rows * columns.length)
    columns.forEach((name, c) => {
      const cellOf = records.column(name)
      for (let r = 0; r < records.rows; ++r) {
        const value =
          json.type === 'number'
            ? scaled(numberAt(cellOf(r), name, r), json.columns[c])
            : truthAt(cellOf(r), name, r)
        out[r * columns.length + c] = value
        if (!Number.isFinite(Math.fround(value))) {
          missingAt(r, name, 'a number that can be scaled within float32', cellOf(r))
        }
      }
    })
    return out
  }

  /** Returns the numbers of output `c` in their own unit, from what the network predicts. */
  unscaled(value: number, c: number): number {
    const json = this.#json
    return json.type === 'number' ? unscaled(value, json.columns[c]) : value
  }

  /** Returns what targetFromJSON() makes this from. */
  toJSON(): TargetJSON {
    return copyOf(this.#json) as TargetJSON
  }
}

function inferred(cells: readonly (readonly unknown[])[]): 'class' | 'number' | 'labels' {
  const isAll = (kind: string) => cells.every((column) => column.every((cell) => typeof cell === kind))
  if (isAll('number')) return 'number'
  return cells.length > 1 && isAll('boolean') ? 'labels' : 'class'
}

/** Probabilities go by the texts of their classes, as names do everywhere. Throws ShapeError. */
function checkTexts(classes: Iterable<ClassValue>, where: string): void {
  const byText = new Map<string, ClassValue>()
  for (const one of classes) {
    const other = byText.get(String(one))
    if (other !== undefined) {
      throw new ShapeError(
        `${where}: expected classes of different texts, got ${shown(other)} and ${shown(one)}`,
      )
    }
    byText.set(String(one), one)
  }
}

function classesOf(cells: readonly unknown[], name: string): ClassTargetJSON {
  const classes = new Set(cells.map((cell, row) => classAt(cell, name, row)))
  if (classes.size < 2 || classes.size > MOST_CLASSES) {
    throw new ShapeError(
      `rows, column ${shown(name)}: expected 2 to ${MOST_CLASSES} classes, got ${classes.size}`,
    )
  }
  checkTexts(classes, `rows, column ${shown(name)}`)
  return { type: 'class', name, classes: [...classes].sort(inOrder) }
}

/**
 * Returns the target of the rows, fitted to them: its classes, or the scale of its numbers.
 *
 * rows: as those of fitFeatures(). columns: the name of the column to predict, or several of numbers or of labels. Throws
 * OptionError, ShapeError.
 */
export function fitTarget(
  rows: RowsLike,
  columns: TargetColumns,
  options: TargetOptions & { type: 'class' },
): Target<ClassPrediction>
export function fitTarget(
  rows: RowsLike,
  columns: TargetColumns,
  options: TargetOptions & { type: 'labels' },
): Target<LabelsPrediction>
export function fitTarget<const Columns extends TargetColumns>(
  rows: RowsLike,
  columns: Columns,
  options: TargetOptions & { type: 'number' },
): Target<NumbersPrediction<Columns>>
export function fitTarget<Rows extends RowsLike, const Columns extends TargetColumns>(
  rows: Rows,
  columns: Columns,
  options?: TargetOptions & { type?: undefined },
): Target<InferredPrediction<Rows, Columns>>
export function fitTarget(rows: RowsLike, columns: TargetColumns, options?: TargetOptions): Target
export function fitTarget(rows: RowsLike, columns: TargetColumns, options: TargetOptions = {}): Target {
  const { type, scale, log1p, names: given } = checkOptions(optionTable, options, 'options')
  const names = typeof columns === 'string' ? [columns] : columns
  if (!isArray(names) || !areStrings(names) || names.length === 0 || new Set(names).size < names.length) {
    return refuse('columns', 'the name of a column, or names that differ', columns)
  }
  const records = recordsOf(rows, given)
  const cells = names.map((name) => {
    const cellOf = records.column(name)
    return Array.from({ length: records.rows }, (_, r) => cellOf(r))
  })
  const kind = type ?? inferred(cells)
  if (kind === 'class') {
    if (names.length === 1) return new Target(classesOf(cells[0], names[0]))
    return refuse('columns', 'one column of classes, or several of numbers or booleans', columns)
  }
  if (kind === 'labels') {
    const target = new Target({ type: 'labels', names: [...names] })
    target.encode(rows, given)
    return target
  }
  return new Target({
    type: 'number',
    columns: names.map((name, c) => {
      const values = Float64Array.from(cells[c], (cell, row) => numberAt(cell, name, row))
      return { name, ...fitScale(values, scale, log1p, `columns[${shown(name)}]`) }
    }),
  })
}

const text = (value: unknown, name: string): string =>
  typeof value === 'string' ? value : refuse(name, 'a text', value)

function checkTarget(json: unknown): TargetJSON {
  if (!isObject(json)) return refuse('target', 'an object', json)
  checkKeys(json, targetKeys.get(json.type), 'target')
  if (json.type === 'class') {
    const { classes } = json
    if (!isArray(classes) || classes.length < 2 || classes.length > MOST_CLASSES) {
      return refuse('target.classes', `an array of 2 to ${MOST_CLASSES} classes`, classes)
    }
    const list = Array.from(classes, (one, i) => classAt(one, 'target.classes', i))
    checkTexts(list, 'target.classes')
    return { type: 'class', name: text(json.name, 'target.name'), classes: list }
  }
  if (json.type === 'labels') {
    const { names } = json
    if (!isArray(names) || names.length === 0 || !areStrings(names) || new Set(names).size < names.length) {
      return refuse('target.names', 'an array of names that differ', names)
    }
    return { type: 'labels', names: [...names] }
  }
  if (json.type !== 'number') return refuse('target.type', "'class', 'number' or 'labels'", json.type)
  const { columns } = json
  if (!isArray(columns) || columns.length === 0)
    return refuse('target.columns', 'an array of columns', columns)
  const list = Array.from(columns, (column, c) => {
    const where = `target.columns[${c}]`
    if (!isObject(column)) return refuse(where, 'an object', column)
    checkKeys(column, numberKeys, where)
    const { name, ...scale } = column
    return { name: text(name, `${where}.name`), ...checkScale(scale, where) }
  })
  if (new Set(list.map(({ name }) => name)).size < list.length) {
    refuse('target.columns', 'names that differ', list)
  }
  return { type: 'number', columns: list }
}

/** Returns the target that a toJSON() came from, given its object, not its text. Throws FormatError. */
export function targetFromJSON(json: unknown): Target {
  try {
    return new Target(checkTarget(json))
  } catch (error) {
    if (error instanceof NablaError) throw new FormatError(error.message)
    throw error
  }
}
