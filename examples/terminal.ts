// What the examples share: a progress bar, a small plot, pictures in files, and whether a file is run or imported.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import cliProgress from 'cli-progress'
import type { EpochLog } from 'nabla'
import plot from 'simple-ascii-chart'

/** True for the file that Node was started with. */
export const isMain = (url: string): boolean =>
  process.argv[1] !== undefined && url === pathToFileURL(process.argv[1]).href

/** A bar that moves with the epochs; where the output is no terminal, a line for every tenth of them. */
export function progress(epochs: number) {
  const bar = process.stdout.isTTY
    ? new cliProgress.SingleBar(
        { format: 'training {bar} {value}/{total} epochs  loss {loss}', hideCursor: true },
        cliProgress.Presets.shades_classic,
      )
    : undefined
  bar?.start(epochs, 0, { loss: '–' })
  const every = Math.max(1, Math.floor(epochs / 10))
  return {
    update({ epoch, loss }: EpochLog) {
      if (bar) bar.update(epoch, { loss: loss.toFixed(4) })
      else if (epoch % every === 0) console.log(`epoch ${epoch}/${epochs}  loss ${loss.toFixed(4)}`)
    },
    stop() {
      bar?.stop()
    },
  }
}

/** A curve over the epochs as text, on a logarithmic scale. */
export function curve(title: string, values: readonly number[]): string {
  const points = values.map((value, i): [number, number] => [i + 1, Math.log10(value)])
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => Math.max(1, Math.round(part * values.length)))
  return plot(points, {
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
