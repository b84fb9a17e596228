// One step of backpropagation written out in plain loops, beside what the library does: the shapes, BP1-BP4, the
// biases; a linear network; and what the same gradient costs by finite differences.
//
//   npx tsx examples/backward-by-hand.ts

import { Network } from 'nabla'
import { isMain } from './terminal.ts'

type Matrix = number[][]

const zip = (a: Matrix, b: Matrix, f: (p: number, q: number) => number): Matrix =>
  a.map((row, r) => row.map((value, c) => f(value, b[r][c])))
const transpose = (a: Matrix): Matrix => a[0].map((_, c) => a.map((row) => row[c]))
const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, c) => row.reduce((sum, value, i) => sum + value * b[i][c], 0)))
const columnSums = (a: Matrix): number[] => a[0].map((_, c) => a.reduce((sum, row) => sum + row[c], 0))
const shape = (a: Matrix): string => `(${a.length} × ${a[0].length})`
const asMatrix = (values: Float32Array, columns: number): Matrix =>
  Array.from({ length: values.length / columns }, (_, r) => [
    ...values.subarray(r * columns, (r + 1) * columns),
  ])

const activations = {
  sigmoid: { f: (z: number) => 1 / (1 + Math.exp(-z)), slope: (a: number) => a * (1 - a) },
  linear: { f: (z: number) => z, slope: () => 1 },
}

/** ∇W and ∇b of every layer for the mean quadratic cost over the rows of x. */
export function gradientsByHand(
  net: Network,
  x: Matrix,
  y: Matrix,
  print: (line: string) => void = () => {},
) {
  const weights = net.layers.map(({ units }, l) => asMatrix(net.weights(l), units))
  const functions = net.layers.map(({ activation }) => activations[activation as keyof typeof activations])

  // Forward: z = a · W + b, a = f(z), layer by layer.
  const a = [x]
  weights.forEach((w, l) => {
    const b = net.biases(l)
    const z = multiply(a[l], w).map((row) => row.map((value, c) => value + b[c]))
    a.push(z.map((row) => row.map(functions[l].f)))
    print(
      `forward   a${l + 1} = f(a${l} · W${l + 1} + b${l + 1})   ${shape(a[l])}${shape(w)} → ${shape(a[l + 1])}`,
    )
  })

  // BP1: δ = (a − y) ⊙ f'(z) in the output layer.
  const last = weights.length
  let delta = zip(
    zip(a[last], y, (p, q) => p - q),
    a[last],
    (error, out) => error * functions[last - 1].slope(out),
  )
  const gradients: { weights: Matrix; biases: number[] }[] = []
  for (let l = last; l >= 1; --l) {
    // BP4: ∇W = aᵀ · δ, and BP3: ∇b = Σ δ, both the mean over the rows.
    const mean = (value: number) => value / x.length
    gradients.unshift({
      weights: multiply(transpose(a[l - 1]), delta).map((row) => row.map(mean)),
      biases: columnSums(delta).map(mean),
    })
    print(
      `gradient  ∇W${l} = a${l - 1}ᵀ · δ${l}, ∇b${l} = Σ δ${l}   ${shape(transpose(a[l - 1]))}${shape(delta)}`,
    )
    if (l === 1) break
    // BP2: δ one layer below = δ · Wᵀ ⊙ f'(z).
    delta = zip(
      multiply(delta, transpose(weights[l - 1])),
      a[l - 1],
      (sum, out) => sum * functions[l - 2].slope(out),
    )
    print(`backward  δ${l - 1} = δ${l} · W${l}ᵀ ⊙ f'(z${l - 1})   → ${shape(delta)}`)
  }
  return gradients
}

/** The largest difference between the gradients by hand and the library's. */
export function largestDifference(
  net: Network,
  x: Matrix,
  y: Matrix,
  print?: (line: string) => void,
): number {
  const byHand = gradientsByHand(net, x, y, print)
  const { weights, biases } = net.gradients(x, y)
  const differences = byHand.flatMap((layer, l) => [
    ...layer.weights.flat().map((value, i) => Math.abs(value - weights[l][i])),
    ...layer.biases.map((value, i) => Math.abs(value - biases[l][i])),
  ])
  return Math.max(...differences)
}

/**
 * Seconds for one gradient: by one backward pass, and by finite differences, which need one forward pass for each
 * parameter and one more (a million and one for a million parameters). The forward pass is timed, not all of them.
 */
export function costOfGradients(sizes: number[], rows: number) {
  const net = new Network({ sizes, activation: 'sigmoid', loss: 'quadratic' })
  const x = new Float32Array(rows * net.inputs).fill(0.5)
  const y = new Float32Array(rows * net.outputs).fill(0.5)
  const seconds = (work: () => unknown) => {
    for (let i = 0; i < 5; ++i) work()
    const times = Array.from({ length: 9 }, () => {
      const from = performance.now()
      work()
      return (performance.now() - from) / 1000
    })
    return times.sort((p, q) => p - q)[4]
  }
  const backward = seconds(() => net.gradients(x, y))
  const forward = seconds(() => net.loss(x, y))
  const passes = net.parameterCount + 1
  return { parameters: net.parameterCount, backward, forward, passes, differences: forward * passes }
}

if (isMain(import.meta.url)) {
  const x = [
    [0, 0.5],
    [1, 0.2],
    [0.3, 0.9],
  ]
  const y = [
    [1, 0],
    [0, 1],
    [0.5, 0.5],
  ]
  for (const activation of ['sigmoid', 'linear'] as const) {
    const net = new Network({ sizes: [2, 4, 2], activation, loss: 'quadratic', seed: 1 })
    console.log(`\n2-4-2 ${activation}, by hand:`)
    const difference = largestDifference(net, x, y, (line) => console.log(`  ${line}`))
    console.log(`  largest difference from net.gradients(): ${difference.toExponential(1)}`)
    console.log(`\nThe library's step:\n${net.explain(3)}`)
  }
  const { parameters, backward, forward, passes, differences } = costOfGradients([784, 1000, 200, 10], 10)
  console.log(`\nA network of ${parameters.toLocaleString('en')} parameters, 10 rows:`)
  console.log(`  one forward and backward pass    ${(backward * 1000).toFixed(2)} ms`)
  console.log(`  one forward pass                 ${(forward * 1000).toFixed(2)} ms`)
  console.log(
    `  ${passes.toLocaleString('en')} forward passes       ${(differences / 60).toFixed(1)} minutes`,
  )
  console.log(
    `  finite differences cost ${Math.round(differences / backward).toLocaleString('en')} times as much`,
  )
}
