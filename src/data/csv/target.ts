// The target of a table of numbers: which columns it is, and whether they are numbers or a class.

import { refuse } from '../../base/check.ts'
import { FormatError, shown } from '../../base/errors.ts'
import { listed } from './header.ts'
import type { CsvRows } from './rows.ts'
import { LabelTarget, NumberTargets, type TableColumns } from './target-cells.ts'

/** A column by its name or its index. */
export type Target = string | number
export type TargetType = 'class' | 'number' | 'auto'

export const isTarget = (value: unknown): value is Target =>
  typeof value === 'string' || typeof value === 'number'

/** Index of a column that is asked for. */
function findColumn(target: Target, names: readonly string[]): number {
  const index = typeof target === 'string' ? names.indexOf(target) : target
  if (Number.isInteger(index) && index >= 0 && index < names.length) return index
  throw new FormatError(`CSV: expected the target among the columns ${listed(names)}, got ${shown(target)}`)
}

/** Indices of the target columns, none for null, the last one for undefined. Throws FormatError. */
export function findTargets(
  target: Target | readonly Target[] | null | undefined,
  names: readonly string[],
): number[] {
  if (target === null) return []
  if (target === undefined) return [names.length - 1]
  const columns = (isTarget(target) ? [target] : target).map((one) => findColumn(one, names))
  const again = columns.find((column, t) => columns.indexOf(column) < t)
  if (again === undefined) return columns
  throw new FormatError(`CSV: expected target columns that differ, got ${shown(names[again])} twice`)
}

/** Gathers a target row by row. */
export interface TargetGatherer {
  /** Adds the target of the row that the reader is at. Throws FormatError. */
  add(rows: CsvRows): void
  /** Returns it as a part of the table. */
  join(): object
}

/**
 * What gathers these columns, undefined for none.
 *
 * isSeveral: whether an array of targets is asked for. Throws OptionError for numbers that `types` calls a text.
 */
export function gathererOf(
  columns: TableColumns,
  targets: readonly number[],
  isSeveral: boolean,
  targetType: TargetType,
): TargetGatherer | undefined {
  const { names, types } = columns
  const text = targets.find((column) => types[column] === 'text')
  if (isSeveral) {
    if (text === undefined) return new NumberTargets(columns, targets, true)
    refuse(`options.types[${shown(names[text])}]`, "'number' for one of several targets", 'text')
  }
  if (targets.length === 0) return undefined
  if (text !== undefined && targetType === 'number') {
    refuse('options.targetType', "'class' or 'auto' for a target that options.types calls a text", targetType)
  }
  const isNumber = targetType === 'number' || (targetType === 'auto' && types[targets[0]] === 'number')
  return isNumber
    ? new NumberTargets(columns, targets, false)
    : new LabelTarget(columns, targets[0], targetType === 'class')
}
