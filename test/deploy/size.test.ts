// How large an exported module is beside its data: the weights, the table of the columns, the names of the classes.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  featuresFromJSON,
  fitFeatures,
  fitTarget,
  type Target,
  targetFromJSON,
} from '../../src/data/index.ts'
import { toJavaScript } from '../../src/deploy/index.ts'
import { type LossName, Network } from '../../src/index.ts'
import type { ActivationName } from '../../src/model/tables.ts'
import { Model } from '../../src/models/index.ts'
import { cases, elementwise } from './models.ts'

const KB = 1024

/** Bytes of the code, without data and without comments. */
function sizeOf(code: string): number {
  let bare = code
  const drop = (data: RegExp) => {
    expect(bare.match(new RegExp(data, `${data.flags}g`))).toHaveLength(1)
    bare = bare.replace(data, '')
  }
  drop(/(?<=\()'[\w+/]*'(?=\)\n$)/)
  if (code.includes('=[["')) drop(/\[\["[^\n]*?\]\](?=,\w={)/)
  if (code.includes('fromEntries([["')) drop(/(?<=fromEntries\()\[\["[^\n]*?\]\](?=\.map\()/)
  if (code.includes('classNames')) drop(/(?<=^export const classNames=)\[.*\]$/m)
  return Buffer.byteLength(bare.replace(/\/\*\*.*?\*\/\n/gs, ''))
}

const rows = Array.from({ length: 200 }, (_, i) => ({
  area: i % 9 ? 40 + ((i * 37) % 120) : null,
  rooms: i % 5,
  year: 1900 + i,
  income: i * 1000,
  city: ['Bonn', 'Oslo', 'Rome'][i % 3],
  garden: i % 2 === 0,
  price: 50_000 + i * 3000,
  rent: 500 + ((i * 13) % 900),
  kind: ['barn', 'flat', 'villa'][i % 3],
  quiet: i % 2 === 0,
  warm: i % 3 === 0,
}))
/** Columns of every kind and option. */
const columns = {
  area: { type: 'numeric', missing: 'median', indicator: true, scale: 'robust' },
  rooms: 'minMax',
  year: 'standard',
  income: 'log1p',
  city: { type: 'categorical', unknown: 'error', missing: 'category' },
  garden: { type: 'boolean', missing: 0.5 },
} as const
const features = fitFeatures(rows, { except: ['price', 'rent', 'kind', 'quiet', 'warm'], columns })

const targets: [string, Target, LossName, ActivationName][] = [
  ['a class with probabilities', fitTarget(rows, 'kind'), 'crossEntropy', 'softmax'],
  ['labels', fitTarget(rows, ['quiet', 'warm']), 'binaryCrossEntropy', 'sigmoid'],
  ['a number', fitTarget(rows, 'price', { log1p: true }), 'quadratic', 'linear'],
  ['two numbers', fitTarget(rows, ['price', 'rent'], { log1p: true }), 'quadratic', 'linear'],
  [
    'nine numbers, of some the logarithm',
    targetFromJSON({
      type: 'number',
      columns: Array.from({ length: 9 }, (_, i) => ({
        name: `n${i}`,
        log1p: i % 2 > 0,
        offset: i / 7,
        scale: 1 / 3,
      })),
    }),
    'quadratic',
    'linear',
  ],
]

/** With a column that every object has, in cells of another order, any of which may be missing. */
const hardest = featuresFromJSON({
  columns: features.toJSON().columns.map((column) => ({
    ...column,
    name: column.name === 'area' ? 'constructor' : column.name,
  })),
  cells: ['price', ...features.columns.filter((name) => name !== 'area').reverse(), 'constructor'],
  absent: 'missing',
})

describe('the code of toJavaScript', () => {
  it.each(cases.map(([title, options]) => [title, options] as const))(
    'takes less than 2.25 KB of a network: %s',
    (_, options) => {
      expect(sizeOf(toJavaScript(new Network(options)))).toBeLessThan(2.25 * KB)
    },
  )

  describe.each(targets)('of a model with columns of every kind and %s', (_, target, loss, last) => {
    it.each(
      elementwise.flatMap((name) => (['none', 'batch', 'layer'] as const).map((one) => [name, one] as const)),
    )('takes less than 3 KB: %s, normalization: %s', (activation, normalization) => {
      const network = new Network({
        loss,
        inputs: features.width,
        layers: [
          { units: 16, activation, ...(normalization !== 'none' && { normalization }) },
          { units: target.outputs, activation: last },
        ],
      })
      for (const one of [features, hardest]) {
        expect(sizeOf(toJavaScript(new Model({ network, features: one, target })))).toBeLessThan(3 * KB)
      }
    })
  })

  it('takes as much as docs/deploy.md says', () => {
    const said = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8')
    const some = { area: 'numeric', city: { type: 'categorical' } } as const
    const layers = [
      ['a number and a category; relu', some, {}],
      ['every kind and option; relu', columns, {}],
      ['every kind and option; gelu', columns, { activation: 'gelu' }],
      [
        'every kind and option; layer normalization and gelu',
        columns,
        { activation: 'gelu', normalization: 'layer' },
      ],
    ] as const
    for (const [title, list, network] of layers) {
      const kilobytes = [targets[2], targets[0]].map(([, target, loss, activation]) => {
        const except = Object.keys(rows[0]).filter((name) => !(name in list))
        const fitted = fitFeatures(rows, { except, columns: list })
        const outputs = { units: target.outputs, activation }
        const made = new Network({
          loss,
          inputs: fitted.width,
          layers: [{ units: 16, activation: 'relu', ...network }, outputs],
        })
        const code = toJavaScript(new Model({ network: made, features: fitted, target }))
        return `${(sizeOf(code) / KB).toFixed(1)} KB`
      })
      expect(said).toContain(`| ${title} | ${kilobytes.join(' | ')} |\n`)
    }
  })
})
