// The cells of a target, gathered row by row: numbers, or labels that in the end are classes.

import type { CsvColumnType, Missing } from './column-types.ts'
import { refuseCell } from './header.ts'
import { Labels, WrittenNumbers } from './labels.ts'
import { RowBlocks } from './row-blocks.ts'
import type { CsvRows } from './rows.ts'
import { TextCache } from './text-cache.ts'

/** The columns of a table. */
export interface TableColumns {
  readonly names: readonly string[]
  readonly types: readonly (CsvColumnType | undefined)[]
  /** Which cells have no value; undefined where those of inputs have to have one. */
  readonly missing: Missing | undefined
}

const NO_NUMBER = '; readTable() reads texts and empty cells too'

/** Targets that are numbers. */
export class NumberTargets {
  readonly #columns: TableColumns
  readonly #targets: readonly number[]
  readonly #isSeveral: boolean
  readonly #y: RowBlocks<Float32Array>

  /** targets: indices, at least one. isSeveral: whether an array of them is asked for. */
  constructor(columns: TableColumns, targets: readonly number[], isSeveral: boolean) {
    this.#columns = columns
    this.#targets = targets
    this.#isSeveral = isSeveral
    this.#y = new RowBlocks(Float32Array, targets.length)
  }

  add(rows: CsvRows): void {
    const { names, missing } = this.#columns
    const y = this.#y
    y.makeRoom()
    const { block } = y
    for (const column of this.#targets) {
      const value = rows.number(column)
      if (Number.isNaN(value) || (missing?.isNumber && missing.has(rows.text(column)))) {
        refuseCell(rows, column, names[column], 'a finite number', NO_NUMBER)
      }
      block[y.at++] = value
    }
  }

  join() {
    const numbers = { y: this.#y.join(), classNames: undefined }
    if (!this.#isSeveral) return numbers
    const targets = this.#targets.map((column) => this.#columns.names[column])
    return { ...numbers, outputs: targets.length, targets }
  }
}

/** A target that is a class, or turns out to be one where a cell is no number. */
export class LabelTarget {
  readonly #columns: TableColumns
  readonly #target: number
  readonly #type: CsvColumnType | undefined
  readonly #labels = new Labels()
  readonly #cache = new TextCache()
  /** The cells while they all are numbers; undefined once it is a class. */
  #numbers: { y: RowBlocks<Float32Array>; written: WrittenNumbers } | undefined

  /** target: its index. isClass: whether that is asked for, also where all cells are numbers. */
  constructor(columns: TableColumns, target: number, isClass: boolean) {
    this.#columns = columns
    this.#target = target
    this.#type = columns.types[target]
    if (isClass || this.#type === 'text') return
    this.#numbers = { y: new RowBlocks(Float32Array, 1), written: new WrittenNumbers() }
  }

  add(rows: CsvRows): void {
    const target = this.#target
    const { names, missing } = this.#columns
    const label = rows.cachedText(target, this.#cache).trim()
    if (label === '' || missing?.has(label)) refuseCell(rows, target, names[target], 'a class')
    if (this.#numbers) {
      const value = rows.number(target)
      if (!Number.isNaN(value)) {
        this.#numbers.y.push(value)
        this.#numbers.written.push(label)
        return
      }
      for (const text of this.#numbers.written) this.#labels.add(text)
      this.#numbers = undefined
    } else if (this.#type === 'number' && Number.isNaN(rows.number(target))) {
      refuseCell(rows, target, names[target], 'a class that is a finite number')
    }
    this.#labels.add(label)
  }

  join() {
    return this.#numbers
      ? { y: this.#numbers.y.join(), classNames: undefined }
      : this.#labels.classes(this.#type === 'text')
  }
}
