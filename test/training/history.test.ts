// What a fit collects of its epochs.

import { expect, it } from 'vitest'
import { Recorder } from '../../src/training/history.ts'

const figures = (loss: number, penalty: number) => ({
  rows: 10,
  loss,
  penalty,
  hits: undefined,
  learningRate: 0.1,
  milliseconds: 1,
})

it('keeps the losses without penalties apart only where there are penalties', () => {
  const plain = new Recorder(3, performance.now())
  for (const loss of [3, 2, 1]) plain.add(figures(loss, 0))
  expect(plain.loss).toEqual([3, 2, 1])
  expect(plain.rowLoss).toBe(plain.loss)

  // The weights may be zeros at first.
  const penalized = new Recorder(3, performance.now())
  penalized.add(figures(3, 0))
  penalized.add(figures(2, 0.5))
  penalized.add(figures(1, 0.25))
  expect(penalized.loss).toEqual([3, 2.5, 1.25])
  expect(penalized.rowLoss).toEqual([3, 2, 1])
})
