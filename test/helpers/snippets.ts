// The snippets of a page of docs/, and a way to run them on these sources.

import { readFileSync } from 'node:fs'
import * as data from '../../src/data/index.ts'
import * as datasets from '../../src/datasets/index.ts'
import * as nabla from '../../src/index.ts'

const sources = { nabla, 'nabla/data': data, 'nabla/datasets': datasets }

/**
 * Runs the snippet on these sources; returns the arguments of each call of console.log. modules: what stands for other
 * modules, by name.
 */
export async function run(code: string, modules: Record<string, object> = {}): Promise<unknown[][]> {
  const lines: unknown[][] = []
  const known: Record<string, object> = { ...sources, ...modules }
  const body = code.replace(/^import (\{.*\}) from '(.*)'$/gm, (_, names, name) => {
    if (!Object.hasOwn(known, name)) throw new Error(`a snippet imports ${name}, which nothing stands for`)
    return `const ${names} = modules['${name}']`
  })
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => unknown
  const log = (...args: unknown[]) => lines.push(args)
  await new AsyncFunction('modules', 'console', body)(known, { log })
  return lines
}

/** The code of each, in the order of the page. */
export const snippetsOf = (file: string): string[] => {
  const text = readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8')
  return [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code)
}
