// The race: node bench/peers/run.mjs [--only peer,peer] [--workload id,id] [--seconds S] [--rounds R] [--seeds N] [--quick]
// [--node PATH] [--json FILE] [--out FILE]. One process for each peer and workload, pinned to one core.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { convergers, raceToTheEnd } from './converge.mjs'
import { noMnist, prepare, prepareToTheEnd } from './inputs.mjs'
import { measurePeak } from './peak.mjs'
import { peers } from './peers.mjs'
import { nodeOf, pin, starter } from './start.mjs'
import { workloads } from './workloads.mjs'
import { writeMarkdown } from './write.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    workload: { type: 'string' },
    seconds: { type: 'string' },
    rounds: { type: 'string', default: '1' },
    seeds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    node: { type: 'string' },
    json: { type: 'string' },
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
const chosenRows = chosen(workloads, options.workload)
const rows = chosenRows.filter(({ kind }) => kind !== 'converge')
const rowsToTheEnd = chosenRows.filter(({ kind }) => kind === 'converge')

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

const { quick } = options
const timing = {
  seconds: Number(options.seconds ?? (quick ? 0.05 : 0.5)),
  repetitions: quick ? 5 : 7,
  warm: quick ? 0.2 : 1,
  /** Seconds from the start after which no further repetition begins. */
  limit: quick ? 4 : 60,
}
/** Seconds after which a process is ended. */
const deadlineOf = ({ kind }) => (kind === 'converge' ? 1800 : quick ? 15 : 240)

const node = nodeOf(options.node)
const work = mkdtempSync(join(tmpdir(), 'nabla-peers-'))
const start = starter({ work, node, timing, deadlineOf })

/** How far, as a share of the way, a peer ends from where the float64 reference ends; a value is a way from 0. */
function agreement(checked, expected) {
  if (checked == null || !expected) return undefined
  return Math.abs(checked - expected.after) / Math.abs(expected.before - expected.after)
}

const began = Date.now()
/** All that is known of the run, as plain data: what --json keeps, and what the Markdown is made of. */
const record = {
  peak: {},
  columns: columns.map(({ id, group, note }) => ({ id, group, note })),
  rows,
  results: {},
}

/** What is known so far, to the files, so that a long run that is broken off has not run for nothing. */
function keep() {
  record.machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node: `Node ${node.versions.node}, V8 ${node.versions.v8}`,
    pinned: pin.length > 0,
    date: new Date().toISOString().slice(0, 10),
    minutes: (Date.now() - began) / 60000,
    /** Of the last 15 minutes: a run of its own on one core leaves it at about 1. */
    load: loadavg()[2],
    rounds: Number(options.rounds),
    timing,
    quick,
  }
  if (options.json) {
    mkdirSync(dirname(options.json), { recursive: true })
    writeFileSync(options.json, `${JSON.stringify(record, undefined, 1)}\n`)
  }
  if (options.out) writeMarkdown(record, options.out)
}

async function race() {
  console.error('Measuring the peak of the machine')
  record.peak = await measurePeak({ here, work, pin, node: node.file, nodeFlags: node.flags })
  const prepared = new Map()
  for (let round = 0; round < Number(options.rounds); ++round) {
    for (const workload of rows) {
      if (!prepared.has(workload.id)) prepared.set(workload.id, prepare(work, workload, timing))
      const ready = prepared.get(workload.id)
      for (const peer of columns) {
        const key = `${workload.id}/${peer.id}`
        const before = record.results[key]
        if (before?.absent) continue
        const result = ready ? await start(peer, ready) : noMnist
        if (result.rates && before) {
          result.rates = [...before.rates, ...result.rates]
          if (result.cpuRates) result.cpuRates = [...before.cpuRates, ...result.cpuRates]
        }
        const error = agreement(result.checked, ready?.expected)
        if (error !== undefined) result.checkError = error
        record.results[key] = result
        const said = result.rates
          ? result.rates.map((rate) => rate.toPrecision(4)).join(' ')
          : `– ${result.absent}`
        console.error(
          `${workload.id.padEnd(15)} ${peer.id.padEnd(17)} ${said}${error === undefined ? '' : `  (check ${error.toExponential(1)})`}`,
        )
      }
      keep()
    }
  }
}

try {
  if (rows.length) await race()
  if (rowsToTheEnd.length) {
    const seeds = Number(options.seeds ?? (quick ? 1 : 3))
    const racers = convergers(columns)
    const specOf = prepareToTheEnd(work, quick)
    const own = record.columns.filter(({ id }) => racers.some((racer) => racer.id === id))
    record.toTheEnd = { rows: rowsToTheEnd, columns: own, runs: {}, seeds: 0 }
    const seedDone = (seed) => {
      record.toTheEnd.seeds = seed
      keep()
    }
    const { runs } = record.toTheEnd
    await raceToTheEnd({ rows: rowsToTheEnd, columns: racers, runs, seeds, specOf, run: start, seedDone })
  }
  if (!options.out) writeMarkdown(record)
} finally {
  rmSync(work, { recursive: true, force: true })
}
