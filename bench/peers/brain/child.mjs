// One library on one case: node child.mjs brain1|brain2|nabla CASE TIMING. Prints a line 'RESULT {json}'.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cases } from './cases.mjs'

const [name, id, timing] = process.argv.slice(2)
const { seconds, repetitions, warm, limit } = JSON.parse(timing)
const require = createRequire(import.meta.url)
const root = new URL('../../../', import.meta.url)
const { NeuralNetwork } = name === 'nabla' ? await import(new URL('dist/brain.js', root)) : require(name)
const manifest =
  name === 'nabla'
    ? new URL('package.json', root)
    : new URL(`../node_modules/${name}/package.json`, import.meta.url)

const { data: load, options, train } = cases.find((one) => one.id === id)
const data = await load()
const net = new NeuralNetwork(options)
// 0 is refused for the threshold.
const forever = { errorThresh: 1e-30, ...train }

/** Trains for `iterations` and returns the time it took, with all that train() does of its own. */
function time(iterations) {
  const [began, cpuBegan] = [performance.now(), process.cpuUsage()]
  const { error } = net.train(data, { ...forever, iterations })
  const took = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(cpuBegan)
  return { error, seconds: took, cpuSeconds: (user + system) / 1e6 }
}

const began = performance.now()
const elapsed = () => (performance.now() - began) / 1000
const first = time(1)
let iterations = 1
for (;;) {
  const t = time(iterations)
  if (t.seconds < seconds)
    iterations = Math.ceil(iterations * Math.min(4, Math.max(1.2, (1.1 * seconds) / t.seconds)))
  else if (elapsed() >= warm) break
  if (elapsed() > limit) break
}
const [rates, cpuRates] = [[], []]
let last
while (rates.length < repetitions && (rates.length === 0 || elapsed() < limit)) {
  last = time(iterations)
  rates.push(iterations / last.seconds)
  cpuRates.push(iterations / Math.max(last.cpuSeconds, 1e-9))
}
const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
const result = {
  ...{ version, rates, cpuRates, iterations, rows: data.length },
  ...{ firstError: first.error, lastError: last.error },
}
process.stdout.write(`\nRESULT ${JSON.stringify(result)}\n`, () => process.exit(0))
