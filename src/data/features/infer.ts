// What a column is, by its cells.

import { ShapeError, shown } from '../../base/errors.ts'
import { note } from '../../base/notes.ts'
import { isMissing } from './records.ts'
import type { ColumnSpec } from './spec.ts'

/** Texts of which more than this share differ say nothing of another row: names, addresses, identifiers. */
const MOST_DIFFERING = 0.5
/** Fewer than this can differ by chance. */
const FEW = 20

type Kind = 'number' | 'boolean' | 'string' | 'bigint'

function kindsOf(name: string, cells: readonly unknown[]): Set<Kind> {
  const kinds = new Set<Kind>()
  cells.forEach((cell, row) => {
    if (isMissing(cell)) return
    const kind = typeof cell
    if (kind !== 'number' && kind !== 'boolean' && kind !== 'string' && kind !== 'bigint') {
      throw new ShapeError(
        `rows[${row}], column ${shown(name)}: expected a number, a text or a boolean, got ${shown(cell)}; a column may be ` +
          "'ignored'",
      )
    }
    kinds.add(kind)
  })
  return kinds
}

/** Throws ShapeError for a cell that is neither number, text nor boolean. */
export function inferColumn(name: string, cells: readonly unknown[]): ColumnSpec {
  const kinds = kindsOf(name, cells)
  if (kinds.size === 0) {
    note(`nabla: the column ${shown(name)} has no value in any row: it is ignored`)
    return 'ignored'
  }
  if (!kinds.has('string')) return kinds.has('boolean') && kinds.size === 1 ? 'boolean' : 'numeric'
  const texts = cells.filter((cell) => !isMissing(cell))
  // As a CSV has them.
  if (texts.every((cell) => /^\s*(true|false)\s*$/i.test(String(cell)))) return 'boolean'
  const differing = new Set(texts).size
  if (differing >= FEW && differing > MOST_DIFFERING * texts.length) {
    note(
      `nabla: ${differing} of the ${texts.length} texts in the column ${shown(name)} differ: it is ignored; say ` +
        "'categorical' where it is one",
    )
    return 'ignored'
  }
  return 'categorical'
}
