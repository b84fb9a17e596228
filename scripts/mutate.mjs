// Mutation testing: makes small changes to src/ and assembly/, one at a time, in a copy of the project, and says which of
// them no test notices.
//
//   node scripts/mutate.mjs [--count 100] [--seed 1] [--only src/base/,assembly/] [--cap 240] [--json results.json] [--list]
//
// Of all mutants (of those whose place, as in src/training/fit.ts:101, begins as --only says) `count` are drawn by the
// seed. For each, the tests that import the file run, directly or through others, the fastest first, as long as they
// took no more than `cap` seconds together without a mutant: with a low cap some survive that a slower test would kill.
// A mutant is killed where a test fails, timed out where they take five times as long as usual (an endless loop,
// mostly), not compiling where the AssemblyScript or the module is refused, and survives otherwise. Types are not
// checked: what tsc alone would refuse survives. One took 2 to 74 s on two busy cores (Node 20).
import { execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mutantsOf } from './mutants.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: 'src/,assembly/' },
    cap: { type: 'string', default: '240' },
    json: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
})

// Of these, dist/ or what is beside the code is tested, in processes that see nothing of a mutant.
const APART = [
  'docs/readme',
  'kernels/fallback',
  'package/architecture',
  'package/examples',
  'package/package',
  'package/startup',
].map((n) => `test/${n}.test.ts`)

const filesIn = (folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file}`)
    .filter((file) => file.endsWith('.ts'))

const sources = [...filesIn('src'), ...filesIn('assembly')].filter(
  (file) => !file.startsWith('src/generated/'),
)
const isApart = (file) => APART.includes(file) || file.startsWith('test/runtimes/')
const tests = filesIn('test').filter((file) => file.endsWith('.test.ts') && !isApart(file))

// Drawing.

/** Uniform in [0, 1): Mulberry32 (Tommy Ettinger 2017, public domain). */
function generator(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const textOf = new Map(sources.map((file) => [file, readFileSync(join(root, file), 'utf8')]))
const prefixes = options.only.split(',')
const all = sources
  .flatMap((file) => mutantsOf(textOf.get(file), file).map((mutant) => ({ file, ...mutant })))
  .filter(({ file, line }) => prefixes.some((prefix) => `${file}:${line}`.startsWith(prefix)))

function draw(count, seed) {
  const random = generator(seed)
  const left = [...all]
  const drawn = []
  while (drawn.length < count && left.length > 0) {
    drawn.push(left.splice(Math.floor(random() * left.length), 1)[0])
  }
  return drawn
}

const shorten = (text) => text.replace(/\s+/g, ' ').replace(/^(.{48}).+$/, '$1…')
function describe({ file, start, end, text }) {
  const code = textOf.get(file)
  // An operator says little without its neighbours.
  const before = code.slice(Math.max(code.lastIndexOf('\n', start - 1) + 1, start - 24), start)
  const after = code.slice(end, end + 16).split('\n')[0]
  const isShort = end - start <= 4
  const change = `${shorten(code.slice(start, end))} → ${shorten(text)}`
  return isShort ? `${before.trimStart()}⟦${change}⟧${after}` : change
}

const mutants = draw(Number(options.count), Number(options.seed))
console.log(`${mutants.length} of ${all.length} mutants, seed ${options.seed}`)
if (options.list) {
  const lines = mutants.map((one) => `${one.file}:${one.line}\t${one.kind}\t${describe(one)}\n`)
  // A pipe takes them some at a time.
  await new Promise((done) => process.stdout.write(lines.join(''), done))
  process.exit()
}

// Which tests a file reaches.

/** The files that a file imports, and those whose build it reads. */
function importsOf(file) {
  // Built of assembly/ and of the worker, by scripts/build.mjs.
  if (file === 'src/generated/worker.ts') return ['src/threads/worker.ts']
  if (file.startsWith('src/generated/')) return ['assembly/index.ts']
  // A text in a test may look like an import.
  if (!existsSync(join(root, file))) return []
  const text = readFileSync(join(root, file), 'utf8')
  const named = [...text.matchAll(/(?:from|import\(|import) ?'(\.[^']+)'/g)].map(([, target]) => {
    const path = join(dirname(file), target)
    return /\.m?[jt]s$/.test(path) ? path : `${path}.ts`
  })
  // Tests read the binaries of assembly/ from build/.
  if (/build\/.*\.wasm/.test(text)) named.push('assembly/index.ts')
  return named.filter(
    (path) => sources.includes(path) || path.startsWith('test/') || path.startsWith('src/generated/'),
  )
}

const reached = new Map()
for (const test of tests) {
  const seen = new Set([test])
  for (const file of seen) for (const next of importsOf(file)) seen.add(next)
  reached.set(test, seen)
}

// The copy.

const copy = mkdtempSync(join(tmpdir(), 'nabla-mutants-'))
process.on('exit', () => rmSync(copy, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
const configs = ['asconfig.json', 'asconfig.online.json', 'asconfig.unpack.json', 'package.json']
const copied = ['assembly', 'bench', 'examples', 'scripts', 'src', 'test', ...configs]
for (const name of [...copied, 'tsconfig.json', 'tsconfig.build.json', 'vitest.config.ts']) {
  cpSync(join(root, name), join(copy, name), { recursive: true })
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: copy, stdio: ['ignore', 'ignore', 'inherit'] })
const BUILT = ['build', 'src/generated']
for (const folder of BUILT) cpSync(join(copy, folder), join(copy, 'pristine', folder), { recursive: true })

/** Runs a command in the copy; its process and all that it started are ended after `seconds`. */
function run(command, seconds) {
  return new Promise((done) => {
    const child = spawn(process.execPath, command, {
      cwd: copy,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const read = (chunk) => {
      output += chunk
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    let timedOut = false
    const endAll = () => {
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // All have ended.
      }
    }
    const timer = setTimeout(() => {
      timedOut = true
      endAll()
    }, seconds * 1000)
    child.on('close', (code) => {
      clearTimeout(timer)
      endAll()
      done({ code, timedOut, output })
    })
  })
}

/** { code, timedOut, output, results }: the results by test file, of those that ran. */
async function runTests(files, seconds, ...flags) {
  const report = join(copy, 'report.json')
  rmSync(report, { force: true })
  const command = [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...flags,
    '--reporter=json',
    `--outputFile=${report}`,
  ]
  const outcome = await run([...command, ...files], seconds)
  let results = []
  try {
    results = JSON.parse(readFileSync(report, 'utf8')).testResults
  } catch {
    // It did not come to a report.
  }
  return { ...outcome, results }
}

// What the tests take without a mutant, by file.
const needed = tests.filter((test) => mutants.some(({ file }) => reached.get(test).has(file)))
console.log(`the ${needed.length} test files that these reach, without a mutant`)
const seconds = new Map()
{
  const { code, results, output } = await runTests(needed, 3600)
  if (code !== 0) {
    console.error(output)
    throw new Error('expected tests that pass without a mutant')
  }
  for (const { name, startTime, endTime } of results) {
    // Transforming and importing are not in the times of the report.
    seconds.set(name.slice(copy.length + 1).replaceAll('\\', '/'), (endTime - startTime) / 1000 + 1)
  }
}

/** The test files that reach a file, the fastest first, in stages: a few seconds of them, then the rest up to the cap. */
function stagesOf(file) {
  const stages = [[], []]
  let sum = 0
  const costOf = (test) => seconds.get(test) ?? 1
  for (const test of needed
    .filter((one) => reached.get(one).has(file))
    .sort((a, b) => costOf(a) - costOf(b))) {
    sum += costOf(test)
    if (sum <= Number(options.cap) || stages[0].length === 0) stages[sum <= 15 ? 0 : 1].push(test)
  }
  return stages.filter((stage) => stage.length > 0)
}

async function judge(mutant) {
  const { file, start, end, text } = mutant
  const code = textOf.get(file)
  const builds = file.startsWith('assembly/') || file === 'src/threads/worker.ts'
  writeFileSync(join(copy, file), code.slice(0, start) + text + code.slice(end))
  try {
    if (builds && (await run(['scripts/build.mjs', '--wasm'], 300)).code !== 0)
      return { result: 'not compiling' }
    const stages = stagesOf(file)
    if (stages.length === 0) return { result: 'survived', by: 'no test imports it' }
    for (const stage of stages) {
      const usual = stage.reduce((sum, test) => sum + (seconds.get(test) ?? 1), 0)
      const { code: failed, timedOut, results, output } = await runTests(stage, 30 + 5 * usual, '--bail=1')
      if (timedOut) return { result: 'timed out' }
      if (failed && /Transform failed|PARSE_ERROR|SyntaxError/.test(output))
        return { result: 'not compiling' }
      const by = results.find(({ status }) => status === 'failed')?.name.slice(copy.length + 1)
      if (failed) return { result: 'killed', by: by ?? 'an error outside the tests' }
    }
    return { result: 'survived', by: `${stages.flat().length} test files` }
  } finally {
    writeFileSync(join(copy, file), code)
    if (builds)
      for (const folder of BUILT)
        cpSync(join(copy, 'pristine', folder), join(copy, folder), { recursive: true })
  }
}

const results = []
for (const mutant of mutants) {
  const from = performance.now()
  const { result, by = '' } = await judge(mutant)
  const took = (performance.now() - from) / 1000
  const place = `${mutant.file}:${mutant.line}`
  results.push({ result, place, kind: mutant.kind, change: describe(mutant), by, seconds: Math.round(took) })
  console.log(
    `${result.padEnd(13)} ${place.padEnd(32)} ${mutant.kind.padEnd(10)} ${took.toFixed(0).padStart(4)} s  ${describe(mutant)}  ${by}`,
  )
}
for (const name of ['killed', 'timed out', 'not compiling', 'survived']) {
  console.log(`${name.padEnd(13)} ${results.filter(({ result }) => result === name).length}`)
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`)
