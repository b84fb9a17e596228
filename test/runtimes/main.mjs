// The probe for runtimes with a command line: Node, Deno and Bun. Prints JSON. With --briefly no gaps are measured.

import { start } from './start.mjs'

const first = await start()
const { files } = await import('./entries.mjs')
const { probe } = await import('./probe.mjs')
const gaps = !globalThis.process?.argv.includes('--briefly')
console.log(JSON.stringify({ ...(await probe({ gaps })), files: await files(), start: first }))
