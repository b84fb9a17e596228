// nabla/brain beside brain.js, with only the import changed.
//
//     node bench/peers/brain.mjs --compare 200 [--seed 1]
//     node bench/peers/brain.mjs --race [--only xor,text] [--rounds R] [--seconds S] [--quick] [--node PATH] [--json FILE] [--out FILE]
//
// Both take dist/ as it is, and brain.js from node_modules here.

import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { compare } from './brain/compare.mjs'
import { race } from './brain/race.mjs'

const { values: options } = parseArgs({
  options: {
    compare: { type: 'string' },
    seed: { type: 'string', default: '1' },
    race: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    node: { type: 'string' },
    json: { type: 'string' },
    out: { type: 'string' },
  },
})

if (options.compare) {
  const brain = createRequire(import.meta.url)('brain2')
  const nabla = await import(new URL('../../dist/brain.js', import.meta.url))
  const isSame = compare(brain, nabla, Number(options.compare), Number(options.seed))
  if (!isSame) process.exitCode = 1
}
if (options.race) race(options)
if (!options.compare && !options.race) {
  console.error('expected --compare COUNT or --race')
  process.exitCode = 1
}
