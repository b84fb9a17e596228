// How many threads a fit takes, in worlds whose clocks are simulated.

import { describe, expect, it } from 'vitest'
import { Trial } from '../../src/threads/trial.ts'

interface World {
  readonly most: number
  readonly claimed: number
  /** Milliseconds that the fit takes in one thread. */
  readonly length: number
  readonly auto?: boolean
  readonly rowFlops?: number
  readonly proven?: number
  /** How much faster so many threads are than one, at a moment. */
  readonly speed: (threads: number, now: number) => number
  /** Milliseconds that the training loses by each start of a worker. */
  readonly startCost?: number
  /** Workers that were there before. */
  readonly idle?: number
  /** In one thread. */
  readonly rowsPerMs?: number
  /** Factors from 1 − noise to 1 + noise on each slice's time. */
  readonly noise?: number
}

const BATCH = 32
const START_LATENCY = 20

/** Trains as src/training/fit.ts does; returns the time it took and who did the rows. */
function simulate(world: World) {
  const { most, claimed, length, speed, startCost = 0, auto = true, noise = 0, rowsPerMs = 250 } = world
  let idle = world.idle ?? 0
  const rows = Math.round(length * rowsPerMs)
  const trial = new Trial({
    most,
    claimed,
    rows,
    batchRows: BATCH,
    rowFlops: world.rowFlops ?? 2e5,
    share: auto ? 0.05 : 0.3,
    proven: world.proven ?? 1,
  })
  const done = new Map<number, number>()
  const sizes = new Map<number, number>([[1, Math.max(BATCH, 2 * rowsPerMs)]])
  let [now, left, started, tries, seed, before] = [0, rows, 0, 0, 1, 1]
  let ready = trial.workersAtOnce(idle)
  started = Math.max(0, ready - idle)
  idle = Math.max(0, idle - ready)
  let growth: { readonly at: number; readonly size: number; cost: number } | undefined
  while (left > 0) {
    if (growth && now >= growth.at) {
      ready = growth.size
      growth = undefined
      trial.startEnds()
    }
    const threads = trial.next()
    expect(threads === 1 || threads <= ready).toBe(true)
    if (threads !== before && threads > 1) tries += 1
    before = threads
    const size = sizes.get(threads) ?? Math.max(BATCH, 2 * rowsPerMs)
    const slice = Math.min(left, size)
    seed = (seed * 16807) % 2147483647
    const factor = 1 + noise * ((2 * seed) / 2147483647 - 1)
    let ms = (factor * slice) / (rowsPerMs * speed(threads, now))
    if (growth) {
      // What starts takes half of the core.
      const taken = Math.min(growth.cost, ms)
      growth.cost -= taken
      ms += taken
    }
    sizes.set(threads, Math.max(BATCH, Math.min(4 * size, Math.floor((15 * slice) / ms))))
    now += ms
    left -= slice
    done.set(threads, (done.get(threads) ?? 0) + slice)
    trial.observe(threads, slice, ms, ready)
    const wanted = trial.workers(ready, idle)
    if (wanted > ready && !growth) {
      const starts = Math.max(0, wanted - ready - idle)
      idle -= wanted - ready - starts
      started += starts
      growth = { at: now + (starts ? START_LATENCY : 1), size: wanted, cost: starts * startCost }
      trial.startBegins()
    }
  }
  const share = (threads: number) => (done.get(threads) ?? 0) / rows
  return { ratio: length / now, share, started, tries, ready }
}

/** Threads on cores of which so many are free: no thread gains by waiting for another. */
const cores = (free: number, lost: number) => (threads: number) =>
  threads === 1 ? 1 : threads <= free ? 0.85 * threads : lost

describe('a team on cores that are free', () => {
  it.each([2, 4, 8])('does nearly all of the rows with %i threads', (most) => {
    const { share, ratio } = simulate({ most, claimed: most, length: 20_000, speed: cores(most, 0.1) })
    expect(share(most)).toBeGreaterThan(0.93)
    expect(ratio).toBeGreaterThan(0.93 * 0.85 * most * 0.9)
  })

  it('begins after some slices where its workers are there already, in a fit of 0.2 s too', () => {
    const { share } = simulate({ most: 2, claimed: 2, length: 200, idle: 2, speed: cores(2, 0.1) })
    expect(share(2)).toBeGreaterThan(0.75)
  })

  it('is as many as the cores, where more were asked for', () => {
    const { share } = simulate({ most: 8, claimed: 2, auto: false, length: 10_000, speed: cores(2, 0.4) })
    expect(share(2)).toBeGreaterThan(0.9)
  })

  it('is more than the platform claims where that gains and was asked for', () => {
    const { share } = simulate({ most: 8, claimed: 2, auto: false, length: 20_000, speed: cores(8, 0.4) })
    expect(share(8)).toBeGreaterThan(0.8)
  })
})

describe('a team that gained in the fit before', () => {
  const world = { most: 2, claimed: 2, idle: 2, proven: 2, length: 300 }

  it('begins', () => {
    expect(simulate({ ...world, speed: cores(2, 0.1) }).share(2)).toBeGreaterThan(0.95)
  })

  it('is compared with one thread at once: a neighbour may have come', () => {
    const { ratio, share } = simulate({ ...world, length: 600, speed: cores(1, 0.3) })
    expect(share(1)).toBeGreaterThan(0.9)
    expect(ratio).toBeGreaterThan(0.88)
  })

  it('of eight on one core is halved and halved again', () => {
    const { share } = simulate({
      ...world,
      most: 8,
      claimed: 8,
      idle: 8,
      proven: 8,
      length: 1500,
      speed: cores(1, 0.4),
    })
    expect(share(1)).toBeGreaterThan(0.7)
  })

  it('is told to the next by what the trial came to', () => {
    const order = { most: 2, claimed: 2, rows: 1e6, batchRows: 32, rowFlops: 2e5, share: 0.05 }
    for (const [gain, expected] of [
      [1.7, 2],
      [0.5, 1],
    ]) {
      const trial = new Trial({ ...order, proven: 1 })
      expect(trial.gained).toBe(1)
      expect(trial.hasLost).toBe(false)
      for (let i = 0; i < 200; ++i) trial.observe(trial.next(), 1000, 4 / (trial.next() === 1 ? 1 : gain), 2)
      expect(trial.gained).toBe(expected)
      expect(trial.hasLost).toBe(expected === 1)
    }
  })
})

describe('a fit of long steps', () => {
  // 32 rows are 128 ms.
  const world = { most: 2, claimed: 2, rowFlops: 2e8, rowsPerMs: 0.25 }

  it('begins with the cores that are claimed, and stays with them where these gain', () => {
    const { share, started } = simulate({ ...world, length: 1000, speed: cores(2, 0.9) })
    expect([share(2), started]).toEqual([1, 2])
    expect(simulate({ ...world, length: 100_000, speed: cores(2, 0.9) }).ratio).toBeGreaterThan(1.6)
  })

  it('comes back to one thread where they lose', () => {
    const { share } = simulate({ ...world, length: 100_000, speed: cores(1, 0.85) })
    expect(share(1)).toBeGreaterThan(0.8)
  })

  it('begins with one thread where one core is claimed', () => {
    const order = { most: 2, rows: 1000, batchRows: 32, rowFlops: 2e8, share: 0.3, proven: 1 }
    const [one, two] = [1, 2].map((claimed) => new Trial({ ...order, claimed }))
    expect([one.next(), one.workersAtOnce(0), two.next(), two.workersAtOnce(0)]).toEqual([1, 0, 2, 2])
  })

  it('of which there are few begins with one thread', () => {
    expect(simulate({ ...world, length: 300, speed: cores(2, 0.9) }).share(1)).toBe(1)
  })

  it('takes one sample of a step that is clear', () => {
    const { share } = simulate({ ...world, rowFlops: 1e7, length: 2000, idle: 2, speed: cores(2, 0.9) })
    expect(share(1)).toBeLessThan(0.15)
  })
})

describe('a team that loses', () => {
  const losses = [0.9, 0.5, 0.2, 0.1].flatMap((lost) =>
    [60, 130, 400, 1000, 3000, 20_000].flatMap((length) => [2, 4, 8].map((most) => ({ lost, length, most }))),
  )
  it.each(losses)(
    'costs auto a tenth at most: $most threads at $lost, $length ms',
    ({ lost, length, most }) => {
      const world = { most, claimed: most, length, speed: cores(1, lost), startCost: 20 }
      expect(simulate(world).ratio).toBeGreaterThan(0.9)
      expect(simulate({ ...world, idle: most }).ratio).toBeGreaterThan(0.9)
    },
  )

  it.each(losses)('costs half at most where it was asked for: $most at $lost, $length ms', (one) => {
    const { lost, length, most } = one
    for (const claimed of [1, 2, 8]) {
      const world = { most, claimed, length, auto: false, speed: cores(1, lost), startCost: 20 }
      expect(simulate(world).ratio).toBeGreaterThan(0.6)
      expect(simulate({ ...world, idle: most }).ratio).toBeGreaterThan(0.6)
    }
  })

  it('of which each step takes fifty times as long costs no more than one sample where the fit is short', () => {
    for (const length of [400, 1000, 3000, 20_000]) {
      const { ratio, tries } = simulate({ most: 8, claimed: 8, length, idle: 8, speed: cores(1, 0.02) })
      expect(ratio, `${length} ms`).toBeGreaterThan(Math.min(0.93, length / (length + 130)))
      if (length <= 1000) expect(tries).toBe(1)
    }
  })

  it('is tried ever more rarely', () => {
    const world = { most: 2, claimed: 2, speed: cores(1, 0.5) }
    const tries = [1000, 10_000, 100_000].map((length) => simulate({ ...world, length }).tries)
    expect(tries[0]).toBeGreaterThan(0)
    expect(tries[1] - tries[0]).toBeLessThanOrEqual(5)
    expect(tries[2] - tries[1]).toBeLessThanOrEqual(5)
  })

  it('is halved until it gains', () => {
    const { share } = simulate({ most: 8, claimed: 8, length: 20_000, speed: cores(4, 0.3) })
    expect(share(4)).toBeGreaterThan(0.9)
  })
})

describe('a neighbour', () => {
  it('that comes in the middle ends a team that gained, at once', () => {
    const speed = (threads: number, now: number) => cores(now > 4500 ? 1 : 2, 0.3)(threads)
    const { share, ratio } = simulate({ most: 2, claimed: 2, length: 20_000, speed })
    // 4500 ms at 1.7 times the speed are 0.3825 of the rows.
    expect(share(2)).toBeGreaterThan(0.36)
    expect(share(2)).toBeLessThan(0.4)
    expect(ratio).toBeGreaterThan(1.15)
  })

  it('that leaves brings the team back before the time since its coming has doubled', () => {
    const speed = (threads: number, now: number) => cores(now > 3000 ? 2 : 1, 0.3)(threads)
    const { share } = simulate({ most: 2, claimed: 2, length: 20_000, speed })
    expect(share(2)).toBeGreaterThan(0.65)
  })

  it('that makes each slice half as long again, or not, does not cost a tenth', () => {
    for (const gain of [0.7, 0.9, 1, 1.1, 1.5]) {
      const speed = (threads: number) => (threads === 1 ? 1 : gain)
      for (const length of [400, 2000, 20_000]) {
        const { ratio } = simulate({ most: 2, claimed: 2, length, speed, noise: 0.4, startCost: 10 })
        expect(ratio, `${gain} for ${length} ms`).toBeGreaterThan(0.87)
      }
    }
  })
})

describe('workers', () => {
  it('are not started for a fit that is not worth it', () => {
    expect(simulate({ most: 2, claimed: 2, length: 130, speed: cores(2, 0.1) }).started).toBe(0)
    expect(simulate({ most: 8, claimed: 8, length: 5, auto: false, speed: cores(8, 0.1) }).started).toBe(0)
    expect(simulate({ most: 2, claimed: 2, length: 1000, speed: cores(2, 0.1) }).started).toBe(2)
  })

  it('are one at first where the fit is short; no other where its start slowed the training', () => {
    const world = { most: 2, claimed: 2, length: 600, speed: cores(1, 0.5) }
    expect(simulate({ ...world, startCost: 20 }).started).toBe(1)
    expect(simulate({ ...world, startCost: 0 }).started).toBe(2)
  })

  it('are given up where there are none to have', () => {
    const trial = new Trial({
      most: 4,
      claimed: 4,
      rows: 1e6,
      batchRows: 32,
      rowFlops: 1e5,
      share: 0.3,
      proven: 1,
    })
    const train = () => {
      for (let i = 0; i < 10; ++i) trial.observe(trial.next(), 1000, 4, 0)
    }
    train()
    expect(trial.workers(0, 0)).toBe(4)
    trial.startBegins()
    trial.giveUp()
    train()
    expect([trial.workers(0, 4), trial.next()]).toEqual([0, 1])
  })
})

it('slices too short for the clock are counted together', () => {
  const trial = new Trial({
    most: 2,
    claimed: 2,
    rows: 1e9,
    batchRows: 4,
    rowFlops: 1e3,
    share: 0.3,
    proven: 1,
  })
  const used = new Map<number, number>()
  for (let i = 0; i < 20_000; ++i) {
    const threads = trial.next()
    used.set(threads, (used.get(threads) ?? 0) + 1)
    // 4 rows are 2 µs here and a call to the workers 100; the clock's tick is 5.
    trial.observe(threads, 4, threads === 1 ? (i % 5 < 2 ? 0.005 : 0) : 0.1, 2)
  }
  expect(used.get(2)).toBeGreaterThan(0)
  expect(used.get(2)).toBeLessThan(100)
})

it('what the compiler costs the first slices is not held against one thread', () => {
  const speed = (threads: number, now: number) => (threads > 1 ? 0.8 : now < 30 ? 0.1 : 1)
  expect(simulate({ most: 2, claimed: 2, length: 1000, idle: 2, speed }).share(2)).toBeLessThan(0.15)
})

it('one short slice is not held against a team', () => {
  const trial = new Trial({
    most: 2,
    claimed: 2,
    rows: 1e6,
    batchRows: 100,
    rowFlops: 1e5,
    share: 0.3,
    proven: 1,
  })
  let team = 0
  for (let i = 0; i < 300; ++i) {
    const threads = trial.next()
    if (threads === 2) team += 1
    // The workers' first call takes longer, for they have been asleep.
    trial.observe(threads, 100, threads === 1 ? 0.4 : team === 1 ? 0.8 : 0.2, 2)
  }
  expect(team).toBeGreaterThan(250)
})
