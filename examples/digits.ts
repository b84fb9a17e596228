// The 8×8 digits with a 64-32-16-10 network of sigmoids: loss during training, then the report on digits it never saw.
//
//   npm start

import { classificationReport, confusionMatrix, Network } from 'nabla'
import { trainTestSplit } from 'nabla/data'
import { digits } from 'nabla/datasets'
import { curve, isMain, progress } from './terminal.ts'

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
  const bar = progress(epochs)
  const history = await net.fit(train, { epochs, batchSize: 16, onEpoch: bar.update })
  bar.stop()

  const predicted = net.classify(test.x)
  const report = classificationReport(test.y, predicted, { classNames })
  const confusion = confusionMatrix(test.y, predicted, { classNames })
  return { net, history, report, confusion, attribution }
}

if (isMain(import.meta.url)) {
  const { net, history, report, confusion, attribution } = await trainDigits()
  console.log(curve('mean loss by epoch', history.loss))
  console.log(`${report}`)
  console.log(`rows: true digit, columns: predicted\n${confusion}\n`)
  const rate = Math.round(history.samplesPerSecond).toLocaleString('en')
  console.log(`accuracy ${(100 * report.accuracy).toFixed(2)}% on ${report.macro.support} digits held back`)
  console.log(
    `${history.epochs} epochs in ${history.seconds.toFixed(2)} s, ${rate} samples/s, kernels '${net.kernels}'`,
  )
  console.log(`data: ${attribution}`)
}
