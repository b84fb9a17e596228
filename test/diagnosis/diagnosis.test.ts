// What a user is told of a training that went wrong: the cause that the numbers show, and a remedy that works when it is
// taken. Every case diverges, has its message read as a user would, and is trained again as the message says.

import { describe, it } from 'vitest'
import type { Training } from '../helpers/advice.ts'
import {
  base,
  change,
  classes,
  column,
  expectAdviceToHelp,
  long,
  net,
  rate,
  rows,
  sgd,
  y1,
} from '../helpers/diagnosis.ts'
import { numbers } from '../helpers/random.ts'

type Case = [name: string, causes: RegExp[], training: Training]

const targets = /the targets \(mean .*\) are far/
const inputs = /the inputs \(mean .*\) are far/
const weights = /the initial weights are too large/

const cases: Case[] = [
  [
    "README's example",
    [rate],
    {
      options: { sizes: [1, 1], optimizer: sgd(100) },
      x: Float32Array.of(1, 2, 3),
      y: [1, 2, 3],
      fit: { epochs: 100 },
    },
  ],
  [
    'targets near 500,000',
    [/targets \(mean 5\d{5}, deviation \d{5,6}, largest \d{6}\)/],
    { options: net([4, 16, 1], 0.01), x: base, y: change(y1, (v) => 5e5 + 1e5 * v), fit: long },
  ],
  [
    'targets near 500,000 in a deep network',
    [targets],
    {
      options: net([4, 32, 32, 1], 0.05, { activation: 'leakyRelu' }),
      x: base,
      y: change(y1, (v) => 5e5 + 1e5 * v),
      fit: long,
    },
  ],
  [
    'targets near 2,000 that hardly differ',
    [targets],
    { options: net([4, 16, 1], 0.05), x: base, y: change(y1, (v) => 2000 + v), fit: long },
  ],
  [
    'targets of 1e30',
    [targets],
    { options: net([4, 1], 0.01), x: base, y: change(y1, (v) => 1e30 * v), fit: long },
  ],
  [
    'one column of the targets',
    [/column 1 of the targets \(mean .*\) is far/],
    {
      options: net([4, 16, 3], 0.02),
      x: base,
      y: numbers(rows * 3, 5).map((v, i) => (i % 3 === 1 ? 1e5 * v : v)),
      fit: long,
    },
  ],
  [
    'inputs of 1e4',
    [inputs],
    { options: net([4, 16, 1], 0.01), x: change(base, (v) => 1e4 * v), y: y1, fit: long },
  ],
  [
    'inputs of 0 to 255',
    [inputs],
    {
      options: net([4, 32, 1], 0.05, { activation: 'leakyRelu' }),
      x: change(base, (v) => 75 * (v + 1.7)),
      y: y1,
      fit: long,
    },
  ],
  [
    'inputs far from 0 that hardly differ',
    [inputs],
    { options: net([4, 1], 0.01), x: change(base, (v) => 1000 + v), y: y1, fit: long },
  ],
  [
    'inputs of 1e30',
    [inputs],
    { options: net([4, 8, 1], 0.01), x: change(base, (v) => 1e30 * v), y: y1, fit: long },
  ],
  [
    'a huge column',
    [/column 2 of the inputs \(mean .*\) is far/],
    {
      options: net([4, 16, 1], 0.01, { activation: 'leakyRelu' }),
      x: column(2, (v) => 3e4 * (v + 2)),
      y: y1,
      fit: long,
    },
  ],
  [
    'inputs and targets',
    [inputs, targets],
    {
      options: net([4, 16, 1], 0.01),
      x: change(base, (v) => 1e4 * v),
      y: change(y1, (v) => 1e6 * v),
      fit: long,
    },
  ],
  [
    'inputs and the rate',
    [rate, inputs],
    { options: net([4, 16, 1], 50), x: change(base, (v) => 1e4 * v), y: y1, fit: long },
  ],
  ['a rate of 1e20', [rate], { options: net([4, 16, 1], 1e20), x: base, y: y1, fit: long }],
  ['a rate of 3', [rate], { options: net([4, 16, 1], 3), x: base, y: y1, fit: long }],
  [
    'a rate of 2 in a single layer',
    [rate],
    { options: net([4, 1], 2), x: base, y: y1, fit: { epochs: 300, batchSize: 50 } },
  ],
  [
    'large targets of a single layer, which do not matter there',
    [rate],
    { options: net([4, 1], 2), x: base, y: change(y1, (v) => 500 + v), fit: { epochs: 300, batchSize: 50 } },
  ],
  [
    'a tiny batch',
    [rate],
    { options: net([4, 16, 1], 1), x: base, y: y1, fit: { epochs: 60, batchSize: 1 } },
  ],
  [
    'many inputs',
    [rate],
    { options: net([128, 16, 1], 1), x: numbers(rows * 128, 4, 1.7), y: y1, fit: long },
  ],
  [
    'a deep relu network with standardNormal',
    [weights],
    { options: net([4, 64, 64, 64, 1], 0.01, { initializer: 'standardNormal' }), x: base, y: y1, fit: long },
  ],
  [
    'a wide linear network with standardNormal',
    [weights],
    {
      options: net([64, 128, 1], 0.01, { initializer: 'standardNormal', activation: 'linear' }),
      x: numbers(rows * 64, 2),
      y: y1,
      fit: long,
    },
  ],
  [
    'an initializer of its own, of 1e20',
    [weights],
    {
      options: net([4, 8, 1], 0.01, {
        initializer: ({ fanIn, fanOut }, random) =>
          Float32Array.from({ length: fanIn * fanOut }, () => 1e20 * random.normal()),
      }),
      x: base,
      y: y1,
      fit: long,
    },
  ],
  [
    'an initializer of ones',
    [weights],
    {
      options: net([16, 64, 64, 1], 0.01, {
        activation: 'leakyRelu',
        initializer: ({ fanIn, fanOut }) => new Float32Array(fanIn * fanOut).fill(1),
      }),
      x: numbers(rows * 16, 3),
      y: y1,
      fit: long,
    },
  ],
  [
    'weights and targets',
    [weights, targets],
    {
      options: net([4, 64, 64, 1], 0.01, { initializer: 'standardNormal' }),
      x: base,
      y: change(y1, (v) => 1e8 * v),
      fit: long,
    },
  ],
  [
    'one row that is a mistake',
    [/row 17 of the inputs has 1000000 in column 3, where the others are about 1: if/],
    {
      options: net([4, 16, 1], 0.02),
      x: change(base, (v, i) => (i === 17 * 4 + 3 ? 1e6 : v)),
      y: y1,
      fit: long,
    },
  ],
  [
    'one target that is a mistake',
    [/row 42 of the targets has -100000 in column 0/],
    { options: net([4, 16, 1], 0.02), x: base, y: change(y1, (v, i) => (i === 42 ? -100000 : v)), fit: long },
  ],
  [
    'crossEntropy with an absurd rate',
    [rate],
    { options: net([4, 8, 2], 1e30, { loss: 'crossEntropy' }), x: base, y: classes, fit: long },
  ],
  [
    'crossEntropy with inputs of 1e30',
    [inputs],
    {
      options: net([4, 8, 2], 0.05, { loss: 'crossEntropy' }),
      x: change(base, (v) => 1e30 * v),
      y: classes,
      fit: long,
    },
  ],
  [
    'crossEntropy with targets that are no shares',
    [/rows of the targets sum to 3e7/],
    {
      options: net([4, 16, 16, 2], 0.1, { loss: 'crossEntropy' }),
      x: base,
      y: Float32Array.from({ length: rows * 2 }, (_, i) => (classes[i >> 1] === i % 2 ? 3e7 : 0)),
      fit: long,
    },
  ],
  [
    'binaryCrossEntropy with an absurd rate',
    [rate],
    { options: net([4, 8, 1], 1e30, { loss: 'binaryCrossEntropy' }), x: base, y: classes, fit: long },
  ],
  [
    'binaryCrossEntropy with inputs of 1e30',
    [inputs],
    {
      options: net([4, 8, 1], 0.05, { loss: 'binaryCrossEntropy' }),
      x: change(base, (v) => 1e30 * v),
      y: classes,
      fit: long,
    },
  ],
  [
    'elu with a rate of 2',
    [rate],
    {
      options: {
        inputs: 4,
        layers: [32, 32, { units: 1, activation: 'linear' }],
        activation: 'elu',
        loss: 'quadratic',
        optimizer: { name: 'sgd', learningRate: 2 },
        seed: 1,
      },
      x: base,
      y: y1,
      fit: long,
    },
  ],
]

describe('a training that diverges', () => {
  it.each(cases)('because of %s is told so, and converges as told', (_, causes, training) =>
    expectAdviceToHelp(training, causes),
  )
})
