// What there is in the JSON of features and of a target: other keys are refused, or left out of what a newer minor version of a
// saved model has.

import { isArray, isObject, refuse } from '../../base/check.ts'
import type { BooleanJSON } from './boolean.ts'
import type { CategoricalJSON } from './categorical.ts'
import type { NumericJSON } from './numeric.ts'
import type { ColumnScale } from './scale.ts'

type Keys = readonly string[]
type KeysOf<T> = readonly (keyof T)[]

const scale = ['log1p', 'offset', 'scale'] as const satisfies KeysOf<ColumnScale>

export const featuresKeys: Keys = ['columns', 'cells', 'absent']
const numeric = ['type', 'name', ...scale, 'missing', 'indicator'] as const satisfies KeysOf<NumericJSON>
const categorical = [
  'type',
  'name',
  'categories',
  'unknown',
  'missing',
] as const satisfies KeysOf<CategoricalJSON>
const boolean = ['type', 'name', 'missing'] as const satisfies KeysOf<BooleanJSON>
/** Of a column of features, by its type. */
export const columnKeys: ReadonlyMap<unknown, Keys> = new Map<unknown, Keys>(
  Object.entries({ numeric, categorical, boolean }),
)

/** Of a target, by its type. */
export const targetKeys: ReadonlyMap<unknown, Keys> = new Map<unknown, Keys>(
  Object.entries({
    class: ['type', 'name', 'classes'],
    number: ['type', 'columns'],
    labels: ['type', 'names'],
  }),
)
/** Of a column of a target of numbers. */
export const numberKeys: Keys = ['name', ...scale]

/** Throws OptionError for another key. keys: undefined for a type that there is not, which is refused elsewhere. */
export function checkKeys(json: object, keys: Keys | undefined, where: string): void {
  const other = keys && Object.keys(json).find((key) => !keys.includes(key))
  if (other !== undefined) refuse(where, `the keys ${keys!.join(', ')}`, other)
}

const typeOf = (json: unknown): unknown => (isObject(json) ? json.type : undefined)

/** Without other keys, where it is an object of a type that there is. */
const known = (json: unknown, keys: Keys | undefined): unknown =>
  isObject(json) && keys
    ? Object.fromEntries(Object.entries(json).filter(([key]) => keys.includes(key)))
    : json

/** The same of its columns too, where it has some. */
function withColumns(json: unknown, keysOf: (column: unknown) => Keys | undefined): unknown {
  if (!isObject(json) || !isArray(json.columns)) return json
  return { ...json, columns: json.columns.map((column) => known(column, keysOf(column))) }
}

export const knownFeatures = (json: unknown): unknown =>
  withColumns(known(json, featuresKeys), (column) => columnKeys.get(typeOf(column)))

export const knownTarget = (json: unknown): unknown =>
  withColumns(known(json, targetKeys.get(typeOf(json))), () => numberKeys)
