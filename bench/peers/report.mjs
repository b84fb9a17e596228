// Results to Markdown.

import { described, median, shown, table } from './markdown.mjs'
import { flopsOf, title } from './workloads.mjs'

// A loss that misses the reference's way by more than this share is not the same training.
export const CHECK = 0.01

/** Results by workload and peer, medians in thousands of samples (or GFLOP/s). */
export function report({ machine, peak, columns, rows, results }) {
  const result = (row, column) => results[`${row.id}/${column.id}`]
  const unit = (row) => (row.kind === 'matmul' ? 1 : 1000)
  const rate = (row, column) => {
    const rates = result(row, column)?.rates
    return rates && median(rates) / unit(row)
  }

  const cell = (row, column) => {
    const { rates, checkError, absent } = result(row, column) ?? {}
    if (!rates) return absent === 'no Adam' ? absent : '–'
    const m = median(rates)
    const spread = Math.max(...rates.map((r) => Math.abs(r / m - 1)))
    const marks = `${rates.length < 5 ? '\\*' : ''}${checkError > CHECK ? '†' : ''}`
    return `${shown(m / unit(row))}${marks} ±${Math.round(100 * spread)}%`
  }

  // Columns that ran nothing are only listed.
  const ran = columns.filter((column) => rows.some((row) => rate(row, column) !== undefined))
  const section = (name, group) => {
    const shownColumns = ran.filter((column) => column.group === group)
    if (!shownColumns.length) return []
    const body = rows.map((row) => [title(row), ...shownColumns.map((column) => cell(row, column))])
    return [`### ${name}`, '', table(['workload', ...shownColumns.map(({ id }) => id)], body), '']
  }

  const torch = columns.find(({ id }) => id === 'torch')
  const best = (row, fits) =>
    ran
      .filter((column) => fits(column) && rate(row, column) !== undefined)
      .reduce((top, column) => (top && rate(row, top) >= rate(row, column) ? top : column), undefined)
  const named = (row, column) => (column ? `${shown(rate(row, column))} (${column.id})` : '–')
  const ratio = (row, a, b) => {
    const [x, y] = [a && rate(row, a), b && rate(row, b)]
    return x && y ? shown(x / y) : '–'
  }
  const bound = peak['FMA 128-bit'] ?? peak['wasm relaxed madd 128-bit'] ?? peak['wasm mul+add 128-bit']
  const ratios = rows.map((row) => {
    const own = best(row, ({ group }) => group === 'nabla')
    const fastest = best(row, ({ group }) => group !== 'nabla')
    const inJs = best(row, ({ group }) => group === 'JavaScript')
    const gflops = own && rate(row, own) * (row.kind === 'matmul' ? 1 : flopsOf(row) / 1e6)
    return [
      title(row),
      named(row, own),
      named(row, fastest),
      ratio(row, own, fastest),
      named(row, inJs),
      ratio(row, own, inJs),
      ratio(row, own, torch),
      gflops ? shown(gflops) : '–',
      gflops && bound ? `${Math.round((100 * gflops) / bound)}%` : '–',
    ]
  })

  const absences = columns.flatMap((column) => {
    const reasons = new Map()
    for (const row of rows) {
      const reason = result(row, column)?.absent
      if (reason) reasons.set(reason, [...(reasons.get(reason) ?? []), row.id])
    }
    return [...reasons].map(([reason, ids]) => {
      const which = ids.length === rows.length ? 'every workload' : ids.join(', ')
      return `- **${column.id}**, ${which}: ${reason}`
    })
  })
  const about = columns.map((column) => {
    const some = rows.map((row) => result(row, column)).filter((r) => r?.rates)
    const notes = rows.flatMap((row) =>
      result(row, column)?.notes ? [[row.id, result(row, column).notes]] : [],
    )
    const grouped = new Map()
    for (const [id, note] of notes) grouped.set(note, [...(grouped.get(note) ?? []), id])
    const all = [...grouped].map(([note, ids]) =>
      ids.length === some.length ? note : `${ids.join(', ')}: ${note}`,
    )
    const version = some.find((r) => r.version)?.version
    return `- **${column.id}**${version ? ` ${version}` : ''}: ${[column.note, ...all].join('; ')}`
  })
  const misses = columns.flatMap((column) =>
    rows
      .filter((row) => result(row, column)?.checkError > CHECK)
      .map((row) => `${column.id} on ${row.id} (${shown(100 * result(row, column).checkError)}%)`),
  )
  const { timing } = machine

  return [
    `# The race${machine.quick ? ' (quick: too short to quote)' : ''}`,
    '',
    `${described(machine)}. Warm-up of ${timing.warm} s, then ${timing.repetitions} repetitions of ${timing.seconds} s${machine.rounds > 1 ? `, in ${machine.rounds} rounds` : ''}; medians, with the largest deviation. ${machine.minutes.toFixed(0)} minutes in all.`,
    '',
    '## The machine’s peak, one core',
    '',
    table(
      ['instructions', 'GFLOP/s'],
      Object.entries(peak).map(([name, value]) => [name, value ?? '–']),
    ),
    '',
    '## Thousands of samples a second (products: GFLOP/s)',
    '',
    '– did not run (why: below). \\* fewer than 5 repetitions. † its loss after the first steps is not the reference’s.',
    '',
    ...section('nabla', 'nabla'),
    ...section('JavaScript', 'JavaScript'),
    ...section('Native', 'native'),
    '### Ratios',
    '',
    'nabla is its fastest column; the share is of the 128-bit FMA peak.',
    '',
    table(
      [
        'workload',
        'nabla',
        'fastest peer',
        'ratio',
        'fastest in JavaScript',
        'ratio',
        'ratio to PyTorch eager',
        'nabla’s GFLOP/s',
        'share',
      ],
      ratios,
    ),
    '',
    '## What each peer does',
    '',
    ...about,
    '',
    ...(misses.length ? [`† loss off the reference’s way: ${misses.join('; ')}.`, ''] : []),
    ...(absences.length ? ['## What did not run', '', ...absences, ''] : []),
  ].join('\n')
}
