// What the examples share: progress, a small plot, pictures in files, and whether a file is run or imported.

import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { EpochLog, FitOptions } from 'nabla'

/** True for the file that Node was started with. */
export const isMain = (url: string): boolean =>
  process.argv[1] !== undefined && url === pathToFileURL(realpathSync(process.argv[1])).href

/** Options by which a fit shows its progress: a bar on a terminal; elsewhere a line for every tenth of its epochs. */
export function progress(epochs: number): Pick<FitOptions, 'verbose' | 'onEpoch'> {
  if (process.stderr.isTTY) return { verbose: true }
  const every = Math.max(1, Math.floor(epochs / 10))
  return {
    onEpoch({ epoch, loss }: EpochLog) {
      if (epoch % every === 0) console.log(`epoch ${epoch}/${epochs}  loss ${loss.toFixed(4)}`)
    },
  }
}

/** A curve over the epochs as text, on a logarithmic scale; a line in its place where simple-ascii-chart is not installed. */
export async function curve(title: string, values: readonly number[]): Promise<string> {
  const chart = await import('simple-ascii-chart').catch(() => undefined)
  if (!chart) {
    const [first, last] = [values[0], values[values.length - 1]].map((value) => value.toPrecision(2))
    return `${title}: from ${first} to ${last} (npm install simple-ascii-chart draws it here)`
  }
  const points = values.map((value, i): [number, number] => [i + 1, Math.log10(value)])
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => Math.max(1, Math.round(part * values.length)))
  return chart.default(points, {
    title,
    width: 60,
    height: 12,
    customXAxisTicks: [...new Set(ticks)],
    formatter: (value, { axis }) => (axis === 'y' ? (10 ** value).toPrecision(2) : value),
  })
}

/** Writes SVG pictures by name into the folder `pictures` of the working directory, and says where they are. */
export function save(pictures: Record<string, string>): void {
  mkdirSync('pictures', { recursive: true })
  for (const [name, svg] of Object.entries(pictures)) {
    const file = join('pictures', `${name}.svg`)
    writeFileSync(file, svg)
    console.log(`picture: ${file}`)
  }
}
