// What the data of `fit` cost in memory: by the plan, and measured in a process for each number of rows.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { PREDICTS } from '../src/program/capacity.ts'
import { makePlan } from '../src/program/plan.ts'
import { number, table } from './markdown.ts'

interface Usage {
  readonly rss: number
  readonly external: number
  readonly arrayBuffers: number
}

/** What growth-memory-child.mjs prints, in bytes. */
interface MemoryUse {
  readonly empty: Usage
  readonly before: Usage
  readonly during: readonly Usage[]
  readonly after: Usage
  /** The most that the process ever held, where the system tells. */
  readonly highest: number | null
}

/** Lines of Markdown: what a sample costs in memory, and what an epoch does. */
export function memory(quick: boolean) {
  const shape = { inputs: 64, units: 32, outputs: 10, batch: 32 }
  const { inputs, units, outputs, batch } = shape
  const layers = [
    { inputs, units, activation: 'relu', bias: true },
    { inputs: units, units: outputs, activation: 'relu', bias: true },
  ] as const
  const arena = (rows: number) =>
    4 *
    makePlan(
      { inputs, outputs, layers, loss: 'quadratic' },
      { ...PREDICTS, batchRows: batch, dataRows: rows, steps: 1 },
    ).elements
  const child = fileURLToPath(new URL('growth-memory-child.mjs', import.meta.url))
  const mb = (bytes: number) => (bytes / 2 ** 20).toFixed(1)
  const kb = (bytes: number) => (bytes / 2 ** 10).toFixed(1)
  const epochs = quick ? 10 : 50
  const counts = [1000, 10_000, 100_000, ...(quick ? [] : [1_000_000])]
  const results = counts.map((rows) => {
    process.stderr.write(`memory: ${rows} rows\n`)
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--expose-gc', child, JSON.stringify({ ...shape, rows, epochs })],
      { encoding: 'utf8' },
    )
    if (status !== 0) throw new Error(`${child}: ${stderr}`)
    return { rows, ...(JSON.parse(stdout) as MemoryUse) }
  })
  // The second epoch has touched all that an epoch touches.
  const anEpoch = (first: number, last: number) => kb((last - first) / (epochs - 2))
  return [
    `${[inputs, units, outputs].join('-')}, batch ${batch}, dense float32 data, ${epochs} epochs, a process for each number of rows. ` +
      "The user's arrays hold the data once, the arena once more while `fit` runs. Arenas are shared memory, which Node counts in rss only.",
    '',
    ...table(
      [
        'rows',
        'arena by the plan, bytes/sample',
        'rss in fit − before, bytes/sample',
        'user’s arrays, bytes/sample',
      ],
      results.map(({ rows, before, during }) => [
        number(rows),
        number((arena(2 * rows) - arena(rows)) / rows),
        number((during.at(-1)!.rss - before.rss) / rows),
        4 * (inputs + outputs),
      ]),
    ),
    ...table(
      [
        'MB',
        'rss: no data',
        'before fit',
        'epoch 2',
        `epoch ${epochs}`,
        'after',
        'highest',
        'arrayBuffers: before fit',
        'epoch 2',
        `epoch ${epochs}`,
        'after',
      ],
      results.map(({ rows, empty, before, during, after, highest }) => [
        `${number(rows)} rows`,
        ...[empty, before, during[1], during.at(-1)!, after].map(({ rss }) => mb(rss)),
        highest === null ? '–' : mb(highest),
        ...[before, during[1], during.at(-1)!, after].map(({ arrayBuffers }) => mb(arrayBuffers)),
      ]),
    ),
    ...table(
      [
        'KB an epoch, from the second to the last',
        'rss',
        'external',
        'arrayBuffers',
        'a copy of the data would be',
      ],
      results.map(({ rows, during }) => {
        const [first, last] = [during[1], during.at(-1)!]
        return [
          `${number(rows)} rows`,
          anEpoch(first.rss, last.rss),
          anEpoch(first.external, last.external),
          anEpoch(first.arrayBuffers, last.arrayBuffers),
          kb(4 * (inputs + outputs) * rows),
        ]
      }),
    ),
  ]
}
