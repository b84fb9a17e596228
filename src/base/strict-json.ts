// JSON of a stranger: JSON.parse takes the last of two values under one name, where another reader may take the first.

import { FormatError, shown } from './errors.ts'

// More than any format here needs; a parser that calls itself is safe to this depth.
const MOST_DEPTH = 64

const isSpace = (code: number) => code === 32 || code === 9 || code === 10 || code === 13

/** Where the string that begins at `from` ends: behind its closing quote, or at the end of the text. */
function endOfString(text: string, from: number): number {
  for (let i = from + 1; i < text.length; ++i) {
    const code = text.charCodeAt(i)
    if (code === 92) ++i
    else if (code === 34) return i + 1
  }
  return text.length
}

/** Throws FormatError for names that an object has twice, and for objects in objects in objects. */
function checkNames(text: string, what: string): void {
  /** Names of the objects that are open; undefined for an array. */
  const open: (Set<string> | undefined)[] = []
  for (let i = 0; i < text.length; ++i) {
    const code = text.charCodeAt(i)
    if (code === 123 || code === 91) {
      open.push(code === 123 ? new Set() : undefined)
      if (open.length > MOST_DEPTH) {
        throw new FormatError(`${what}: expected objects and arrays ${MOST_DEPTH} deep at most, got more`)
      }
    } else if (code === 125 || code === 93) open.pop()
    if (code !== 34) continue
    const end = endOfString(text, i)
    let next = end
    while (isSpace(text.charCodeAt(next))) ++next
    if (text.charCodeAt(next) === 58) {
      const name = parse(text.slice(i, end), what) as string
      const names = open.at(-1)
      if (names?.has(name))
        throw new FormatError(`${what}: expected names that differ, got ${shown(name)} twice`)
      names?.add(name)
    }
    i = end - 1
  }
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FormatError(`${what}: expected JSON: ${(error as Error).message}`)
  }
}

/** The value of the text. Throws FormatError for what is not JSON, and for an object that has a name twice. what: for the message. */
export function parseStrictly(text: string, what: string): unknown {
  checkNames(text, what)
  return parse(text, what)
}
