// The probe for runtimes with a command line: Node, Deno and Bun. Prints JSON.

import { probe } from './probe.mjs'

console.log(JSON.stringify(await probe()))
