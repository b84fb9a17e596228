// Rows that count more or less: sample weights and class weights.

import { describe, expect, it } from 'vitest'
import {
  type ClassWeight,
  type FitOptions,
  type KernelsName,
  Network,
  type NetworkOptions,
  OptionError,
  ShapeError,
} from '../../src/index.ts'
import { measureThreads } from '../../src/threads/crew.ts'
import { runsRelaxed } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'

// Each fit takes the threads that it is told.
measureThreads(false)

const kernels: KernelsName[] = ['reference', 'simd', ...(runsRelaxed ? (['relaxed'] as const) : [])]
const ROWS = 101
const INPUTS = 40
const OUTPUTS = 5

const parametersOf = (net: Network) => net.layers.flatMap((_, l) => [net.weights(l), net.biases(l)])

const make = (options: Partial<NetworkOptions> = {}) =>
  new Network({
    sizes: [INPUTS, 31, OUTPUTS],
    loss: 'crossEntropy',
    seed: 4,
    kernels: 'simd',
    threads: 1,
    ...options,
  } as NetworkOptions)

const x = numbers(ROWS * INPUTS, 1)
const sparse = x.map((v, i) => (i % 5 ? 0 : v))
const y = Int32Array.from({ length: ROWS }, (_, r) => (r * r) % OUTPUTS)
const some = Float32Array.from({ length: ROWS }, (_, r) => [0, 0.25, 1, 2.5, 0.1, 3][r % 6])
const validation = { x: numbers(20 * INPUTS, 2), y: y.slice(0, 20), weights: some.slice(0, 20) }

/** Everything that a network says and keeps of training with these weights. */
async function train(
  options: Partial<NetworkOptions>,
  data: { x: Float32Array; weights?: ArrayLike<number> },
  fit: FitOptions = {},
) {
  const net = make(options)
  const { loss, accuracy, validationLoss } = await net.fit(
    { ...data, y },
    { epochs: 2, batchSize: 24, ...fit },
  )
  const step = net.trainBatch(data.x, y, data.weights && { weights: data.weights })
  const evaluation = net.evaluate({ ...data, y })
  const gradients = net.gradients(x, y)
  return { loss, accuracy, validationLoss, step, evaluation, gradients, parameters: parametersOf(net) }
}

const waysToTrain: [string, Partial<NetworkOptions>, Float32Array, FitOptions][] = [
  ['with the reference kernels', { kernels: 'reference' }, x, {}],
  ['in one thread', {}, x, {}],
  ['in two threads', { threads: 2 }, x, {}],
  ['in three threads off the caller’s', { threads: 3 }, x, { offThread: true }],
  ['from lists of nonzeros', {}, sparse, {}],
  ['from lists of nonzeros in two threads', { threads: 2 }, sparse, {}],
  ['with wide vectors', { wide: true }, x, {}],
  ['by Adam', { optimizer: 'adam' }, x, {}],
]

describe.each(waysToTrain)('%s', (_, options, rows, fit) => {
  it('weights of 1 leave the bits of none', async () => {
    const ones = new Array(ROWS).fill(1)
    const without = { x: validation.x, y: validation.y }
    const one = await train(options, { x: rows, weights: ones }, { ...fit, validation: without })
    const other = await train(options, { x: rows }, { ...fit, validation: without })
    expect(one).toEqual(other)
    const ofOnes = { ...without, weights: new Float32Array(20).fill(1) }
    expect(await train(options, { x: rows }, { ...fit, validation: ofOnes })).toEqual(other)
  })

  it('other weights make a difference, and it is the same in one thread', async () => {
    const weighted = await train(options, { x: rows, weights: some }, { ...fit, validation })
    const plain = await train(options, { x: rows }, { ...fit, validation })
    expect(weighted.loss).not.toEqual(plain.loss)
    expect(weighted.parameters).not.toEqual(plain.parameters)
    const dense = { ...options, threads: 1, wide: false }
    expect(await train(dense, { x: rows, weights: some }, { validation })).toEqual(weighted)
  })
})

describe.each(kernels)('%s', (name) => {
  const options = { kernels: name, optimizer: { name: 'sgd', learningRate: 0.5 } } as const
  const counts = Array.from({ length: ROWS }, (_, r) => [1, 0, 2, 3][r % 4])
  const total = counts.reduce((sum, count) => sum + count, 0)
  const repeated = counts.flatMap((count, r) => new Array<number>(count).fill(r))
  const copies = {
    x: Float32Array.from(repeated.flatMap((r) => [...x.subarray(r * INPUTS, (r + 1) * INPUTS)])),
    y: repeated.map((r) => y[r]),
  }
  /** |a − b| is at most some roundings of sums of about 100 terms. */
  const expectClose = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    for (let i = 0; i < a.length; ++i) expect(Math.abs(a[i] - b[i])).toBeLessThan(2e-6)
  }

  it('whole weights are rows repeated, in a step on all of them', async () => {
    for (const loss of ['crossEntropy', 'focal', 'klDivergence'] as const) {
      const weighted = make({ ...options, loss } as Partial<NetworkOptions>)
      const plain = make({ ...options, loss } as Partial<NetworkOptions>)
      const lossHere = weighted.trainBatch(x, y, { weights: counts })
      // The gradient is divided by the rows that there are.
      const lossThere = plain.trainBatch(copies.x, copies.y, { learningRate: (0.5 * total) / ROWS })
      expectClose([lossHere], [lossThere])
      for (const l of [0, 1]) {
        expectClose(weighted.weights(l), plain.weights(l))
        expectClose(weighted.biases(l), plain.biases(l))
      }
      const moved = make({ ...options, loss } as Partial<NetworkOptions>)
      expect(Math.abs(weighted.weights(0)[0] - moved.weights(0)[0])).toBeGreaterThan(1e-4)
    }
  })

  it('whole weights are rows repeated, in evaluate, but for the accuracy, which counts rows', async () => {
    const net = make(options)
    const { loss, accuracy } = net.evaluate({ x, y, weights: counts })
    const there = net.evaluate(copies)
    expectClose([loss], [there.loss])
    expect(accuracy).toBe(net.evaluate({ x, y }).accuracy)
    expect(await net.evaluateAsync({ x, y, weights: counts })).toEqual({ loss, accuracy })
    const history = await net.fit({ x, y }, { validation: { x, y, weights: counts }, epochs: 1 })
    expect(history.validationLoss![0]).toBe(net.evaluate({ x, y, weights: counts }).loss)
  })

  it('count in every block of rows that are evaluated', async () => {
    const rows = 2500
    const many = { x: numbers(rows, 5), y: numbers(rows, 6), weights: numbers(rows, 7).map(Math.abs) }
    const net = new Network({ sizes: [1, 1], kernels: name, seed: 3 })
    const sums = { loss: 0, weights: 0 }
    net.predict(many.x).forEach((a, r) => {
      sums.loss += (many.weights[r] * (a - many.y[r]) ** 2) / 2
      sums.weights += many.weights[r]
    })
    const { loss } = net.evaluate(many)
    expectClose([loss], [sums.loss / sums.weights])
    for (const threads of [1, 2]) {
      const twin = new Network({ sizes: [1, 1], kernels: name, seed: 3 })
      const { validationLoss } = await twin.fit(many, { validation: many, threads, batchSize: rows })
      expect(validationLoss).toEqual([twin.evaluate(many).loss])
    }
  })

  it('the loss of an epoch is Σ s l / Σ s, each row at the parameters that it met', async () => {
    const net = make(options)
    const before = net.evaluate({ x, y, weights: some }).loss
    const history = await net.fit({ x, y, weights: some }, { batchSize: ROWS, epochs: 1 })
    expectClose(history.loss, [before])
    const twin = make(options)
    expectClose([twin.trainBatch(x, y, { weights: some })], [before])
  })

  it('a row that has the weight 0 is left out, whatever its loss', async () => {
    // An output of 3e39 is infinite in float32, and so are its loss and its δ.
    const net = () => new Network({ sizes: [1, 1], kernels: name, threads: 1, bias: false, seed: 1 })
    const data = { x: [0.5, 3e38], y: [1, 0], weights: [1, 0] }
    const one = net()
    one.setWeights(0, [10])
    expect(one.evaluate(data).loss).toBe(8)
    const history = await one.fit(data, { batchSize: 1, shuffle: false })
    expect(history.loss).toEqual([8])
    // The step of the first row, 0.01 · (5 − 1) · 0.5, and none of the second.
    expect(one.weights(0)[0]).toBeCloseTo(9.98, 6)
  })

  it('a step without weights after one with them counts all rows alike', () => {
    const one = make(options)
    const other = make(options)
    for (const net of [one, other]) net.trainBatch(x, y, { weights: some })
    const fresh = make(options)
    parametersOf(one).forEach((values, i) => {
      if (i % 2) fresh.setBiases((i - 1) / 2, values)
      else fresh.setWeights(i / 2, values)
    })
    expect(one.gradients(x, y)).toEqual(fresh.gradients(x, y))
    expect(one.trainBatch(x, y)).toBe(fresh.trainBatch(x, y))
    expect(parametersOf(one)).toEqual(parametersOf(fresh))
  })
})

describe('weights that make no sense', () => {
  const net = make()
  it.each<[string, unknown, string]>([
    ['too few', [1, 2], `weights: expected a weight for each of the ${ROWS} rows of x, got 2 weights`],
    ['none', [], 'weights: expected at least one row, got an empty array'],
    ['no list', 3, 'weights: expected a typed array or an array, got 3'],
    ['null', null, 'weights: expected a typed array or an array, got null'],
    [
      'a negative one',
      [...some.slice(1), -1],
      `weights[${ROWS - 1}]: expected a finite number of at least 0, got -1`,
    ],
    ['NaN', [Number.NaN, ...some.slice(1)], 'weights[0]: expected a finite number of at least 0, got NaN'],
    [
      'one beyond float32',
      Float64Array.of(1e39, ...some.slice(1)),
      'weights[0]: expected a finite number of at least 0, got 1e+39',
    ],
    ['a text', ['1', ...some.slice(1)], 'weights[0][0]: expected a number, got "1"'],
    ['only zeros', new Float32Array(ROWS), 'weights: expected at least one weight above 0, got only zeros'],
  ])('are refused: %s', async (_, weights, message) => {
    const data = { x, y, weights: weights as number[] }
    const before = parametersOf(net)
    await expect(net.fit(data)).rejects.toThrow(ShapeError)
    await expect(net.fit(data)).rejects.toThrow(message)
    await expect(net.fit({ x, y }, { validation: data })).rejects.toThrow(`validation.${message}`)
    await expect(net.evaluateAsync(data)).rejects.toThrow(message)
    expect(() => net.evaluate(data)).toThrow(message)
    expect(() => net.trainBatch(x, y, { weights: data.weights })).toThrow(message)
    expect(parametersOf(net)).toEqual(before)
  })

  it('are those at the time of the call', async () => {
    const [one, other] = [make(), make()]
    const weights = some.slice()
    const fit = one.fit({ x, y, weights })
    weights.fill(7)
    await fit
    await other.fit({ x, y, weights: some })
    expect(parametersOf(one)).toEqual(parametersOf(other))
    // Data so long that they are read in slices.
    const rows = 700_000
    const long = new Float32Array(rows).fill(1)
    const net = new Network({ sizes: [1, 1], kernels: 'simd', threads: 1 })
    const long2 = long.slice()
    const late = net.fit({ x: long, y: long, weights: long2 }, { batchSize: 1000 })
    long2.fill(2)
    await expect(late).rejects.toThrow(
      'weights: expected values that stay as they are until they have been read',
    )
  })
})

describe('class weights', () => {
  const factors: Record<number, number> = { 0: 2, 3: 0.5 }
  const asWeights = (classes: ArrayLike<number>, given: Record<number, number>) =>
    Array.from(classes, (label) => given[label] ?? 1)
  const fitted = async (net: Network, data: Parameters<Network['fit']>[0], options: FitOptions = {}) => {
    const history = await net.fit(data, { epochs: 2, batchSize: 16, ...options })
    return { loss: history.loss, validationLoss: history.validationLoss, parameters: parametersOf(net) }
  }

  it('are weights of the rows, by the class of each', async () => {
    const expected = await fitted(make(), { x, y, weights: asWeights(y, factors) }, { validation })
    expect(await fitted(make(), { x, y }, { classWeight: factors, validation })).toEqual(expected)
    expect(expected).not.toEqual(await fitted(make(), { x, y }, { validation }))
    // One-hot rows are the same classes.
    const rows = Array.from(y, (label) => Array.from({ length: OUTPUTS }, (_, j) => +(j === label)))
    expect(await fitted(make(), { x, y: rows }, { classWeight: factors, validation })).toEqual(expected)
  })

  it('are refused as a Map or a Set, whose entries are no properties', async () => {
    const net = make()
    for (const classWeight of [new Map([[0, 2]]), new Set([1])]) {
      await expect(net.fit({ x, y }, { classWeight } as never)).rejects.toThrow(
        "fit options.classWeight: expected an object such as { 0: 1, 1: 5 } or { cat: 1, dog: 5 }, or 'balanced', got",
      )
    }
    await expect(net.fit({ x, y }, new Map([['epochs', 2]]) as never)).rejects.toThrow(
      'fit options: expected an object of options, got a Map',
    )
    expect(net.epochs).toBe(0)
  })

  it('multiply the weights that there are', async () => {
    const weights = asWeights(y, factors).map((factor, r) => factor * some[r])
    const expected = await fitted(make(), { x, y, weights })
    expect(await fitted(make(), { x, y, weights: some }, { classWeight: factors })).toEqual(expected)
  })

  it('let every class that occurs count alike where they are balanced', async () => {
    // As scikit-learn has it: n / (k · count), of the k = 3 classes that occur.
    const few = Int32Array.from(y, (_, r) => (r < 60 ? 0 : r < 90 ? 1 : 4))
    const balanced = { 0: ROWS / (3 * 60), 1: ROWS / (3 * 30), 4: ROWS / (3 * 11) }
    const expected = await fitted(make(), { x, y: few, weights: asWeights(few, balanced) })
    expect(await fitted(make(), { x, y: few }, { classWeight: 'balanced' })).toEqual(expected)
  })

  it.each([
    ['binaryCrossEntropy', 0],
    ['hinge', -1],
    ['quadratic', 0],
  ] as const)('know the two classes of one output, %s', async (loss, low) => {
    const net = () => new Network({ sizes: [INPUTS, 1], loss, kernels: 'simd', threads: 1, seed: 2 })
    const labels = Array.from(y, (label) => (label > 2 ? 1 : low))
    const weights = labels.map((label) => (label === 1 ? 3 : 0.5))
    const expected = await fitted(net(), { x, y: labels, weights })
    expect(await fitted(net(), { x, y: labels }, { classWeight: { 0: 0.5, 1: 3 } })).toEqual(expected)
  })

  it.each<[string, unknown, string]>([
    [
      'a name',
      'balance',
      'fit options.classWeight: expected an object such as { 0: 1, 1: 5 } or { cat: 1, dog: 5 }, or \'balanced\', got "balance"',
    ],
    [
      'a list',
      [1, 2],
      "fit options.classWeight: expected an object such as { 0: 1, 1: 5 } or { cat: 1, dog: 5 }, or 'balanced', got",
    ],
    ['no class', { a: 1 }, 'fit options.classWeight: expected classes from 0 to 4, got "a"'],
    ['a class too many', { 5: 1 }, 'fit options.classWeight: expected classes from 0 to 4, got 5'],
    [
      'a negative weight',
      { 1: -1 },
      'fit options.classWeight[1]: expected a finite float32 number of at least 0, got -1',
    ],
    ['only zeros', { 0: 0, 1: 0, 2: 0, 3: 0, 4: 0 }, 'not all 0, got only zeros'],
  ])('are refused: %s', async (_, classWeight, message) => {
    const fit = make().fit({ x, y }, { classWeight: classWeight as ClassWeight })
    await expect(fit).rejects.toThrow(OptionError)
    await expect(fit).rejects.toThrow(message)
  })

  it('are refused where the targets are no classes', async () => {
    const values = numbers(ROWS * OUTPUTS, 7)
    const options: FitOptions = { classWeight: 'balanced' }
    await expect(make({ loss: 'quadratic' }).fit({ x, y: values }, options)).rejects.toThrow(
      'fit options.classWeight: expected targets that are classes, got values',
    )
    const labels = values.map((v) => +(v > 0))
    await expect(make({ loss: 'binaryCrossEntropy' }).fit({ x, y: labels }, options)).rejects.toThrow(
      'fit options.classWeight: expected targets that are classes, got several labels a row',
    )
  })
})

it('weights are refused where a share for validation, or what it leaves, has only zeros', async () => {
  const net = make()
  const found = new Set<string>()
  // A single row counts: it is either in the share or not.
  for (let r = 0; r < ROWS; ++r) {
    const weights = Float32Array.from({ length: ROWS }, (_, i) => (i === r ? 1 : 0))
    const run = net.fit({ x, y, weights }, { validation: 0.25 })
    found.add(await run.then(String, (error: Error) => error.message))
  }
  expect([...found].sort()).toEqual([
    'weights: expected at least one above 0 in the share of 0.25 that is kept apart for validation, got only zeros',
    'weights: expected at least one above 0 in what a share of 0.25 for validation leaves to train on, got only zeros',
  ])
})
