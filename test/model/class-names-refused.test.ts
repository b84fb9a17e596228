// Names that a network cannot take, and what it says of them.

import { describe, expect, it } from 'vitest'
import { type Network, OptionError, ShapeError } from '../../src/index.ts'
import { namingOf } from '../../src/intake/naming.ts'
import { readTargets } from '../../src/intake/targets.ts'
import { Watched } from '../../src/intake/watched.ts'
import {
  binary,
  flags,
  indices,
  labels,
  make,
  NAMES,
  pair,
  parametersOf,
  ROWS,
  x,
  y,
} from '../helpers/named.ts'

describe('refused are', () => {
  it.each<[string, object, string]>([
    [
      'too few names',
      { classNames: ['a', 'b'] },
      'options.classNames: expected 3 names, one for each output, got 2: "a", "b"',
    ],
    [
      'three for one output',
      { ...binary, classNames: ['a', 'b', 'c'] },
      'expected 2 names, of class 0 and of class 1, got 3',
    ],
    [
      'a name twice',
      { classNames: ['a', 'b', 'a'] },
      'options.classNames[2]: expected each name once, got "a"',
    ],
    [
      'a network that predicts numbers',
      { sizes: [3, 5, 1], loss: 'huber', classNames: ['a', 'b'] },
      "options.classNames: expected none, because 'huber' of one linear output is for numbers",
    ],
    ['a number', { classNames: ['a', 'b', 3] }, 'options.classNames[2]: expected a string, got 3'],
    ['no list', { classNames: 'abc' }, 'options.classNames: expected an array of names, got "abc"'],
    [
      'true and false',
      { ...pair, classNames: [true, false] },
      'expected of booleans [false, true], the classes 0 and 1',
    ],
    [
      'booleans for labels',
      { ...labels, sizes: [3, 2], classNames: [false, true] },
      "expected a string for each label with 'binaryCrossEntropy'",
    ],
  ])('options.classNames of %s', (_, options, message) => {
    expect(() => make(options)).toThrow(OptionError)
    expect(() => make(options)).toThrow(message)
  })

  it.each<[string, unknown, string, object?]>([
    [
      'fewer names than outputs',
      y.map(() => 'ant'),
      'y: expected 3 names, one for each output, got 1: "ant" (where not all',
    ],
    [
      'more names than outputs',
      [...y.slice(1), 'new'],
      `y[59]: expected 3 names, one for each output, got "new" beside `,
    ],
    [
      'one name for one output',
      y.map(() => 'ant'),
      'y: expected 2 names, of class 0 and of class 1, got 1: "ant"',
      binary,
    ],
    [
      'strings and numbers',
      [...y.slice(0, 7), 3, ...y.slice(8)],
      'y[7]: expected a string like the other targets, got 3',
    ],
    [
      'numbers and strings',
      [...indices.slice(0, 7), 'ant', ...indices.slice(8)],
      'y[7]: expected a class index from 0 to 2, got "ant"',
    ],
    [
      'a missing name',
      [...y.slice(0, 7), undefined, ...y.slice(8)],
      'y[7]: expected a string like the other targets, got undefined',
    ],
    [
      'booleans and numbers',
      [...flags.slice(0, 7), 1, ...flags.slice(8)],
      "y[7]: expected one of the network's classes false, true, got 1",
      binary,
    ],
    [
      'names where numbers are predicted',
      y,
      `y[0]: expected a number, got "Zebra": 'quadratic' of one linear output is for numbers (two classes take 'sigmoid' or the loss 'binaryCrossEntropy', more an output each)`,
      { ...binary, loss: 'quadratic' },
    ],
    ['too few rows', y.slice(1), 'y: expected a name for each of the 60 rows of x, got 59'],
    [
      'booleans for three outputs',
      flags,
      'y: expected booleans for 3 outputs as a row of them for each row of x',
    ],
    [
      'lists of names for classes',
      y.map((name) => [name]),
      "y: expected one class a row, such as ['cat', 'dog'], got lists of names, which are for several outputs with a loss of labels, and here the loss is 'crossEntropy'",
    ],
    ['lists of names for one output', y.map((name) => [name]), 'and here there is one output', binary],
    [
      'a boolean a row for labels',
      flags,
      'y: expected booleans for each of several labels',
      { ...labels, sizes: [3, 2] },
    ],
    [
      'rows of booleans that are too short',
      y.map(() => [true]),
      'y[0]: expected a row of 3 booleans, got 1',
      labels,
    ],
    [
      'a number among booleans',
      [...y.slice(1).map(() => [true, false, true]), [true, 1, true]],
      'y[59][1]: expected true or false like the other targets, got 1',
      labels,
    ],
    [
      'no list among lists',
      [...y.slice(1).map((name) => [name]), 'ant'],
      'y[59]: expected a list of names, got "ant"',
      labels,
    ],
  ])('targets with %s', async (_, targets, message, options = {}) => {
    const net = make(options)
    const before = parametersOf(net)
    const fit = net.fit({ x, y: targets as string[] })
    await expect(fit).rejects.toThrow(ShapeError)
    await expect(fit).rejects.toThrow(message)
    expect(net.classNames).toBeUndefined()
    expect(parametersOf(net)).toEqual(before)
  })

  it('names that the network does not know, which are named beside those that it does', async () => {
    const net = make()
    await net.fit({ x, y })
    const other = [...y.slice(0, 9), 'cow', ...y.slice(10)]
    const message = `y[9]: expected one of the network's classes "Zebra", "ant", "bee", got "cow"`
    await expect(net.fit({ x, y: other })).rejects.toThrow(message)
    await expect(net.partialFit({ x, y: other })).rejects.toThrow(message)
    await expect(net.fit({ x, y }, { validation: { x, y: other } })).rejects.toThrow(`validation.${message}`)
    expect(() => net.evaluate({ x, y: other })).toThrow(message)
    const mail = make({ ...binary, classNames: ['ham', 'spam'] })
    expect(() => mail.trainBatch(x, flags)).toThrow(
      `y[0]: expected one of the network's classes "ham", "spam", got ${flags[0]}`,
    )
    await net.fit({ x, y: y.map(() => 'bee') })
    expect(net.classNames).toEqual(NAMES)
  })

  it('a name beside a hundred, of which eight are listed', async () => {
    const many = Array.from({ length: 100 }, (_, i) => `class ${i}`)
    const net = make({ sizes: [3, 100], classNames: many })
    expect(() => net.evaluate({ x: x.slice(0, 6), y: ['class 3', 'Class 3'] })).toThrow(
      `y[1]: expected one of the network's classes ${many
        .slice(0, 8)
        .map((name) => `"${name}"`)
        .join(', ')} and 92 more, got "Class 3"`,
    )
  })

  it('a string in place of a list of them', () => {
    const net = make({ classNames: ['a', 'b', 'c'] })
    expect(() => net.evaluate({ x: x.slice(0, 9), y: 'abc' })).toThrow(
      'y: expected a typed array or an array, got "abc"',
    )
  })

  it('arrays of billions of holes, at once', () => {
    const endless = <T>(first: T) => Object.assign([first], { length: 2 ** 32 - 1 })
    expect(() => make({ classNames: endless('a') })).toThrow('options.classNames[1]: expected a string')
    const net = make({ ...labels, classNames: NAMES })
    expect(() => net.evaluate({ x, y: endless([]) as string[][] })).toThrow(
      'y: expected a list of names for each of the 60 rows of x, got 4294967295',
    )
    const list = endless('ant')
    expect(() => net.evaluate({ x: x.slice(0, 3), y: [list] })).toThrow('y[0][1]: expected one of')
  })

  it('names in parts, of which nobody knows whether they are all', async () => {
    const net = make()
    const message = 'may see only some of the classes; give them to the network as options.classNames'
    await expect(net.partialFit({ x, y })).rejects.toThrow(
      `y: expected numbers, got names: partialFit ${message}`,
    )
    await expect(net.fit([{ x, y }])).rejects.toThrow(`y: expected numbers, got names: a stream ${message}`)
    expect(() => net.trainBatch(x, y)).toThrow(`y: expected numbers, got names: trainBatch ${message}`)
    expect(net.classNames).toBeUndefined()
    // Booleans have one order: false, true.
    for (const train of [
      (one: Network) => one.partialFit({ x, y: flags }),
      (one: Network) => one.fit([{ x, y: flags }]),
      async (one: Network) => one.trainBatch(x, flags),
    ]) {
      const one = make(pair)
      await train(one)
      expect(one.classNames).toEqual([false, true])
    }
    // Known from a fit, they may come in parts.
    await net.fit({ x, y })
    await net.partialFit({ x: x.slice(0, 3), y: ['bee'] })
  })

  it('names after numbers, and names to validate on beside numbers', async () => {
    const net = make()
    await expect(net.fit({ x, y: indices }, { validation: { x, y } })).rejects.toThrow(
      'validation.y: expected numbers, got names: the targets to train on are numbers',
    )
    await net.fit({ x, y: indices })
    const message = 'the network was trained on numbers, and which class a name stands for is not known'
    await expect(net.fit({ x, y })).rejects.toThrow(message)
    expect(() => net.evaluate({ x, y })).toThrow(message)
  })

  it('arrays that change before they have been read', async () => {
    const rows = 400_000
    const many = new Float32Array(3 * rows)
    const targets = Array.from({ length: rows }, (_, r) => NAMES[r % 3])
    const net = make()
    const fit = net.fit({ x: many, y: targets })
    targets.fill('ant', 0, rows)
    await expect(fit).rejects.toThrow('y: expected values that stay as they are until they have been read')
    expect(net.classNames).toBeUndefined()
  })

  it('an output that is no number, as the name of a class', () => {
    const net = make({ classNames: NAMES })
    net.setBiases(1, [3e38, 3e38, 3e38])
    net.setWeights(1, new Float32Array(15).fill(3e38))
    net.setWeights(0, new Float32Array(15).fill(1))
    const row = [9, 9, 9]
    expect([...net.classify(row)]).toEqual([-1])
    expect(() => net.classify(row, { names: true })).toThrow(
      'got NaN for x[0], which is no class and has no name',
    )
  })
})

describe('what is checked is what is used:', () => {
  it('few rows are read at the call', async () => {
    const [net, plain] = [make(), make()]
    const targets = [...y]
    const fit = net.fit({ x, y: targets }, { epochs: 2 })
    targets.fill('other')
    await fit
    await plain.fit({ x, y }, { epochs: 2 })
    expect(net.classNames).toEqual(NAMES)
    expect(parametersOf(net)).toEqual(parametersOf(plain))
  })

  it('a million names are read once, in steps that are short', () => {
    const rows = 1_000_000
    let read = 0
    const targets = new Proxy(y, {
      get(_, key) {
        if (key === 'length') return rows
        if (typeof key === 'string' && /^\d/.test(key)) read += 1
        return typeof key === 'string' ? y[Number(key) % ROWS] : Reflect.get(y, key)
      },
    })
    const shape = { rows, outputs: 3, loss: 'crossEntropy', activation: 'softmax' } as const
    const work = readTargets(targets, shape, 'y', Watched.none, namingOf(undefined, 0))
    let steps = 0
    let step = work.next()
    for (; !step.done; step = work.next()) steps += 1
    // No more than 32,768 names a step, in either pass over them; a few reads beside them tell what the targets are.
    expect(steps).toBeGreaterThanOrEqual(62)
    expect(read).toBeLessThan(rows + 10)
    const { values, names } = step.value
    expect(names).toEqual(NAMES)
    expect(values.length).toBe(3 * rows)
    for (const r of [0, 1, 2, 65_537, rows - 1]) expect(values[3 * r + indices[r % ROWS]]).toBe(1)
    expect((values as Float32Array).reduce((sum, one) => sum + one)).toBe(rows)
  })
})
