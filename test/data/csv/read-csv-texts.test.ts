// Columns of texts, and cells without a value, in the tables of readCsv().

import { describe, expect, expectTypeOf, it } from 'vitest'
import { FormatError, OptionError } from '../../../src/base/errors.ts'
import { type CsvOptions, readCsv, readTable } from '../../../src/data/index.ts'

const failure = (text: string, options?: CsvOptions): string => {
  try {
    readCsv(text, options)
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError)
    return (error as FormatError).message
  }
  return expect.fail('read without an error')
}

const homes =
  'city,zip,area,rooms,price\nRome,00184,80,3,410\n"Paris, 5e",75005,30,1,350\nRome,00187,55,2,300\n'

describe('readCsv of columns of texts', () => {
  it('puts them beside the numbers, as they are', () => {
    const { x, inputs, columns, rows, y, texts } = readCsv(homes, { types: { zip: 'text', city: 'text' } })
    expect([[...x], inputs, columns, rows]).toEqual([[80, 3, 30, 1, 55, 2], 2, ['area', 'rooms'], 3])
    expect(y).toEqual(Float32Array.of(410, 350, 300))
    expect(texts).toEqual({ zip: ['00184', '75005', '00187'], city: ['Rome', 'Paris, 5e', 'Rome'] })
    expectTypeOf(texts).toEqualTypeOf<Record<string, string[]> | undefined>()
  })

  it('takes them as readTable() does', () => {
    const text = 'a,b,c\n1," x ",3\n2,,4\n3, ,5\n4,NA,6\n5," NA",7\n'
    for (const missing of [undefined, [], ['NA'], ['NA', '']]) {
      const { texts } = readCsv(text, { types: { b: 'text' }, missing })
      expect(texts).toEqual({ b: readTable(text, { types: { b: 'text' }, missing }).columns[1] })
    }
    expect(readCsv(text, { types: { b: 'text' } }).texts).toEqual({ b: [' x ', '', ' ', 'NA', ' NA'] })
    expect(readCsv(text, { types: { b: 'text' }, missing: ['NA'] }).texts!.b).toEqual([
      ' x ',
      '',
      ' ',
      '',
      '',
    ])
  })

  it('has no texts where none are asked for', () => {
    const some: CsvOptions['types'][] = [undefined, {}, { a: 'number' }, { b: 'text' }]
    for (const types of some) {
      expect('texts' in readCsv('a,b\n1,2', { types })).toBe(false)
    }
  })

  it('takes any name', () => {
    const text = '__proto__,constructor,a,toString,b\nx,y,1,z,2\n'
    const types = JSON.parse('{"__proto__":"text","constructor":"text","toString":"text"}')
    const { texts, columns } = readCsv(text, { types })
    expect(Object.entries(texts!)).toEqual([
      ['__proto__', ['x']],
      ['constructor', ['y']],
      ['toString', ['z']],
    ])
    expect(Object.getPrototypeOf(texts)).toBe(Object.prototype)
    expect(columns).toEqual(['a'])
    expect(readCsv('__proto__,b\n1,2\n').columns).toEqual(['__proto__'])
    const named = JSON.parse('{"__proto__":"number"}')
    expect(readCsv('__proto__,b\n1,2\n', { types: named, target: '__proto__' }).y).toEqual(Float32Array.of(1))
    const classes = readCsv('b,__proto__\n1,__proto__\n2,x\n', { target: '__proto__' })
    expect(classes.classNames).toEqual(['__proto__', 'x'])
  })

  it('names columns without a header by their indices', () => {
    const options = { header: false, types: { 0: 'text', 1: 'number' } } as const
    const { texts, x, y } = readCsv('007,2,3\nx,5,6\n', options)
    expect([texts, [...x], [...y]]).toEqual([{ 0: ['007', 'x'] }, [2, 5], [3, 6]])
  })

  it('refuses a type of no column, as readTable() does', () => {
    const message = 'CSV: expected options.types for columns among 0 "a", 1 "b", got "c"'
    expect(failure('a,b\n1,2', { types: { c: 'text' } })).toBe(message)
    expect(() => readTable('a,b\n1,2', { types: { c: 'text' } })).toThrow(new FormatError(message))
    const byName = '{"__proto__":"text"}'
    expect(failure('a,b\n1,2', { types: JSON.parse(byName) })).toContain('got "__proto__"')
  })

  it('refuses a table whose inputs are all texts', () => {
    expect(failure('a,b\nx,2', { types: { a: 'text' } })).toBe(
      'CSV: expected a column of numbers besides the target, got only "a", "b" with the delimiter ","',
    )
    expect(failure('a\nx', { types: { a: 'text' }, target: null })).toMatch(
      /^CSV: expected a column of numbers/,
    )
  })

  it('refuses options that cannot be', () => {
    for (const options of [
      { types: { a: 'float' } },
      { types: 'text' },
      { types: ['text'] },
      { missing: 'NA' },
      { missing: [1] },
      { missing: null },
      { maxRowLength: 0 },
    ]) {
      expect(() => readCsv('a,b\n1,2', options as CsvOptions), JSON.stringify(options)).toThrow(OptionError)
    }
  })
})

describe('readCsv of a target that is a column of texts', () => {
  const codes = 'a,code\n1,007\n2,7\n3,10\n4, 7 \n'

  it('makes classes of it, whose names stay as they are', () => {
    for (const targetType of [undefined, 'auto', 'class'] as const) {
      const { y, classNames, texts } = readCsv(codes, { targetType, types: { code: 'text' } })
      expect([[...y], classNames, texts]).toEqual([[0, 2, 1, 2], ['007', '10', '7'], undefined])
    }
    // By value where it is not said that they are texts.
    expect(readCsv(codes, { targetType: 'class' }).classNames).toEqual(['7', '10'])
    expect(readCsv(codes).classNames).toBeUndefined()
  })

  it('refuses to make numbers of it', () => {
    expect(() => readCsv(codes, { targetType: 'number', types: { code: 'text' } })).toThrow(
      new OptionError(
        "options.targetType: expected 'class' or 'auto' for a target that options.types calls a text, got \"number\"",
      ),
    )
    expect(() => readCsv('a,b,c\n1,2,x', { target: ['b', 'c'], types: { c: 'text' } })).toThrow(
      new OptionError('options.types["c"]: expected \'number\' for one of several targets, got "text"'),
    )
  })

  it('takes the type of numbers as one that no text may be in', () => {
    const types = { b: 'number' } as const
    expect(readCsv('a,b\n1,2', { types }).y).toEqual(Float32Array.of(2))
    expect(failure('a,b\n1,2\n3,x', { types })).toMatch(
      /^CSV: line 3, column "b": expected a finite number, got "x"/,
    )
    const options = { types, targetType: 'class' } as const
    expect(readCsv('a,b\n1,2\n1,2.0\n1,-3', options).classNames).toEqual(['-3', '2'])
    expect(failure('a,b\n1,2\n1,x', options)).toBe(
      'CSV: line 3, column "b": expected a class that is a finite number, got "x"',
    )
    expect(readCsv('a,b,c\n1,2,3', { types: { c: 'number' }, target: ['c', 'b'] }).y).toEqual(
      Float32Array.of(3, 2),
    )
  })
})

describe('readCsv of cells without a value', () => {
  const gaps = 'a,b,y\n1,,0\n , 2 ,1\n"",NA,0\n?,3,1\n'

  it('has NaN for them in x where the option is given', () => {
    const { x, y } = readCsv(gaps, { missing: ['NA', ' ? '] })
    expect(x).toEqual(Float32Array.of(1, Number.NaN, Number.NaN, 2, Number.NaN, Number.NaN, Number.NaN, 3))
    expect([...y]).toEqual([0, 1, 0, 1])
    expect([...readCsv('a,y\n,1\n', { missing: [] }).x]).toEqual([Number.NaN])
    expect([...readCsv('a,b,y\n,1,1\n', { missing: [], target: null }).x]).toEqual([Number.NaN, 1, 1])
  })

  it('refuses other texts, and empty cells where the option is not given', () => {
    expect(failure(gaps)).toBe(
      'CSV: line 2, column "b": expected a finite number, got ""; let options.missing be [] to read it as NaN',
    )
    expect(failure(gaps, { missing: ['NA'] })).toBe(
      'CSV: line 5, column "a": expected a finite number, got "?"; let options.types say \'text\', options.missing list it, or take readTable() and fitFeatures()',
    )
    expect(failure(gaps, { missing: ['na', '?'] })).toContain(
      'line 4, column "b": expected a finite number, got "NA"',
    )
  })

  it('takes a number for none where it is in the list', () => {
    const text = 'a,b,y\n-999,1,5\n-999.0,-999,6\n"-999", -999 ,7\n-998,-9990,8\n'
    const { x } = readCsv(text, { missing: ['-999'] })
    expect([...x]).toEqual([Number.NaN, 1, -999, Number.NaN, Number.NaN, Number.NaN, -998, -9990])
    expect([...readCsv('a,y\n1e300,1\n2,1', { missing: ['1e300'] }).x]).toEqual([Number.NaN, 2])
  })

  it('refuses a target without a value', () => {
    const missing = ['NA', '-1']
    for (const cell of ['', ' ', 'NA', ' NA ', '-1']) {
      const text = `a,y\n1,2\n3,${cell}\n`
      const got = `got ${JSON.stringify(cell)}`
      expect(failure(text, { missing })).toBe(`CSV: line 3, column "y": expected a class, ${got}`)
      expect(failure(text, { missing, types: { y: 'text' } })).toBe(
        `CSV: line 3, column "y": expected a class, ${got}`,
      )
      for (const options of [
        { targetType: 'number' },
        { target: ['y'] },
        { types: { y: 'number' } },
      ] as const) {
        expect(failure(text, { missing, ...options })).toMatch(
          `CSV: line 3, column "y": expected a finite number, ${got}`,
        )
      }
    }
  })
})

describe('readCsv of a target that may be numbers', () => {
  it('makes classes of all of it where the last cell is a text, as they are written', () => {
    const many = 10_000
    const cells = Array.from({ length: many }, (_, r) => ['1', '1.0', '+1e0', ' 2 '][r % 4])
    const text = `a,y\n${cells.map((cell) => `0,${cell}`).join('\n')}\n`
    expect(readCsv(text).classNames).toBeUndefined()
    expect(readCsv(text).y).toEqual(Float32Array.from(cells, Number))
    const { y, classNames } = readCsv(`${text}0,x\n`)
    expect(classNames).toEqual(['+1e0', '1', '1.0', '2', 'x'])
    expect(y).toEqual(Int32Array.from([...Array.from(cells, (_, r) => [1, 2, 0, 3][r % 4]), 4]))
  })

  it('keeps every number of rows of any width', () => {
    for (const [rows, width] of [
      [1, 300_000],
      [3, 200_000],
      [500, 1000],
      [63, 1],
      [64, 1],
      [65, 1],
      [192, 1],
      [193, 1],
    ]) {
      const line = (r: number) => `${Array.from({ length: width }, (_, c) => (r + c) % 977).join()},${r % 89}`
      const text = Array.from({ length: rows }, (_, r) => line(r)).join('\n')
      const { x, y, inputs } = readCsv(text, { header: false, targetType: 'number' })
      expect([x.length, y.length, inputs]).toEqual([rows * width, rows, width])
      expect(x.every((value, i) => value === (Math.floor(i / width) + (i % width)) % 977)).toBe(true)
      expect(y.every((value, r) => value === r % 89)).toBe(true)
    }
  })
})
