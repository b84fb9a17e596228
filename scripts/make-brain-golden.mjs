// Makes test/fixtures/brain-golden.json.gz: what brain.js 2.0.0-beta.24 does in the runs and scenarios of test/brain/golden.
//
//     npm ci --ignore-scripts --prefix bench/peers
//     npx tsx scripts/make-brain-golden.mjs [a folder with node_modules, bench/peers by default]
//
// Nothing that is kept depends on the first weights that brain.js draws.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { apart, faster, nudged, runs, trained } from '../test/brain/golden/runs.ts'
import { groups } from '../test/brain/golden/scenarios.ts'
import { outcome } from '../test/brain/golden/seen.ts'

const folder = resolve(process.argv[2] ?? 'bench/peers')
const require = createRequire(resolve(folder, 'index.js'))
const brain = require('brain2')
const { version } = JSON.parse(readFileSync(resolve(folder, 'node_modules/brain2/package.json'), 'utf8'))
if (version !== '2.0.0-beta.24') throw new Error(`expected brain.js 2.0.0-beta.24, found ${version}`)

/** Nine digits: the 1e-4 of the tests need no more. */
const shorter = (_key, value) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(9)) : value

const written = runs().map((run) => {
  const seen = trained(brain, run)
  // Float32 sums in another order move the weights by ulps. A run that brain.js itself ends elsewhere for that proves nothing.
  const moved = apart(seen.errors, trained(brain, nudged(run)).errors)
  if (!(moved < 1e-5)) throw new Error(`${run.name}: an ulp in the weights moves the errors by ${moved}`)
  // And one that hardly answers to its learning rate would not tell one rule from another.
  const answered = apart(seen.errors, trained(brain, faster(run)).errors)
  if (!(answered > 2e-4)) throw new Error(`${run.name}: 1% of the rate moves the errors by ${answered} only`)
  return { run, seen }
})
const scenarios = {}
for (const [group, all] of Object.entries(groups)) {
  scenarios[group] = {}
  for (const [name, scenario] of Object.entries(all)) {
    // Twice: what differs has to do with drawn weights or the clock, and proves nothing.
    const [first, second] = [await outcome(scenario, brain), await outcome(scenario, brain)]
    if (JSON.stringify(first) !== JSON.stringify(second))
      throw new Error(`${group}: ${name} is not the same twice`)
    scenarios[group][name] = first
  }
}
const text = JSON.stringify({ version, runs: written, scenarios }, shorter)
const packed = gzipSync(text, { level: 9 })
writeFileSync(new URL('../test/fixtures/brain-golden.json.gz', import.meta.url), packed)
console.log(`${written.length} runs, ${text.length} bytes, ${packed.length} packed`)
