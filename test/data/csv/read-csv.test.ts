import { existsSync, readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { FormatError, NablaError, OptionError } from '../../../src/base/errors.ts'
import { type CsvOptions, readCsv } from '../../../src/data/index.ts'

const pets = 'weight,height,kind\n4.5,0.25,cat\n30,0.5,dog\n5,0.3,cat\n'

const failure = (text: string, options?: CsvOptions): string => {
  try {
    readCsv(text, options)
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError)
    return (error as FormatError).message
  }
  return expect.fail('read without an error')
}

describe('readCsv', () => {
  it('takes the last column as the target, and as classes where a cell is not a number', () => {
    expect(readCsv(pets)).toEqual({
      x: Float32Array.of(4.5, 0.25, 30, 0.5, 5, 0.3),
      y: Int32Array.of(0, 1, 0),
      rows: 3,
      inputs: 2,
      columns: ['weight', 'height'],
      classNames: ['cat', 'dog'],
    })
  })

  it('takes a target of numbers as numbers', () => {
    const { y, classNames } = readCsv('a,b\n1,2.5\n3,-4e-1\n')
    expect(y).toEqual(Float32Array.of(2.5, -0.4))
    expect(classNames).toBeUndefined()
  })

  it('finds the target by name and by index', () => {
    for (const target of ['height', 1]) {
      const { x, y, columns } = readCsv('weight,height,age\n1,2,3\n4,5,6', { target })
      expect([[...x], [...y], columns]).toEqual([
        [1, 3, 4, 6],
        [2, 5],
        ['weight', 'age'],
      ])
    }
    expect(readCsv('weight,height\n1,2', { target: null })).toEqual({
      x: Float32Array.of(1, 2),
      y: undefined,
      rows: 1,
      inputs: 2,
      columns: ['weight', 'height'],
      classNames: undefined,
    })
  })

  it('takes numbers as classes where told to, and sorts them by value', () => {
    const { y, classNames } = readCsv('a,b\n0,10\n0,9\n0,-1\n0,10.0', { targetType: 'class' })
    expect(classNames).toEqual(['-1', '9', '10'])
    expect([...y]).toEqual([2, 1, 0, 2])
    expect(readCsv('a,b\n0,10\n0,9\n0,x').classNames).toEqual(['10', '9', 'x'])
  })

  it('names the columns of a text without a header by their indices, or as told', () => {
    expect(readCsv('1,2\n3,4', { header: false }).columns).toEqual(['0'])
    const { columns, rows } = readCsv('1,2\n3,4', { header: ['a', 'b'] })
    expect([columns, rows]).toEqual([['a'], 2])
  })

  it('reads other delimiters, also of more than a character', () => {
    expect([...readCsv('a;b\n1;2', { delimiter: ';' }).x]).toEqual([1])
    expect([...readCsv('a\tb\n1\t2', { delimiter: '\t' }).x]).toEqual([1])
    expect([...readCsv('a→→b\n1→→2', { delimiter: '→→' }).x]).toEqual([1])
  })

  it('passes over a byte order mark, blank lines and spaces around cells', () => {
    expect(readCsv(`\uFEFF\n${pets.replaceAll(',', ' , ').replaceAll('\n', '\n\n')}`)).toEqual(readCsv(pets))
  })

  it('reads the line breaks of any system, also mixed', () => {
    for (const lineBreak of ['\r\n', '\r']) {
      expect(readCsv(pets.replaceAll('\n', lineBreak))).toEqual(readCsv(pets))
    }
    expect(readCsv(pets.replace('\n', '\r\n'))).toEqual(readCsv(pets))
  })

  it('reads quoted cells with delimiters, quotes and line breaks within', () => {
    const { columns, classNames } = readCsv('"a,b","c\nd",e\n1,2,"say ""x"""')
    expect([columns, classNames]).toEqual([['a,b', 'c\nd'], ['say "x"']])
  })

  it('keeps the line breaks within quotes as they are', () => {
    for (const lineBreak of ['\n', '\r\n', '\r']) {
      const text = `a,b\r\n1,"x${lineBreak}y"\n`
      expect(readCsv(text).classNames).toEqual([`x${lineBreak}y`])
    }
  })

  it('works without a Buffer global, as in a browser', () => {
    const kept = globalThis.Buffer
    Reflect.deleteProperty(globalThis, 'Buffer')
    try {
      expect(readCsv('é,b\n1,ü').classNames).toEqual(['ü'])
    } finally {
      globalThis.Buffer = kept
    }
  })

  it('types its result by its options', () => {
    expectTypeOf(readCsv(pets, { targetType: 'class' }).y).toEqualTypeOf<Int32Array>()
    expectTypeOf(readCsv('a,b\n1,2', { targetType: 'number' }).y).toEqualTypeOf<Float32Array>()
    expectTypeOf(readCsv('a\n1', { target: null }).y).toEqualTypeOf<undefined>()
    const table = readCsv(pets)
    if (table.classNames) expectTypeOf(table.y).toEqualTypeOf<Int32Array>()
    else expectTypeOf(table.y).toEqualTypeOf<Float32Array>()
  })

  it('gives back any table that it is written from', () => {
    const name = fc.string({ unit: 'binary' }).filter((s) => s === s.trim())
    const label = name.filter((s) => s !== '' && Number.isNaN(Number(s)))
    const value = fc.float({ noNaN: true, noDefaultInfinity: true })
    const table = fc.integer({ min: 1, max: 4 }).chain((inputs) =>
      fc.record({
        names: fc.uniqueArray(name, { minLength: inputs + 1, maxLength: inputs + 1 }),
        rows: fc.array(fc.tuple(fc.array(value, { minLength: inputs, maxLength: inputs }), label), {
          minLength: 1,
          maxLength: 8,
        }),
        lineBreak: fc.constantFrom('\n', '\r\n', '\r'),
      }),
    )
    const quote = (s: string) => `"${s.replaceAll('"', '""')}"`
    fc.assert(
      fc.property(table, ({ names, rows, lineBreak }) => {
        const lines = [
          names.map(quote),
          ...rows.map(([values, label]) => [...values.map(String), quote(label)]),
        ]
        const read = readCsv(lines.map((line) => line.join(',')).join(lineBreak), { targetType: 'class' })
        expect(read.columns).toEqual(names.slice(0, -1))
        // String() writes −0 as 0.
        expect([...read.x]).toEqual(rows.flatMap(([values]) => values.map((v) => v + 0)))
        expect(Array.from(read.y, (index) => read.classNames[index])).toEqual(rows.map(([, label]) => label))
        expect(read.classNames).toEqual([...new Set(rows.map(([, label]) => label))].sort())
      }),
      { seed: 1 },
    )
  })

  it('reads any text or throws an error of its own', () => {
    const line = fc.constantFrom('a,b\n', '1,2\n', '3,x\r\n', '"4","5\n"\n')
    const junk = fc.constantFrom('1', 'x', ',', '\n', '\r', '"', '""', ' ', '\uFEFF', '\0', 'é', '😀', ';')
    const piece = fc.oneof({ weight: 3, arbitrary: line }, { weight: 1, arbitrary: junk })
    const options = fc.record(
      {
        header: fc.constantFrom<CsvOptions['header'][]>(true, false, ['a', 'b']),
        target: fc.constantFrom<CsvOptions['target'][]>(null, 0, 1, 'x'),
        delimiter: fc.constantFrom(',', ';'),
        targetType: fc.constantFrom<NonNullable<CsvOptions['targetType']>[]>('class', 'number', 'auto'),
      },
      { requiredKeys: [] },
    )
    let read = 0
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), options, (pieces, given) => {
        try {
          const { x, rows, inputs, columns } = readCsv(pieces.join(''), given as CsvOptions)
          expect([x.length, columns.length]).toEqual([rows * inputs, inputs])
          expect(x.every(Number.isFinite)).toBe(true)
          read += 1
        } catch (error) {
          if (!(error instanceof NablaError)) throw error
        }
      }),
      { seed: 2, numRuns: 2000 },
    )
    expect(read).toBeGreaterThan(50)
  })
})

describe('readCsv of several targets', () => {
  const houses = 'rooms,price,area,rent\n3,100,70,1\n4,200,90,2.5\n'

  it('gives them row by row, in the order that is asked for', () => {
    for (const target of [
      ['rent', 'price'],
      [3, 1],
      ['rent', 1],
    ]) {
      expect(readCsv(houses, { target })).toEqual({
        x: Float32Array.of(3, 70, 4, 90),
        y: Float32Array.of(1, 100, 2.5, 200),
        rows: 2,
        inputs: 2,
        outputs: 2,
        columns: ['rooms', 'area'],
        targets: ['rent', 'price'],
        classNames: undefined,
      })
    }
    const { y, outputs, targets } = readCsv(houses, { target: ['price'] })
    expect([[...y], outputs, targets]).toEqual([[100, 200], 1, ['price']])
    expectTypeOf(readCsv(houses, { target: ['rent', 'price'] }).y).toEqualTypeOf<Float32Array>()
  })

  it('refuses what is no number, no column, and columns twice', () => {
    expect(failure('a,b,c\n1,2,x', { target: ['b', 'c'] })).toBe(
      'CSV: line 2, column "c": expected a finite number, got "x"; readTable() reads texts and empty cells too',
    )
    expect(failure(houses, { target: ['rent', 'tax'] })).toBe(
      'CSV: expected the target among the columns 0 "rooms", 1 "price", 2 "area", 3 "rent", got "tax"',
    )
    expect(failure(houses, { target: ['rent', 3] })).toBe(
      'CSV: expected target columns that differ, got "rent" twice',
    )
    expect(failure('a,b\n1,2', { target: ['b', 'a'] })).toBe(
      'CSV: expected a column besides the target, got only "a", "b" with the delimiter ","',
    )
    for (const options of [{ target: [] }, { target: [true] }, { target: ['rent'], targetType: 'class' }]) {
      expect(() => readCsv(houses, options as CsvOptions)).toThrow(OptionError)
    }
  })
})

describe('readCsv of bytes', () => {
  const text = '\uFEFFgröße,kind\n1.5,ü\n2,😀\n'
  const bytes = new TextEncoder().encode(text)

  it('reads them as the text, from views of any kind', () => {
    const expected = readCsv(text)
    const shifted = new Uint8Array(bytes.length + 7)
    shifted.set(bytes, 3)
    const views = [bytes, bytes.buffer, Buffer.from(text), shifted.subarray(3, 3 + bytes.length)]
    for (const view of views) expect(readCsv(view)).toEqual(expected)
  })

  it('reads them from another realm, and from shared memory', () => {
    const expected = readCsv(text)
    const realm = runInNewContext('[Uint8Array, ArrayBuffer]')
    const foreign = new realm[0](bytes)
    expect(foreign instanceof Uint8Array).toBe(false)
    expect(readCsv(foreign)).toEqual(expected)
    expect(readCsv(foreign.buffer)).toEqual(expected)
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
    shared.set(bytes)
    expect(readCsv(shared)).toEqual(expected)
    const transferred = bytes.slice().buffer
    structuredClone(transferred, { transfer: [transferred] })
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    for (const none of [transferred, Float32Array.of(1), new DataView(bytes.buffer), {}, revoked.proxy]) {
      expect(failure(none as never)).toMatch(/^CSV: expected a text, its bytes or a stream of them, got /)
    }
  })

  it('reads other encodings by name', () => {
    const wide = new Uint8Array(2 * text.length)
    const view = new DataView(wide.buffer)
    for (let i = 0; i < text.length; ++i) view.setUint16(2 * i, text.charCodeAt(i), true)
    expect(readCsv(wide, { encoding: 'utf-16le' })).toEqual(readCsv(text))
    const latin = Uint8Array.from('größe,kind\n1,ü\n', (c) => c.charCodeAt(0))
    expect(readCsv(latin, { encoding: 'latin1' }).columns).toEqual(['größe'])
    expect(() => readCsv(latin, { encoding: 'klingon' })).toThrow(OptionError)
  })

  it('reads characters that pieces are cut within', () => {
    const cell = 'aü→😀'
    const long = `n,kind\n${Array.from({ length: 200_000 }, (_, r) => `${r},${cell.slice(0, r % 6)}x`).join('\n')}`
    // Half of a pair of surrogates is no text.
    const whole = long.replaceAll('\ud83dx', 'x')
    expect(readCsv(new TextEncoder().encode(whole))).toEqual(readCsv(whole))
  })

  it('refuses bytes of another encoding, and says which line has them', () => {
    const refused = (data: Uint8Array, options?: CsvOptions) => {
      try {
        readCsv(data, options)
      } catch (error) {
        return (error as FormatError).message
      }
      return expect.fail('read without an error')
    }
    const hint = '; is options.encoding another, such as windows-1252?'
    for (const before of [1, 100_000]) {
      const latin = Buffer.concat([
        Buffer.from(`a,b\n${'1,"2\n"\n'.repeat(before)}`),
        Buffer.of(49, 44, 0xfc),
      ])
      expect(refused(latin)).toBe(
        `CSV: line ${2 * before + 2}: expected text in utf-8, got other bytes${hint}`,
      )
      expect(refused(Buffer.concat([latin, Buffer.from('\n1,2\n')]))).toContain(
        `line ${2 * before + 2}: expected`,
      )
    }
    // Surrogates, overlong forms, and the first byte of a character at the end.
    for (const bad of [[0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf0, 0x9f], [0x80]]) {
      expect(refused(Uint8Array.of(97, 44, 98, 10, 49, 44, ...bad))).toContain(
        'CSV: line 2: expected text in utf-8',
      )
    }
    expect(refused(Uint8Array.of(97, 0, 44), { encoding: 'utf-16le' })).toMatch(/^CSV: line 1.*in utf-16le/)
  })
})

describe('readCsv refuses', () => {
  it('a cell that is not a number, with its line, column and text', () => {
    const hint =
      "; let options.types say 'text', options.missing list it, or take readTable() and fitFeatures()"
    expect(failure('a,b\n1,2\n3x,4')).toBe(
      `CSV: line 3, column "a": expected a finite number, got "3x"${hint}`,
    )
    for (const cell of ['', '  ', '" "']) {
      expect(failure(`a,b\n1,2\n${cell},4`)).toBe(
        `CSV: line 3, column "a": expected a finite number, got ${JSON.stringify(cell.replaceAll('"', ''))}; let options.missing be [] to read it as NaN`,
      )
    }
    for (const cell of ['NaN', 'Infinity', '1e39', '0x10', '1_000', '1.2.3', '.', 'e5', '+']) {
      expect(failure(`a,b\n${cell},1`)).toBe(
        `CSV: line 2, column "a": expected a finite number, got ${JSON.stringify(cell)}${hint}`,
      )
    }
  })

  it('a target that is missing or not a number', () => {
    expect(failure('a,b\n1,x\n2, ')).toBe('CSV: line 3, column "b": expected a class, got " "')
    expect(failure('a,b\n1,x', { targetType: 'number' })).toBe(
      'CSV: line 2, column "b": expected a finite number, got "x"; readTable() reads texts and empty cells too',
    )
  })

  it('a cell after line breaks within quotes, with the line it starts in', () => {
    for (const lineBreak of ['\n', '\r\n', '\r']) {
      const text = ['"a', 'b",c,d', '', '1,2,"x', '', 'y"', '1,"', 'bad', '","z', '"'].join(lineBreak)
      expect(failure(text), JSON.stringify(lineBreak)).toBe(
        `CSV: line 7, column "c": expected a finite number, got ${JSON.stringify(`${lineBreak}bad${lineBreak}`)}; let options.types say 'text', options.missing list it, or take readTable() and fitFeatures()`,
      )
      expect(failure(`a,b,c\n"\n1\n",x,"\n2"`)).toContain('line 4, column "b"')
    }
  })

  it('a row of another length', () => {
    expect(failure('a,b\n1,2\n\n1,2,3')).toBe('CSV: line 4: expected 2 cells, got 3')
    expect(failure('a,b\n1,2\n"1\n"\n')).toBe('CSV: line 3: expected 2 cells, got 1')
    expect(failure('1,2', { header: ['a', 'b', 'c'] })).toBe('CSV: line 1: expected 3 cells, got 2')
  })

  it('a target that is no column, and says which there are', () => {
    expect(failure(pets, { target: 'species' })).toBe(
      'CSV: expected the target among the columns 0 "weight", 1 "height", 2 "kind", got "species"',
    )
    for (const target of [3, -1, 0.5]) expect(failure(pets, { target })).toContain(`got ${target}`)
  })

  it('a target that is not among many columns, in a message of no more than a few', () => {
    const names = Array.from({ length: 100_000 }, (_, c) => `column ${c}`)
    const message = failure(`${names.join()}\n${new Array(names.length).fill(1).join()}`, { target: 'kind' })
    expect(message).toBe(
      `CSV: expected the target among the columns ${names
        .slice(0, 10)
        .map((name, c) => `${c} "${name}"`)
        .join(', ')}, … 99999 "column 99999", got "kind"`,
    )
  })

  it('a text without rows', () => {
    for (const text of ['', '\uFEFF', '\n\n']) {
      expect(failure(text)).toBe('CSV: expected at least one row, got an empty text')
    }
    expect(failure('a,b\n')).toBe('CSV: expected at least one row below the header, got none')
    expect(failure(undefined as never)).toBe(
      'CSV: expected a text, its bytes or a stream of them, got undefined',
    )
  })

  it('columns of the same name', () => {
    expect(failure('a,b, a\n1,2,3')).toBe(
      'CSV: expected column names that differ, got "a" for the columns 0 and 2',
    )
  })

  it('a table of the target alone', () => {
    expect(failure(pets, { delimiter: ';' })).toBe(
      'CSV: expected a column besides the target, got only "weight,height,kind" with the delimiter ";"',
    )
  })

  it('quotes that do not close or stand within a cell', () => {
    expect(failure('a,b\n1,"2')).toMatch(/^CSV: Quote Not Closed: .* line 2/)
    expect(failure('a,b\n1,2"3"')).toMatch(/^CSV: Invalid Opening Quote: .* line 2/)
    expect(failure('a,b\n1,"2"3')).toMatch(/^CSV: Invalid Closing Quote: .* line 2/)
  })

  it('options that cannot be', () => {
    const refused: [object, string][] = [
      [{ delimiter: '' }, 'options.delimiter: expected characters other than quotes and line breaks, got ""'],
      [
        { delimiter: '"' },
        'options.delimiter: expected characters other than quotes and line breaks, got "\\""',
      ],
      [{ header: 'a,b' }, 'options.header: expected true, false or an array of names, got "a,b"'],
      [
        { target: true },
        'options.target: expected the name or the index of a column, an array of them, or null, got true',
      ],
      [
        { targetType: 'classes' },
        "options.targetType: expected one of 'class', 'number', 'auto', got \"classes\", did you mean 'class'?",
      ],
      [
        { separator: ';' },
        'options: expected options among header, delimiter, encoding, target, targetType, types, missing, maxRowLength, got "separator"',
      ],
    ]
    for (const [options, message] of refused) {
      expect(() => readCsv(pets, options)).toThrow(new OptionError(message))
    }
  })
})

const csv = (name: string) => new URL(`../../../../shared/data/${name}`, import.meta.url)
const hasFiles = existsSync(csv('iris.csv')) && existsSync(csv('digits.csv'))
if (!hasFiles) console.warn('skipped: readCsv on files, ../shared/data/iris.csv or digits.csv is absent')

describe.skipIf(!hasFiles)('the CSV files', () => {
  it('iris has 150 flowers of three species', () => {
    const { x, y, rows, inputs, columns, classNames } = readCsv(readFileSync(csv('iris.csv'), 'utf8'))
    expect([rows, inputs, x.length]).toEqual([150, 4, 600])
    expect(columns).toEqual(['sepal_length', 'sepal_width', 'petal_length', 'petal_width'])
    expect(classNames).toEqual(['setosa', 'versicolor', 'virginica'])
    expect(x.subarray(0, 4)).toEqual(Float32Array.of(5.1, 3.5, 1.4, 0.2))
    expect([y[0], y[50], y[149]]).toEqual([0, 1, 2])
  })

  it('digits has 1,797 images of ten digits', () => {
    const { x, y, rows, inputs, classNames } = readCsv(readFileSync(csv('digits.csv'), 'utf8'), {
      targetType: 'class',
    })
    expect([rows, inputs, classNames.join('')]).toEqual([1797, 64, '0123456789'])
    expect(x.reduce((sum, v) => sum + v, 0)).toBe(561718)
    expect([...y.subarray(0, 3)]).toEqual([0, 1, 2])
  })
})
