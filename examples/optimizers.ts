// The optimizers on the 8×8 digits: the same network, the same first weights and the same order of the rows, each with a
// rate that suits it. Loss on the training rows and accuracy on digits held back, after each epoch.
//
//   npx tsx examples/optimizers.ts
//   npx tsx examples/optimizers.ts --rates      how the rates were chosen, a minute

import { Network, type OptimizerOptions } from 'nabla'
import { trainTestSplit } from 'nabla/data'
import { digits } from 'nabla/datasets'
import { plotHistory, plotLines } from 'nabla/plot'
import { isMain, save } from './terminal.ts'

/** By name, each with the rate that `compareRates` below found best. */
export const OPTIMIZERS: Record<string, OptimizerOptions> = {
  sgd: { name: 'sgd', learningRate: 0.2 },
  momentum: { name: 'sgd', learningRate: 0.1, momentum: 0.9 },
  nesterov: { name: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true },
  rmsprop: { name: 'rmsprop', learningRate: 0.005 },
  adagrad: { name: 'adagrad', learningRate: 0.1 },
  adam: { name: 'adam', learningRate: 0.01 },
  adamw: { name: 'adamw', learningRate: 0.02 },
  nadam: { name: 'nadam', learningRate: 0.02 },
  lion: { name: 'lion', learningRate: 0.001 },
  // It has no rate: it searches along each direction, on all rows at once. An epoch is one such step.
  'l-bfgs': { name: 'lbfgs' },
}

/**
 * A quarter of the digits held back, and 1344 = 42 · 32 to train on: a rest of 3 rows would be a batch of its own, whose
 * gradient is mostly noise and whose step, of most optimizers, is as long as any other.
 */
function split() {
  const { x, y, rows } = digits()
  const pixels = x.map((ink) => ink / 16)
  return trainTestSplit({ x: pixels, y, rows }, { testSize: 453, stratify: true, seed: 1 })
}

const network = (optimizer: OptimizerOptions, seed: number) =>
  new Network({ sizes: [64, 32, 10], activation: 'relu', loss: 'crossEntropy', optimizer, seed })

/** 64-32-10, ReLU and softmax, batch 32: by the name of an optimizer, its loss and accuracy after each epoch. */
export async function compareOptimizers({ epochs = 20, seed = 1 } = {}) {
  const { train, test } = split()
  const histories: [string, { loss: number[]; accuracy: number[] }][] = []
  for (const [name, optimizer] of Object.entries(OPTIMIZERS)) {
    const { loss, validationAccuracy } = await network(optimizer, seed).fit(train, {
      epochs,
      batchSize: 32,
      validation: test,
      metrics: ['accuracy'],
    })
    histories.push([name, { loss, accuracy: validationAccuracy! }])
  }
  return Object.fromEntries(histories)
}

type Histories = Awaited<ReturnType<typeof compareOptimizers>>

/** A row for each epoch, a column for each optimizer. */
export function tableOf(histories: Histories, metric: 'loss' | 'accuracy'): string {
  const columns = Object.entries(histories)
  const head = ['epoch', ...columns.map(([name]) => name)]
  const epochs = Math.max(...columns.map(([, history]) => history[metric].length))
  const shown = (value: number | undefined) =>
    value === undefined ? '' : metric === 'loss' ? value.toFixed(4) : `${(100 * value).toFixed(1)}%`
  const body = Array.from({ length: epochs }, (_, i) => [
    `${i + 1}`,
    ...columns.map(([, history]) => shown(history[metric][i])),
  ])
  return [head, ...body].map((cells) => cells.map((cell) => cell.padStart(9)).join('')).join('\n')
}

export const pictures = (histories: Histories) => ({
  'optimizers-loss': plotHistory(histories, {
    title: 'Digits: loss by epoch',
    yLabel: 'mean loss',
    logScale: true,
    height: 480,
  }),
  // What is wrong, not what is right: nearly all curves end between 96 and 98%, where a plot of accuracy is a ribbon.
  'optimizers-wrong': plotLines(
    Object.fromEntries(
      Object.entries(histories).map(([name, { accuracy }]) => [name, accuracy.map((right) => 1 - right)]),
    ),
    {
      title: 'Digits held back: share misread by epoch',
      xLabel: 'epoch',
      yLabel: '1 − accuracy',
      logScale: true,
      height: 480,
    },
  ),
})

/**
 * Says for each optimizer the loss after 20 epochs at 1, 2 and 5 times powers of ten about its rate, the mean of five seeds.
 * It is that of a fifth of the training rows: rows that choose a rate cannot also judge the optimizer that has it.
 */
async function compareRates(print: (line: string) => void) {
  const { train } = split()
  const rates = [-4, -3, -2, -1, 0].flatMap((power) => [1, 2, 5].map((n) => Number(`${n}e${power}`)))
  for (const [name, optimizer] of Object.entries(OPTIMIZERS)) {
    if (optimizer.name === 'lbfgs') continue
    const near = rates.filter((rate) => Math.abs(Math.log10(rate / Number(optimizer.learningRate))) < 0.8)
    const losses: string[] = []
    for (const learningRate of near) {
      let sum = 0
      for (let seed = 1; seed <= 5; ++seed) {
        const net = network({ ...optimizer, learningRate }, seed)
        const { validationLoss } = await net.fit(train, { epochs: 20, batchSize: 32, validation: 0.2 })
        sum += validationLoss!.at(-1)!
      }
      losses.push(`${learningRate}: ${(sum / 5).toFixed(4)}`)
    }
    print(`${name.padEnd(9)} ${losses.join('   ')}`)
  }
}

if (isMain(import.meta.url)) {
  if (process.argv.includes('--rates')) await compareRates(console.log)
  else {
    const histories = await compareOptimizers()
    console.log(`loss on the training rows after each epoch\n\n${tableOf(histories, 'loss')}\n`)
    console.log(`accuracy on 453 digits held back\n\n${tableOf(histories, 'accuracy')}\n`)
    save(pictures(histories))
  }
}
