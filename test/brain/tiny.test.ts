// The kernel for one small hidden layer, against a textbook loop in float64 and against the general kernels.

import { describe, expect, it } from 'vitest'
import { PhiloxStream } from '../../src/base/random.ts'
import { makeByKernels } from '../../src/brain/make-online.ts'
import type { MakeOnline } from '../../src/brain/online.ts'
import { cloneParameters, drawn, type Parameters, zeroParameters } from '../../src/brain/parameters.ts'
import { arrange } from '../../src/brain/plan.ts'
import type { Rule } from '../../src/brain/rule.ts'
import { ACTIVATIONS, trainDefaults } from '../../src/brain/train-options.ts'
import { trainingData } from '../../src/brain/training-data.ts'
import { part } from '../helpers/thorough.ts'

const byTiny = makeByKernels()!
const byGeneral = makeByKernels(false)!

interface Row {
  input: number[]
  output: number[]
}

function rowsOf([inputs, , outputs]: number[], count: number, density: number, random: PhiloxStream): Row[] {
  const value = () => Math.fround(2 * random.uniform() - 0.5)
  return Array.from({ length: count }, () => ({
    input: Array.from({ length: inputs }, () => (random.uniform() < density ? value() : 0)),
    output: Array.from({ length: outputs }, () => Math.abs(value())),
  }))
}

function dataOf(rows: readonly Row[], isNamed = false) {
  const [inputs, outputs] = [rows[0].input.length, rows[0].output.length]
  const target = { name: 'output', lookup: null, length: outputs } as const
  if (!isNamed) return trainingData(rows, { name: 'input', lookup: null, length: inputs }, target)
  const named = rows.map(({ input, output }) => ({
    input: Object.fromEntries([...input.entries()].filter(([, x]) => x !== 0).map(([i, x]) => [`x${i}`, x])),
    output,
  }))
  const lookup = Object.fromEntries(Array.from({ length: inputs }, (_, i) => [`x${i}`, i]))
  return trainingData(named, { name: 'input', lookup, length: inputs }, target)
}

const ruleOf = (options: Partial<Rule> & Pick<Rule, 'activation'>): Rule => ({
  ...trainDefaults(),
  isAdam: false,
  learningRate: 0.05,
  momentum: 0.6,
  ...options,
})

/** The same training as a textbook has it, in float64 throughout. Returns the errors of the passes, and the parameters. */
function textbook(rows: readonly Row[], parameters: Parameters, rule: Rule, passes: number) {
  const layers = parameters.layers.map((layer) => ({
    weights: layer.weights.map((row) => [...row]),
    biases: [...layer.biases],
    changes: layer.weights.map((row) => Array.from(row, () => 0)),
  }))
  const alpha = rule.activation === 'relu' ? 0 : rule.leakyReluAlpha
  const isLine = rule.activation === 'relu' || rule.activation === 'leaky-relu'
  const f = (z: number) => {
    if (isLine) return z > 0 ? z : alpha * z
    return rule.activation === 'sigmoid' ? 1 / (1 + Math.exp(-z)) : Math.tanh(z)
  }
  const slope = (a: number) => {
    if (isLine) return a > 0 ? 1 : alpha
    return rule.activation === 'sigmoid' ? a * (1 - a) : 1 - a * a
  }
  const errors = Array.from({ length: passes }, () => {
    let total = 0
    for (const { input, output } of rows) {
      const a: number[][] = [input]
      for (const { weights, biases } of layers) {
        const x = a[a.length - 1]
        a.push(weights.map((row, j) => f(row.reduce((sum, w, i) => sum + w * x[i], biases[j]))))
      }
      const e = output.map((y, k) => y - a[2][k])
      total += e.reduce((sum, value) => sum + value * value, 0) / e.length
      const upper = e.map((value, k) => value * slope(a[2][k]))
      const lower = a[1].map(
        (value, j) => slope(value) * upper.reduce((sum, d, k) => sum + d * layers[1].weights[k][j], 0),
      )
      for (const [l, deltas] of [lower, upper].entries()) {
        const { weights, changes, biases } = layers[l]
        deltas.forEach((d, j) => {
          a[l].forEach((x, i) => {
            changes[j][i] = rule.learningRate * d * x + rule.momentum * changes[j][i]
            weights[j][i] += changes[j][i]
          })
          biases[j] += rule.learningRate * d
        })
      }
    }
    return total / rows.length
  })
  return { errors, layers }
}

/** Trains in calls of uneven lengths, some within a pass. */
function trained(
  make: MakeOnline,
  start: Parameters,
  data: ReturnType<typeof dataOf>,
  rule: Rule,
  passes: number,
) {
  const parameters = cloneParameters(start)
  const { layers } = parameters
  const sizes = [layers[0].weights[0].length, ...layers.map(({ biases }) => biases.length)]
  const online = make(sizes, parameters, data, rule)
  const random = new PhiloxStream(7, 9)
  const errors: number[] = []
  while (online.iterations < passes) {
    online.run(1 + random.below(2 * data.rows), online.iterations + 1, -1)
    if (online.iterations > errors.length) errors.push(online.error)
  }
  online.write()
  online.release()
  return { errors, layers }
}

type Trained = ReturnType<typeof textbook> | ReturnType<typeof trained>

type Values = readonly (number | ArrayLike<number>)[] | Float32Array
const flat = (values: Values): number[] =>
  Array.from<number | ArrayLike<number>>(values).flatMap((row) =>
    typeof row === 'number' ? row : Array.from(row),
  )

function expectAlike(found: Trained, expected: Trained, where: string): void {
  expect(found.errors.length, where).toBe(expected.errors.length)
  // As a share of what is allowed. Weights of about 1, which some dozens of samples have changed by numbers rounded to 2⁻²⁴; e² has
  // twice the error of e.
  const errors = found.errors.map((error, i) => {
    const wanted = expected.errors[i]
    return Math.abs(error - wanted) / (1e-5 * wanted + 4e-6 * Math.sqrt(wanted) + 1e-10)
  })
  expect(Math.max(...errors), `${where}, errors`).toBeLessThan(1)
  for (const name of ['weights', 'changes', 'biases'] as const) {
    found.layers.forEach((layer, l) => {
      const wanted = flat(expected.layers[l][name]!)
      const differences = flat(layer[name]!).map((value, i) => Math.abs(value - wanted[i]))
      expect(differences.length).toBe(wanted.length)
      expect(Math.max(...differences), `${where}, ${name} of layer ${l}`).toBeLessThan(5e-6)
    })
  }
}

const shapes = [1, 2, 3, 4].flatMap((hidden) =>
  [1, 2, 3, 4, 5, 6].map((outputs) => [hidden, outputs] as const),
)

describe.each(ACTIVATIONS)('the kernel for one small hidden layer, with %s', (activation) => {
  it.each(shapes)('trains %d hidden units and %d outputs as a textbook does', (hidden, outputs) => {
    for (const inputs of part([1, 2, 3, 4, 5, 6, 7, 8, 9])) {
      const sizes = [inputs, hidden, outputs]
      const random = new PhiloxStream(100 * inputs + 10 * hidden + outputs, 9)
      const start = drawn(sizes, inputs)
      for (const { weights } of start.layers)
        for (const row of weights)
          row.forEach((w, i) => {
            row[i] = 4 * w
          })
      for (const [density, isNamed] of [
        [1, false],
        [0.5, false],
        [0.6, true],
      ] as const) {
        const rows = rowsOf(sizes, 1 + random.below(7), density, random)
        const rule = ruleOf({ activation, momentum: inputs % 3 === 0 ? 0 : 0.6 })
        const where = `${sizes}, ${rows.length} rows, ${density}`
        const data = dataOf(rows, isNamed)
        const found = trained(byTiny, start, data, rule, 8)
        expectAlike(found, textbook(rows, start, rule, 8), where)
        if (density < 1) continue
        const general = trained(byGeneral, start, data, rule, 8)
        expectAlike(found, general, `${where}, general`)
      }
    }
  })

  it('is another than the general ones, and rounds otherwise', () => {
    const sizes = [9, 4, 3]
    const data = dataOf(rowsOf(sizes, 20, 1, new PhiloxStream(4, 9)))
    const [own, general] = [byTiny, byGeneral].map((make) =>
      trained(make, drawn(sizes, 1), data, ruleOf({ activation }), 20),
    )
    expect(own.errors).not.toEqual(general.errors)
  })

  it('has the same errors as the general kernels where units are saturated', () => {
    const sizes = [3, 4, 3]
    const random = new PhiloxStream(3, 9)
    const rows = rowsOf(sizes, 6, 1, random)
    const start = drawn(sizes, 5)
    for (const { weights } of start.layers)
      for (const row of weights)
        row.forEach((w, i) => {
          row[i] = 400 * w
        })
    const rule = ruleOf({ activation, learningRate: 1e-6 })
    const found = trained(byTiny, start, dataOf(rows), rule, 3)
    const general = trained(byGeneral, start, dataOf(rows), rule, 3)
    found.errors.forEach((error, i) => {
      expect(Math.abs(error / general.errors[i] - 1)).toBeLessThan(1e-5)
    })
  })

  it('ends after the same pass, at the same sample, and goes on from there', () => {
    for (const outputs of [1, 3]) {
      const sizes = [4, 3, outputs]
      const rows = rowsOf(sizes, 5, 1, new PhiloxStream(9, 9))
      const rule = ruleOf({ activation })
      const { errors } = trained(byGeneral, drawn(sizes, 1), dataOf(rows), rule, 30)
      const online = byTiny(sizes, drawn(sizes, 1), dataOf(rows), rule)
      expect(online.run(7, 100, -1)).toBe(7)
      expect([online.iterations, online.isBetween]).toEqual([1, false])
      const threshold = errors[19] * (1 + 1e-4)
      const first = 1 + errors.findIndex((error, i) => i > 0 && error <= threshold)
      expect(online.run(1000, 100, threshold)).toBe(5 * first - 7)
      expect([online.iterations, online.isBetween]).toEqual([first, true])
      expect(Math.abs(online.error / errors[first - 1] - 1)).toBeLessThan(1e-4)
      expect(online.run(1000, first + 2, -1)).toBe(10)
      expect(online.run(0, 1000, -1)).toBe(0)
      online.release()
    }
  })

  it('follows a rule that changes in the middle of a pass, to any activation', () => {
    const sizes = [3, 4, 5]
    const data = dataOf(rowsOf(sizes, 7, 1, new PhiloxStream(6, 9)))
    const [own, general] = [byTiny, byGeneral].map((make) => {
      const parameters = drawn(sizes, 4)
      const online = make(sizes, parameters, data, ruleOf({ activation }))
      ACTIVATIONS.forEach((other, i) => {
        online.run(11, 1000, -1)
        online.follow(ruleOf({ activation: other, learningRate: 0.01 * (i + 1), momentum: 0.2 * i }))
      })
      online.run(11, 1000, -1)
      online.write()
      online.release()
      return { errors: [online.error], layers: parameters.layers }
    })
    expectAlike(own, general, activation)
  })

  it('takes the weights over that a callback has changed, and an error that is not a number', () => {
    const sizes = [3, 2, 3]
    const rows = rowsOf(sizes, 4, 1, new PhiloxStream(2, 9))
    const rule = ruleOf({ activation })
    const [first, again] = [byTiny, byGeneral].map((make) => {
      const parameters = drawn(sizes, 4)
      const online = make(sizes, parameters, dataOf(rows), rule)
      online.run(6, 1000, -1)
      online.write()
      for (const { weights, biases } of parameters.layers) {
        biases[0] += 0.25
        weights[1][0] -= 0.25
      }
      online.read()
      online.run(8, 1000, -1)
      const { error } = online
      parameters.layers[1].weights[2][1] = Number.NaN
      online.read()
      const left = online.run(1000, 1000, -1)
      online.release()
      return { error, left, last: online.error }
    })
    expect(Math.abs(first.error / again.error - 1)).toBeLessThan(1e-5)
    expect([first.left, first.last]).toEqual([2, Number.NaN])
    expect(again.left).toBe(2)
  })
})

describe('the choice of the kernel', () => {
  const isTiny = (
    sizes: number[],
    options: Partial<Rule> = {},
    rows = rowsOf(sizes, 5, 1, new PhiloxStream(1, 9)),
  ) => arrange(sizes, dataOf(rows), ruleOf({ activation: 'sigmoid', ...options }), 0).shares !== undefined

  it('takes one hidden layer of at most four units, at most six outputs, and momentum', () => {
    expect([isTiny([1, 1, 1]), isTiny([50, 4, 6]), isTiny([2, 3, 1])]).toEqual([true, true, true])
    expect([isTiny([2, 5, 1]), isTiny([2, 4, 7]), isTiny([2, 2]), isTiny([2, 2, 2, 2])]).toEqual([
      false,
      false,
      false,
      false,
    ])
    expect(isTiny([2, 3, 1], { isAdam: true })).toBe(false)
  })

  it('leaves inputs of which most are 0 to the general kernels', () => {
    const rows = rowsOf([40, 3, 1], 9, 0.1, new PhiloxStream(1, 9))
    expect(isTiny([40, 3, 1], {}, rows)).toBe(false)
  })

  it('leaves inputs to them whose products overflow', () => {
    const of = (x: number) => isTiny([1, 1, 1], {}, [{ input: [x], output: [0.5] }])
    expect([of(1e7), of(1e9), of(1e20)]).toEqual([true, false, false])
    const rows = [1e20, -1e20, 1e-3].map((x) => ({ input: [x], output: [0.5] }))
    expect(isTiny([1, 1, 1], {}, rows)).toBe(false)
    const { errors } = trained(
      byTiny,
      drawn([1, 1, 1], 1),
      dataOf(rows),
      ruleOf({ activation: 'sigmoid' }),
      3,
    )
    expect(errors.every(Number.isFinite)).toBe(true)
  })
})

describe('a sum of −∞', () => {
  it('makes relu 0 in both kernels', () => {
    for (const make of [byTiny, byGeneral]) {
      const parameters = zeroParameters([1, 1, 1])
      parameters.layers[0].weights[0][0] = -3e38
      parameters.layers[1].weights[0][0] = 0.5
      const data = dataOf([{ input: [10], output: [0.25] }])
      const online = make([1, 1, 1], parameters, data, ruleOf({ activation: 'relu', learningRate: 1e-30 }))
      online.run(1, 1, -1)
      expect(online.error).toBe(0.0625)
      online.release()
    }
  })
})
