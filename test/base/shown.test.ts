// What stands for a user's value in a message: short, and never an error of its own.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shown } from '../../src/base/errors.ts'
import { oneHot, readCsv, StandardScaler, standardScaler, trainTestSplit } from '../../src/data/index.ts'
import { accuracy, argmax, Network, OptionError, ShapeError } from '../../src/index.ts'

const thrower = () => {
  throw new Error('mine')
}
const revoked = (target: object) => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}
const named = (name: unknown) => ({ constructor: { name } })

class Gadget {}

const values: [string, unknown, string][] = [
  ['a text', 'relu', '"relu"'],
  ['a long text', 'x'.repeat(1e6), `"${'x'.repeat(40)}…"`],
  ['a text of control characters', '\0'.repeat(1000), `"${'\\u0000'.repeat(16)}\\u…`],
  ['a text cut in a pair of surrogates', `${'x'.repeat(39)}😀😀`, `"${'x'.repeat(39)}…"`],
  ['a number', -0.5, '-0.5'],
  ['NaN', Number.NaN, 'NaN'],
  ['null', null, 'null'],
  ['nothing', undefined, 'undefined'],
  ['a bigint', 12n, '12n'],
  ['a bigint of a million bits', 2n ** 1_000_000n, 'a large bigint'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a symbol with a long description', Symbol('s'.repeat(1000)), `Symbol(${'s'.repeat(92)}…`],
  ['a function', () => 1, 'a function'],
  ['an array', [1, 'a', null], '[1, "a", null]'],
  // biome-ignore lint/suspicious/noSparseArray: what is tested
  ['an array with a hole', [2, , 2], '[2, undefined, 2]'],
  ['an array of arrays', [[1], [2]], 'an array of 2'],
  ['a long array', new Array(4e9), 'an array of 4000000000'],
  ['an array of long texts', new Array(8).fill('x'.repeat(50)), 'an array of 8'],
  ['a typed array', new Int32Array(3), 'an Int32Array of 3'],
  ['a typed array whose name takes an a', new Uint8Array(3), 'a Uint8Array of 3'],
  ['a view without elements', new DataView(new ArrayBuffer(2)), 'a DataView'],
  ['a map', new Map(), 'a Map'],
  ['a plain object by its names', { a: 1, b_2: null }, '{ a, b_2 }'],
  ['a plain object without any', {}, '{}'],
  [
    'one with many names',
    { ...new Array(1000).fill(0) },
    `${`{ ${[...new Array(100).keys()].join(', ')}`.slice(0, 99)}…`,
  ],
  ['one with names that are no identifiers', { 'a b': 1, '"': 2, 'x\n': 3 }, '{ "a b", "\\"", "x\\n" }'],
  ['one with a long name', { ['x'.repeat(1000)]: 1 }, `{ "${'x'.repeat(40)}…" }`],
  ['an object without a prototype', Object.create(null), '{}'],
  ['an instance', new Gadget(), 'a Gadget'],
]

const hostile: [string, unknown, string][] = [
  [
    'a getter of constructor that throws',
    Object.defineProperty({}, 'constructor', { get: thrower }),
    'an object that cannot be read',
  ],
  [
    'a getter of the name that throws',
    { constructor: Object.defineProperty({}, 'name', { get: thrower }) },
    'an object that cannot be read',
  ],
  ['a name that is an object', named({ toString: thrower }), 'an object'],
  ['a name that is a symbol', named(Symbol('x')), 'an object'],
  ['a name of a million characters', named('X'.repeat(1e6)), 'an object'],
  ['a name with a line break', named('Map\nError: fooled'), 'an object'],
  ['a constructor that is null', { constructor: null }, 'an object'],
  [
    'a conversion that throws',
    { [Symbol.toPrimitive]: thrower, toString: thrower, constructor: Gadget },
    'a Gadget',
  ],
  ['a revoked proxy of an object', revoked({}), 'an object that cannot be read'],
  ['a revoked proxy of an array', revoked([]), 'an object that cannot be read'],
  ['a revoked proxy of a function', revoked(thrower), 'a function'],
  ['a revoked proxy in an array', [revoked({})], 'an array of 1'],
  [
    'an array with a getter that throws',
    Object.defineProperty([1, 2], 0, { get: thrower }),
    'an object that cannot be read',
  ],
  [
    'an array with an endless iterator',
    Object.assign([1], {
      *[Symbol.iterator]() {
        for (;;) yield 1
      },
    }),
    '[1]',
  ],
  ['an array whose length is a text', new Proxy([], { get: () => 'x'.repeat(1e6) }), 'an array'],
  [
    'a view whose length is a text',
    Object.defineProperty(new Int8Array(1), 'length', { value: 'x'.repeat(1e6) }),
    'an Int8Array',
  ],
]

describe('shown', () => {
  it.each(values)('tells %s', (_, value, text) => expect(shown(value)).toBe(text))
  it.each(hostile)('survives %s', (_, value, text) => expect(shown(value)).toBe(text))

  it('is short, whatever the value', () => {
    const anything = fc.anything({
      withBigInt: true,
      withSparseArray: true,
      withTypedArray: true,
      withNullPrototype: true,
    })
    fc.assert(
      fc.property(anything, (value) => {
        const text = shown(value)
        expect(text.length).toBeGreaterThan(0)
        expect(text.length).toBeLessThanOrEqual(100)
      }),
      { seed: 1, numRuns: 5000 },
    )
  })
})

describe('a hostile value', () => {
  const net = () => new Network({ sizes: [2, 2], seed: 1 })
  it.each<[string, unknown]>([...hostile.map(([name, value]): [string, unknown] => [name, value])])(
    'is refused with a typed error as an option, as options and as data: %s',
    async (_, value) => {
      // biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
      const any = value as any
      expect(() => new Network({ sizes: [2, 2], seed: any })).toThrow(OptionError)
      expect(() => net().weights(any)).toThrow(OptionError)
      if (typeof value === 'function' || String(_).includes('array') || String(_).includes('view')) return
      expect(() => new Network(any)).toThrow(OptionError)
      expect(() => net().predict(any)).toThrow(ShapeError)
      expect(() => net().evaluate(any)).toThrow(OptionError)
      await expect(net().fit({ x: [1, 2], y: any })).rejects.toThrow(ShapeError)
      await expect(net().fit(any)).rejects.toThrow(OptionError)
    },
  )

  it.each([
    ['an object', revoked({})],
    ['an array', revoked([])],
  ])('that is a revoked proxy of %s is refused with a typed error everywhere', async (_, value) => {
    // biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
    const any = value as any
    for (const options of [
      any,
      { sizes: any },
      { inputs: 1, layers: any },
      { sizes: [1, 1], optimizer: any },
    ]) {
      expect(() => new Network(options)).toThrow(OptionError)
    }
    for (const x of [any, [any], [[1, 2], any]]) {
      expect(() => net().predict(x)).toThrow(ShapeError)
      expect(() => net().loss([1, 2], x)).toThrow(ShapeError)
    }
    await expect(net().fit({ x: [1, 2], y: [1] }, any)).rejects.toThrow(OptionError)
    await expect(net().fit({ x: [1, 2], y: [1] }, { validation: any })).rejects.toThrow(OptionError)
    expect(() => argmax(any, 1)).toThrow(ShapeError)
    expect(() => accuracy([0], any)).toThrow(ShapeError)
    expect(() => oneHot(any)).toThrow(ShapeError)
    expect(() => standardScaler(any, 1)).toThrow(ShapeError)
    expect(() => new StandardScaler({ mean: any, deviation: [1] })).toThrow(OptionError)
    expect(() => trainTestSplit({ x: any, y: [1] })).toThrow(ShapeError)
    expect(() => readCsv('1,2', { header: any })).toThrow(OptionError)
  })
})

describe('a hole in an array', () => {
  it('of column names is refused', () => {
    // biome-ignore lint/suspicious/noSparseArray: what is tested
    expect(() => readCsv('1,2,3', { header: ['a', , 'b'] as string[] })).toThrow(OptionError)
  })

  it.each<[string, unknown, string]>([
    // biome-ignore-start lint/suspicious/noSparseArray: what is tested
    [
      'sizes',
      { sizes: [2, , 2] },
      'options.sizes[1]: expected a whole number from 1 to 16777216, got undefined',
    ],
    [
      'layers',
      { inputs: 1, layers: [, 2] },
      'options.layers[0].units: expected a whole number from 1 to 16777216, got undefined',
    ],
    // biome-ignore-end lint/suspicious/noSparseArray: what is tested
    [
      'sizes at the end',
      { sizes: Object.assign([2, 3], { length: 3 }) },
      'options.sizes[2]: expected a whole number',
    ],
    ['endless sizes', { sizes: new Array(2 ** 32 - 1) }, 'options.sizes[0]: expected a whole number'],
  ])('of %s is refused by its place', (_, options, message) => {
    expect(() => new Network(options as never)).toThrow(OptionError)
    expect(() => new Network(options as never)).toThrow(message)
  })
})
