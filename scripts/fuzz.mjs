// Feeds every parser of the package with damaged files: valid ones of a corpus, with bytes flipped, cut, moved, repeated and
// replaced by numbers that break counts. A parser may return, or throw an error of nabla; anything else is a finding, as is an
// input that takes longer than a second or more memory than it should.
//
//   npm run build && node scripts/fuzz.mjs [PARSER …] [--inputs 100000] [--seed 1]
//
// Prints for each parser how many inputs it read, refused, and what was found; ends with code 1 where something was.

import { mutate, random } from './fuzz/mutate.mjs'
import { parsers } from './fuzz/parsers.mjs'

const { NablaError } = await import('../dist/index.js')

const options = { inputs: 100_000, seed: 1 }
const names = []
for (let i = 2; i < process.argv.length; ++i) {
  const key = process.argv[i].replace(/^--/, '')
  if (key === process.argv[i]) names.push(key)
  else if (key in options) options[key] = Number(process.argv[++i])
  else throw new Error(`${process.argv[i]}: expected --inputs or --seed`)
}
const unknown = names.find((name) => !(name in parsers))
if (unknown) throw new Error(`${unknown}: expected one of ${Object.keys(parsers).join(', ')}`)

const SLOW_MS = 1000
const MOST_BYTES = 1 << 30
// So many are shown; the rest are counted.
const MOST_SHOWN = 5

// Whatever is added to it was put there by a file.
const prototypes = () =>
  [Object, Array, Function].map(({ prototype }) => Reflect.ownKeys(prototype).length).join()

/**
 * Milliseconds of the processor that the parser takes for these bytes: others may have had it meanwhile. To ask for them at
 * every input takes an eighth of all the time.
 */
async function timed(parse, bytes) {
  const began = process.cpuUsage()
  try {
    await parse(bytes)
  } catch {
    // What it throws was seen before.
  }
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}

/** repair: makes a checksum right again, in three of four inputs. */
async function fuzz(name, { corpus, parse, repair }) {
  const files = await corpus()
  const next = random(options.seed)
  const clean = prototypes()
  const found = []
  const count = { read: 0, refused: 0 }
  const from = performance.now()
  let slowest = 0
  const report = (input, what) => {
    found.push(what)
    if (found.length <= MOST_SHOWN) console.error(`${name}: input ${input} of seed ${options.seed}: ${what}`)
  }
  for (const file of files) await parse(file) // valid, or the corpus is wrong
  for (let input = 0; input < options.inputs; ++input) {
    const bytes = mutate(files, next)
    if (repair && next() < 0.75) repair(bytes)
    const began = performance.now()
    try {
      await parse(bytes)
      count.read += 1
    } catch (error) {
      count.refused += 1
      if (!(error instanceof NablaError))
        report(input, error?.stack?.split('\n').slice(0, 3).join(' ') ?? `${error}`)
    }
    if (performance.now() - began > slowest) {
      const took = await timed(parse, bytes)
      slowest = Math.max(slowest, took)
      if (took > SLOW_MS) report(input, `it took ${Math.round(took)} ms`)
    }
    if (input % 1000 === 0) {
      const { arrayBuffers, heapUsed } = process.memoryUsage()
      if (arrayBuffers + heapUsed > MOST_BYTES) {
        globalThis.gc?.()
        const left = process.memoryUsage()
        if (left.arrayBuffers + left.heapUsed > MOST_BYTES)
          report(input, `${left.arrayBuffers + left.heapUsed} bytes are in use`)
      }
      if (prototypes() !== clean) report(input, 'a prototype was changed')
    }
  }
  const seconds = (performance.now() - from) / 1000
  console.log(
    `${name}: ${options.inputs} inputs from ${files.length} files, ${count.read} read, ${count.refused} refused, ` +
      `${found.length} found, slowest ${slowest.toFixed(0)} ms, ${seconds.toFixed(0)} s`,
  )
  return found.length
}

let findings = 0
for (const [name, parser] of Object.entries(parsers)) {
  if (names.length === 0 || names.includes(name)) findings += await fuzz(name, parser)
}
process.exitCode = findings > 0 ? 1 : 0
