// How large an exported module is beside its data: the weights, the table of the columns, the names of the classes.

import { describe, expect, it } from 'vitest'
import { fitFeatures, fitTarget, type Target } from '../../src/data/index.ts'
import { toJavaScript } from '../../src/deploy/index.ts'
import { Network } from '../../src/index.ts'
import { Model } from '../../src/models/index.ts'
import { cases } from './models.ts'

const KB = 1024

/** Bytes of the code, without data and without comments. */
function sizeOf(code: string): number {
  expect(code.match(/^const weights = decode\('[\w+/]*'\)$/gm)).toHaveLength(1)
  const bare = code
    .replace(/decode\('[\w+/]*'\)/, 'decode()')
    .replace(/^const columns = \[\n(\t\[.*\],\n)+\]$/m, 'const columns = []')
    .replace(/^export const classNames = \[.*\]$/m, 'export const classNames = []')
    .replace(/\/\*\*.*?\*\//gs, '')
    .replace(/\n+/g, '\n')
  return Buffer.byteLength(bare)
}

const rows = Array.from({ length: 200 }, (_, i) => ({
  area: i % 9 ? 40 + ((i * 37) % 120) : null,
  rooms: i % 5,
  year: 1900 + i,
  income: i * 1000,
  city: ['Bonn', 'Oslo', 'Rome'][i % 3],
  garden: i % 2 === 0,
  price: 50_000 + i * 3000,
  kind: ['barn', 'flat', 'villa'][i % 3],
}))
const mixed = {
  area: { type: 'numeric', missing: 'median', indicator: true, scale: 'robust' },
  rooms: 'minMax',
  year: 'standard',
  city: { type: 'categorical', minCount: 2, unknown: 'zeros' },
  garden: 'boolean',
} as const
const every = { ...mixed, income: 'log1p' } as const
const strict = {
  ...every,
  city: { type: 'categorical', unknown: 'error', missing: 'category' },
  garden: { type: 'boolean', missing: 0.5 },
} as const

const number = fitTarget(rows, 'price', { log1p: true })
const classes = fitTarget(rows, 'kind')

const moduleOf = (
  columns: typeof mixed | typeof every | typeof strict,
  target: Target,
  options: object = {},
) => {
  const features = fitFeatures(rows, {
    except: ['price', 'kind', ...('income' in columns ? [] : ['income'])],
    columns,
  })
  const network = new Network({
    sizes: [features.width, 16, target.outputs],
    loss: target.type === 'number' ? 'quadratic' : 'crossEntropy',
    ...options,
  })
  return toJavaScript(new Model({ network, features, target }))
}

describe('the code of toJavaScript', () => {
  it.each(cases.map(([title, options]) => [title, options] as const))(
    'takes less than 3 KB: %s',
    (_, options) => {
      expect(sizeOf(toJavaScript(new Network(options)))).toBeLessThan(3 * KB)
    },
  )

  // Columns of every scale, of categories, of booleans, an imputed one with its indicator; a class with probabilities.
  it('takes less than 3 KB with mixed columns and classes', () => {
    const code = moduleOf(mixed, classes)
    for (const part of ['number(', "'known category'(", 'boolean(', 'indicator', 'probabilities', 'softmax'])
      expect(code).toContain(part)
    expect(sizeOf(code)).toBeLessThan(3 * KB)
  })

  // The logarithm of a column, and that of the target, too.
  it('takes less than 3 KB with columns of every kind and a scaled number', () => {
    const code = moduleOf(every, number)
    expect(code).toMatch(/log1pDouble.*expm1Double/s)
    expect(sizeOf(code)).toBeLessThan(3 * KB)
  })

  // What docs/deploy.md gives as the sizes of what has all at once.
  it('takes less than 3.5 KB with columns of every kind and classes, and 4.5 KB with gelu and strict columns', () => {
    expect(sizeOf(moduleOf(every, classes))).toBeLessThan(3.5 * KB)
    const code = moduleOf(strict, classes, { activation: 'gelu' })
    expect(code).toContain('gaussian')
    expect(sizeOf(code)).toBeLessThan(4.5 * KB)
  })
})
