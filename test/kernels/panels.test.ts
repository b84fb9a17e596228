// The layout of the weights, and its packing by every backend.

import { describe, expect, it } from 'vitest'
import { ARENA_START } from '../../assembly/abi/layout.ts'
import { padded, panelIndex, panelLength, unpackPanels } from '../../src/program/panels.ts'
import { backends } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'

const LARGEST = 33
const SPACE = panelLength(LARGEST, LARGEST) + 16
const W = ARENA_START + LARGEST * LARGEST
const WT = W + SPACE
const CANARY = 12345.5

const sizes = [1, 3, 4, 5, 7, 8, 9, 12, 16, 17, LARGEST]

describe('panels', () => {
  it('have a place of its own for every element, and a multiple of 16 of places', () => {
    for (const rows of sizes) {
      for (const columns of sizes) {
        const places = new Set<number>()
        for (let i = 0; i < padded(rows); ++i)
          for (let j = 0; j < padded(columns); ++j) places.add(panelIndex(rows, columns, i, j))
        expect(places.size).toBe(panelLength(rows, columns))
        expect(Math.max(...places)).toBe(panelLength(rows, columns) - 1)
      }
    }
  })
})

describe.each(backends.map(({ name, make }) => [name, make] as const))('packRows of %s', (_, make) => {
  const { kernels, floats } = make(WT + SPACE)

  it.each(sizes)(
    'puts %d rows and their columns in place, strip by strip, and touches nothing else',
    (rows) => {
      for (const columns of sizes) {
        const values = numbers(rows * columns, 1)
        floats.fill(CANARY, W)
        const strip = Math.ceil(rows / 3)
        for (let from = 0; from < rows; from += strip) {
          const to = Math.min(from + strip, rows)
          floats.set(values.subarray(from * columns, to * columns), ARENA_START)
          kernels.packRows(ARENA_START, from, to, rows, columns, W)
        }
        expect(unpackPanels(floats, W, rows, columns, new Float32Array(rows * columns))).toEqual(values)
        expect(floats.subarray(WT).every((value) => value === CANARY)).toBe(true)

        floats.set(values, ARENA_START)
        floats.fill(0, W, W + panelLength(rows, columns))
        kernels.packRows(ARENA_START, 0, rows, rows, columns, W)
        // By two threads, the second one first.
        const half = Math.floor(padded(rows) / 8) * 4
        kernels.transposePanels(half, padded(rows), W, WT, rows, columns)
        kernels.transposePanels(0, half, W, WT, rows, columns)
        for (let i = 0; i < rows; ++i) {
          for (let j = 0; j < columns; ++j) {
            const value = values[i * columns + j]
            expect(floats[W + panelIndex(rows, columns, i, j)]).toBe(value)
            expect(floats[WT + panelIndex(columns, rows, j, i)]).toBe(value)
          }
        }
        const written = floats.subarray(WT).filter((value) => value !== CANARY)
        expect(written.length).toBe(panelLength(columns, rows))
        expect(written.filter((value) => value !== 0).length).toBe(values.filter((v) => v !== 0).length)
      }
    },
  )
})
