// The 8×8 digits with a 64-32-16-10 network of sigmoids: loss during training, then the report on digits it never saw.
//
//   npm start

import { classificationReport, confusionMatrix, Network } from 'nabla'
import { takeRows, trainTestSplit } from 'nabla/data'
import { digits } from 'nabla/datasets'
import { plotConfusionMatrix, plotHistory, plotImages, plotWeights } from 'nabla/plot'
import { curve, isMain, progress, save } from './terminal.ts'

export async function trainDigits({ epochs = 300 } = {}) {
  const { x, y, rows, classNames, attribution } = digits()
  const pixels = x.map((ink) => ink / 16)
  const { train, test } = trainTestSplit({ x: pixels, y, rows }, { testSize: 0.25, stratify: true, seed: 2 })

  const net = new Network({
    sizes: [64, 32, 16, 10],
    activation: 'sigmoid',
    loss: 'quadratic',
    optimizer: { name: 'sgd', learningRate: 3 },
    initializer: 'glorotNormal',
    seed: 2,
  })
  const history = await net.fit(train, { epochs, batchSize: 16, ...progress(epochs) })

  const predicted = net.classify(test.x)
  const report = classificationReport(test.y, predicted, { classNames })
  const confusion = confusionMatrix(test.y, predicted, { classNames })
  return { net, history, test, predicted, report, confusion, attribution }
}

/** The loss, the digits it never saw with what it read, which it took for which, and what its first layer looks for. */
export function pictures({
  net,
  history,
  test,
  predicted,
  confusion,
}: Awaited<ReturnType<typeof trainDigits>>) {
  const wrongFirst = [...predicted.keys()].sort(
    (a, b) => Number(predicted[a] === test.y[a]) - Number(predicted[b] === test.y[b]),
  )
  const shown = wrongFirst.slice(0, 60)
  return {
    'digits-loss': plotHistory(history, { title: 'Digits: mean loss by epoch', logScale: true }),
    'digits-read': plotImages(takeRows(test.x, 64, shown), {
      labels: takeRows(test.y, 1, shown),
      predicted: takeRows(predicted, 1, shown),
      columns: 15,
      title: 'Digits held back, and what the network read',
    }),
    'digits-confusion': plotConfusionMatrix(confusion, { title: 'Digits held back' }),
    'digits-weights': plotWeights(net.weights(0), {
      units: 32,
      columns: 8,
      title: 'Weights of the first layer',
    }),
  }
}

if (isMain(import.meta.url)) {
  const trained = await trainDigits()
  const { net, history, report, confusion, attribution } = trained
  console.log(await curve('mean loss by epoch', history.loss))
  console.log(`${report}`)
  console.log(`rows: true digit, columns: predicted\n${confusion}\n`)
  const rate = Math.round(history.samplesPerSecond).toLocaleString('en')
  console.log(`accuracy ${(100 * report.accuracy).toFixed(2)}% on ${report.macro.support} digits held back`)
  console.log(
    `${history.epochs} epochs in ${history.seconds.toFixed(2)} s, ${rate} samples/s, kernels '${net.kernels}'`,
  )
  console.log(`data: ${attribution}`)
  save(pictures(trained))
}
