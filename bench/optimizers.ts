// What a training step costs with each optimizer, relative to plain SGD's, on one thread.
//
//   npm run build && npx tsx bench/optimizers.ts            the kernels of 'auto'
//   npm run build && npx tsx bench/optimizers.ts simd       those kernels; --wide for 256-bit vectors
//   npm run build && npx tsx bench/optimizers.ts --net=784-30-10   that network alone
//
// The optimizers take turns in one process, so that a slow phase of the machine meets all of them. A turn's time is that of
// its fastest slice of a millisecond, which other processes seldom interrupt; of longer steps, what the thread computed,
// where Node can tell (23.9 and newer). A cell is the median over the rounds of a turn's time divided by that of SGD in the
// same round, and their median absolute deviation.

import { type Choice, chooseBackend } from '../src/backends/choose.ts'
import type { OptimizerOptions } from '../src/index.ts'
import type { LossName } from '../src/model/losses.ts'
import { beginSteps, optimizer, updateRuleOf } from '../src/model/optimizer.ts'
import type { ActivationName } from '../src/model/tables.ts'
import { engineOf } from './cases.ts'

const optimizers: readonly OptimizerOptions[] = [
  { name: 'sgd' },
  { name: 'sgd', weightDecay: 1e-4 },
  { name: 'sgd', momentum: 0.9 },
  { name: 'rmsprop' },
  { name: 'rmsprop', centered: true, momentum: 0.9 },
  { name: 'adagrad' },
  { name: 'adam' },
  { name: 'adamw' },
  { name: 'nadam' },
  { name: 'lion' },
]

interface Network {
  readonly sizes: readonly number[]
  readonly batch: number
  readonly activation: ActivationName
  readonly loss: LossName
  /** The most that Adam's step may cost. */
  readonly goal: number
}

const only = process.argv.find((argument) => argument.startsWith('--net='))?.slice(6)
const networks: readonly Network[] = (
  [
    { sizes: [784, 512, 512, 10], batch: 128, activation: 'relu', loss: 'crossEntropy', goal: 1.25 },
    { sizes: [1024, 2048, 2048, 1024], batch: 256, activation: 'relu', loss: 'quadratic', goal: 1.05 },
    { sizes: [784, 30, 10], batch: 10, activation: 'sigmoid', loss: 'quadratic', goal: 1.8 },
  ] as const satisfies Network[]
).filter(({ sizes }) => !only || sizes.join('-') === only)

const ROUNDS = 31
const SLICES = 8
const MILLISECONDS_PER_SLICE = 1
const MILLISECONDS_PER_TURN = 20

function chosen(): Choice {
  const isWide = process.argv.includes('--wide')
  const name = process.argv.slice(2).find((argument) => !argument.startsWith('--'))
  if (name !== undefined && name !== 'simd' && name !== 'relaxed' && name !== 'reference') {
    throw new Error(`expected simd, relaxed or reference, got ${name}`)
  }
  return chooseBackend(name ?? 'auto', isWide)
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]

/** A function that takes a step on all rows, which are one batch. The rates are too small to lead anywhere. */
function stepperOf(choice: Choice, { sizes, batch, activation, loss }: Network, options: OptimizerOptions) {
  const settings = optimizer({ ...options, learningRate: 1e-6 }, 'optimizer')
  const engine = engineOf(choice, [...sizes], activation, loss, batch, batch, updateRuleOf(settings))
  engine.setScalars(0, beginSteps(settings, 100)(settings.learningRate as number))
  return () => engine.train({ firstRow: 0, endRow: batch, batchRows: batch })
}

const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } }
function threadTime(): number {
  if (!threadCpuUsage) return performance.now()
  const { user, system } = threadCpuUsage()
  return (user + system) / 1000
}

/** Milliseconds that the steps take. */
function timed(step: () => void, steps: number, now = () => performance.now()): number {
  const begin = now()
  for (let i = 0; i < steps; ++i) step()
  return now() - begin
}

/** The time of each optimizer's turn divided by SGD's, a list a round; and that of a step of SGD. */
function ratiosOf(choice: Choice, network: Network): { ratios: number[][]; milliseconds: number } {
  const steppers = optimizers.map((options) => stepperOf(choice, network, options))
  const fastest = (step: () => void, steps: number) =>
    Math.min(...Array.from({ length: SLICES }, () => timed(step, steps)))
  // Until the optimizing compiler is done.
  for (const step of steppers) for (let i = 0; i < 20 && timed(step, 10) < 200; ++i);
  const one = fastest(steppers[0], 1)
  const isLong = one > MILLISECONDS_PER_SLICE
  const steps = Math.max(1, Math.round((isLong ? MILLISECONDS_PER_TURN : MILLISECONDS_PER_SLICE) / one))
  const turn = (step: () => void) => (isLong ? timed(step, steps, threadTime) : fastest(step, steps))
  const rounds = Array.from({ length: ROUNDS }, () => steppers.map(turn))
  return {
    ratios: rounds.map((times) => times.map((time) => time / times[0])),
    milliseconds: median(rounds.map(([first]) => first)) / steps,
  }
}

const choice = chosen()
const title = `${choice.name}${choice.tiles ? `, tiles ${choice.tiles}` : ''}`
console.log(
  `Node ${process.version}, V8 ${process.versions.v8}, ${process.arch}, kernels ${title}, one thread\n`,
)

const columns = networks.map((network) => ({ network, ...ratiosOf(choice, network) }))
const heads = columns.map(
  ({ network: { sizes, batch }, milliseconds }) =>
    `${sizes.join('-')}, batch ${batch} (sgd ${milliseconds.toPrecision(3)} ms)`,
)
console.log(`| optimizer | ${heads.join(' | ')} |\n|---|${'---|'.repeat(heads.length)}`)
for (const [i, { name, ...options }] of optimizers.entries()) {
  const cells = columns.map(({ ratios, network: { goal } }) => {
    const column = ratios.map((round) => round[i])
    const middle = median(column)
    const spread = median(column.map((ratio) => Math.abs(ratio - middle)))
    const aim = name === 'adam' ? `, at most ${goal} wanted` : ''
    return `${middle.toFixed(2)} ± ${spread.toFixed(2)}${aim}`
  })
  const more = Object.entries(options).map(([key, value]) => `${key} ${value}`)
  console.log(`| ${[[name, ...more].join(', '), ...cells].join(' | ')} |`)
}
