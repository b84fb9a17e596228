import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { featuresFromJSON, fitFeatures, readTable } from '../../src/data/index.ts'
import { FormatError, OptionError, ShapeError } from '../../src/index.ts'

const homes = [
  { area: 80, city: 'Rome', garden: true, age: 10, id: 'a' },
  { area: 120, city: 'Oslo', garden: false, age: null, id: 'b' },
  { area: 40, city: 'Rome', garden: true, age: 30, id: 'c' },
  { area: 160, city: 'Bonn', garden: false, age: 20, id: 'd' },
]

describe('fitFeatures', () => {
  it('infers numbers, categories and booleans, and scales as documented', () => {
    const features = fitFeatures(homes, { except: ['id'] })
    expect(features.names).toEqual(['area', 'city=Bonn', 'city=Oslo', 'city=Rome', 'garden', 'age'])
    const x = features.transform(homes)
    // By hand: mean 100, deviation √((400 + 400 + 3600 + 3600) / 4) = √2000.
    const area = [80, 120, 40, 160].map((v) => Math.fround((v - 100) / Math.sqrt(2000)))
    expect([0, 1, 2, 3].map((r) => x[r * 6])).toEqual(area)
    expect([...x.slice(1, 5)]).toEqual([0, 0, 1, 1])
    // The missing age stands for the mean of the others, 20; deviation of 10, 20, 30, 20 is √50.
    expect([0, 1, 2, 3].map((r) => x[r * 6 + 5])).toEqual(
      [-10, 0, 10, 0].map((v) => Math.fround(v / Math.sqrt(50))),
    )
  })

  it('finds a column of many without going through all of them', () => {
    let reads = 0
    const width = 1000
    const names = new Proxy(
      Array.from({ length: width }, (_, c) => `c${c}`),
      {
        get(list, key) {
          ++reads
          return Reflect.get(list, key)
        },
      },
    )
    const table = { names, rows: 2, columns: names.map((_, c) => [c, c + 1]) }
    const features = fitFeatures(table, { except: ['c0'] })
    expect(features.transform(table)).toHaveLength(2 * (width - 1))
    // A look at each name for each column would be half a million twice.
    expect(reads).toBeLessThan(50 * width)
  })

  it.each([
    ['standard', [1, 2, 3, 10], (v: number) => (v - 4) / Math.sqrt(12.5)],
    ['minMax', [1, 2, 3, 10], (v: number) => (v - 1) / 9],
    // NumPy: percentiles 25, 50, 75 of 1, 2, 3, 10 are 1.75, 2.5, 4.75.
    ['robust', [1, 2, 3, 10], (v: number) => (v - 2.5) / 3],
  ] as const)('scales by %s', (spec, values, expected) => {
    const rows = values.map((v) => ({ v }))
    const x = fitFeatures(rows, { columns: { v: spec } }).transform(rows)
    values.forEach((v, r) => {
      expect(x[r]).toBeCloseTo(expected(v), 6)
    })
  })

  it('infers true and false that are texts, as a CSV has them', () => {
    const table = readTable('a,b,c\n1,true,yes\n2, FALSE,no\n3,,no\n')
    const features = fitFeatures(table)
    expect(features.names).toEqual(['a', 'b', 'c=no', 'c=yes'])
    expect([...features.transform(table)].filter((_, i) => i % 4 === 1)).toEqual([1, 0, 0.5])
    expect(fitFeatures([{ b: 'true' }, { b: 'truth' }]).names).toEqual(['b=true', 'b=truth'])
  })

  it('reads the cells of typed arrays by their places, columns that are left out included', () => {
    const rows = [Float32Array.of(5, 1), Float32Array.of(7, 2)]
    const features = fitFeatures(rows, { columns: { 0: 'ignored', 1: { type: 'numeric', scale: 'none' } } })
    expect([...features.transform(rows)]).toEqual([1, 2])
    expect([...featuresFromJSON(features.toJSON()).transform([[9, 3]])]).toEqual([3])
    expect(() => features.transform([[1]])).toThrow(/rows\[0\]: expected 2 cells, got 1/)
  })

  it('takes rows that leave out what is missing, where absent says so', () => {
    const rows = [{ a: 1 }, { b: 'x', a: 5 }, { b: 'y', c: true }]
    expect(() => fitFeatures([...rows].reverse(), { columns: { b: 'categorical' } })).toThrow(
      /the column "b"/,
    )
    const columns = { a: { type: 'numeric', scale: 'none', missing: -1 } } as const
    const features = fitFeatures(rows, { absent: 'missing', columns })
    expect(features.names).toEqual(['a', 'b=x', 'b=y', 'c'])
    expect([...features.transform(rows)]).toEqual([1, 0, 0, 1, 5, 1, 0, 1, -1, 0, 1, 1])
    expect([...features.transform([{}, { a: null, b: undefined }])]).toEqual([-1, 0, 0, 1, -1, 0, 0, 1])
    const json = JSON.parse(JSON.stringify(features.toJSON()))
    expect(json.absent).toBe('missing')
    expect(featuresFromJSON(json).transform([{}])).toEqual(features.transform([{}]))
    expect(() => featuresFromJSON({ ...json, absent: 'zero' })).toThrow(FormatError)
    expect(() => featuresFromJSON({ ...json, absent: undefined }).transform([{}])).toThrow(/the column "a"/)
    expect(() => fitFeatures(rows, { absent: 'zero' as never })).toThrow(/options\.absent/)
    // What every object has is no cell, and what may not be missing is still refused.
    const strict = fitFeatures([{ constructor: 1 }, { constructor: 2 }] as never, { absent: 'missing' })
    expect(() => strict.transform([{}])).toThrow(/column "constructor": expected a number, got undefined/)
    expect(fitFeatures(homes, { except: ['id'] }).toJSON()).not.toHaveProperty('absent')
  })

  it('takes the logarithm of 1 + v before it scales', () => {
    const rows = [0, 9, 99, 999].map((v) => ({ v }))
    const features = fitFeatures(rows, { columns: { v: { type: 'numeric', log1p: true, scale: 'minMax' } } })
    const x = features.transform(rows)
    ;[0, 1, 2, 3].forEach((expected, r) => {
      expect(x[r]).toBeCloseTo(expected / 3, 6)
    })
    expect(() => features.transform([{ v: -1 }])).toThrow(/column "v": expected a number above −1, got -1/)
    expect(() => fitFeatures([{ v: -2 }], { columns: { v: 'log1p' } })).toThrow(OptionError)
  })

  it.each([
    ['mean', 4, [1, 4, 7]],
    ['median', 4, [1, 4, 7]],
    [-3, -3, [1, -3, 7]],
  ] as const)('lets %s stand for what is missing, with an indicator', (missing, _, expected) => {
    const rows = [{ v: 1 }, { v: Number.NaN }, { v: 7 }]
    const features = fitFeatures(rows, {
      columns: { v: { type: 'numeric', scale: 'none', missing, indicator: true } },
    })
    expect(features.names).toEqual(['v', 'v missing'])
    const x = features.transform(rows)
    expect([x[0], x[2], x[4]]).toEqual(expected)
    expect([x[1], x[3], x[5]]).toEqual([0, 1, 0])
  })

  it('refuses what is missing where nothing was when it was fitted, and says which column', () => {
    const features = fitFeatures([{ v: 1 }, { v: 2 }])
    expect(() => features.transform([{ v: 1 }, { v: null }])).toThrow(
      'rows[1], column "v": expected a number, got null',
    )
    expect(() => features.transform([{ V: 1 }])).toThrow(
      /rows\[0\]: expected the column "v", got an object with "V"/,
    )
    expect(() =>
      fitFeatures([{ v: 1 }, { v: null }], { columns: { v: { type: 'numeric', missing: 'error' } } }),
    ).toThrow('rows[1], column "v"')
  })

  it('drops rare categories, and takes those that it does not know as asked', () => {
    const rows = ['a', 'b', 'a', 'c', 'b', 'a'].map((v) => ({ v }))
    const floor = fitFeatures(rows, { columns: { v: { type: 'categorical', minCount: 2 } } })
    expect(floor.names).toEqual(['v=a', 'v=b'])
    expect([...floor.transform([{ v: 'c' }, { v: 'b' }, { v: 'new' }])]).toEqual([0, 0, 0, 1, 0, 0])
    const strict = fitFeatures(rows, { columns: { v: { type: 'categorical', unknown: 'error' } } })
    expect(() => strict.transform([{ v: 'd' }])).toThrow('expected one of "a", "b", "c", got "d"')
    expect(() =>
      fitFeatures(rows, { columns: { v: { type: 'categorical', unknown: 'error', minCount: 2 } } }),
    ).toThrow(OptionError)
    const own = fitFeatures([{ v: 'a' }, { v: null }], {
      columns: { v: { type: 'categorical', missing: 'category' } },
    })
    expect(own.names).toEqual(['v=a', 'v missing'])
    expect([...own.transform([{ v: '' }])]).toEqual([0, 1])
  })

  it.each(['standard', 'robust', 'log1p', { type: 'numeric', scale: 'none' }] as const)(
    'refuses numbers beyond float64, which are infinite, for the scale %j',
    (spec) => {
      for (const cell of ['1e999', '-1e999', 10n ** 400n]) {
        const rows = [{ v: 1 }, { v: 2 }, { v: cell }]
        const fit = () => fitFeatures(rows, { columns: { v: spec } })
        expect(fit).toThrow(ShapeError)
        expect(fit).toThrow('rows[2], column "v": expected a number, got ')
      }
    },
  )

  it('tells the category 1 from "1" and from true', () => {
    const rows = [{ v: 1 }, { v: '1' }, { v: true }]
    const features = fitFeatures(rows, { columns: { v: 'categorical' } })
    expect([...features.transform(rows)]).toEqual([1, 0, 0, 0, 0, 1, 0, 1, 0])
  })

  it('ignores texts that differ in every row, with a note', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const rows = Array.from({ length: 40 }, (_, i) => ({ v: i, name: `number ${i}` }))
    expect(fitFeatures(rows).names).toEqual(['v'])
    expect(warn.mock.calls.flat().join()).toContain('40 of the 40 texts in the column "name" differ')
    expect(fitFeatures(rows, { columns: { name: 'categorical' } }).width).toBe(41)
    warn.mockRestore()
  })

  it('takes arrays of cells by their names, and tables by columns', () => {
    const rows = homes.map(({ area, city }) => [area, city])
    const byPlace = fitFeatures(rows)
    expect(byPlace.names).toEqual(['0', '1=Bonn', '1=Oslo', '1=Rome'])
    const named = fitFeatures(rows, { names: ['area', 'city'], columns: { area: 'ignored' } })
    expect(named.names).toEqual(['city=Bonn', 'city=Oslo', 'city=Rome'])
    expect([...named.transform([[7, 'Oslo']])]).toEqual([0, 1, 0])
    expect(() => named.transform([['Oslo']])).toThrow('rows[0]: expected 2 cells, got 1')
    const table = {
      names: ['area', 'city'],
      rows: 4,
      columns: [rows.map((r) => r[0]), rows.map((r) => r[1])],
    }
    expect(fitFeatures(table).transform(table)).toEqual(byPlace.transform(rows))
    expect(featuresFromJSON(JSON.parse(JSON.stringify(named))).transform([[7, 'Oslo']])[1]).toBe(1)
  })

  it('holds rows of typed arrays to their width, as those of arrays', () => {
    const features = fitFeatures([Float32Array.of(1, 2), Float32Array.of(3, 4)])
    expect([...features.transform([Float32Array.of(1, 4)])]).toEqual([-1, 1])
    expect(() => features.transform([Float32Array.of(1, 2, 3)])).toThrow('rows[0]: expected 2 cells, got 3')
    expect(featuresFromJSON(features.toJSON()).toJSON()).toEqual(features.toJSON())
  })

  it('takes arrays of as many cells as columns are read, where the rows were objects', () => {
    const features = fitFeatures(homes, { except: ['id', 'age'] })
    expect(features.transform([[80, 'Rome', true]])).toEqual(features.transform(homes.slice(0, 1)))
    for (const row of [[80, 'Rome'], [80, 'Rome', true, 10], []]) {
      expect(() => features.transform([row])).toThrow(`rows[0]: expected 3 cells, got ${row.length}`)
    }
  })

  it('refuses a table that lacks the cells of a column', () => {
    const fitted = (columns: number[][]) => () => fitFeatures({ names: ['a', 'b'], rows: 1, columns })
    expect(fitted([[1]])).toThrow(ShapeError)
    expect(fitted([[1]])).toThrow('rows: expected 1 cells in the column "b", got none')
    expect(fitted([[1], [2, 3]])).toThrow('rows: expected 1 cells in the column "b", got 2')
  })

  it('reads columns of any name, those of every object too', () => {
    const rows = [
      JSON.parse('{"__proto__": 1, "constructor": "a"}'),
      JSON.parse('{"__proto__": 3, "constructor": "b"}'),
    ]
    const features = fitFeatures(rows)
    expect(features.names).toEqual(['__proto__', 'constructor=a', 'constructor=b'])
    expect([...features.transform(rows)]).toEqual([-1, 1, 0, 1, 0, 1])
    expect(() => features.transform([{}])).toThrow(/expected the column "__proto__"/)
    const again = featuresFromJSON(JSON.parse(JSON.stringify(features)))
    expect(again.transform(rows)).toEqual(features.transform(rows))
  })

  it.each<[string, unknown, unknown, string]>([
    ['no rows', [], {}, 'rows: expected an array of objects or of arrays'],
    ['a number', 3, {}, 'rows: expected'],
    ['a date', [{ d: new Date(0) }], {}, 'column "d": expected a number, a text or a boolean'],
    [
      'a text in a column of numbers',
      [{ v: 'x' }],
      { columns: { v: 'numeric' } },
      'column "v": expected a number, got "x"',
    ],
    ['an unknown kind', [{ v: 1 }], { columns: { v: 'number' } }, `columns["v"]: expected one of 'numeric'`],
    [
      'an option that is none',
      [{ v: 1 }],
      { columns: { v: { type: 'numeric', scalee: 1 } } },
      'columns["v"]',
    ],
    [
      'a column that is not there',
      [{ v: 1 }],
      { columns: { w: 'numeric' } },
      'options.columns: expected columns among "v", got "w"',
    ],
    ['nothing left', [{ v: 1 }], { except: ['v'] }, 'columns: expected one that is not ignored'],
  ])('refuses %s', (_, rows, options, message) => {
    expect(() => fitFeatures(rows as never, options as never)).toThrow(message)
  })

  it('is the same after JSON, for any rows', () => {
    const cell = fc.oneof(fc.double({ noNaN: true, min: -1e30, max: 1e30 }), fc.constant(null))
    const row = fc.record({
      a: cell,
      b: fc.constantFrom('x', 'y', '', '__proto__', 'toString'),
      c: fc.boolean(),
      d: fc.constantFrom(0, 1, -0, 2.5),
    })
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 12 }), (rows) => {
        const some = [...rows, { a: 1, b: 'x', c: true, d: 1 }]
        const features = fitFeatures(some, { columns: { d: 'categorical', a: 'robust' } })
        const again = featuresFromJSON(JSON.parse(JSON.stringify(features)))
        expect(again.toJSON()).toEqual(JSON.parse(JSON.stringify(features)))
        let x: Float32Array | undefined
        try {
          x = features.transform(some)
        } catch (error) {
          expect(error).toBeInstanceOf(ShapeError)
        }
        if (x) expect(again.transform(some)).toEqual(x)
      }),
    )
  })

  it('refuses JSON that no features are, naming the place', () => {
    const good = JSON.parse(JSON.stringify(fitFeatures(homes, { except: ['id'] })))
    expect(() => featuresFromJSON({ ...good, columns: [] })).toThrow(FormatError)
    expect(() => featuresFromJSON({ ...good, a: 1 })).toThrow(
      'features: expected the keys columns, cells, absent, got "a"',
    )
    const cells = ['area', 'city', 'garden', 'area']
    expect(() => featuresFromJSON({ ...good, cells })).toThrow('features.cells: expected names that differ')
    const spoilt = [
      [0, { scale: 0 }, 'features.columns[0].scale'],
      [0, { offset: 'x' }, 'features.columns[0].offset'],
      [0, { missing: 'mean' }, 'features.columns[0].missing'],
      [1, { categories: [] }, 'features.columns[1].categories'],
      [1, { categories: ['a', 'a'] }, 'features.columns[1].categories'],
      [1, { categories: [{}] }, 'features.columns[1].categories[0]'],
      [1, { unknown: 'maybe' }, 'features.columns[1].unknown'],
      [2, { type: 'toString' }, 'features.columns[2].type'],
      [2, { missing: '1' }, 'features.columns[2].missing'],
      [2, { missing: [1] }, 'features.columns[2].missing'],
      [2, { name: 'area' }, 'features.columns: expected names that differ'],
      [
        0,
        { colour: 1 },
        'features.columns[0]: expected the keys type, name, log1p, offset, scale, missing, indicator, got "colour"',
      ],
      [
        1,
        { colour: 1 },
        'features.columns[1]: expected the keys type, name, categories, unknown, missing, got "colour"',
      ],
      [2, { colour: 1 }, 'features.columns[2]: expected the keys type, name, missing, got "colour"'],
    ] as const
    for (const [c, change, message] of spoilt) {
      const columns = good.columns.map((one: object, i: number) => (i === c ? { ...one, ...change } : one))
      expect(() => featuresFromJSON({ ...good, columns }), message).toThrow(message)
    }
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(() => featuresFromJSON(json)).toThrow(FormatError)
      }),
    )
  })
})
