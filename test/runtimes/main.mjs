// The probe for runtimes with a command line: Node, Deno and Bun. Prints JSON.

import { start } from './start.mjs'

const first = await start()
const { files } = await import('./entries.mjs')
const { probe } = await import('./probe.mjs')
console.log(JSON.stringify({ ...(await probe()), files: await files(), start: first }))
