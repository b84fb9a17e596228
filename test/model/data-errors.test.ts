// Data that a network refuses, in every call that takes some: the message says where, and nothing is lost.

import { describe, expect, it } from 'vitest'
import { type Data, type Network, OptionError, ShapeError } from '../../src/index.ts'
import { type Anything, make, parametersOf, x, y } from '../helpers/errors.ts'

describe('data', () => {
  it.each(['sampleWeight', 'sample_weights', 'weight', 'classWeight'])(
    'with %s are refused: weights are called weights',
    async (name) => {
      const net = make()
      const before = parametersOf(net)
      const data = { x, y, rows: 6, [name]: new Float32Array(6) }
      const message = `data: expected the rows' weights as \`weights\`, and those of classes as an option of fit, got "${name}"`
      await expect(net.fit(data)).rejects.toThrow(new OptionError(`fit ${message}`))
      expect(() => net.evaluate(data)).toThrow(new OptionError(`evaluate ${message}`))
      await expect(net.fit({ x, y }, { validation: data })).rejects.toThrow(
        'fit options.validation: expected',
      )
      expect(parametersOf(net)).toEqual(before)
      await net.fit({ x, y, weights: new Float32Array(6).fill(1), rows: 6 } as Data)
    },
  )

  const calls: [string, (net: Network, x: Anything, y: Anything) => unknown][] = [
    ['fit', (net, rows, targets) => net.fit({ x: rows, y: targets })],
    ['trainBatch', async (net, rows, targets) => net.trainBatch(rows, targets)],
    ['evaluate', async (net, rows, targets) => net.evaluate({ x: rows, y: targets })],
    ['loss', async (net, rows, targets) => net.loss(rows, targets)],
    ['gradients', async (net, rows, targets) => net.gradients(rows, targets)],
    ['checkGradients', async (net, rows, targets) => net.checkGradients(rows, targets)],
  ]
  const bad: [string, Anything, Anything, string][] = [
    ['no x', undefined, y, 'x: expected a typed array or an array, got undefined'],
    ['empty x', [], [], 'x: expected at least one row, got an empty array'],
    ['empty y', x, [], 'y: expected at least one row, got an empty array'],
    [
      'a ragged row',
      [
        [1, 2, 3],
        [1, 2],
      ],
      [0, 1],
      'x[1]: expected a row of 3 values, got 2',
    ],
    ['a row that is none', [[1, 2, 3], 4], [0, 1], 'x[1]: expected a row of 3 numbers, got 4'],
    ['a text in a row', [[1, '2', 3]], [0], 'x[0][1]: expected a number, got "2"'],
    ['a text among flat values', [1, '2', 3], [0], 'x[0][1]: expected a number, got "2"'],
    [
      'a wrong width',
      new Float32Array(7),
      y,
      'x: expected rows of 3 values, got 7 values, which is 2 × 3 + 1',
    ],
    ['NaN in x', [[1, Number.NaN, 3]], [0], 'x[0][1]: expected a finite number, got NaN'],
    [
      'an infinity in x',
      Float32Array.of(1, 2, 3, 4, Number.POSITIVE_INFINITY, 6),
      [0, 1],
      'x[1][1]: expected a finite number, got Infinity',
    ],
    ['a value beyond float32', [[1e300, 2, 3]], [0], 'x[0][0]: expected a finite number, got '],
    ['64-bit integers', new BigInt64Array(3), [0], 'x: expected an array of numbers'],
    [
      'too few targets',
      x,
      [0, 1, 0],
      'y: expected a row of 2 for each of the 6 rows of x (12 values, or 6 class indices), got 3 values',
    ],
    ['a wrong target width', x, [[1], [1], [1], [1], [1], [1]], 'y[0]: expected a row of 2 values, got 1'],
    ['too few target rows', x, [[1, 0]], 'y: expected a row of 2 for each of the 6 rows of x'],
    ['a label outside the classes', x, [0, 1, 2, 0, 1, 0], 'y[2]: expected a class index from 0 to 1, got 2'],
    ['a negative label', x, [0, -1, 0, 0, 1, 0], 'y[1]: expected a class index from 0 to 1, got -1'],
    ['a fractional label', x, [0.5, 1, 0, 0, 1, 0], 'y[0]: expected a class index from 0 to 1, got 0.5'],
    [
      'NaN in y',
      x,
      new Float32Array(12).fill(Number.NaN, 3, 4),
      'y[1][1]: expected a finite number, got NaN',
    ],
  ]
  describe.each(calls)('of %s', (_, call) => {
    it.each(bad)(
      'with %s is refused, and the network stays as it was',
      async (__, rows, targets, message) => {
        const net = make()
        const before = parametersOf(net)
        const error: Anything = await Promise.resolve()
          .then(() => call(net, rows, targets))
          .catch((e) => e)
        expect(error).toBeInstanceOf(ShapeError)
        expect(error.message).toContain(message)
        expect(parametersOf(net)).toEqual(before)
        await net.fit({ x, y })
      },
    )
  })

  it('of predict and classify is checked like that of fit', () => {
    expect(() => make().predict([[1, 2]])).toThrow('x[0]: expected a row of 3 values, got 2')
    expect(() => make().classify([[1, 2, Number.NaN]])).toThrow('x[0][2]: expected a finite number, got NaN')
  })

  it('with targets that a loss has no meaning for is refused', () => {
    expect(() => make({ loss: 'binaryCrossEntropy' }).loss(x.subarray(0, 3), [[0.5, 1.5]])).toThrow(
      'y[0][1]: expected a target from 0 to 1 for binaryCrossEntropy, got 1.5',
    )
    expect(() => make({ loss: 'crossEntropy' }).loss(x.subarray(0, 3), [[-1, 2]])).toThrow(
      'y[0][0]: expected a target of at least 0 for crossEntropy, got -1',
    )
  })

  it('for validation is checked before anything is trained', async () => {
    const net = make()
    const before = parametersOf(net)
    await expect(net.fit({ x, y }, { validation: { x, y: [9, 1, 0, 0, 1, 0] } })).rejects.toThrow(
      'validation.y[0]',
    )
    await expect(net.fit({ x, y }, { validation: { x: [[1]], y: [0] } })).rejects.toThrow('validation.x[0]')
    await expect(net.fit({ x, y }, { validation: { x: [[1, 2, Number.NaN]], y: [0] } })).rejects.toThrow(
      'validation.x[0][2]',
    )
    expect(parametersOf(net)).toEqual(before)
  })
})
