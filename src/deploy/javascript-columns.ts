// From raw rows to inputs, in an exported module: what src/data/features/ does, one row at a time.

import type { ColumnJSON, FeaturesJSON } from '../data/features/features.ts'
import { type Source, source } from './functions.ts'

export const columnSources: Record<string, Source> = {
  isList: source('const isList = (row) => Array.isArray(row) || ArrayBuffer.isView(row)'),

  refuse: source(`function refuse(name, expected, cell) {
  throw new TypeError(\`column \${JSON.stringify(name)}: expected \${expected}, got \${String(cell)}\`)
}`),

  isMissing: source(`const isMissing = (cell) =>
  cell === undefined || cell === null || Number.isNaN(cell) || (typeof cell === 'string' && cell.trim() === '')`),

  numeric: source(
    `const decimal = /^\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?\\s*$/i

function numeric(x, cell, { name, offset, scale, missing, indicator }, logarithm) {
  const lacks = isMissing(cell)
  const isNumber = typeof cell === 'number' || typeof cell === 'bigint'
  const isText = typeof cell === 'string' && decimal.test(cell)
  const value = lacks ? missing : isNumber || isText ? Number(cell) : null
  const input = value === null ? NaN : f(((logarithm ? logarithm(value) : value) - offset) / scale)
  if (!Number.isFinite(value) || !Number.isFinite(input)) refuse(name, 'a number within its range', cell)
  x.push(input)
  if (indicator) x.push(lacks ? 1 : 0)
}`,
    'refuse',
    'isMissing',
  ),

  categorical: source(
    `function categorical(x, cell, { name, categories, unknown, missing }) {
  const value = isMissing(cell) ? null : typeof cell === 'string' ? cell.trim() : cell
  const isCategory = value === null || /^(string|boolean)$/.test(typeof value) || Number.isFinite(value)
  const index = categories.indexOf(value)
  const isRefused = index < 0 && (value === null ? missing : unknown) === 'error'
  if (!isCategory || isRefused) refuse(name, 'a category that is known', cell)
  for (let i = 0; i < categories.length; ++i) x.push(i === index ? 1 : 0)
}`,
    'refuse',
    'isMissing',
  ),

  truth: source(
    `const truths = { true: 1, yes: 1, 1: 1, false: 0, no: 0, 0: 0 }

function truth(x, cell, { name, missing }) {
  const isWord = typeof cell === 'boolean' || typeof cell === 'string'
  const word = isWord ? String(cell).trim().toLowerCase() : cell === 1 || cell === 0 ? String(cell) : ''
  const isTruth = Object.prototype.hasOwnProperty.call(truths, word)
  const value = isTruth ? truths[word] : isMissing(cell) ? missing : null
  if (value === null) refuse(name, 'true or false', cell)
  x.push(value)
}`,
    'refuse',
    'isMissing',
  ),

  cellOf: source(
    `/** A row is an object, or an array of cells. */
function cellOf(row, name, place) {
  if (isList(row)) return row[place]
  const isThere = Object.prototype.hasOwnProperty.call(row, name) || (name in row && !(name in {}))
  return isThere ? row[name] : refuse(name, 'such a column', 'a row without it')
}`,
    'refuse',
    'isList',
  ),
}

/** A text as it may stand in a script of a page, too. */
const json = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')

function statement(column: ColumnJSON, place: number): { text: string; uses: string[] } {
  const { type, name, ...rest } = column
  const cell = `cellOf(row, ${json(name)}, ${place})`
  const kind = type === 'boolean' ? 'truth' : type
  const hasLogarithm = column.type === 'numeric' && column.log1p
  const { log1p, ...options } = rest as { log1p?: boolean }
  const logarithm = hasLogarithm ? ', log1pDouble' : ''
  return {
    text: `${kind}(x, ${cell}, ${json({ name, ...options })}${logarithm})`,
    uses: ['cellOf', kind, ...(hasLogarithm ? ['log1pDouble'] : [])],
  }
}

/** The function inputsOf(row), and the functions that it uses. */
export function inputsFunction({ columns, cells }: FeaturesJSON): { text: string; uses: string[] } {
  const statements = columns.map((column, c) => statement(column, cells ? cells.indexOf(column.name) : c))
  const check = cells
    ? `  if (isList(row) && row.length !== ${cells.length}) refuse('row', '${cells.length} cells', row.length)\n`
    : ''
  return {
    text: `function inputsOf(row) {
  const x = []
${check}${statements.map(({ text }) => `  ${text}\n`).join('')}  return Float32Array.from(x)
}`,
    uses: ['refuse', ...statements.flatMap(({ uses }) => uses)],
  }
}
