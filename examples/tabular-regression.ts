// Prices of houses from a table: columns whose units differ a thousandfold and one of words. Scaled, trained until rows that
// are kept apart get no better, and judged in euros on houses that neither the training nor its end has seen.
//
//   npx tsx examples/tabular-regression.ts

import { meanAbsoluteError, Network, r2, rootMeanSquaredError } from 'nabla'
import { oneHot, standardScaler, takeRows, trainTestSplit } from 'nabla/data'
import { plotHistory, plotResiduals } from 'nabla/plot'
import { isMain, save } from './terminal.ts'

const HEATINGS = ['gas', 'district', 'heat pump'] as const
type Heating = (typeof HEATINGS)[number]

/** What each kind of heating is worth, as a factor of the price. */
const WORTH: Record<Heating, number> = { gas: 1, district: 1.04, 'heat pump': 1.1 }

/** m², rooms, years since it was built, metres to the next station. */
const NUMBERS = 4

/**
 * Made-up houses, the same each time: `numbers` (rows × 4), and the price in €. A price is the formula below times
 * 1 + noise, which has a deviation of about 4% and which no network can know: `expected` is the price without it.
 */
export function houses(rows = 1600) {
  let state = 20240501
  // A linear congruential generator, with the constants of Numerical Recipes.
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  /** Of deviation √⅓, nearly normal. */
  const noise = () => random() + random() + random() + random() - 2
  const numbers = new Float32Array(rows * NUMBERS)
  const heating: Heating[] = []
  const price = new Float32Array(rows)
  const expected = new Float32Array(rows)
  for (let r = 0; r < rows; ++r) {
    const area = 40 + 160 * random()
    const rooms = Math.max(1, Math.round(area / 30 + noise()))
    const age = 100 * random()
    const station = 100 + 4900 * random()
    numbers.set([area, rooms, age, station], r * NUMBERS)
    heating.push(HEATINGS[Math.floor(HEATINGS.length * random())])
    // Old houses are worth more again, and near a station every metre counts.
    const value = 2900 * area + 9000 * rooms + 40 * (age - 60) ** 2 + 200_000 * Math.exp(-station / 900)
    expected[r] = value * WORTH[heating[r]]
    price[r] = expected[r] * (1 + 0.07 * noise())
  }
  return { numbers, heating, price, expected, rows }
}

type Houses = ReturnType<typeof houses>

/** How far predictions are from the prices, in €, and the share of the variance of the prices that they explain. */
const judge = (prices: Float32Array, predicted: Float32Array) => ({
  meanAbsoluteError: meanAbsoluteError(prices, predicted),
  rootMeanSquaredError: rootMeanSquaredError(prices, predicted),
  r2: r2(prices, predicted),
})

/**
 * Rows of houses as what a network reads, and prices as what it is to say; scaled by the mean and deviation of the
 * training rows alone, since the test rows stand for houses that nobody has seen yet.
 */
function preparation({ numbers, heating, price }: Houses, trainRows: Int32Array) {
  const inputs = standardScaler(takeRows(numbers, NUMBERS, trainRows), NUMBERS)
  const prices = standardScaler(takeRows(price, 1, trainRows), 1)
  /** (rows × 7): the scaled numbers, then a column for each kind of heating. */
  function x(rows: Int32Array) {
    const scaled = inputs.transform(takeRows(numbers, NUMBERS, rows))
    const kinds = oneHot(
      Array.from(rows, (r) => HEATINGS.indexOf(heating[r])),
      HEATINGS.length,
    )
    const width = NUMBERS + HEATINGS.length
    const columns = new Float32Array(rows.length * width)
    for (let i = 0; i < rows.length; ++i) {
      columns.set(scaled.subarray(i * NUMBERS, (i + 1) * NUMBERS), i * width)
      columns.set(kinds.subarray(i * HEATINGS.length, (i + 1) * HEATINGS.length), i * width + NUMBERS)
    }
    return columns
  }
  return { x, y: (rows: Int32Array) => prices.transform(takeRows(price, 1, rows)), prices }
}

/** Trains on three quarters of the houses, a fifth of them kept apart to end the training by; predicts the others. */
export async function trainPrices({ epochs = 400 } = {}) {
  const table = houses()
  const { numbers, price, expected, rows } = table
  const split = trainTestSplit({ x: numbers, y: price, rows }, { testSize: 0.25, seed: 1 })
  const [trainRows, testRows] = [split.trainIndices, split.testIndices]
  const { x, y, prices } = preparation(table, trainRows)

  const train = async (hidden: number[]) => {
    const net = new Network({
      inputs: NUMBERS + HEATINGS.length,
      // A price has no bounds, so the output is linear: a tanh would hold it between −1 and 1.
      layers: [...hidden, { units: 1, activation: 'linear' }],
      activation: 'tanh',
      loss: 'quadratic',
      optimizer: { name: 'adam', learningRate: 0.003 },
      seed: 1,
    })
    const history = await net.fit(
      { x: x(trainRows), y: y(trainRows) },
      { epochs, batchSize: 32, validation: 0.2, earlyStopping: { patience: 25 } },
    )
    return { history, predicted: prices.inverse(net.predict(x(testRows))) }
  }
  const network = await train([32, 16])
  const linear = await train([])

  const actual = takeRows(price, 1, testRows)
  const trainMean = takeRows(price, 1, trainRows).reduce((sum, value) => sum + value / trainRows.length, 0)
  return {
    history: network.history,
    actual,
    predicted: network.predicted,
    /** The same test houses judged by how the price was predicted. */
    scores: {
      'mean price': judge(
        actual,
        actual.map(() => trainMean),
      ),
      'linear model': judge(actual, linear.predicted),
      '7-32-16-1': judge(actual, network.predicted),
      'without noise': judge(actual, takeRows(expected, 1, testRows)),
    },
  }
}

type Trained = Awaited<ReturnType<typeof trainPrices>>

export function pictures({ history, actual, predicted }: Trained) {
  const { loss, validationLoss } = history
  return {
    'prices-loss': plotHistory(
      { loss, validationLoss },
      { title: `Prices of houses: loss by epoch, the best is epoch ${history.bestEpoch}`, logScale: true },
    ),
    'prices-predicted': plotResiduals(actual, predicted, {
      title: 'Prices of houses that it never saw',
      xLabel: 'price in €',
      yLabel: 'predicted price in €',
    }),
    'prices-residuals': plotResiduals(actual, predicted, {
      kind: 'residual',
      title: 'Residuals, which grow with the price',
      xLabel: 'predicted price in €',
      yLabel: 'price − predicted, in €',
    }),
  }
}

if (isMain(import.meta.url)) {
  const trained = await trainPrices()
  const { history, scores, actual } = trained
  console.log(
    `${history.epochs} epochs, the best was ${history.bestEpoch}; ${actual.length} houses held back:\n`,
  )
  const euros = (value: number) => `${Math.round(value).toLocaleString('en')} €`.padStart(12)
  console.log(`${''.padEnd(14)}${'MAE'.padStart(12)}${'RMSE'.padStart(12)}${'R²'.padStart(9)}`)
  for (const [name, score] of Object.entries(scores)) {
    const errors = euros(score.meanAbsoluteError) + euros(score.rootMeanSquaredError)
    console.log(`${name.padEnd(14)}${errors}${score.r2.toFixed(3).padStart(9)}`)
  }
  save(pictures(trained))
}
