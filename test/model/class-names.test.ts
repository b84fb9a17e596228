// Targets that are names or booleans: they train as the class indices that they stand for do, bit by bit.

import { describe, expect, it } from 'vitest'
import { type ClassifyOptions, crossValidate, type Network, OptionError } from '../../src/index.ts'
import {
  binary,
  classes,
  flags,
  indices,
  labels,
  make,
  NAMES,
  pair,
  parametersOf,
  ROWS,
  sides,
  x,
  y,
} from '../helpers/named.ts'

describe('names of classes as targets', () => {
  it('train as the indices of their sorted values do, and are kept', async () => {
    const [named, plain] = [make(), make()]
    expect(named.classNames).toBeUndefined()
    const history = await named.fit({ x, y }, { epochs: 3, validation: { x, y } })
    const expected = await plain.fit({ x, y: indices }, { epochs: 3, validation: { x, y: indices } })
    expect(named.classNames).toEqual(NAMES)
    expect(Object.isFrozen(named.classNames)).toBe(true)
    expect(plain.classNames).toBeUndefined()
    expect(parametersOf(named)).toEqual(parametersOf(plain))
    expect(history.accuracy).toEqual(expected.accuracy)
    expect(history.validationLoss).toEqual(expected.validationLoss)
    const found = named.classify(x)
    expect(found).toBeInstanceOf(Int32Array)
    expect(named.classify(x, { names: false })).toEqual(found)
    expect(named.classify(x, { names: true })).toEqual([...found].map((index) => NAMES[index]))
    expect(await named.classifyAsync(x, { names: true })).toEqual(named.classify(x, { names: true }))
    const either: ClassifyOptions = { names: true }
    expect(named.classify(x, either)).toEqual(named.classify(x, { names: true }))
    expect(new Set(found).size).toBeGreaterThan(1)
  })

  it('stand for 0 and 1 where there is one output', async () => {
    const [named, plain] = [make(binary), make(binary)]
    const spam = sides.map((side) => (side ? 'spam' : 'ham'))
    await named.fit({ x, y: spam }, { epochs: 9 })
    await plain.fit({ x, y: sides }, { epochs: 9 })
    expect(named.classNames).toEqual(['ham', 'spam'])
    expect(parametersOf(named)).toEqual(parametersOf(plain))
    expect(named.evaluate({ x, y: spam })).toEqual(plain.evaluate({ x, y: sides }))
    expect(named.classify(x, { names: true })).toEqual(
      [...plain.classify(x)].map((side) => ['ham', 'spam'][side]),
    )
  })

  it.each([
    ['one output', binary],
    ['two outputs', pair],
    ['one output with hinge', { ...binary, loss: 'hinge' }],
    ['one output with the quadratic loss', { ...binary, loss: 'quadratic', activation: 'sigmoid' }],
  ])('may be booleans for %s', async (_, options) => {
    const [named, plain] = [make(options), make(options)]
    await named.fit({ x, y: flags }, { epochs: 5 })
    await plain.fit({ x, y: sides }, { epochs: 5 })
    expect(parametersOf(named)).toEqual(parametersOf(plain))
    expect(named.classNames).toEqual([false, true])
    expect(named.classify<boolean>(x, { names: true })).toEqual(
      [...plain.classify(x)].map((side) => side === 1),
    )
  })

  it('are taken in the order of the constructor, of which some may never occur', async () => {
    const classNames = ['bee', 'ant', 'cow']
    const net = make({ classNames })
    classNames[0] = 'changed'
    expect(net.classNames).toEqual(['bee', 'ant', 'cow'])
    const some = y.map((name) => (name === 'Zebra' ? 'bee' : name))
    await net.fit({ x, y: some })
    const plain = make()
    await plain.fit({ x, y: some.map((name) => ['bee', 'ant', 'cow'].indexOf(name)) })
    expect(parametersOf(net)).toEqual(parametersOf(plain))
    // Indices still are what they were.
    expect(net.evaluate({ x, y: indices })).toEqual(plain.evaluate({ x, y: indices }))
  })

  it('may be empty, __proto__ and the like, and are sorted by code units', async () => {
    // U+FF5E is before U+1F600 by code points, and behind the surrogates that stand for it.
    const names = ['', '__proto__', 'constructor', '\u{1f600}', '\uff5e']
    const net = make({ sizes: [3, 5] })
    const targets = Array.from({ length: ROWS }, (_, r) => names[(r * 3) % 5])
    await net.fit({ x, y: targets }, { classWeight: { ['__proto__']: 2, '': 3 } })
    expect(net.classNames).toEqual(names)
    expect(net.classify(x, { names: true }).every((name) => names.includes(name))).toBe(true)
    const plain = make({ sizes: [3, 5] })
    await plain.fit({ x, y: targets.map((name) => names.indexOf(name)) }, { classWeight: { 0: 3, 1: 2 } })
    expect(parametersOf(net)).toEqual(parametersOf(plain))
  })

  it('are taken wherever targets are', async () => {
    const net = make({ classNames: NAMES })
    const plain = make()
    const both = (work: (net: Network, y: string[] | number[]) => unknown) =>
      expect(work(net, y)).toEqual(work(plain, indices))
    both((one, t) => one.evaluate({ x, y: t }))
    both((one, t) => one.loss(x, t))
    both((one, t) => one.gradients(x, t))
    both((one, t) => one.trace(x, t))
    both((one, t) => one.checkGradients(x, t, { samples: 3 }))
    both((one, t) => one.trainBatch(x, t))
    const expected = await plain.evaluateAsync({ x, y: indices })
    expect(await net.evaluateAsync({ x, y })).toEqual(expected)
    const half = (t: unknown[], part: 0 | 1) => ({
      x: x.slice(part * 90, part * 90 + 90),
      y: t.slice(part * 30, part * 30 + 30) as string[],
    })
    const stream = (t: unknown[]) => () => [half(t, 0), half(t, 1)]
    for (const [one, t] of [
      [net, y],
      [plain, indices],
    ] as const) {
      await one.partialFit({ x, y: t as string[] })
      for await (const _ of one.train({ x, y: t as string[] }, { epochs: 2 }));
      await one.fit(stream(t as unknown[]), { epochs: 2, validation: half(t as unknown[], 0) })
    }
    expect(parametersOf(net)).toEqual(parametersOf(plain))
  })

  it('are known to every fold of a cross-validation, which may lack a class', async () => {
    const rare = y.map((name, r) => (name === 'bee' && r > 10 ? 'ant' : name))
    const options = { folds: 4, stratify: false, shuffle: false, fit: { epochs: 2, classWeight: { ant: 2 } } }
    const plainOptions = { ...options, fit: { epochs: 2, classWeight: { 1: 2 } } }
    const named = await crossValidate(classes, { x, y: rare }, options)
    const plain = await crossValidate(
      classes,
      { x, y: rare.map((name) => NAMES.indexOf(name)) },
      plainOptions,
    )
    expect(named.mean).toEqual(plain.mean)
    const apart = { ...options, fit: { ...options.fit, validation: { x, y } } }
    const { folds } = await crossValidate(classes, { x, y: rare }, apart)
    expect(folds[0].history.validationLoss!.length).toBe(2)
  })

  it('mean what they would in a fit, before there was one, and are not kept', () => {
    const [net, plain] = [make(), make()]
    expect(net.evaluate({ x, y })).toEqual(plain.evaluate({ x, y: indices }))
    expect(net.diagnose({ x, y })).toEqual(plain.diagnose({ x, y: indices }))
    expect(net.classNames).toBeUndefined()
    expect(() => net.classify(x, { names: true })).toThrow(OptionError)
    expect(() => net.classify(x, { names: true })).toThrow('expected a network whose classes have names')
  })
})

describe('labels with names', () => {
  const tags = ['action', 'comedy', 'drama']
  const lists = indices.map((index, r) => tags.filter((_, c) => (index + c * r) % 3 === 0))
  const rows = lists.map((list) => tags.map((tag) => (list.includes(tag) ? 1 : 0)))

  it('are lists of them in targets, and in what classify returns', async () => {
    const [named, plain] = [make(labels), make(labels)]
    expect(lists.some((list) => list.length === 0)).toBe(true)
    await named.fit({ x, y: lists }, { epochs: 20, learningRate: 0.5 })
    await plain.fit({ x, y: rows }, { epochs: 20, learningRate: 0.5 })
    expect(named.classNames).toEqual(tags)
    expect(parametersOf(named)).toEqual(parametersOf(plain))
    const found = named.classify(x)
    expect(found.length).toBe(3 * ROWS)
    const outputs = named.predict(x)
    expect([...found]).toEqual([...outputs].map((a) => (a >= 0.5 ? 1 : 0)))
    const expected = Array.from({ length: ROWS }, (_, r) => tags.filter((__, c) => found[3 * r + c] === 1))
    expect(named.classify<string[]>(x, { names: true })).toEqual(expected)
    expect(await named.classifyAsync<string[]>(x, { names: true })).toEqual(expected)
    expect(new Set(expected.map((list) => list.length)).size).toBeGreaterThan(1)
    expect(named.evaluate({ x, y: lists })).toEqual(plain.evaluate({ x, y: rows }))
  })

  it.each([
    ['rows of booleans', rows.map((row) => row.map(Boolean))],
    ['booleans one after another', rows.flat().map(Boolean)],
  ])('or none: %s are 0 and 1', async (_, targets) => {
    const [named, plain] = [make(labels), make(labels)]
    await named.fit({ x, y: targets as boolean[] }, { epochs: 3 })
    await plain.fit({ x, y: rows }, { epochs: 3 })
    expect(parametersOf(named)).toEqual(parametersOf(plain))
    expect(named.classNames).toBeUndefined()
    expect(() => named.classify(x, { names: true })).toThrow(OptionError)
  })

  it('may all be absent', () => {
    const net = make({ ...labels, classNames: tags })
    const none = lists.map(() => [])
    expect(net.evaluate({ x, y: none })).toEqual(net.evaluate({ x, y: rows.map(() => [0, 0, 0]) }))
    expect(() => make(labels).evaluate({ x, y: none })).toThrow(
      'y: expected 3 names, one for each output, got 0',
    )
    expect(() => net.evaluate({ x, y: [...lists.slice(1), ['drama', 'opera']] })).toThrow(
      `y[59][1]: expected one of the network's classes "action", "comedy", "drama", got "opera"`,
    )
  })
})

describe('class weights by name', () => {
  it('are those by index', async () => {
    const [named, plain] = [make(), make()]
    await named.fit({ x, y }, { classWeight: { ant: 3, Zebra: 0.5 }, epochs: 2 })
    await plain.fit({ x, y: indices }, { classWeight: { 1: 3, 0: 0.5 }, epochs: 2 })
    expect(parametersOf(named)).toEqual(parametersOf(plain))
    const flagged = make(binary)
    await flagged.fit({ x, y: flags }, { classWeight: { true: 4 }, epochs: 2 })
    const sided = make(binary)
    await sided.fit({ x, y: sides }, { classWeight: { 1: 4 }, epochs: 2 })
    expect(parametersOf(flagged)).toEqual(parametersOf(sided))
  })

  it('are names where these are numbers', async () => {
    const turned = make({ classNames: ['2', '0', '1'] })
    await turned.fit({ x, y: indices }, { classWeight: { 0: 7 } })
    const plain = make()
    await plain.fit({ x, y: indices }, { classWeight: { 1: 7 } })
    expect(parametersOf(turned)).toEqual(parametersOf(plain))
    await expect(turned.fit({ x, y: indices }, { classWeight: { 3: 7 } })).rejects.toThrow(
      `fit options.classWeight: expected the network's classes "2", "0", "1", got 3`,
    )
  })

  it('give each class one', async () => {
    const net = make({ classNames: NAMES })
    await expect(net.fit({ x, y }, { classWeight: { ant: 1, 1: 2 } })).rejects.toThrow(
      'fit options.classWeight: expected each class once, got "ant" again',
    )
  })
})
