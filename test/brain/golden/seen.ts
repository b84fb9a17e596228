// What a scenario saw, as plain JSON: the kinds of numbers, arrays and errors that JSON has not are written out.

import type { Library, Scenario } from './library.ts'

const isPlain = (value: object) =>
  Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null

/** `value` in JSON's kinds, without keys of undefined. Typed arrays are [their name, …], what JSON has not is a text in « ». */
export function seen(value: unknown): unknown {
  if (value === undefined) return '«undefined»'
  if (typeof value === 'function') return '«function»'
  if (typeof value === 'number') return Number.isFinite(value) ? value : `«${value}»`
  if (typeof value !== 'object' || value === null) return value
  if (ArrayBuffer.isView(value)) {
    return [`«${value.constructor.name}»`, ...[...(value as Float32Array)].map(seen)]
  }
  if (Array.isArray(value)) return value.map(seen)
  if (!isPlain(value)) return `«${value.constructor.name}»`
  const there = Object.entries(value).filter(([, one]) => one !== undefined)
  return Object.fromEntries(there.map(([key, one]) => [key, seen(one)]))
}

/** What stands for the messages of the engine, such as "Cannot read properties of undefined", which say only that it failed. */
export const ofEngine = '«an error of the engine»'

const engineErrors: readonly unknown[] = [TypeError, RangeError, ReferenceError, SyntaxError]

/** What an error says. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) throw error
  return engineErrors.includes(error.constructor) ? ofEngine : error.message
}

/** What `scenario` returns or throws. */
export async function outcome(scenario: Scenario, library: Library): Promise<unknown> {
  try {
    return { returns: seen(await scenario(library)) }
  } catch (error) {
    return { throws: messageOf(error) }
  }
}

/** What `act` returns, or the message that it throws. */
export function attempt(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return { throws: messageOf(error) }
  }
}
