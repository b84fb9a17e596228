// What the reports of the benches are made of: medians, tables, plots.

import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import plot from 'simple-ascii-chart'

/** CPU, the cores that this process may run on where the system tells, date and Node. */
export function machine(): string {
  const status = '/proc/self/status'
  const list = existsSync(status) && /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(status, 'utf8'))?.[1]
  const cores = list ? `allowed on core ${list}` : 'not pinned'
  const date = new Date().toISOString().slice(0, 10)
  return `${cpus()[0]?.model ?? 'unknown CPU'}, ${cores}, ${date}; Node ${process.version}`
}

export const median = (values: readonly number[]) => {
  const sorted = [...values].sort((p, q) => p - q)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** The median absolute deviation as a share of the median. */
export const spread = (values: readonly number[]) => {
  const middle = median(values)
  return median(values.map((v) => Math.abs(v - middle))) / middle
}

/** Whole numbers with separators, others to three digits. */
export const number = (value: number) =>
  Number.isInteger(value) || value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)

export const percent = (share: number) => `${(100 * share).toFixed(0)}%`

/** Lines of a Markdown table, and an empty one. */
export const table = (head: readonly string[], rows: readonly (readonly unknown[])[]) => [
  ...[head, head.map((_, i) => (i ? '--:' : '---')), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
  '',
]

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 2 })

/** A curve over a logarithmic x-axis, fenced; y is logarithmic too where it spans more than a decade. */
export function chart(title: string, xs: readonly number[], ys: readonly number[]): string[] {
  const highest = Math.max(...ys)
  const isLog = highest > 10 * Math.min(...ys)
  const step = 10 ** Math.floor(Math.log10(highest))
  const ticks = isLog
    ? Array.from({ length: 12 }, (_, decade) => decade)
    : Array.from({ length: 11 }, (_, i) => i * (highest < 5 * step ? step / 2 : step))
  const text = plot(
    xs.map((x, i) => [Math.log2(x), isLog ? Math.log10(ys[i]) : ys[i]] as [number, number]),
    {
      title,
      width: 72,
      height: 14,
      customXAxisTicks: xs.map(Math.log2).filter((tick) => Number.isInteger(tick)),
      customYAxisTicks: ticks,
      ...(!isLog && { yRange: [0, highest] as [number, number] }),
      formatter: (value, { axis }) => {
        if (axis === 'x') return Math.round(2 ** value)
        return compact.format(isLog ? 10 ** value : value)
      },
    },
  )
  const inked = text.split('\n').filter((line) => line.trim())
  return ['```text', ...inked.map((line) => line.trimEnd()), '```', '']
}
