// How the first weights decide how fast a network learns MNIST: the loss after each epoch, for one initializer after another.
//
//   npx tsx examples/initializers.ts DIR [images]

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type InitializerName, Network } from 'nabla'
import { plotHistory } from 'nabla/plot'
import { readMnist } from './mnist.ts'
import { isMain, save } from './terminal.ts'

const NAMES: readonly InitializerName[] = [
  'zeros',
  'standardNormal',
  'lecunNormal',
  'glorotUniform',
  'heNormal',
]

interface Run {
  train: Awaited<ReturnType<typeof readMnist>>
  epochs: number
  print?: (line: string) => void
}

/** 784-30-30-10, sigmoids and softmax, batch 10, η = 0.5: the history of each initializer. */
export async function compareInitializers({ train, epochs, print }: Run) {
  const histories: [InitializerName, { loss: number[] }][] = []
  for (const initializer of NAMES) {
    const net = new Network({
      inputs: 784,
      layers: [{ units: 30, activation: 'sigmoid' }, { units: 30, activation: 'sigmoid' }, 10],
      loss: 'crossEntropy',
      initializer,
      optimizer: { name: 'sgd', learningRate: 0.5 },
      seed: 1,
    })
    const { loss } = await net.fit(train, { epochs, batchSize: 10 })
    histories.push([initializer, { loss }])
    print?.(`${initializer.padEnd(15)} loss after each epoch: ${loss.map((l) => l.toFixed(3)).join('  ')}`)
  }
  return Object.fromEntries(histories)
}

export const picture = (histories: Awaited<ReturnType<typeof compareInitializers>>): string =>
  plotHistory(histories, {
    title: 'MNIST: loss after each epoch, by initializer',
    yLabel: 'mean loss',
    logScale: true,
  })

if (isMain(import.meta.url)) {
  const [directory = '', images = '60000'] = process.argv.slice(2)
  const file = 'train-images-idx3-ubyte'
  if (existsSync(join(directory, file)) || existsSync(join(directory, `${file}.gz`))) {
    const train = await readMnist(directory, 'train', Number(images))
    save({ initializers: picture(await compareInitializers({ train, epochs: 10, print: console.log })) })
  } else {
    console.log(
      `skipped: no ${file}[.gz] in '${directory}'; usage: npx tsx examples/initializers.ts DIR, with the files of MNIST`,
    )
  }
}
