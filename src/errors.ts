/** Every error nabla throws on purpose: `catch (e) { if (e instanceof NablaError) … }`. */
export class NablaError extends Error {
  override readonly name: string = 'NablaError'
}

/** An option, or a combination of options, that cannot be: the message names it, what was expected and what came. */
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

/** Training left the finite numbers. The network keeps the parameters of the last good epoch. */
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

/** The value as it may stand in an error message: short, with its type where that says more. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (typeof value === 'number' || typeof value === 'boolean' || value == null) return String(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) {
    return value.length <= 8 && value.every((v) => typeof v !== 'object')
      ? `[${value.map(shown).join(', ')}]`
      : `an array of ${value.length}`
  }
  if (ArrayBuffer.isView(value)) {
    const { length } = value as { length?: number }
    return `a ${value.constructor.name}${length === undefined ? '' : ` of ${length}`}`
  }
  return `a ${(value as object).constructor?.name ?? 'plain object'}`
}
