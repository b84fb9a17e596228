// The results of one workload as a section of its own: a row for each peer.

import { described, median, shown, table } from './markdown.mjs'
import { CHECK } from './report.mjs'
import { flopsOf, title } from './workloads.mjs'

export function reportOne({ machine, columns, row, results }) {
  const unit = row.kind === 'matmul' ? 1 : 1000
  const name = row.kind === 'matmul' ? 'GFLOP/s' : 'thousands of samples a second'
  const measured = columns.flatMap((column) => {
    const { rates, cpuRates, ...rest } = results[`${row.id}/${column.id}`] ?? {}
    const rateOf = (values) => values && median(values) / unit
    const all = { rates, rate: rateOf(rates), cpuRates, cpuRate: rateOf(cpuRates) }
    return rates ? [{ column, ...all, ...rest }] : []
  })
  measured.sort((a, b) => (b.cpuRate ?? b.rate) - (a.cpuRate ?? a.rate))
  const own = measured.find(({ column }) => column.group === 'nabla')
  const body = measured.map(({ column, rates, rate, cpuRates, cpuRate, checkError, version, notes }) => {
    const spread = (values) => {
      const middle = median(values)
      return `±${Math.round(100 * Math.max(...values.map((value) => Math.abs(value / middle - 1))))}%`
    }
    const marks = `${rates.length < 5 ? '\\*' : ''}${checkError > CHECK ? '†' : ''}`
    const busy = cpuRate ?? rate
    const gflops = row.kind === 'matmul' ? busy : (busy * flopsOf(row)) / 1e6
    return [
      `${column.id}${version ? ` ${version}` : ''}`,
      `${shown(rate)}${marks} ${spread(rates)}`,
      cpuRate ? `${shown(cpuRate)} ${spread(cpuRates)}` : '–',
      shown(gflops),
      own ? `${shown((own.cpuRate ?? own.rate) / busy)}×` : '–',
      [column.note, notes].filter(Boolean).join('; '),
    ]
  })
  const absences = columns.flatMap((column) => {
    const { absent } = results[`${row.id}/${column.id}`] ?? {}
    return absent ? [`- **${column.id}** did not run: ${absent}`] : []
  })
  const { timing } = machine
  return [
    `## ${row.id}: ${title(row)}`,
    '',
    `${described(machine)}. Warm-up of ${timing.warm} s, then ${timing.repetitions} repetitions of ${timing.seconds} s${machine.rounds > 1 ? `, in ${machine.rounds} rounds` : ''}; medians, with the largest deviation.${machine.quick ? ' Quick: too short to quote.' : ''}`,
    'A second of CPU time leaves out what other processes took of the core: GFLOP/s and ratios are by it, where it is known.',
    '\\* fewer than 5 repetitions. † its loss after the first steps is not the reference’s.',
    '',
    table(['peer', name, 'by CPU time', 'GFLOP/s', 'nabla’s fastest against it', 'what it does'], body),
    '',
    ...(absences.length ? [...absences, ''] : []),
  ].join('\n')
}
