// Training to the end on MNIST: the workloads of kind 'converge', which are judged by seconds and test error.

import { noMnist } from './inputs.mjs'
import { described, median, shown, table } from './markdown.mjs'
import { title } from './workloads.mjs'

/** Peers that are raced here: those that train the same network by the same rule. */
export const convergers = (columns) =>
  columns.filter(({ id, group }) => group === 'nabla' || id === 'sklearn')

/**
 * Trains every peer with every seed, the peers in turn, and says when a seed is done. Fills `runs`, by
 * `${row.id}/${column.id}`, with a result for each seed: { seconds, cpuSeconds, epochs, loss, testError } or { absent }.
 */
export async function raceToTheEnd({ rows, columns, runs, seeds, specOf, run, seedDone }) {
  for (let seed = 1; seed <= seeds; ++seed) {
    for (const row of rows) {
      const ready = specOf?.(row, seed)
      for (const column of columns) {
        const key = `${row.id}/${column.id}`
        const result = ready ? await run(column, ready) : noMnist
        runs[key] = [...(runs[key] ?? []), result]
        const { seconds, cpuSeconds, epochs, testError, absent } = result
        const said =
          absent ??
          `${seconds.toFixed(1)} s (CPU ${cpuSeconds.toFixed(1)}), ${epochs} epochs, ${(100 * testError).toFixed(2)}% wrong`
        console.error(`${row.id.padEnd(15)} ${column.id.padEnd(17)} seed ${seed}: ${said}`)
      }
    }
    seedDone(seed)
  }
}

const HEAD = [
  'peer',
  'seconds',
  'CPU seconds',
  'epochs',
  'CPU ms an epoch',
  'test error, %',
  'times as fast',
  'an epoch',
]

const range = (values, digits) => {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits))
  return low === high ? low : `${low} to ${high}`
}
const middle = (values, digits) => `${median(values).toFixed(digits)} (${range(values, digits)})`
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

const cpu = ({ cpuSeconds }) => cpuSeconds
const cpuPerEpoch = ({ cpuSeconds, epochs }) => (1000 * cpuSeconds) / epochs
const percent = ({ testError }) => 100 * testError

/** The results of `raceToTheEnd` as a section. */
export function reportConverge({ machine, rows, columns, runs, seeds }) {
  const all = (row, column) => runs[`${row.id}/${column.id}`] ?? []
  const done = (row, column) => all(row, column).filter(({ absent }) => !absent)
  const rivalOf = (row) => columns.filter(({ group }) => group !== 'nabla').flatMap((one) => done(row, one))

  const cells = (row, column) => {
    const results = done(row, column)
    const rival = column.group === 'nabla' ? rivalOf(row) : []
    const ratio = (figure) =>
      rival.length ? `${shown(median(rival.map(figure)) / median(results.map(figure)))}×` : '–'
    const errors = results.map(percent)
    return [
      column.id,
      middle(
        results.map(({ seconds }) => seconds),
        1,
      ),
      middle(results.map(cpu), 1),
      middle(
        results.map(({ epochs }) => epochs),
        0,
      ),
      shown(median(results.map(cpuPerEpoch))),
      `${mean(errors).toFixed(2)} (${range(errors, 2)})`,
      ratio(cpu),
      ratio(cpuPerEpoch),
    ]
  }
  const tables = rows.flatMap((row) => {
    const ran = columns.filter((column) => done(row, column).length)
    const body = ran.map((column) => cells(row, column))
    return [`**${row.id}**: ${title(row)}`, '', table(HEAD, body), '']
  })
  const versionOf = (column) => rows.flatMap((row) => done(row, column)).at(0)?.version
  const versions = new Set(
    columns
      .filter((column) => versionOf(column))
      .map((column) => `${column.group === 'nabla' ? 'nabla' : column.id} ${versionOf(column)}`),
  )
  const absences = columns.flatMap((column) =>
    rows.flatMap((row) => {
      const reasons = new Set(all(row, column).flatMap(({ absent }) => absent ?? []))
      return [...reasons].map((reason) => `- **${column.id}**, ${row.id}: ${reason}`)
    }),
  )
  return [
    '## scikit-learn’s MNIST benchmark',
    '',
    `${described(machine)}; ${[...versions].join('; ')}. Seeds 1 to ${seeds}, the peers in turn; ${machine.minutes.toFixed(0)} minutes in all.${machine.quick ? ' Quick, not to be quoted: a tenth of the images and 5 epochs.' : ''}`,
    '',
    'The two networks of its `benchmarks/bench_mnist.py`, trained on 60,000 images until they stop, and tested on 10,000. The',
    'time is that of the whole `fit`; CPU seconds leave out what other processes took of the core, and the ratios are of them.',
    'Medians over the seeds, with the least and the most; of the test error the mean.',
    '',
    ...tables,
    ...(absences.length ? [...absences, ''] : []),
  ].join('\n')
}
