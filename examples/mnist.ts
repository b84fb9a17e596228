// MNIST from its IDX files (plain or .gz), with the network of Nielsen's first chapter, three seeds of it, and with
// relu, softmax and cross-entropy.
//
//   npx tsx examples/mnist.ts DIR

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Network, type NetworkOptions } from 'nabla'
import { readIdx } from 'nabla/data'
import { plotImages, plotLines, plotWeights } from 'nabla/plot'
import { isMain, save } from './terminal.ts'

export async function readMnist(directory: string, part: 'train' | 't10k', rows?: number) {
  const read = async (name: string) => {
    const plain = join(directory, `${part}-${name}`)
    const { data } = await readIdx(readFileSync(existsSync(plain) ? plain : `${plain}.gz`))
    return data
  }
  const labels = Int32Array.from(await read('labels-idx1-ubyte')).subarray(0, rows)
  const pixels = (await read('images-idx3-ubyte')).subarray(0, labels.length * 784)
  return { x: Float32Array.from(pixels, (v) => v / 255), y: labels }
}

type Mnist = Awaited<ReturnType<typeof readMnist>>

interface Run {
  train: Mnist
  test: Mnist
  epochs: number
  print?: (line: string) => void
  /** Gets the network when it is trained. */
  trained?: (net: Network) => void
}

/** Test images that are right after each epoch. */
async function rightAfterEachEpoch(
  options: NetworkOptions,
  batchSize: number,
  { train, test, epochs, print, trained }: Run,
) {
  const net = new Network(options)
  const right: number[] = []
  const { samplesPerSecond } = await net.fit(train, {
    epochs,
    batchSize,
    onEpoch: ({ epoch }) => {
      right.push(Math.round(net.evaluate(test).accuracy! * test.y.length))
      print?.(`Epoch ${epoch}: ${right.at(-1)} / ${test.y.length}`)
    },
  })
  print?.(`${Math.round(samplesPerSecond).toLocaleString('en')} samples/s`)
  trained?.(net)
  return right
}

/** Nielsen's 784-30-10: sigmoids, quadratic cost, mini-batches of 10, η = 3.0. */
export const nielsen = (seed: number, run: Run) =>
  rightAfterEachEpoch(
    {
      sizes: [784, 30, 10],
      activation: 'sigmoid',
      loss: 'quadratic',
      optimizer: { name: 'sgd', learningRate: 3 },
      initializer: 'glorotNormal',
      seed,
    },
    10,
    run,
  )

/** 784-64-10: relu, softmax with cross-entropy, Xavier weights, η = 0.1. */
export const reluSoftmax = (seed: number, run: Run) =>
  rightAfterEachEpoch(
    {
      inputs: 784,
      layers: [{ units: 64, activation: 'relu' }, 10],
      loss: 'crossEntropy',
      optimizer: { name: 'sgd', learningRate: 0.1 },
      initializer: 'glorotUniform',
      seed,
    },
    32,
    run,
  )

/** The first test images with what the network read, and what its first layer looks for. */
export function pictures(net: Network, test: Mnist, name: string) {
  const count = Math.min(60, test.y.length)
  const [x, labels] = [test.x.subarray(0, 784 * count), test.y.subarray(0, count)]
  const units = net.layers[0].units
  return {
    [`${name}-read`]: plotImages(x, {
      labels,
      predicted: net.classify(x),
      title: 'MNIST: the first test images, and what the network read',
    }),
    [`${name}-weights`]: plotWeights(net.weights(0), {
      units,
      title: `Weights of the ${units} hidden units`,
    }),
  }
}

if (isMain(import.meta.url)) {
  const directory = process.argv[2]
  if (!directory) {
    console.error(
      'usage: npx tsx examples/mnist.ts DIR (with train-images-idx3-ubyte[.gz] and the other three files)',
    )
    process.exit(2)
  }
  const train = await readMnist(directory, 'train')
  const test = await readMnist(directory, 't10k')
  const best: number[] = []
  const curves: Record<string, number[]> = {}
  for (const seed of [1, 2, 3]) {
    console.log(`\n784-30-10 sigmoid, quadratic, batch 10, η 3.0, seed ${seed}`)
    const right = await nielsen(seed, { train, test, epochs: 30, print: console.log })
    best.push(Math.max(...right))
    curves[`seed ${seed}`] = right.map((count) => count / test.y.length)
  }
  console.log(`\nbest of three seeds: ${((100 * Math.max(...best)) / test.y.length).toFixed(2)}%`)
  console.log('\n784-64-10 relu, softmax, cross-entropy, batch 32, η 0.1, Xavier weights')
  await reluSoftmax(1, {
    train,
    test,
    epochs: 10,
    print: console.log,
    trained: (net) => save(pictures(net, test, 'mnist')),
  })
  const labels = { xLabel: 'epoch', yLabel: 'accuracy on the test images' }
  save({ 'mnist-accuracy': plotLines(curves, { title: '784-30-10 with three seeds', ...labels }) })
}
