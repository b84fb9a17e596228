// Random networks in random trainings, all options together, on every backend, against a trainer of plain loops in float64
// (test/helpers/plain/). fast-check draws them and shrinks what disagrees to the least that still does.
//
//   RANDOM_NETWORKS=20000 npx vitest run test/training/random-networks.test.ts      that many, instead of a few hundred
//   RANDOM_SEED=7 …                                                        and these; the seed of each run is printed
//
// Float32 is compared with what float32 can know: the plain trainer runs again with random rounding errors, and a number
// may be as far off as they take it (test/helpers/plain/noise.ts). In float64 the same is some 1e-13.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { losses } from '../../src/model/losses.ts'
import { optimizers } from '../../src/model/optimizers.ts'
import { schedules } from '../../src/model/schedules.ts'
import { activations } from '../../src/model/tables.ts'
import { measureThreads } from '../../src/threads/crew.ts'
import { stopIdleWorkers } from '../../src/threads/pool.ts'
import { activations as plainActivations, sloped } from '../helpers/plain/activations.ts'
import { layersOf, type RandomCase } from '../helpers/plain/cases.ts'
import { Expected, isTooLarge, type Outcome, plainOutcome } from '../helpers/plain/compare.ts'
import { endingLosses, randomCase } from '../helpers/plain/draws.ts'
import { beginOf, outcomeOf, simd, single, type Way, ways } from '../helpers/plain/nabla.ts'
import { isThorough } from '../helpers/thorough.ts'

const precision = vi.hoisted(() => ({ now: 'float32' as 'float32' | 'float64' }))
vi.mock('../../src/backends/reference.ts', async (importOriginal) => {
  const { makeReferenceBackend } = await importOriginal<typeof import('../../src/backends/reference.ts')>()
  return {
    makeReferenceBackend: (elements: number) => makeReferenceBackend(elements, precision.now),
  }
})

const RUNS = Number(process.env.RANDOM_NETWORKS ?? (isThorough ? 300 : 40))
const SEED = Number(process.env.RANDOM_SEED ?? 1)

// Each fit takes the threads that it is told.
measureThreads(false)

const way = fc.oneof(...ways.map((one) => ({ weight: one.weight, arbitrary: fc.constant(one) })))

const bitsOf = (outcome: Outcome) =>
  JSON.stringify([...outcome].map(([what, values]) => [what, Array.from(values)]))

async function inFloat64<T>(work: () => Promise<T> | T): Promise<T> {
  precision.now = 'float64'
  try {
    return await work()
  } finally {
    precision.now = 'float32'
  }
}

const counts = new Map<string, number>()
const tallies = { float32: freshTally(), float64: freshTally() }
let tooLarge = 0

function freshTally() {
  return { compared: 0, undecided: 0, jumps: 0, again: 0, differences: [] as number[], blurs: [] as number[] }
}

function expectAgreement(
  found: Outcome,
  expected: Expected,
  name: string,
  kind: 'float32' | 'float64',
): void {
  const { disagreement, isUndecided, difference } = expected.compare(found)
  counts.set(name, (counts.get(name) ?? 0) + 1)
  const tally = tallies[kind]
  tally.compared += 1
  tally.blurs.push(expected.blur)
  if (isUndecided) tally.undecided += 1
  if (expected.runs > 4) tally.again += 1
  if (expected.jumps) tally.jumps += 1
  else tally.differences.push(difference)
  expect(disagreement, `${name} and the plain trainer`).toBeUndefined()
}

async function check(one: RandomCase, how: Way): Promise<void> {
  const begin = beginOf(one)
  const exactly = plainOutcome(one, begin)
  if (isTooLarge(exactly)) {
    tooLarge += 1
    return
  }
  const oracle: Way = { name: 'reference in float64', weight: 0, made: { kernels: 'reference', ...single } }
  const inDoubles = await inFloat64(() => outcomeOf(one, begin, oracle))
  expectAgreement(inDoubles, new Expected(one, begin, exactly, 2 ** -53), oracle.name, 'float64')
  const found = await outcomeOf(one, begin, how)
  expectAgreement(found, new Expected(one, begin, exactly, 2 ** -24), how.name, 'float32')
  if (how.isSimd)
    expect(bitsOf(found), `${how.name} has the bits of simd`).toBe(bitsOf(await outcomeOf(one, begin, simd)))
}

beforeAll(() => {
  // What nabla says of a loss that only grows.
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterAll(async () => {
  vi.restoreAllMocks()
  await stopIdleWorkers()
})

const share = (values: number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))]

describe('random networks', () => {
  it('are drawn with every activation, loss, optimizer and schedule', () => {
    const drawn = fc.sample(randomCase, { numRuns: 1500, seed: 1 })
    const scheduleOf = ({ network }: RandomCase) =>
      (network.optimizer as unknown as { learningRate: { name?: string } }).learningRate.name
    const sorted = (values: Iterable<unknown>) =>
      [...new Set(values)].filter((value) => value !== undefined).sort()
    expect(
      sorted(drawn.flatMap(({ network }) => layersOf(network).map(({ activation }) => activation))),
    ).toEqual([...Object.keys(activations), ...Object.keys(sloped)].sort())
    expect([...Object.keys(plainActivations), 'softmax'].sort()).toEqual(Object.keys(activations).sort())
    expect([...endingLosses].sort()).toEqual(Object.keys(losses).sort())
    expect(sorted(drawn.map(({ network }) => (network.loss as { name: string }).name))).toEqual(
      Object.keys(losses).sort(),
    )
    // L-BFGS takes no steps by a rule: test/training/lbfgs.test.ts.
    expect(sorted(drawn.map(({ network }) => (network.optimizer as { name: string }).name))).toEqual(
      Object.keys(optimizers)
        .filter((name) => name !== 'lbfgs')
        .sort(),
    )
    expect(sorted(drawn.map(scheduleOf))).toEqual(Object.keys(schedules).sort())
  })

  it(
    'train, evaluate and predict as the plain trainer does',
    async () => {
      const began = performance.now()
      const report = () => {
        const figures = (values: number[]) =>
          [0.5, 0.9, 0.99, 1].map((q) => share(values, q)?.toExponential(1)).join(', ')
        const lines = [
          `random networks: ${RUNS} with RANDOM_SEED=${SEED}, ${((performance.now() - began) / 1000).toFixed(0)} s, ${tooLarge} too large for float32`,
          ...[...counts].map(([name, count]) => `  ${name}: ${count}`),
          ...Object.entries(tallies).map(
            ([kind, { compared, undecided, jumps, again, differences, blurs }]) =>
              `  ${kind}: ${compared} compared, ${jumps} where rounding makes jumps, ${undecided} of them undecided, ${again} run more often\n` +
              `    relative difference elsewhere (50%, 90%, 99%, largest): ${figures(differences)}\n` +
              `    what rounding moves in the plain trainer: ${figures(blurs)}`,
          ),
        ]
        console.log(lines.join('\n'))
      }
      try {
        await fc.assert(fc.asyncProperty(randomCase, way, check), { numRuns: RUNS, seed: SEED })
      } finally {
        report()
      }
      // Most say something: no jump, and of those that have one most agree all the same.
      for (const { compared, undecided, jumps } of Object.values(tallies)) {
        expect(jumps).toBeLessThan(compared / 5)
        expect(undecided).toBeLessThan(compared / 50)
      }
    },
    120_000 + RUNS * 400,
  )
})
