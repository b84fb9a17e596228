// How a user says what a column is.

import type { BooleanOptions } from './boolean.ts'
import type { CategoricalOptions } from './categorical.ts'
import type { NumericOptions } from './numeric.ts'

/** What a column is. 'standard', 'minMax', 'robust' and 'log1p' are short for numeric columns of that scale; an 'ignored' one is
 * left out. */
export type ColumnSpec =
  | NumericOptions
  | CategoricalOptions
  | BooleanOptions
  | 'numeric'
  | 'standard'
  | 'minMax'
  | 'robust'
  | 'log1p'
  | 'categorical'
  | 'boolean'
  | 'ignored'

/** What the short forms stand for. */
export const SHORT: Readonly<Record<string, NumericOptions | CategoricalOptions | BooleanOptions>> = {
  numeric: { type: 'numeric' },
  standard: { type: 'numeric' },
  minMax: { type: 'numeric', scale: 'minMax' },
  robust: { type: 'numeric', scale: 'robust' },
  log1p: { type: 'numeric', log1p: true },
  categorical: { type: 'categorical' },
  boolean: { type: 'boolean' },
}
