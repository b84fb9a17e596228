// What a fit leaves to the next about threads: fits that follow each other, with a clock of the test's own.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Network } from '../../src/index.ts'
import { threadsFor } from '../../src/threads/choose.ts'
import { gainedLately, lostLately, recordFinding } from '../../src/threads/found.ts'
import { idleWorkers, stopIdleWorkers } from '../../src/threads/pool.ts'
import { numbers } from '../helpers/random.ts'

const STEP = 1e7
const finding = { most: 2, stepFlops: STEP, gained: 1, hasLost: false }

let now = 1e6
beforeEach(() => {
  now += 1e6
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await stopIdleWorkers()
})

describe('what the last fit found about threads', () => {
  it('is told to fits with steps of about the same length, for five seconds', () => {
    recordFinding({ ...finding, gained: 2 })
    expect(gainedLately(2, STEP)).toBe(2)
    expect(gainedLately(2, 1.9 * STEP)).toBe(2)
    expect(gainedLately(4, STEP)).toBe(1)
    expect(gainedLately(2, 2.1 * STEP)).toBe(1)
    expect(gainedLately(2, STEP / 2.1)).toBe(1)
    now += 4999
    expect(gainedLately(2, STEP)).toBe(2)
    now += 1
    expect(gainedLately(2, STEP)).toBe(1)
  })

  it('is a loss only where more threads were tried', () => {
    recordFinding(finding)
    expect(lostLately(STEP)).toBe(false)
    recordFinding({ ...finding, hasLost: true })
    expect(lostLately(STEP)).toBe(true)
    expect(lostLately(3 * STEP)).toBe(false)
  })

  it('is, where threads lost, told for twice as long after each loss in a row', () => {
    recordFinding({ ...finding, gained: 2 })
    for (const length of [500, 1000, 2000, 4000, 5000, 5000]) {
      recordFinding({ ...finding, hasLost: true })
      now += length - 1
      expect(lostLately(STEP), `${length}`).toBe(true)
      now += 1
      expect(lostLately(STEP), `${length}`).toBe(false)
    }
    recordFinding({ ...finding, gained: 2 })
    recordFinding({ ...finding, hasLost: true })
    now += 500
    expect(lostLately(STEP)).toBe(false)
  })

  it('is not forgotten for a fit that tried nothing', () => {
    recordFinding({ ...finding, hasLost: true })
    recordFinding(finding)
    expect(lostLately(STEP)).toBe(true)
    recordFinding({ ...finding, gained: 2 })
    expect(lostLately(STEP)).toBe(false)
    expect(gainedLately(2, STEP)).toBe(2)
  })
})

it("leaves a short fit in the caller's thread where threads lost a moment ago", async () => {
  vi.restoreAllMocks()
  // Two idle workers.
  const net = new Network({ sizes: [64, 96, 5], loss: 'crossEntropy', kernels: 'simd', threads: 2 })
  const data = { x: numbers(2000 * 64, 1), y: Int32Array.from({ length: 2000 }, (_, r) => r % 5) }
  await net.fit(data, { epochs: 300, batchSize: 32, learningRate: 0.01 })
  expect(idleWorkers()).toBe(2)

  const rows = 1.2e10 / 4e5
  recordFinding({ ...finding, stepFlops: 4e5 * 64, gained: 2 })
  expect(threadsFor('auto', 4e5, 64, rows)).toBeGreaterThan(1)
  recordFinding({ ...finding, stepFlops: 4e5 * 64, hasLost: true })
  expect(threadsFor('auto', 4e5, 64, rows)).toBe(1)
  // A longer one can afford a trial.
  expect(threadsFor('auto', 4e5, 64, 2 * rows)).toBeGreaterThan(1)
})
