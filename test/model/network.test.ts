// Network, its public face, on the backends that a user can choose.

import { describe, expect, it } from 'vitest'
import { digits } from '../../src/datasets/index.ts'
import { argmax, Network, type SizedNetworkOptions } from '../../src/index.ts'
import { kernels, makeOn } from '../helpers/networks.ts'
import { numbers } from '../helpers/random.ts'

const xorData = {
  x: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  y: [[0], [1], [1], [0]],
}

describe.each(kernels)('Network on %s', (name) => {
  const make = makeOn(name)

  it('is made of a list of sizes or of inputs and layers alike', () => {
    const one = make()
    const other = new Network({
      inputs: 4,
      layers: [{ units: 5, activation: 'sigmoid' }, 3],
      activation: 'sigmoid',
      seed: 1,
      kernels: name,
    })
    expect([...one.weights(1)]).toEqual([...other.weights(1)])
    expect(one.layers).toEqual(other.layers)
    expect(one.parameterCount).toBe(5 * 5 + 6 * 3)
    expect(one.kernels).toBe(name)
  })

  it('computes a worked example as by hand', () => {
    // Two inputs, two hidden and two output sigmoids, quadratic cost, one row; every figure below is worked out from
    //   z1 = x · W1 + b1 = [0.05·0.15 + 0.10·0.20 + 0.35, 0.05·0.25 + 0.10·0.30 + 0.35] = [0.3775, 0.3925]
    //   a1 = [0.593269992107187, 0.596884378259767]
    //   z2 = [1.105905967059707, 1.224921404964653], a2 = [0.751365069552316, 0.772928465321463]
    //   C  = ½ (0.741365069552316² + (−0.217071534678537)²) = 0.298371108760003
    const net = new Network({
      sizes: [2, 2, 2],
      activation: 'sigmoid',
      loss: 'quadratic',
      optimizer: { name: 'sgd', learningRate: 0.5 },
      kernels: name,
    })
    net.setWeights(0, [
      [0.15, 0.25],
      [0.2, 0.3],
    ])
    net.setBiases(0, [0.35, 0.35])
    net.setWeights(1, [
      [0.4, 0.5],
      [0.45, 0.55],
    ])
    net.setBiases(1, [0.6, 0.6])
    const x = [[0.05, 0.1]]
    const y = [[0.01, 0.99]]
    const out = net.predict(x)
    expect(out[0]).toBeCloseTo(0.751365069552316, 6)
    expect(out[1]).toBeCloseTo(0.772928465321463, 6)
    expect(net.loss(x, y)).toBeCloseTo(0.298371108760003, 6)

    // BP1: δ2 = (a2 − y) a2 (1 − a2) = [0.138498561629, −0.038098236517]
    // BP2: δ1 = (δ2 · W2ᵀ) a1 (1 − a1) = [0.008771354690, 0.009954254705]
    // BP3: ∇b = δ; BP4: ∇W2 = a1ᵀ δ2, ∇W1 = xᵀ δ1
    const { loss, weights, biases } = net.gradients(x, y)
    expect(loss).toBeCloseTo(0.298371108760003, 6)
    const close = (found: ArrayLike<number>, expected: number[]) =>
      expected.forEach((value, i) => {
        expect(found[i]).toBeCloseTo(value, 7)
      })
    close(biases[1], [0.138498561629, -0.038098236517])
    close(biases[0], [0.00877135469, 0.009954254705])
    close(weights[1], [0.082167040564, -0.022602540478, 0.082667627847, -0.022740242215])
    close(weights[0], [0.000438567734, 0.000497712735, 0.000877135469, 0.00099542547])

    // One step at η = ½: w − ½ ∇w.
    expect(net.trainBatch(x, y)).toBeCloseTo(0.298371108760003, 6)
    close(net.weights(1), [0.358916479718, 0.511301270239, 0.408666186076, 0.561370121108])
    close(net.weights(0), [0.149780716133, 0.249751143632, 0.199561432266, 0.299502287265])
    expect(net.loss(x, y)).toBeLessThan(0.298371108760003)
  })

  it('learns exclusive or', async () => {
    const net = new Network({
      sizes: [2, 2, 1],
      activation: 'sigmoid',
      loss: 'binaryCrossEntropy',
      optimizer: { name: 'sgd', learningRate: 1 },
      seed: 3,
      kernels: name,
    })
    const history = await net.fit(xorData, { epochs: 3000, batchSize: 4 })
    expect([...net.classify(xorData.x)]).toEqual([0, 1, 1, 0])
    expect(history.loss.length).toBe(3000)
    expect(history.loss.at(-1)).toBeLessThan(0.05)
    expect(history.accuracy?.at(-1)).toBe(1)
    expect(net.evaluate(xorData).accuracy).toBe(1)
  })

  it('takes typed arrays, arrays of numbers and arrays of rows alike', () => {
    const net = make()
    const x = numbers(12, 5)
    const expected = [...net.predict(x)]
    expect([...net.predict([...x])]).toEqual(expected)
    expect([...net.predict(Float64Array.from(x))]).toEqual(expected)
    expect([...net.predict([x.slice(0, 4), [...x.slice(4, 8)], x.slice(8)])]).toEqual(expected)
    const oneHot = [
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
    ]
    expect(net.evaluate({ x, y: [2, 0, 1] })).toEqual(net.evaluate({ x, y: oneHot }))
    expect(net.evaluate({ x, y: new Uint8Array(oneHot.flat()) })).toEqual(net.evaluate({ x, y: oneHot }))
  })

  it('predicts any number of rows as it predicts each alone', () => {
    const net = make({ sizes: [3, 7, 5, 2] })
    const x = numbers(3 * 700, 6)
    const all = net.predict(x)
    for (const r of [0, 1, 2, 3, 255, 256, 257, 511, 512, 699]) {
      expect([...net.predict(x.subarray(3 * r, 3 * r + 3))], `row ${r}`).toEqual([
        ...all.subarray(2 * r, 2 * r + 2),
      ])
    }
  })

  it('trains a last mini-batch that is smaller like any other', async () => {
    const x = numbers(4 * 10, 7)
    const y = numbers(3 * 10, 8)
    const net = make({ optimizer: { name: 'sgd', learningRate: 0.7 } })
    await net.fit({ x, y }, { batchSize: 4, shuffle: false })
    // The same three batches, one by one.
    const other = make({ optimizer: { name: 'sgd', learningRate: 0.7 } })
    for (const [from, to] of [
      [0, 4],
      [4, 8],
      [8, 10],
    ]) {
      other.trainBatch(x.subarray(4 * from, 4 * to), y.subarray(3 * from, 3 * to))
    }
    for (const l of [0, 1]) {
      expect([...net.weights(l)]).toEqual([...other.weights(l)])
      expect([...net.biases(l)]).toEqual([...other.biases(l)])
    }
    expect([...net.weights(0)]).not.toEqual([...make().weights(0)])
  })

  it('goes without biases where bias is false', async () => {
    const net = make({ bias: false })
    expect(net.biases(0).length).toBe(0)
    expect(net.parameterCount).toBe(20 + 15)
    await net.fit({ x: numbers(40, 14), y: numbers(30, 15) }, { epochs: 2 })
    // tanh without biases is 0 at 0, whatever was learned.
    const odd = make({ bias: false, activation: 'tanh' })
    await odd.fit({ x: numbers(40, 14), y: numbers(30, 15) }, { epochs: 2 })
    expect([...odd.predict(new Float32Array(4))]).toEqual([0, 0, 0])
    const gradients = net.gradients(numbers(4, 16), numbers(3, 17))
    expect(gradients.biases.map((b) => b.length)).toEqual([0, 0])
    const mixed = new Network({ inputs: 2, layers: [{ units: 2, bias: false }, 1], kernels: name })
    expect([mixed.biases(0).length, mixed.biases(1).length]).toEqual([0, 1])
  })

  it('gives the same weights for the same seed, others for another', () => {
    expect([...make({ seed: 4 }).weights(0)]).toEqual([...make({ seed: 4 }).weights(0)])
    expect([...make({ seed: 4 }).weights(0)]).not.toEqual([...make({ seed: 5 }).weights(0)])
  })

  it('trains to the same bits from the same seed, and goes on shuffling where it stopped', async () => {
    const data = { x: numbers(4 * 50, 18), y: numbers(3 * 50, 19) }
    const once = make()
    await once.fit(data, { epochs: 4, batchSize: 7 })
    const twice = make()
    await twice.fit(data, { epochs: 1, batchSize: 7 })
    await twice.fit(data, { epochs: 3, batchSize: 7 })
    expect([...once.weights(0)]).toEqual([...twice.weights(0)])
    expect([...once.biases(1)]).toEqual([...twice.biases(1)])
  })

  it('reports training and validation after every epoch, and stops where the callback says false', async () => {
    const net = make()
    const data = { x: numbers(4 * 30, 20), y: Int32Array.from({ length: 30 }, (_, i) => i % 3) }
    const validation = { x: numbers(4 * 300, 21), y: Int32Array.from({ length: 300 }, (_, i) => i % 3) }
    const logs: number[] = []
    const history = await net.fit(data, {
      epochs: 10,
      validation,
      onEpoch: async (log) => {
        logs.push(log.epoch)
        expect(log.epochs).toBe(10)
        expect(log.validationLoss).toBeCloseTo(net.evaluate(validation).loss, 10)
        expect(log.validationAccuracy).toBe(net.evaluate(validation).accuracy)
        return log.epoch < 3
      },
    })
    expect(logs).toEqual([1, 2, 3])
    expect([history.epochs, history.loss.length, history.validationLoss?.length]).toEqual([3, 3, 3])
    expect(history.validationAccuracy?.length).toBe(3)
    expect(history.samplesPerSecond).toBeGreaterThan(0)
  })

  it('has an accuracy only where the targets are classes', () => {
    const x = numbers(8, 22)
    expect(make().evaluate({ x, y: [0, 2] }).accuracy).toBeDefined()
    expect(make().evaluate({ x, y: [0, 0, 1, 0, 1, 0] }).accuracy).toBeDefined()
    expect(make().evaluate({ x, y: [0, 0.5, 1, 0, 1, 0] }).accuracy).toBeUndefined()
    expect(make({ sizes: [4, 1] }).evaluate({ x, y: [0, 1] }).accuracy).toBeDefined()
    expect(make({ sizes: [4, 1] }).evaluate({ x, y: [0.2, 1] }).accuracy).toBeUndefined()
    // Rows of values with binaryCrossEntropy may have several labels: the share of outputs on the right side, also of
    // rows that happen to have one; with class indices, the share of rows.
    const single = make({ loss: 'binaryCrossEntropy' })
    const share =
      [...single.predict(x)].filter((p, i) => p >= 0.5 === [1, 0, 0, 0, 0, 1][i] >= 0.5).length / 6
    expect(single.evaluate({ x, y: [1, 0, 0, 0, 0, 1] }).accuracy).toBeCloseTo(share, 6)
    const rows = [...argmax(single.predict(x), 3)].filter((c, i) => c === [0, 2][i]).length / 2
    expect(single.evaluate({ x, y: [0, 2] }).accuracy).toBe(rows)
    const net = make({ loss: 'binaryCrossEntropy' })
    const y = [1, 1, 0, 0, 0, 0]
    const right = [...net.predict(x)].filter((p, i) => p >= 0.5 === y[i] >= 0.5).length
    expect(net.evaluate({ x, y }).accuracy).toBeCloseTo(right / 6, 6)
  })

  it('is left as it was by everything that only looks', () => {
    const net = make()
    const x = numbers(8, 23)
    const before = [...net.weights(0), ...net.biases(0), ...net.weights(1)]
    net.predict(x)
    net.evaluate({ x, y: [0, 1] })
    net.gradients(x, [0, 1])
    net.checkGradients(x, [0, 1])
    net.explain()
    net.weights(0).fill(7)
    expect([...net.weights(0), ...net.biases(0), ...net.weights(1)]).toEqual(before)
  })
})

describe('a data set with more than x and y', () => {
  it('is taken as it is', async () => {
    const net = new Network({ sizes: [64, 10], loss: 'crossEntropy' })
    expect((await net.fit(digits(), { epochs: 1 })).epochs).toBe(1)
    expect(net.evaluate(digits()).accuracy).toBeGreaterThan(0.1)
  })
})

describe('the shapes of the layers', () => {
  it('cannot be changed from outside', () => {
    const net = new Network({ sizes: [2, 3, 1] })
    expect(() => Object.assign(net.layers[0], { units: 7 })).toThrow(TypeError)
    expect(net.weights(0).length).toBe(6)
  })
})

describe('defaults', () => {
  it('end in the activation that the loss belongs with', () => {
    const last = (options: Partial<SizedNetworkOptions>) =>
      new Network({ sizes: [2, 3, 4], ...options }).layers[1].activation
    expect(last({})).toBe('linear')
    expect(last({ loss: 'crossEntropy' })).toBe('softmax')
    expect(last({ loss: 'binaryCrossEntropy' })).toBe('sigmoid')
    expect(last({ activation: 'tanh' })).toBe('tanh')
    expect(last({ activation: 'tanh', loss: 'crossEntropy' })).toBe('softmax')
    expect(new Network({ sizes: [2, 3, 4] }).layers[0].activation).toBe('relu')
    expect(new Network({ sizes: [2, 3], activation: 'softmax' }).explain()).toContain('softmax(z1) − y')
  })
})

describe('explain', () => {
  it('prints the four equations of the step that runs', () => {
    const net = new Network({ sizes: [784, 30, 10], activation: 'sigmoid', kernels: 'simd' })
    expect(net.explain(10)).toBe(`784-30-10, 23,860 parameters, kernels 'simd'
rows      x, y = the next 10 rows of the order
forward   z1 = x · W1 + b1; a1 = sigmoid(z1)                    (10 × 784)(784 × 30)
forward   z2 = a1 · W2 + b2; a2 = sigmoid(z2)                   (10 × 30)(30 × 10)
output    C = ½ Σ (a2 − y)²; δ2 = (a2 − y) ⊙ sigmoid'(z2)  BP1  (10 × 10)
backward  δ1 = δ2 · W2ᵀ ⊙ sigmoid'(z1)                     BP2  (10 × 10)(10 × 30)
barrier
update    b2 −= η · Σ δ2 / 10                              BP3
update    W2 −= η · a1ᵀ · δ2 / 10                          BP4  (30 × 10)(10 × 10)
update    b1 −= η · Σ δ1 / 10                              BP3
update    W1 −= η · xᵀ · δ1 / 10                           BP4  (784 × 10)(10 × 30)
barrier`)
  })
  it('shows the fused losses as they are computed', () => {
    const text = new Network({ sizes: [4, 3], loss: 'crossEntropy', bias: false }).explain(2)
    expect(text).toContain('z1 = x · W1 ')
    expect(text).toContain('δ1 = softmax(z1) − y')
    expect(text).not.toContain('b1')
  })
})
