// What net.diagnose finds in the data: every note comes with a remedy, which is followed here.

import { describe, expect, it } from 'vitest'
import { standardScaler } from '../../src/data/index.ts'
import { Network } from '../../src/index.ts'
import { base, change, classes, column, sgd, y1 } from '../helpers/diagnosis.ts'
import { type Case, deep, expectCure, long, regression, units } from '../helpers/patients.ts'
import { numbers } from '../helpers/random.ts'

const houses = change(y1, (v) => 5e5 + 1e5 * v)

const balanced = (x: number[][], y: number[], times: number) => ({
  x: x.flatMap((row, r) => Array.from({ length: y[r] === 1 ? times : 1 }, () => row)),
  y: y.flatMap((c) => Array.from({ length: c === 1 ? times : 1 }, () => c)),
})
const few = { x: [] as number[][], y: [] as number[] }
const spread = numbers(400 * 2, 8)
for (let r = 0; r < 400; ++r) {
  const isRare = r % 20 === 0
  few.x.push([spread[2 * r] + (isRare ? 0.5 : 0), spread[2 * r + 1]])
  few.y.push(isRare ? 1 : 0)
}

const cases: Record<string, Case> = {
  'house prices': {
    ill: { options: deep(4, [units(16, 'relu'), 1]), data: { x: base, y: houses } },
    what: 'targets',
    says: /^the targets \(mean 5\d{5}, deviation \d+, .*standardScaler\(y, 1\)/,
    mended: {
      options: deep(4, [units(16, 'relu'), 1]),
      data: { x: base, y: standardScaler(houses, 1).transform(houses) },
      fit: long,
    },
  },
  'house prices, trained at a rate that suits them': {
    ill: {
      options: deep(4, [units(16, 'tanh'), 1], { optimizer: 'adam' }),
      data: { x: base, y: houses },
      fit: long,
    },
    what: 'targets',
    says: /^the targets \(mean 5\d{5}, deviation \d+, .*standardScaler\(y, 1\)/,
    mended: {
      options: deep(4, [units(16, 'tanh'), 1], { optimizer: 'adam' }),
      data: { x: base, y: standardScaler(houses, 1).transform(houses) },
      fit: { ...long, epochs: 300 },
    },
  },
  'a huge column': {
    ill: {
      options: deep(4, [units(16, 'leakyRelu'), 1]),
      data: { x: column(2, (v) => 3e4 * (v + 2)), y: y1 },
    },
    what: 'inputs',
    where: { column: 2 },
    says: /^column 2 of the inputs \(mean .*standardScaler\(x, 4\)/,
    mended: {
      options: deep(4, [units(16, 'leakyRelu'), 1]),
      data: {
        x: standardScaler(
          column(2, (v) => 3e4 * (v + 2)),
          4,
        ).transform(column(2, (v) => 3e4 * (v + 2))),
        y: y1,
      },
      fit: long,
    },
  },
  'a rate that is far too low': {
    ill: { options: deep(4, [units(16, 'relu'), 1], { optimizer: sgd(1e-7) }), data: regression, fit: long },
    what: 'rate',
    says: /^the learning rate 1e-7 is too low, where about 0\.\d+ is bearable; try 0\.\d$/,
    mended: {
      options: deep(4, [units(16, 'relu'), 1], { optimizer: sgd(0.1) }),
      data: regression,
      fit: long,
    },
  },
  'targets out of reach': {
    ill: { options: deep(4, [units(8, 'tanh'), units(1, 'sigmoid')]), data: { x: base, y: houses } },
    what: 'reach',
    where: { layer: 1 },
    says: /^the last layer's sigmoid makes only numbers from 0 to 1.*activation: 'linear' there.*standardScaler\(y, 1\)/,
    mended: {
      options: deep(4, [units(8, 'tanh'), 1]),
      data: { x: base, y: standardScaler(houses, 1).transform(houses) },
      fit: long,
    },
  },
  'a constant column': {
    ill: { options: deep(4, [units(8, 'tanh'), 1]), data: { x: column(3, () => 7), y: y1 } },
    what: 'constant column',
    where: { column: 3 },
    says: /^column 3 of the inputs is 7 in every row .*leave it out/,
    mended: {
      options: deep(3, [units(8, 'tanh'), 1]),
      data: { x: base.filter((_, i) => i % 4 !== 3), y: y1 },
      fit: long,
    },
  },
  'columns that are mostly 0': {
    ill: {
      options: deep(4, [units(8, 'tanh'), 1]),
      data: { x: change(base, (v, i) => (i % 4 ? 0 : v)), y: y1 },
    },
    what: 'constant column',
    where: { column: 1 },
    says: /^3 of the 4 columns of the inputs are 0 in every row, the first of them column 1/,
    mended: {
      options: deep(1, [units(8, 'tanh'), 1]),
      data: { x: base.filter((_, i) => i % 4 === 0), y: y1 },
      fit: long,
    },
  },
  'a class that never occurs': {
    ill: { options: deep(4, [units(8, 'tanh'), 3], { loss: 'crossEntropy' }), data: { x: base, y: classes } },
    what: 'absent class',
    where: { column: 2 },
    says: /^class 2 occurs in none of the 200 rows of the targets/,
    mended: {
      options: deep(4, [units(8, 'tanh'), 2], { loss: 'crossEntropy' }),
      data: { x: base, y: classes },
      fit: long,
    },
  },
  'a label that is always true': {
    ill: {
      options: deep(4, [units(8, 'tanh'), 2], { loss: 'binaryCrossEntropy' }),
      data: { x: base, y: classes.map((c) => [1, c]) },
    },
    what: 'absent class',
    where: { column: 0 },
    says: /^class 0 of output 0 occurs in none of the 200 rows/,
    mended: {
      options: deep(4, [units(8, 'tanh'), 1], { loss: 'binaryCrossEntropy' }),
      data: { x: base, y: classes },
      fit: long,
    },
  },
  'a class that is never predicted': {
    ill: {
      options: deep(2, [units(8, 'tanh'), 2], { loss: 'crossEntropy' }),
      data: few,
      fit: { epochs: 30 },
    },
    what: 'class never predicted',
    where: { column: 1 },
    says: /^class 1 is never predicted, and 20 of the 400 rows have it: the most frequent one has 19 times as many rows/,
    mended: {
      options: deep(2, [units(8, 'tanh'), 2], { loss: 'crossEntropy' }),
      data: balanced(few.x, few.y, 19),
      fit: { epochs: 30 },
    },
  },
}

describe('what keeps data from being learned', () => {
  it.each(Object.entries(cases))('is found: %s, and mended as the note says', async (_, one) =>
    expectCure(one),
  )

  it('is one note for targets that are out of reach, whatever their size', () => {
    const net = new Network(deep(4, [units(8, 'tanh'), units(1, 'sigmoid')]))
    expect(net.diagnose({ x: base, y: houses }).map(({ what }) => what)).toEqual(['reach'])
  })
})
