// A random case on nabla, in each of the ways in which it can train.

import { expect } from 'vitest'
import { Network, type NetworkOptions } from '../../../src/index.ts'
import { runsRelaxed } from '../backends.ts'
import { numbers } from '../random.ts'
import { dataOf, type RandomCase } from './cases.ts'
import { type Outcome, PARAMETERS } from './compare.ts'
import { type PlainParameters, TRAINED } from './pass.ts'

type Made = Pick<NetworkOptions, 'kernels' | 'wide' | 'threads'>

export interface Way {
  readonly name: string
  readonly weight: number
  readonly made: Made
  readonly fit?: { readonly offThread?: boolean; readonly threads?: number }
  /** Its bits are those of 'simd' in one thread. */
  readonly isSimd?: boolean
}

const canFuse = Number.parseInt(process.versions.node, 10) >= 24 && process.arch === 'x64'
export const single = { threads: 1 } as const
export const simd: Way = { name: 'simd', weight: 4, made: { kernels: 'simd', ...single } }
export const ways: readonly Way[] = [
  simd,
  { name: 'reference', weight: 2, made: { kernels: 'reference', ...single } },
  ...(runsRelaxed ? [{ name: 'relaxed', weight: 4, made: { kernels: 'relaxed', ...single } } as const] : []),
  ...[2, 3, 4].map((threads) => ({
    name: `simd, ${threads} threads`,
    weight: 2,
    made: { kernels: 'simd', threads } as const,
    isSimd: true,
  })),
  ...(canFuse
    ? [
        { name: 'wide', weight: 4, made: { kernels: 'simd', wide: true, ...single }, isSimd: true } as const,
        {
          name: 'wide, 2 threads',
          weight: 1,
          made: { kernels: 'simd', wide: true, threads: 2 },
          isSimd: true,
        } as const,
      ]
    : []),
  {
    name: 'off the thread',
    weight: 1,
    made: { kernels: 'simd', ...single },
    fit: { offThread: true },
    isSimd: true,
  },
]

/** Parameters that are not those of the beginning, so that nothing is 0 or 1 by chance. */
function scatter(net: Network, seed: number): void {
  const near = (l: number, units: number, k: number, middle = 0, range = 0.5) =>
    numbers(units, seed + 10 * l + k, range).map((v) => middle + v)
  net.layers.forEach(({ units, bias, normalization }, l) => {
    if (bias) net.setBiases(l, near(l, units, 1))
    if (!normalization) return
    net.setGains(l, near(l, units, 2, 1))
    net.setShifts(l, near(l, units, 3))
    if (normalization.name !== 'batch') return
    net.setRunningMean(l, near(l, units, 4))
    net.setRunningVariance(l, near(l, units, 5, 1.5, 1))
  })
}

function parametersOf(net: Network): PlainParameters[] {
  return net.layers.map(
    (_, l) =>
      Object.fromEntries(
        PARAMETERS.map((which) => [which, [...net[which](l)]]),
      ) as unknown as PlainParameters,
  )
}

const make = (one: RandomCase, made: Made) => new Network({ ...one.network, ...made } as NetworkOptions)

/** What every backend begins with: float32 numbers, which a network in float64 would draw with more digits. */
export function beginOf(one: RandomCase): PlainParameters[] {
  const net = make(one, { kernels: 'reference' })
  if (one.isScattered) scatter(net, one.dataSeed)
  const begin = parametersOf(net)
  net.dispose()
  return begin
}

function setParameters(net: Network, begin: readonly PlainParameters[]): void {
  begin.forEach(({ weights, biases, gains, shifts, runningMean, runningVariance }, l) => {
    net.setWeights(l, weights)
    if (biases.length > 0) net.setBiases(l, biases)
    if (gains.length > 0) net.setGains(l, gains)
    if (shifts.length > 0) net.setShifts(l, shifts)
    if (runningMean.length > 0) net.setRunningMean(l, runningMean)
    if (runningVariance.length > 0) net.setRunningVariance(l, runningVariance)
  })
}

/** The case on nabla. */
export async function outcomeOf(
  one: RandomCase,
  begin: readonly PlainParameters[],
  { made, fit = {} }: Way,
): Promise<Outcome> {
  let net = make(one, made)
  setParameters(net, begin)
  const outcome = new Map<string, ArrayLike<number>>()
  const { x, y, weights, given } = dataOf(one, one.rows)
  for (const [c, call] of one.calls.entries()) {
    if (call.kind === 'resume') {
      const bytes = net.checkpoint()
      net.dispose()
      net = Network.resume(bytes, made)
    } else if (call.kind === 'trainBatch') {
      const [xs, ys] = [x.slice(0, call.rows), given.slice(0, call.rows) as number[]]
      const more = {
        ...(call.isWeighted && { weights: weights.slice(0, call.rows) }),
        ...(call.learningRate !== undefined && { learningRate: call.learningRate as number }),
      }
      outcome.set(`loss of batch ${c}`, [net.trainBatch(xs, ys, more)])
    } else {
      const { x: vx, given: vy, weights: vw } = dataOf(one, Math.max(1, call.validationRows), c + 1)
      const validation = call.validationRows > 0 ? { validation: { x: vx, y: vy, weights: vw } } : {}
      const data = { x, y: given, ...(call.isWeighted && { weights }) }
      const history = await net.fit(data, { ...call.settings, ...validation, ...fit })
      outcome.set(`losses of fit ${c}`, history.loss)
      outcome.set(`validation losses of fit ${c}`, history.validationLoss ?? [])
      outcome.set(`learning rates of fit ${c}`, history.learningRate)
      if (made.kernels !== 'reference') expect(history.threads).toBe(fit.threads ?? made.threads)
    }
  }
  for (const [l] of net.layers.entries()) {
    for (const which of PARAMETERS) outcome.set(`${which} ${l}`, net[which](l))
  }
  outcome.set('outputs', net.predict(x))
  outcome.set('evaluated loss', [net.evaluate({ x, y: given, weights }).loss])
  const gradients = net.gradients(x, y)
  outcome.set('loss beside the gradients', [gradients.loss])
  for (const which of TRAINED) {
    gradients[which].forEach((values, l) => {
      outcome.set(`gradient of ${which} ${l}`, values)
    })
  }
  net.dispose()
  return outcome
}
