// The bar of `verbose` on terminals of every width, also one that changes while it is drawn.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EpochLog } from '../../src/index.ts'
import { displayOf, Progress } from '../../src/training/progress.ts'

let now = 0
beforeEach(() => {
  now = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const logOf = (epoch: number, epochs: number): EpochLog => ({
  epoch,
  epochs,
  loss: 1 / 3,
  learningRate: 0.1,
  accuracy: 0.5,
  seconds: 12,
})

/** What a terminal of these columns is left with, each time something is drawn. */
function drawn(columns: number, epochs = 3): string[] {
  const lines: string[] = []
  const progress = new Progress(epochs, 100, { columns, write: (text) => void lines.push(text) })
  for (let epoch = 1; epoch <= epochs; ++epoch) {
    for (const rows of [50, 100]) {
      now += 1000
      progress.rowsDone(epoch, rows)
    }
    now += 1000
    progress.epochEnded(logOf(epoch, epochs))
  }
  progress.end(epochs)
  expect(lines.pop()).toBe('\n')
  return lines.map((text) => {
    expect([text[0], text.slice(-3)]).toEqual(['\r', '\u001b[K'])
    return text.slice(1, -3)
  })
}

describe('the bar', () => {
  it('has its percentage on 20 columns, and is the shorter for it', () => {
    const lines = drawn(20)
    expect(lines[0]).toBe('epoch 1/3 █░░░ 16%')
    expect(lines[4]).toBe('epoch 2/3 ███░ 66%')
    expect(lines.at(-1)).toBe('epoch 3/3 ████ 100%')
  })
  it('is left out where there is room for the percentage alone', () => {
    expect(drawn(18)[0]).toBe('epoch 1/3 16%')
    expect(drawn(20, 100)[0]).toBe('epoch 1/100 0%')
  })
  it('is as wide as ever where there is room, with the figures behind it', () => {
    expect(drawn(80)[3]).toBe(
      'epoch 2/3 ██████████░░░░░░░░░░ 50%  loss 0.3333  learningRate 0.1  accuracy 50.',
    )
  })
  it('never fills the last column, on any number of them', () => {
    for (let columns = 1; columns < 130; ++columns) {
      for (const line of drawn(columns)) expect(line.length, `${columns} columns`).toBeLessThan(columns)
    }
  })
  it('fits the terminal after its window was made narrower or wider', () => {
    const seen: [number, number][] = []
    const display = {
      columns: 100,
      write: (text: string) => void seen.push([display.columns, text.length - 4]),
    }
    const progress = new Progress(5, 100, display)
    for (const width of [100, 40, 20, 12, 100]) {
      display.columns = width
      now += 1000
      progress.epochEnded(logOf(1, 5))
    }
    for (const [width, length] of seen) expect(length).toBeLessThan(width)
    expect(seen.at(-1)![1]).toBeGreaterThan(70)
  })
})

describe('the terminal of the process', () => {
  const stub = (stderr: object) =>
    vi.stubGlobal('process', { ...process, stderr: { write: () => true, ...stderr } })

  it.each([undefined, 0])('has 80 columns where it says %j', (columns) => {
    stub({ isTTY: true, columns })
    expect(displayOf().columns).toBe(80)
  })
  it('has as many columns as it says, whenever it is asked', () => {
    const stderr = { isTTY: true, columns: 100, write: () => true }
    vi.stubGlobal('process', { stderr })
    const display = displayOf()
    expect(display.columns).toBe(100)
    stderr.columns = 40
    expect(display.columns).toBe(40)
  })
  it('is none where standard error is a file, or there is no process', () => {
    stub({ isTTY: false, columns: 80 })
    expect(displayOf().columns).toBeUndefined()
    vi.stubGlobal('process', undefined)
    expect(displayOf().columns).toBeUndefined()
  })
})
