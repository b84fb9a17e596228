// Hours of sleep and study against the score of a test, and what a gradient is: a direction in which the cost rises.
//
//   npx tsx examples/sleep.ts

import { Network } from 'nabla'
import { plotLines } from 'nabla/plot'
import { isMain, save } from './terminal.ts'

const hours = [
  [3, 5],
  [5, 1],
  [10, 2],
]
const scores = [75, 82, 93]

// Each column divided by its maximum, the score by 100.
const largest = [0, 1].map((c) => Math.max(...hours.map((row) => row[c])))
const x = hours.map((row) => row.map((value, c) => value / largest[c]))
const y = scores.map((score) => [score / 100])

export function walkAlongTheGradient() {
  const net = new Network({
    sizes: [2, 3, 1],
    activation: 'sigmoid',
    loss: 'quadratic',
    initializer: 'standardNormal',
    seed: 1,
  })
  const cost = net.loss(x, y)
  const { weights: gradient } = net.gradients(x, y)
  const start = [net.weights(0), net.weights(1)]
  const costAfter = (factor: number) => {
    start.forEach((w, l) => {
      net.setWeights(
        l,
        w.map((value, i) => value + factor * gradient[l][i]),
      )
    })
    return net.loss(x, y)
  }
  const uphill = costAfter(3)
  const downhill = costAfter(-3)
  const steps = Array.from({ length: 81 }, (_, i) => i / 4 - 10)
  const along = { x: steps, y: steps.map(costAfter) }
  costAfter(0)
  const check = net.checkGradients(x, y, { samples: 'all' })
  return { cost, uphill, downhill, along, check }
}

/** The cost after steps along the gradient and against it. */
export const picture = ({ along }: ReturnType<typeof walkAlongTheGradient>): string =>
  plotLines(
    { cost: along },
    { title: 'The cost along its gradient', xLabel: 'k in W + k ∂J/∂W', yLabel: 'cost J' },
  )

if (isMain(import.meta.url)) {
  const walk = walkAlongTheGradient()
  const { cost, uphill, downhill, check } = walk
  console.log(`cost J                 ${cost.toFixed(8)}`)
  console.log(`cost at W + 3 ∂J/∂W    ${uphill.toFixed(8)}`)
  console.log(`cost at W − 3 ∂J/∂W    ${downhill.toFixed(8)}`)
  console.log('backpropagation against central differences, in float64:')
  for (const { name, checked, relativeError } of check.groups) {
    console.log(`  ${name}  ${checked} parameters, relative error ${relativeError.toExponential(1)}`)
  }
  save({ sleep: picture(walk) })
}
