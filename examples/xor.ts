// Exclusive or, the smallest problem that needs a hidden layer: once with biases, once with the bias trick.
//
//   npx tsx examples/xor.ts

import { Network } from 'nabla'
import { xor } from 'nabla/datasets'
import { plotDecisionSurface, plotHistory } from 'nabla/plot'
import { isMain, save } from './terminal.ts'

const optimizer = { name: 'sgd', learningRate: 5 } as const

async function trainWithBiases(epochs: number) {
  const { x, y } = xor()
  const net = new Network({ sizes: [2, 2, 1], activation: 'sigmoid', loss: 'quadratic', optimizer, seed: 3 })
  return { net, history: await net.fit({ x, y }, { epochs, batchSize: 4 }) }
}

/** 2-2-1 sigmoid, each layer with its own biases. */
export async function withBiases(epochs = 4000): Promise<number[]> {
  const { net } = await trainWithBiases(epochs)
  return [...net.predict(xor().x)]
}

/** What the network says everywhere between and around the four rows, and how its loss fell. */
export async function pictures(epochs = 4000) {
  const { net, history } = await trainWithBiases(epochs)
  return {
    xor: plotDecisionSurface((x) => net.predict(x), { ...xorRows(), title: 'Exclusive or, 2-2-1' }),
    'xor-loss': plotHistory(history, { title: 'Exclusive or: loss by epoch', logScale: true }),
  }
}

const xorRows = () => {
  const { x, y } = xor()
  return { x, y, classNames: ['0', '1'] }
}

/**
 * The bias trick: a column of ones beside the two inputs, and no biases anywhere. The hidden units' weights from the
 * ones are their biases; the output goes without one, so fewer initial weights lead to a solution.
 */
export async function withColumnOfOnes(epochs = 10_000): Promise<number[]> {
  const { x, y } = xor()
  const rows = [0, 1, 2, 3].map((r) => [x[2 * r], x[2 * r + 1], 1])
  const net = new Network({
    sizes: [3, 2, 1],
    activation: 'sigmoid',
    loss: 'quadratic',
    bias: false,
    optimizer,
    seed: 8,
  })
  await net.fit({ x: rows, y }, { epochs, batchSize: 4 })
  return [...net.predict(rows)]
}

if (isMain(import.meta.url)) {
  for (const train of [withBiases, withColumnOfOnes]) {
    console.log(train.name)
    const predictions = await train()
    predictions.forEach((p, r) => {
      console.log(`  ${r >> 1} xor ${r & 1} = ${p.toFixed(3)}`)
    })
  }
  save(await pictures())
}
