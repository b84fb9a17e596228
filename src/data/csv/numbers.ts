// The table of numbers of a CSV text, gathered from its rows as they come.

import { FormatError, shown } from '../../base/errors.ts'
import { type CsvColumnType, type Missing, typesOf } from './column-types.ts'
import { checkWidth, namesOf, refuseEmpty } from './header.ts'
import { NumberInputs, TextInputs } from './inputs.ts'
import type { AnyTable } from './number-table.ts'
import type { CsvRows } from './rows.ts'
import {
  findTargets,
  gathererOf,
  isTarget,
  type Target,
  type TargetGatherer,
  type TargetType,
} from './target.ts'

/** The checked options of readCsv() that say what the columns are. */
export interface CsvNumbersOptions {
  readonly header: boolean | readonly string[]
  readonly delimiter: string
  readonly target: Target | readonly Target[] | null | undefined
  readonly targetType: TargetType
  readonly types: ReadonlyMap<string, CsvColumnType>
  /** undefined where no input may be missing. */
  readonly missing: Missing | undefined
}

/** What gathers the columns. */
interface Parts {
  readonly numbers: NumberInputs
  readonly texts: TextInputs | undefined
  readonly target: TargetGatherer | undefined
}

export class CsvNumbers {
  readonly #options: CsvNumbersOptions
  readonly #rows: CsvRows
  #names: string[] | undefined
  #parts: Parts | undefined
  #count = 0

  /** rows: the reader of the text, which has nothing of it yet. */
  constructor(options: CsvNumbersOptions, rows: CsvRows) {
    this.#options = options
    this.#rows = rows
  }

  /** Takes what follows in the text. Throws FormatError, and OptionError for targets that its columns cannot be. */
  push(piece: string): void {
    this.#rows.push(piece)
    this.#add()
  }

  /** Returns the table of the whole text. source: what was read, for a message. Throws FormatError. */
  end(source?: unknown): AnyTable {
    this.#rows.end()
    this.#add()
    if (!this.#names) refuseEmpty(false)
    if (!this.#parts) refuseEmpty(this.#options.header === true, source)
    const { numbers, texts, target } = this.#parts
    const { x, inputs, columns } = numbers.join()
    const table = { x, rows: this.#count, inputs, columns, ...(texts && { texts: texts.join() }) }
    return { ...table, ...(target?.join() ?? { y: undefined, classNames: undefined }) } as AnyTable
  }

  /** Adds the rows that are whole. */
  #add(): void {
    const rows = this.#rows
    if (!rows.next()) return
    if (!this.#names) {
      this.#names = namesOf(rows, this.#options.header)
      if (this.#options.header === true && !rows.next()) return
    }
    const width = this.#names.length
    checkWidth(rows, width)
    this.#parts ??= this.#begin(this.#names)
    const { numbers, texts, target } = this.#parts
    let count = 0
    do {
      checkWidth(rows, width)
      numbers.add(rows)
      texts?.add(rows)
      target?.add(rows)
      count += 1
    } while (rows.next())
    this.#count += count
  }

  #begin(names: readonly string[]): Parts {
    const { target, targetType, delimiter, missing } = this.#options
    const types = typesOf(names, this.#options.types)
    const targets = findTargets(target, names)
    const isAsked = new Set(targets)
    const inputs = [...names.keys()].filter((c) => !isAsked.has(c))
    const numbers = inputs.filter((c) => types[c] !== 'text')
    const texts = inputs.filter((c) => types[c] === 'text')
    if (numbers.length === 0) {
      const column = texts.length > 0 ? 'column of numbers' : 'column'
      throw new FormatError(
        `CSV: expected a ${column} besides the target, got only ${names.slice(0, 10).map(shown).join(', ')} with the delimiter ${shown(delimiter)}`,
      )
    }
    const isSeveral = target !== null && target !== undefined && !isTarget(target)
    return {
      numbers: new NumberInputs(names, numbers, missing),
      texts: texts.length > 0 ? new TextInputs(names, texts, missing) : undefined,
      target: gathererOf({ names, types, missing }, targets, isSeveral, targetType),
    }
  }
}
