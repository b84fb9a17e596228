// The feature transforms of a model as what the nodes in front of the network do (features.ts).

import { OptionError, shown } from '../../base/errors.ts'
import type { CategoricalJSON } from '../../data/features/categorical.ts'
import type { ColumnJSON, FeaturesJSON } from '../../data/features/features.ts'
import type { CategoricalColumn, ExportedColumn, NumericColumn } from './features.ts'

function numericColumn(column: Exclude<ColumnJSON, CategoricalJSON>): NumericColumn {
  const { name } = column
  const missing = column.missing === null ? {} : { missing: column.missing }
  if (column.type === 'boolean') return { kind: 'numeric', name, ...missing }
  const { offset, scale, log1p, indicator } = column
  return { kind: 'numeric', name, offset, scale, log1p, indicator, ...missing }
}

/** Texts are strings of the graph, numbers and booleans float32; a category of cells without a value is '' or NaN. */
function categoricalColumn({ name, categories }: CategoricalJSON): CategoricalColumn {
  const where = `model.features, column ${shown(name)}`
  const given = categories.filter((category) => category !== null)
  const hasMissing = given.length < categories.length
  if (hasMissing && categories.at(-1) !== null)
    throw new OptionError(`${where}: expected the category of missing cells to be the last one`)
  if (given.every((category) => typeof category === 'string'))
    return { kind: 'categorical', name, categories: hasMissing ? [...given, ''] : given, missing: false }
  if (given.some((category) => typeof category === 'string')) {
    throw new OptionError(
      `${where}: expected categories that are all texts or all numbers and booleans, as a column of a tensor is, got both`,
    )
  }
  const numbers = given.map(Number)
  const rounded = new Set(numbers.map(Math.fround))
  if (rounded.size < numbers.length)
    throw new OptionError(
      `${where}: expected categories that differ as float32 numbers, which ONNX has them as`,
    )
  return { kind: 'categorical', name, categories: numbers, missing: hasMissing }
}

/** The columns in the order of the cells of a row. Throws OptionError for categories that are not of one type. */
export function columnsOf({ columns }: FeaturesJSON): ExportedColumn[] {
  return columns.map((column) =>
    column.type === 'categorical' ? categoricalColumn(column) : numericColumn(column),
  )
}
