// nabla/brain beside brain.js: node bench/peers/brain.mjs --compare 200 [--seed 1]

import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { compare } from './brain/compare.mjs'

const { values: options } = parseArgs({
  options: {
    compare: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
})

const brain = createRequire(import.meta.url)('brain2')
const nabla = await import(new URL('../../dist/brain.js', import.meta.url))
if (options.compare) {
  const isSame = compare(brain, nabla, Number(options.compare), Number(options.seed))
  process.exitCode = isSame ? 0 : 1
}
