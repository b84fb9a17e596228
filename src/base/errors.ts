/** Every error nabla throws on purpose: `catch (e) { if (e instanceof NablaError) … }`. */
export class NablaError extends Error {
  /** Name of the error's class, for logs and for where `instanceof` cannot tell, as between two copies of the package. */
  override readonly name: string = 'NablaError'
}

/** An option, or a combination of options, that is not valid: the message names it, what was expected and what came. */
export class OptionError extends NablaError {
  override readonly name = 'OptionError'
}

/** Data whose shape or values do not fit: ragged rows, a wrong width, NaN, a label outside the classes. */
export class ShapeError extends NablaError {
  override readonly name = 'ShapeError'
}

/** Bytes or text that are not what their format says. */
export class FormatError extends NablaError {
  override readonly name = 'FormatError'
}

/** The backend cannot do what is asked: no SIMD, no memory, a disposed or busy network. */
export class BackendError extends NablaError {
  override readonly name = 'BackendError'
}

/** The loss or the parameters are no longer finite. The network keeps the parameters of the last good epoch. */
export class DivergedError extends NablaError {
  override readonly name = 'DivergedError'
  /** Epoch in which it happened, counted from 1. */
  readonly epoch: number
  /** Mini-batch of that epoch, counted from 1. */
  readonly batch: number

  constructor(message: string, epoch: number, batch: number) {
    super(message)
    this.epoch = epoch
    this.batch = batch
  }
}

// What shown() makes of a value is no longer than this.
const MOST_CHARACTERS = 100

/**
 * The value for an error message: at most 100 characters, with its type where that says more. Never throws, whatever the
 * value does when it is read.
 */
export function shown(value: unknown): string {
  try {
    return cut(described(value), MOST_CHARACTERS)
  } catch {
    // A revoked proxy, or a getter that throws.
    return 'an object that cannot be read'
  }
}

/** The text, or its beginning with an ellipsis; a pair of surrogates is not split. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

function described(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value, 41))
  if (typeof value === 'number' || typeof value === 'boolean' || value == null) return String(value)
  // The digits of a large one take long to compute.
  if (typeof value === 'bigint') return BigInt.asIntN(128, value) === value ? `${value}n` : 'a large bigint'
  if (typeof value === 'symbol') return String(value)
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return describedArray(value)
  const name = nameOf(value)
  if (name === PLAIN) return describedObject(value)
  if (!ArrayBuffer.isView(value)) return name
  const { length } = value as { length?: unknown }
  return typeof length === 'number' ? `${name} of ${length}` : name
}

function describedArray(value: readonly unknown[]): string {
  const length: unknown = value.length
  if (typeof length !== 'number') return 'an array'
  const items: string[] = []
  for (let i = 0; i < length && length <= 8; ++i) {
    const item = value[i]
    if (item === null || typeof item !== 'object') items.push(shown(item))
  }
  const text = `[${items.join(', ')}]`
  return items.length === length && text.length <= MOST_CHARACTERS ? text : `an array of ${length}`
}

const PLAIN = 'a plain object'

/** `{ x, y }`: the names that the object has. */
function describedObject(value: object): string {
  // No more than are shown.
  const some = Object.keys(value).slice(0, MOST_CHARACTERS)
  const names = some.map((name) => (/^[\w$]{1,30}$/.test(name) ? name : described(name)))
  return names.length > 0 ? `{ ${names.join(', ')} }` : '{}'
}

/** "a Map", "an Int32Array": by the constructor's name, if that is one. */
function nameOf(value: object): string {
  const maker = value.constructor
  if (maker === undefined || maker === Object) return PLAIN
  const name: unknown = maker?.name
  if (typeof name !== 'string' || !/^[\w$]{1,60}$/.test(name)) return 'an object'
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`
}
