// A network as JSON is read: its options as they stand there, and its parameters. network-json.ts says what they are.

import { checkOptions, isArray, isList, isObject, knownOf, optional, refuse } from '../base/check.ts'
import { FormatError, OptionError } from '../base/errors.ts'
import { type LayerParameters, type NetworkSnapshot, type SavedOptions, VECTORS } from '../model/snapshot.ts'
import { isNewer } from './version.ts'

/** Reads the numbers to out[at …). Throws OptionError. */
function fill(out: Float32Array, at: number, list: ArrayLike<unknown>, name: string): void {
  for (let i = 0; i < list.length; ++i) {
    const number = list[i]
    out[at + i] = typeof number === 'number' ? number : Number.NaN
    if (!Number.isFinite(out[at + i])) refuse(`${name}[${i}]`, 'a number within float32', number)
  }
}

const vectorFrom = (value: unknown, name: string): Float32Array => {
  if (!isList(value)) return refuse(name, 'an array of numbers', value)
  const out = new Float32Array(value.length)
  fill(out, 0, value, name)
  return out
}

function weightsFrom(value: unknown, name: string): Float32Array {
  if (!isArray(value) || value.length === 0) return refuse(name, 'an array of rows', value)
  const rows = Array.from(value, (row, i) =>
    isList(row) ? row : refuse(`${name}[${i}]`, 'an array of numbers', row),
  )
  const { length } = rows[0]
  // Before there is room for them: it is then no more than what came.
  const other = rows.findIndex((row) => row.length !== length)
  if (other >= 0) refuse(`${name}[${other}]`, `an array of ${length} numbers`, rows[other])
  const out = new Float32Array(rows.length * length)
  rows.forEach((row, i) => {
    fill(out, i * length, row, `${name}[${i}]`)
  })
  return out
}

const layerTable = {
  weights: weightsFrom,
  ...(Object.fromEntries(VECTORS.map((which) => [which, optional(vectorFrom, undefined)])) as Record<
    (typeof VECTORS)[number],
    (value: unknown, name: string) => Float32Array | undefined
  >),
}

function layersFrom(value: unknown, name: string): LayerParameters[] {
  if (!isArray(value) || value.length === 0) return refuse(name, 'an array of layers', value)
  return Array.from(value, (one, l) => {
    const checked = checkOptions(layerTable, one, `${name}[${l}]`)
    return Object.fromEntries(
      Object.entries(checked).filter(([, list]) => list),
    ) as unknown as LayerParameters
  })
}

const object = (value: unknown, name: string): Record<string, unknown> =>
  isObject(value) ? value : refuse(name, 'an object', value)

const trainingTable = {
  progress: object,
  slots: (value: unknown, name: string) =>
    isArray(value)
      ? Array.from(value, (slot, s) => layersFrom(slot, `${name}[${s}]`))
      : refuse(name, 'an array of slots', value),
}

const networkTable = {
  format: (value: unknown, name: string) =>
    value === 'nabla.network' ? value : refuse(name, '"nabla.network"', value),
  version: (value: unknown) => value,
  options: (value: unknown, name: string) => object(value, name) as unknown as SavedOptions,
  parameters: layersFrom,
  training: optional((value: unknown, name: string) => checkOptions(trainingTable, value, name), undefined),
}

/** Runs checks of what came from a file. Throws FormatError with the message of an OptionError. */
export function asFormat<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw error instanceof OptionError ? new FormatError(error.message) : error
  }
}

/**
 * The network that the JSON is of. name: for messages. knownOptions: what this version knows of the options that a newer one has
 * saved. Throws FormatError.
 */
export function readNetworkJSON(
  json: unknown,
  name: string,
  knownOptions: (options: SavedOptions) => SavedOptions,
): NetworkSnapshot {
  return asFormat(() => {
    if (!isObject(json)) return refuse(name, 'the object that net.toJSON() returns, not its text', json)
    // Its format first: whatever else is told of another object only misleads.
    networkTable.format(json.format, `${name}.format`)
    const newer = isNewer(json.version, `${name}.version`)
    const checked = checkOptions(networkTable, newer ? knownOf(networkTable, json) : json, name)
    const { options, parameters, training } = checked
    return {
      options: newer ? knownOptions(options) : options,
      layers: parameters,
      ...(training && { training }),
    }
  })
}
