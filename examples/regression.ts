// Prices of houses from a table of four columns, in units that differ a thousandfold: scaled, trained, and back in euros.
//
//   npx tsx examples/regression.ts

import { Network } from 'nabla'
import { standardScaler, trainTestSplit } from 'nabla/data'
import { plotHistory, plotResiduals } from 'nabla/plot'
import { isMain, save } from './terminal.ts'

const COLUMNS = 4

/** Made-up houses, the same each time: area in m², rooms, years since it was built, metres to the next station; price in €. */
export function houses(rows = 1200) {
  let state = 20240501
  // A linear congruential generator, with the constants of Numerical Recipes.
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  const noise = () => random() + random() + random() + random() - 2
  const x = new Float32Array(rows * COLUMNS)
  const y = new Float32Array(rows)
  for (let r = 0; r < rows; ++r) {
    const area = 40 + 160 * random()
    const rooms = Math.max(1, Math.round(area / 30 + noise()))
    const age = 100 * random()
    const station = 100 + 4900 * random()
    x.set([area, rooms, age, station], r * COLUMNS)
    // Old houses are worth more again, and near a station every metre counts.
    const value = 2900 * area + 9000 * rooms + 22 * (age - 60) ** 2 + 120_000 * Math.exp(-station / 900)
    y[r] = value * (1 + 0.05 * noise())
  }
  return { x, y, rows }
}

export async function trainPrices({ epochs = 150 } = {}) {
  const { train, test } = trainTestSplit(houses(), { testSize: 0.25, seed: 1 })
  // Fitted to the training rows alone: the test rows stand for houses that nobody has seen yet.
  const inputs = standardScaler(train.x, COLUMNS)
  const prices = standardScaler(train.y, 1)
  const scaled = (part: typeof train) => ({ x: inputs.transform(part.x), y: prices.transform(part.y) })

  const net = new Network({
    inputs: COLUMNS,
    // Prices have no bounds, so the output is linear: a tanh would hold them between −1 and 1.
    layers: [
      { units: 32, activation: 'tanh' },
      { units: 16, activation: 'tanh' },
      { units: 1, activation: 'linear' },
    ],
    loss: 'quadratic',
    optimizer: { name: 'adam', learningRate: 0.003 },
    seed: 1,
  })
  const history = await net.fit(scaled(train), { epochs, batchSize: 32, validation: scaled(test) })
  const predicted = prices.inverse(net.predict(inputs.transform(test.x)))

  const mean = test.y.reduce((sum, price) => sum + price, 0) / test.y.length
  const squares = (from: (i: number) => number) =>
    test.y.reduce((sum, price, i) => sum + (price - from(i)) ** 2, 0)
  return {
    history,
    actual: test.y,
    predicted,
    /** Root of the mean squared error, in euros, and the share of the variance that is explained. */
    error: Math.sqrt(squares((i) => predicted[i]) / test.y.length),
    r2: 1 - squares((i) => predicted[i]) / squares(() => mean),
  }
}

export const pictures = ({ history, actual, predicted }: Awaited<ReturnType<typeof trainPrices>>) => ({
  'regression-loss': plotHistory(history, { title: 'Prices of houses: loss by epoch', logScale: true }),
  'regression-predicted': plotResiduals(actual, predicted, {
    title: 'Prices of houses that it never saw',
    xLabel: 'price in €',
    yLabel: 'predicted price in €',
  }),
  'regression-residuals': plotResiduals(actual, predicted, {
    kind: 'residual',
    title: 'What is left',
    xLabel: 'predicted price in €',
    yLabel: 'price − predicted, in €',
  }),
})

if (isMain(import.meta.url)) {
  const trained = await trainPrices()
  console.log(
    `off by ${Math.round(trained.error).toLocaleString('en')} € (root mean square), R² ${trained.r2.toFixed(3)}`,
  )
  save(pictures(trained))
}
