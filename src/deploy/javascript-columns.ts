// From raw rows to inputs, in an exported module: what src/data/features/ does, one row at a time. A table has what is particular to a
// column; what reads one kind of column is written for those options that some column of the model has, and for no others.

import type { BooleanJSON } from '../data/features/boolean.ts'
import type { CategoricalJSON } from '../data/features/categorical.ts'
import type { ColumnJSON, FeaturesJSON } from '../data/features/features.ts'
import type { NumericJSON } from '../data/features/numeric.ts'
import { json } from './literal.ts'

interface Text {
  readonly text: string
  readonly uses: readonly string[]
}

/** A kind of column: its name, as messages have it, what reads a cell, and what it takes besides, column by column. */
interface Kind extends Text {
  readonly name: string
  readonly optionsOf: (column: ColumnJSON) => readonly unknown[]
}

const literal = (value: unknown): string => (Number.isNaN(value) ? 'NaN' : json(value))

// A cell comes without spaces around it, as null where it is missing, and as a list of its type where it is of none that columns
// have, since an object or a symbol may have no text for a message. What is returned, numbers or true and false, is refused where it
// is not finite.

function numberKind(columns: readonly NumericJSON[]): Kind {
  const lacks = columns.some(({ missing }) => missing !== null)
  const indicates = columns.some(({ indicator }) => indicator)
  const logarithms = columns.some(({ log1p }) => log1p)
  const parameters = [
    'v',
    'offset',
    'scale',
    ...(logarithms ? ['isLogarithm'] : []),
    ...(lacks ? ['missing'] : []),
    ...(indicates ? ['indicator'] : []),
  ]
  const read = '/[^-+.\\de]/i.test(v) ? NaN : Number(v)'
  const value = lacks ? `v === null ? missing : ${read}` : read
  const input = `(${logarithms ? '(isLogarithm ? log1pDouble(value) : value)' : 'value'} - offset) / scale`
  return {
    name: 'number',
    text: `number: (${parameters.join(', ')}) => {
    const value = ${value}
    return ${indicates ? `[${input}].concat(indicator ? v === null : [])` : `[${input}]`}
  }`,
    uses: logarithms ? ['log1pDouble'] : [],
    optionsOf: (column) => {
      const { offset, scale, log1p, missing, indicator } = column as NumericJSON
      return [
        offset,
        scale,
        ...(logarithms ? [Number(log1p)] : []),
        ...(lacks ? [missing ?? Number.NaN] : []),
        ...(indicates ? [Number(indicator)] : []),
      ]
    },
  }
}

function categoryKind(columns: readonly CategoricalJSON[]): Kind {
  const isStrict = columns.some(({ unknown, missing }) => unknown === 'error' || missing === 'error')
  const isCell = '/string|boolean/.test(typeof v) || Number.isFinite(v)'
  const isKnown = isStrict
    ? `at >= 0 || (v === null ? missing : unknown && (${isCell}))`
    : `v === null || ${isCell}`
  return {
    name: 'known category',
    text: `'known category': (v, names${isStrict ? ', unknown, missing' : ''}) => {
    const at = names.indexOf(v)
    return ${isKnown} ? names.map((_, i) => i === at) : [NaN]
  }`,
    uses: [],
    optionsOf: (column) => {
      const { categories, unknown, missing } = column as CategoricalJSON
      return [categories, ...(isStrict ? [unknown, missing].map((one) => Number(one !== 'error')) : [])]
    },
  }
}

function truthKind(columns: readonly BooleanJSON[]): Kind {
  const lacks = columns.some(({ missing }) => missing !== null)
  return {
    name: 'boolean',
    text: `boolean: (v${lacks ? ', missing' : ''}) => {
    if (typeof v === 'string') v = v.toLowerCase()
    const at = [false, 0, 'false', 'no', '0', true, 1, 'true', 'yes', '1'].indexOf(v)
    return [at < 0 ? ${lacks ? '(v === null ? missing : NaN)' : 'NaN'} : at > 4]
  }`,
    uses: [],
    optionsOf: (column) => (lacks ? [(column as BooleanJSON).missing ?? Number.NaN] : []),
  }
}

/** The kinds that the columns are of, by their types. */
function kindsOf(columns: readonly ColumnJSON[]): Map<string, Kind> {
  const of = <Type extends ColumnJSON['type']>(type: Type) =>
    columns.filter((column): column is Extract<ColumnJSON, { type: Type }> => column.type === type)
  const kinds: [string, readonly ColumnJSON[], () => Kind][] = [
    ['numeric', of('numeric'), () => numberKind(of('numeric'))],
    ['categorical', of('categorical'), () => categoryKind(of('categorical'))],
    ['boolean', of('boolean'), () => truthKind(of('boolean'))],
  ]
  return new Map(kinds.filter(([, list]) => list.length > 0).map(([type, , make]) => [type, make()]))
}

/** The table of the columns, what reads them, and the function inputsOf(row). */
export function inputsFunction({ columns, cells, absent }: FeaturesJSON): Text {
  const kinds = kindsOf(columns)
  const places = columns.map(({ name }, c) => (cells ? cells.indexOf(name) : c))
  const arePlaced = places.some((place, c) => place !== c)
  const lines = columns.map((column, c) => {
    const { name, optionsOf } = kinds.get(column.type)!
    const all = [column.name, name, ...(arePlaced ? [places[c]] : []), ...optionsOf(column)]
    return `  [${all.map(literal).join(', ')}]`
  })
  // Every object has a constructor, which is no cell of it.
  const inherits = columns.some(({ name }) => name in {})
  const isOwn = '{}.hasOwnProperty.call(row, name)'
  const isThere = inherits ? `(name in {} ? ${isOwn} : name in row)` : 'name in row'
  const mayLack = absent === 'missing'
  const isNamed = inherits && mayLack
  const width = (cells ?? columns).length
  const parts = [
    `const columns = [\n${lines.join(',\n')}\n]`,
    `const kinds = {\n  ${[...kinds.values()].map(({ text }) => text).join(',\n  ')}\n}`,
    `function inputsOf(row) {
  const isList = Array.isArray(row) || ArrayBuffer.isView(row)
  const given = isList ? row.length : typeof row
  if (given !== ${width} && given !== 'object') throw new TypeError('expected ${width} cells, got ' + given)
  const x = []
  columns.forEach(([name, kind, ${arePlaced ? 'place, ...options]' : '...options], place'}) => {
    let v = ${isNamed ? `isList || !(name in {}) || ${isOwn} ? row[isList ? place : name] : null` : 'row[isList ? place : name]'}
    const type = typeof v
    if (type === 'string') v = v.trim() || null
    else if (v == null || v !== v) v = null
    else if (/object|function|symbol/.test(type)) v = [type]
    for (const input of kinds[kind](v, ...options).map(f)) {
      if (${mayLack ? '' : `!(isList || ${isThere}) || `}!isFinite(input))
        throw new TypeError('column "' + name + '": expected a ' + kind + ', got ' + v)
      x.push(input)
    }
  })
  return x
}`,
  ]
  return { text: parts.join('\n\n'), uses: [...kinds.values()].flatMap(({ uses }) => uses) }
}
