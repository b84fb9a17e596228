// The snippets of a page of docs/, and a way to run them on these sources.

import { readFileSync } from 'node:fs'
import * as datasets from '../../src/datasets/index.ts'
import * as nabla from '../../src/index.ts'

/** Runs the snippet on these sources; returns the arguments of each call of console.log. */
export async function run(code: string): Promise<unknown[][]> {
  const lines: unknown[][] = []
  const body = code.replace(/^import (\{.*\}) from 'nabla(\/datasets)?'$/gm, (_, names, room) =>
    room ? `const ${names} = datasets` : `const ${names} = nabla`,
  )
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => unknown
  const log = (...args: unknown[]) => lines.push(args)
  await new AsyncFunction('nabla', 'datasets', 'console', body)(nabla, datasets, { log })
  return lines
}

/** The code of each, in the order of the page. */
export const snippetsOf = (file: string): string[] => {
  const text = readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8')
  return [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code)
}
