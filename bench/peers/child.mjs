// One peer on one workload: node child.mjs PEER_FILE VARIANT SPEC.json. Prints a line 'RESULT {json}'.

import { readFileSync } from 'node:fs'

const floats = (path) => {
  const bytes = readFileSync(path)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

async function measure(run, { seconds, repetitions, warm, limit }) {
  const began = performance.now()
  const elapsed = () => (performance.now() - began) / 1000
  const time = async (steps) => {
    const [start, cpuStart] = [performance.now(), process.cpuUsage()]
    const done = await run(steps)
    const { user, system } = process.cpuUsage(cpuStart)
    return { done, seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 }
  }
  // Doubles until one repetition is long enough and the warm-up is over.
  let steps = 1
  for (;;) {
    const t = await time(steps)
    if (t.seconds < seconds)
      steps = Math.ceil(steps * Math.min(4, Math.max(1.2, (1.1 * seconds) / t.seconds)))
    else if (elapsed() >= warm) break
    if (elapsed() > limit) break
  }
  const [rates, cpuRates] = [[], []]
  while (rates.length < repetitions && (rates.length === 0 || elapsed() < limit)) {
    const t = await time(steps)
    rates.push(t.done / t.seconds)
    cpuRates.push(t.done / Math.max(t.cpuSeconds, 1e-9))
  }
  return { rates, cpuRates }
}

const [file, variant, specPath] = process.argv.slice(2)
const spec = JSON.parse(readFileSync(specPath, 'utf8'))
const { default: peer } = await import(file)
const data = { x: floats(spec.x), y: floats(spec.y), weights: spec.weights?.map(floats) }
if (spec.testX) Object.assign(data, { testX: floats(spec.testX), testY: floats(spec.testY) })
const make = peer[spec.kind]
let result
try {
  const made = make && (await make(spec, data, variant))
  if (!made) result = { absent: peer.absent?.[spec.kind] ?? 'cannot express it' }
  else if (made.absent) result = made
  else if (spec.kind === 'converge') result = { ...made, version: peer.version }
  else {
    const { run, check, notes } = made
    const checked = await check?.()
    const measured = await measure(run, spec.timing)
    const version = typeof peer.version === 'function' ? peer.version() : peer.version
    result = {
      ...measured,
      checked,
      notes,
      version,
      engine: `Node ${process.version}, V8 ${process.versions.v8}`,
    }
  }
} catch (error) {
  result = {
    absent: `${error?.name ?? 'Error'}: ${String(error?.message ?? error)
      .split('\n')[0]
      .slice(0, 300)}`,
  }
}
// Written whole before the exit, which some peers' timers and workers would put off.
process.stdout.write(`\nRESULT ${JSON.stringify(result)}\n`, () => process.exit(0))
