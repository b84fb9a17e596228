// The probe for runtimes with a command line: Node, Deno and Bun. Prints JSON.

import { files } from './entries.mjs'
import { probe } from './probe.mjs'

console.log(JSON.stringify({ ...(await probe()), files: await files() }))
