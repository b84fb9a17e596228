// nabla/brain against brain.js 1 and 2: a process for each library and case, pinned to one core, one after the other.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { described, median, shown, table, withSections } from '../markdown.mjs'
import { nodeOf, pin } from '../start.mjs'
import { cases } from './cases.mjs'

const child = fileURLToPath(new URL('child.mjs', import.meta.url))
const libraries = [
  { id: 'brain1', title: 'brain.js 1' },
  { id: 'brain2', title: 'brain.js 2' },
  { id: 'nabla', title: 'nabla/brain' },
]

function measured(node, library, id, timing) {
  const [file, ...args] = [...pin, node.file, ...node.flags, child, library, id, JSON.stringify(timing)]
  const { stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', maxBuffer: 1e8 })
  const line = stdout?.split('\n').find((text) => text.startsWith('RESULT '))
  return line ? JSON.parse(line.slice(7)) : { absent: stderr?.trim().split('\n').at(-1) ?? 'did not start' }
}

/** Ratios of medians by CPU time: what other processes took of the core is left out. */
const ratioOf = (own, other) =>
  own?.cpuRates && other?.cpuRates ? median(own.cpuRates) / median(other.cpuRates) : undefined

function cell({ rates, cpuRates, absent }) {
  if (!rates) return `– (${absent})`
  const middle = median(rates)
  const spread = Math.round(100 * Math.max(...rates.map((rate) => Math.abs(rate / middle - 1))))
  return `${shown(middle)} ±${spread}% (by CPU time ${shown(median(cpuRates))})`
}

export function render({ machine, results }) {
  const body = cases.flatMap(({ id, title }) => {
    const [brain1, brain2, nabla] = libraries.map(
      (library) => results[`${id}/${library.id}`] ?? { absent: 'not run' },
    )
    const ratio = (other) => {
      const value = ratioOf(nabla, other)
      return value ? `${shown(value)}×` : '–'
    }
    if (!nabla.rates && !brain2.rates) return []
    return [[title, cell(brain1), cell(brain2), cell(nabla), ratio(brain1), ratio(brain2)]]
  })
  const { timing, rounds, quick } = machine
  const versions = libraries.map(({ id, title }) => {
    const { version } = cases.map((one) => results[`${one.id}/${id}`]).find((one) => one?.version) ?? {}
    return `${title}${version ? ` (${version})` : ''}`
  })
  return [
    `## nabla/brain and brain.js${quick ? ' (quick: too short to quote)' : ''}`,
    '',
    `Iterations a second: how often train() goes through all rows. ${described(machine)}. ${versions.join(', ')}; the same code for each, with another import (peers/brain/cases.mjs). Warm-up of ${timing.warm} s, then ${timing.repetitions} repetitions of ${timing.seconds} s${rounds > 1 ? `, in ${rounds} rounds` : ''}; medians with the largest deviation. The ratios are by CPU time.`,
    '',
    table(['', ...libraries.map(({ title }) => title), 'against brain.js 1', 'against brain.js 2'], body),
    '',
  ].join('\n')
}

/** Runs the race, keeps it as JSON, and writes the Markdown. options: only, rounds, seconds, quick, node, json, out. */
export function race({ only, rounds, seconds, quick, node: path, json, out }) {
  const node = nodeOf(path)
  const timing = {
    seconds: Number(seconds ?? (quick ? 0.05 : 0.5)),
    repetitions: quick ? 3 : 7,
    warm: quick ? 0.2 : 1,
    /** Seconds from the start after which no further repetition begins. */
    limit: quick ? 4 : 60,
  }
  const wanted = only?.split(',')
  const record = { race: 'brain', results: {} }
  for (let round = 0; round < Number(rounds); ++round) {
    for (const { id } of cases) {
      if (wanted && !wanted.includes(id)) continue
      for (const { id: library } of libraries) {
        const key = `${id}/${library}`
        const before = record.results[key]
        const result = measured(node, library, id, timing)
        if (result.rates && before?.rates) {
          result.rates = [...before.rates, ...result.rates]
          result.cpuRates = [...before.cpuRates, ...result.cpuRates]
        }
        record.results[key] = result
        const said = result.rates?.map((rate) => rate.toPrecision(4)).join(' ') ?? result.absent
        console.error(
          `${key.padEnd(20)} ${said}  error ${result.firstError?.toPrecision(3)} → ${result.lastError?.toPrecision(3)}`,
        )
      }
    }
  }
  record.machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node: `Node ${node.versions.node}, V8 ${node.versions.v8}`,
    pinned: pin.length > 0,
    date: new Date().toISOString().slice(0, 10),
    load: loadavg()[2],
    ...{ rounds: Number(rounds), timing, quick: Boolean(quick) },
  }
  if (json) {
    mkdirSync(dirname(json), { recursive: true })
    writeFileSync(json, `${JSON.stringify(record, undefined, 1)}\n`)
  }
  const text = render(record)
  if (!out) process.stdout.write(text)
  else writeFileSync(out, withSections(existsSync(out) ? readFileSync(out, 'utf8') : '', text))
}
