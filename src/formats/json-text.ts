// JSON to be read by people: a line for each list of numbers or names, and not for each number.

import { OptionError } from '../base/errors.ts'

const isFlat = (list: readonly unknown[]) => list.every((one) => typeof one !== 'object' || one === null)

function write(value: unknown, margin: string, out: string[]): void {
  if (typeof value !== 'object' || value === null || (Array.isArray(value) && isFlat(value))) {
    out.push(JSON.stringify(value))
    return
  }
  const isList = Array.isArray(value)
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  out.push(isList ? '[' : '{')
  entries.forEach(([key, one], i) => {
    out.push(`${i === 0 ? '' : ','}\n${margin}  ${isList ? '' : `${JSON.stringify(key)}: `}`)
    write(one, `${margin}  `, out)
  })
  out.push(`${entries.length > 0 ? `\n${margin}` : ''}${isList ? ']' : '}'}`)
}

/** The text of plain data. Throws OptionError where it is longer than a string may be. */
export function toText(json: object): string {
  const out: string[] = []
  write(json, '', out)
  try {
    return `${out.join('')}\n`
  } catch (cause) {
    throw new OptionError(
      'model: expected fewer parameters for JSON, whose text is too long; save it as .safetensors',
      {
        cause,
      },
    )
  }
}
