// Parts of the demo page that need no browser: its curves, its points, its layout of tiles, and the contrast of its colours.

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { percent } from '../../examples/browser/digits/answer.ts'
import { type PROBLEMS, pointsOf } from '../../examples/browser/playground/points.ts'
import { type Curves, extend, noCurves } from '../../examples/browser/state/curves.ts'
import { lossText, marksBetween, markText } from '../../examples/browser/views/marks.ts'
import { columnsFor, imagesOf } from '../../examples/browser/views/tiles.ts'

const folder = fileURLToPath(new URL('../../examples/browser/', import.meta.url))

describe('curves', () => {
  const curvesOf = (epochs: number) => {
    let curves: Curves = noCurves
    for (let epoch = 1; epoch <= epochs; ++epoch) {
      const at = -epoch
      curves = extend(curves, { epoch, loss: at, validationLoss: at, accuracy: at, validationAccuracy: at })
    }
    return curves
  }
  it('have every epoch while these are few', () => {
    expect(curvesOf(4).epoch).toEqual([1, 2, 3, 4])
    expect(curvesOf(4).loss).toEqual([-1, -2, -3, -4])
  })
  it.each([600, 601, 1203, 5000])('of %i epochs are short, even, and end with the last', (epochs) => {
    const { epoch, loss } = curvesOf(epochs)
    expect(epoch.length).toBeLessThanOrEqual(601)
    expect(epoch.length).toBeGreaterThan(250)
    expect(epoch[0]).toBe(1)
    expect(epoch.at(-1)).toBe(epochs)
    expect(loss).toEqual(epoch.map((e) => -e))
    const strides = epoch.slice(1, -1).map((e, i) => e - epoch[i])
    expect(new Set(strides).size).toBe(1)
  })
})

describe('the points of the playground', () => {
  it.each(['spiral', 'circles', 'xor', 'moons'] as const satisfies (keyof typeof PROBLEMS)[])(
    'of %s are of both kinds, in the square, and the same each time',
    (problem) => {
      const points = pointsOf(problem, 300, 0, 1)
      expect(points.filter(({ label }) => label === 1).length).toBe(150)
      for (const { x, y } of points) expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(1)
      expect(pointsOf(problem, 300, 0, 1)).toEqual(points)
      expect(pointsOf(problem, 300, 0, 2)).not.toEqual(points)
      expect(pointsOf(problem, 300, 0.1, 1)).not.toEqual(points)
    },
  )
  it('of exclusive or lie by the sign of x · y', () => {
    for (const { x, y, label } of pointsOf('xor', 100, 0, 1)) expect(x * y < 0 ? 1 : 0).toBe(label)
  })
})

describe('tiles and axes', () => {
  it('are as many in a row as make them largest', () => {
    expect(columnsFor(48, 970, 320)).toBe(12)
    expect(columnsFor(12, 300, 240)).toBe(4)
    expect(columnsFor(1, 300, 100)).toBe(1)
    expect(columnsFor(8, 1000, 100)).toBe(8)
  })
  it('weights (inputs × units) become images of units', () => {
    expect([...imagesOf([1, 10, 2, 20, 3, 30], 3)]).toEqual([1, 2, 3, 10, 20, 30])
  })
  it('logarithmic marks are round', () => {
    expect(marksBetween(0.1, 3)).toEqual([0.1, 0.2, 0.5, 1, 2])
    expect(marksBetween(0.0001, 3)).toEqual([0.0001, 0.001, 0.01, 0.1, 1])
  })
  it('logarithmic marks are few, however large a loss becomes', () => {
    expect(marksBetween(0.1, 2e19)).toEqual([1e-1, 1e2, 1e5, 1e8, 1e11, 1e14, 1e17])
    for (let power = 0; power < 300; ++power) expect(marksBetween(0.1, 10 ** power).length).toBeLessThan(10)
  })
  it('losses and their marks fit their places', () => {
    const losses = [4.8e-5, 0.0123, 2.35026, 22.80521, 999.96, 17721.8753, 1.1e19]
    expect(losses.map(lossText)).toEqual([
      '4.8e-5',
      '0.0123',
      '2.3503',
      '22.805',
      '999.96',
      '1.8e+4',
      '1.1e+19',
    ])
    expect([1e-4, 0.001, 2, 10_000, 1e8].map(markText)).toEqual(['1e-4', '0.001', '2', '10000', '1e+8'])
  })
  it('shares are short, and never 100% where something is missing', () => {
    expect([0, 0.034, 0.5, 0.97, 0.9972, 1].map(percent)).toEqual([
      '0.0%',
      '3.4%',
      '50%',
      '97%',
      '99.7%',
      '100%',
    ])
  })
})

describe('the style sheet', () => {
  const css = readdirSync(`${folder}style`)
    .map((file) => readFileSync(`${folder}style/${file}`, 'utf8'))
    .join('')
  const pairs = [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)]
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const v = Number.parseInt(hex.slice(at, at + 2), 16) / 255
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  // Text 4.5, what is seen beside it 3: WCAG 2.2, 1.4.3 and 1.4.11.
  it.each([
    ['ink', 'paper', 4.5],
    ['ink', 'card', 4.5],
    ['ink', 'sunk', 4.5],
    ['muted', 'paper', 4.5],
    ['muted', 'card', 4.5],
    ['muted', 'none', 4.5],
    ['muted', 'sunk', 4.5],
    ['on-first', 'first-full', 4.5],
    ['first', 'card', 3],
    ['second', 'card', 3],
    ['first', 'sunk', 3],
    ['edge', 'card', 3],
  ] as const)('%s on %s has a contrast of %f at least', (front, back, least) => {
    for (const theme of [2, 3]) {
      const of = (name: string) => luminance(pairs.find((pair) => pair[1] === name)![theme])
      const [low, high] = [of(front), of(back)].sort((a, b) => a - b)
      expect((high + 0.05) / (low + 0.05), theme === 2 ? 'light' : 'dark').toBeGreaterThanOrEqual(least)
    }
  })
  it('the page has no inline script and no inline style', () => {
    const html = readFileSync(`${folder}index.html`, 'utf8')
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/)
    expect(html).not.toMatch(/https?:\/\//)
  })
})
