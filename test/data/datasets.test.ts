import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { digits, xor } from '../../src/datasets/index.ts'

const csv = new URL('../../../shared/data/digits.csv', import.meta.url)
if (!existsSync(csv))
  console.warn('skipped: the digits against their source, ../shared/data/digits.csv is absent')

describe('digits', () => {
  it('has 1,797 images with pixels from 0 to 16 and digits from 0 to 9', () => {
    const { x, y, rows, inputs } = digits()
    expect([rows, inputs, x.length, y.length]).toEqual([1797, 64, 1797 * 64, 1797])
    expect([Math.min(...x), Math.max(...x)]).toEqual([0, 16])
    // Rows of each digit, and the sum of all pixels, as the repository's file has them.
    const counts = new Array(10).fill(0)
    for (const digit of y) counts[digit] += 1
    expect(counts).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    expect(x.reduce((sum, v) => sum + v, 0)).toBe(561718)
  })

  it.skipIf(!existsSync(csv))('equals its source cell by cell', () => {
    const lines = readFileSync(csv, 'utf8').trim().split('\n').slice(1)
    const { x, y } = digits()
    expect(lines.length).toBe(1797)
    lines.forEach((line, r) => {
      expect(line).toBe([...x.subarray(r * 64, r * 64 + 64), y[r]].join(','))
    })
  })

  it('names its authors and its licence', () => {
    expect(digits().attribution).toMatch(/Alpaydin and C\. Kaynak.*10\.24432\/C50P49.*CC BY 4\.0/)
  })

  it('hands out arrays of the caller’s own', () => {
    const first = digits()
    first.x.fill(7)
    first.y.fill(7)
    expect(digits().x[0]).toBe(0)
    expect(digits().y[1]).toBe(1)
  })
})

describe('xor', () => {
  it('is true where just one input is', () => {
    const { x, y, rows } = xor()
    for (let r = 0; r < rows; ++r) expect(y[r]).toBe(x[2 * r] === x[2 * r + 1] ? 0 : 1)
    expect(x.length).toBe(8)
  })
})
