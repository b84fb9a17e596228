// What is behind the network: from outputs to numbers in their own unit.

import type { ColumnScale } from '../../data/features/scale.ts'
import type { GraphWriter } from './graph.ts'

/** Outputs in their own unit: a · scale + offset, and where they are logarithms of 1 + v, exp of that, less 1. */
export function writeUnits(graph: GraphWriter, a: string, units: readonly ColumnScale[]): string {
  const vector = (part: string, of: (unit: ColumnScale) => number) =>
    graph.floats(`units/${part}`, [units.length], Float32Array.from(units, of))
  const stretched = graph.node('Mul', [a, vector('scale', ({ scale }) => scale)], 'units/stretched')
  const moved = graph.node('Add', [stretched, vector('offset', ({ offset }) => offset)], 'units/moved')
  if (!units.some(({ log1p }) => log1p)) return moved
  // Both are computed for all outputs, and one is taken: ∞ where exp overflows may be the other.
  const one = graph.scalar('units/one', 1)
  const raised = graph.node('Sub', [graph.node('Exp', [moved], 'units/exp'), one], 'units/raised')
  if (units.every(({ log1p }) => log1p)) return raised
  const mask = vector('log1p', ({ log1p }) => Number(log1p))
  const isLogarithm = graph.node('Greater', [mask, graph.scalar('units/half', 0.5)], 'units/isLogarithm')
  return graph.node('Where', [isLogarithm, raised, moved], 'units/values')
}
