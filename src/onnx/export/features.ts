// Columns of raw rows as nodes in front of the network: what a model's feature transforms come to, as plain data.

import { DataType } from '../proto.ts'
import type { GraphWriter } from './graph.ts'

/** A column of numbers. In this order: NaN becomes `missing`; log(1 + x), where `log1p` says so; (x − offset) / scale. */
export interface NumericColumn {
  readonly kind: 'numeric'
  readonly name: string
  /** Default 0. */
  readonly offset?: number
  /** Default 1. */
  readonly scale?: number
  /** Default false. */
  readonly log1p?: boolean
  /** Default: NaN stays NaN. */
  readonly missing?: number
  /** True for a further feature behind the number: 1 where it was missing, else 0. Default false. */
  readonly indicator?: boolean
}

/** A column of categories, all strings or all numbers, which becomes a feature for each: 1 where it is this one, else 0.
 * Any other value is zeros. */
export interface CategoricalColumn {
  readonly kind: 'categorical'
  readonly name: string
  readonly categories: readonly string[] | readonly number[]
  /** Whether a further feature behind them is 1 where a number is NaN. Default false. */
  readonly missing?: boolean
}

export type ExportedColumn = NumericColumn | CategoricalColumn

/** An input of the graph: (rows × width). */
export interface GraphInput {
  readonly name: string
  readonly type: number
  readonly width: number
}

/** How many features a column becomes. */
export const columnWidth = (column: ExportedColumn): number =>
  column.kind === 'categorical'
    ? column.categories.length + Number(column.missing ?? false)
    : column.indicator
      ? 2
      : 1

const isOfStrings = (column: ExportedColumn): boolean =>
  column.kind === 'categorical' && typeof column.categories[0] === 'string'

/** One input for all columns where they are numbers, else one for each, by its name. */
export function inputsOf(columns: readonly ExportedColumn[], name: string): GraphInput[] {
  if (!columns.some(isOfStrings)) return [{ name, type: DataType.FLOAT, width: columns.length }]
  return columns.map((column) => ({
    name: column.name,
    type: isOfStrings(column) ? DataType.STRING : DataType.FLOAT,
    width: 1,
  }))
}

/** Neighbours that are computed alike, as vectors. */
function runsOf(columns: readonly ExportedColumn[]): ExportedColumn[][] {
  const runs: ExportedColumn[][] = []
  const isAlike = (a: ExportedColumn, b: ExportedColumn) =>
    a.kind === 'numeric' &&
    b.kind === 'numeric' &&
    !a.indicator &&
    !b.indicator &&
    Boolean(a.log1p) === Boolean(b.log1p)
  for (const column of columns) {
    const last = runs.at(-1)
    if (last && isAlike(last[0], column)) last.push(column)
    else runs.push([column])
  }
  return runs
}

function numeric(graph: GraphWriter, raw: string, run: readonly NumericColumn[], name: string): string[] {
  const vector = (part: string, of: (column: NumericColumn) => number) =>
    graph.floats(`${name}/${part}`, [run.length], Float32Array.from(run, of))
  let x = raw
  const isImputed = run.some(({ missing }) => missing !== undefined)
  const absent = isImputed || run[0].indicator ? graph.node('IsNaN', [raw], `${name}/absent`) : ''
  if (isImputed) {
    const missing = vector('missing', (column) => column.missing ?? Number.NaN)
    x = graph.node('Where', [absent, missing, x], `${name}/imputed`)
  }
  if (run[0].log1p) {
    const raised = graph.node('Add', [x, graph.scalar(`${name}/one`, 1)], `${name}/raised`)
    x = graph.node('Log', [raised], `${name}/log`)
  }
  if (run.some(({ offset = 0, scale = 1 }) => offset !== 0 || scale !== 1)) {
    const centered = graph.node(
      'Sub',
      [x, vector('offset', (column) => column.offset ?? 0)],
      `${name}/centered`,
    )
    x = graph.node('Div', [centered, vector('scale', (column) => column.scale ?? 1)], `${name}/scaled`)
  }
  if (!run[0].indicator) return [x]
  return [x, graph.node('Cast', [absent], `${name}/indicator`, { to: { int: DataType.FLOAT } })]
}

function categorical(
  graph: GraphWriter,
  x: string,
  { categories, missing }: CategoricalColumn,
  name: string,
): string[] {
  if (typeof categories[0] === 'string') {
    // Equal takes strings from opset 19 on.
    const encoded = graph.node('OneHotEncoder', [x], `${name}/encoded`, {
      cats_strings: { strings: categories as readonly string[] },
      zeros: { int: 1 },
    })
    return [graph.node('Flatten', [encoded], `${name}/features`, { axis: { int: 1 } })]
  }
  const toFloat = { to: { int: DataType.FLOAT } }
  const features: string[] = []
  if (categories.length > 0) {
    const known = Float32Array.from(categories as readonly number[])
    const values = graph.floats(`${name}/categories`, [1, known.length], known)
    const equal = graph.node('Equal', [x, values], `${name}/equal`)
    features.push(graph.node('Cast', [equal], `${name}/features`, toFloat))
  }
  if (missing) {
    const absent = graph.node('IsNaN', [x], `${name}/absent`)
    features.push(graph.node('Cast', [absent], `${name}/missing`, toFloat))
  }
  return features
}

/** Writes what makes features of the graph's inputs; returns the name of the features (rows × their widths' sum). */
export function writeFeatures(
  graph: GraphWriter,
  columns: readonly ExportedColumn[],
  inputs: readonly GraphInput[],
): string {
  const features: string[] = []
  let at = 0
  for (const [i, run] of runsOf(columns).entries()) {
    const name = `features${i}`
    let x: string
    if (inputs.length === columns.length && inputs[0].width === 1) {
      const own = inputs.slice(at, at + run.length).map((input) => input.name)
      x = own.length === 1 ? own[0] : graph.node('Concat', own, `${name}/raw`, { axis: { int: 1 } })
    } else if (run.length === columns.length) {
      x = inputs[0].name
    } else {
      const indices = graph.integers(
        `${name}/columns`,
        run.map((_, j) => at + j),
      )
      x = graph.node('Gather', [inputs[0].name, indices], `${name}/raw`, { axis: { int: 1 } })
    }
    at += run.length
    const [first] = run
    if (first.kind === 'categorical') features.push(...categorical(graph, x, first, name))
    else features.push(...numeric(graph, x, run as NumericColumn[], name))
  }
  return graph.node('Concat', features, 'features', { axis: { int: 1 } })
}
