// Columns are brought to the numbers that scikit-learn brings them to.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fitFeatures, type NumericOptions } from '../../src/data/index.ts'

const golden = JSON.parse(readFileSync(new URL('../fixtures/sklearn-columns.json', import.meta.url), 'utf8'))

describe('columns as those of scikit-learn', () => {
  it.each(Object.keys(golden.cases))('%s', (name) => {
    const [scale, missing] = name.split(' ')
    const options = {
      type: 'numeric',
      missing,
      ...(scale === 'log1p' ? { log1p: true } : { scale }),
    } as NumericOptions
    const rows = golden.values.map((v: number | null) => ({ v }))
    const found = fitFeatures(rows, { columns: { v: options } }).transform(rows)
    golden.cases[name].forEach((expected: number, r: number) => {
      // Rounded to float32 once.
      expect(Math.abs(found[r] - expected)).toBeLessThanOrEqual(2 ** -24 * Math.abs(expected) + 1e-12)
    })
    expect(found.length).toBe(golden.cases[name].length)
  })

  it('one-hot', () => {
    const rows = golden.kinds.map((kind: string) => ({ kind }))
    const features = fitFeatures(rows)
    expect(features.names).toEqual(golden.categories.map((one: string) => `kind=${one}`))
    expect([...features.transform(rows)]).toEqual(golden.encoded)
  })
})
