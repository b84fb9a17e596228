// What a fit shows while it runs: a bar on a terminal, a line for each epoch elsewhere.

import { now } from '../base/clock.ts'
import type { EpochLog } from '../model/options.ts'

/** A terminal, or whatever takes lines. */
export interface Display {
  /** Columns of a terminal now, for its window may change; undefined elsewhere. */
  readonly columns: number | undefined
  write(text: string): void
}

interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

// Of a terminal that does not know its own, or says 0, as some do that no window shows.
const USUAL_COLUMNS = 80

/** The terminal of the process, where it has one: standard error, which programs do not read. Else the console. */
export function displayOf(): Display {
  const { process } = globalThis as { process?: { readonly stderr?: Stream } }
  const stream = process?.stderr
  if (stream?.isTTY) {
    return {
      get columns() {
        return stream.columns || USUAL_COLUMNS
      },
      write: (text) => stream.write(text),
    }
  }
  return { columns: undefined, write: (text) => console.log(text) }
}

const BAR = 20
/** A shorter one tells nothing that the percentage does not. */
const LEAST_BAR = 4
/** Milliseconds between two looks of the bar. */
const REDRAW_MS = 100

/** Figures that are shown in per cent. */
const SHARES: readonly string[] = ['accuracy', 'validationAccuracy', 'metrics.accuracy']

/** A metric with the name of a figure of the log stands beside it, by where the log has it. */
const figures = ({ epoch, epochs, seconds, metrics = {}, ...log }: EpochLog): string => {
  const measured = Object.entries(metrics).map(
    ([name, value]) => [name in log ? `metrics.${name}` : name, value] as const,
  )
  const parts = [...Object.entries(log), ...measured].map(([name, value]) => {
    const isShare = SHARES.includes(name)
    return `${name} ${isShare ? `${(100 * value).toFixed(2)}%` : Number(value.toPrecision(4))}`
  })
  return `${parts.join('  ')}  ${seconds.toFixed(1)} s`
}

export class Progress {
  readonly #display: Display
  readonly #epochs: number
  readonly #rows: number
  #drawn = Number.NEGATIVE_INFINITY
  /** Of the last epoch that ended. */
  #figures = ''

  /** rows: of an epoch. */
  constructor(epochs: number, rows: number, display: Display = displayOf()) {
    this.#display = display
    this.#epochs = epochs
    this.#rows = rows
  }

  #draw(done: number, epoch: number): void {
    const share = Math.min(1, done)
    // A longer line would wrap, and leave its first part behind.
    const room = this.#display.columns! - 1
    const head = `epoch ${epoch}/${this.#epochs} `
    const length = Math.min(BAR, room - head.length - ' 100%'.length)
    const full = Math.round(length * share)
    const bar = length < LEAST_BAR ? '' : `${'█'.repeat(full)}${'░'.repeat(length - full)} `
    const text = `${head}${bar}${Math.floor(100 * share)}%  ${this.#figures}`
    this.#display.write(`\r${text.slice(0, room).trimEnd()}\u001b[K`)
  }

  /** So many rows of epoch number `epoch`, from 1, are done. */
  rowsDone(epoch: number, rows: number): void {
    const time = now()
    if (this.#display.columns === undefined || time - this.#drawn < REDRAW_MS) return
    this.#drawn = time
    this.#draw((epoch - 1 + rows / this.#rows) / this.#epochs, epoch)
  }

  epochEnded(log: EpochLog): void {
    this.#figures = figures(log)
    if (this.#display.columns === undefined) {
      this.#display.write(`epoch ${log.epoch}/${log.epochs}  ${this.#figures}`)
      return
    }
    const time = now()
    if (time - this.#drawn < REDRAW_MS && log.epoch < log.epochs) return
    this.#drawn = time
    this.#draw(log.epoch / log.epochs, log.epoch)
  }

  /** Leaves the bar as it is and begins a new line. epochs: how many were done. */
  end(epochs: number): void {
    if (this.#display.columns === undefined) return
    if (epochs > 0) this.#draw(epochs / this.#epochs, epochs)
    this.#display.write('\n')
  }
}
