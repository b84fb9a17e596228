// What the examples share: a progress bar, a small plot, and whether a file is run or imported.

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

/** A curve over the epochs as text. */
export const curve = (title: string, values: readonly number[]): string =>
  plot(
    values.map((value, i): [number, number] => [i + 1, value]),
    { title, width: 60, height: 12 },
  )
