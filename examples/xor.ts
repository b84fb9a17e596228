// Exclusive or, the smallest problem that needs a hidden layer: once with biases, once with the bias trick.
//
//   npx tsx examples/xor.ts

import { Network } from 'nabla'
import { xor } from 'nabla/datasets'
import { isMain } from './terminal.ts'

const optimizer = { name: 'sgd', learningRate: 5 } as const

/** 2-2-1 sigmoid, each layer with its own biases. */
export async function withBiases(epochs = 4000): Promise<number[]> {
  const { x, y } = xor()
  const net = new Network({ sizes: [2, 2, 1], activation: 'sigmoid', loss: 'quadratic', optimizer, seed: 3 })
  await net.fit({ x, y }, { epochs, batchSize: 4 })
  return [...net.predict(x)]
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
}
