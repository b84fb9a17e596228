// readCsv() of streams: the table, and the errors, of the whole text.

import { execFile } from 'node:child_process'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { FormatError, NablaError, OptionError } from '../../../src/base/errors.ts'
import {
  type ClassTable,
  type CsvOptions,
  type CsvSource,
  type CsvStream,
  type FeatureTable,
  type NumbersTable,
  type NumberTable,
  readCsv,
  type WebStream,
} from '../../../src/data/index.ts'
import { isThorough, runs } from '../../helpers/thorough.ts'
import { spectrum } from './csv-spectrum.ts'

const pets = 'weight,height,kind\n4.5,0.25,cat\n30,0.5,"dog\n😀"\n5,0.3,cat\n'
const bytes = (text: string) => new TextEncoder().encode(text)

async function outcome(read: () => unknown): Promise<unknown> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof NablaError)) throw error
    // Of a mistake in quotes what follows in the line is shown, as far as it has come.
    return `${error.name}: ${error.message.replace(/, got .* in line/, ' in line')}`
  }
}

async function rejection(source: CsvStream, options?: CsvOptions): Promise<unknown> {
  let result: unknown
  expect(() => {
    result = readCsv(source, options)
  }, 'thrown at once').not.toThrow()
  expect(result).toBeInstanceOf(Promise)
  return (result as Promise<unknown>).then(
    () => expect.fail('read without an error'),
    (error: unknown) => error,
  )
}

/** A web stream of the chunks, then an error if there is one; without what not every engine has. */
function webStream(chunks: readonly unknown[], log: string[] = [], error?: unknown): ReadableStream {
  let next = 0
  const stream = new ReadableStream({
    pull(controller) {
      if (next < chunks.length) controller.enqueue(chunks[next++])
      else if (error) controller.error(error)
      else controller.close()
    },
    cancel: () => void log.push('cancelled'),
  })
  Object.defineProperty(stream, Symbol.asyncIterator, { value: undefined })
  return stream
}

describe('readCsv of a stream', () => {
  it('gives the table of the whole text, from streams of every kind', async () => {
    const data = bytes(pets)
    const [start, end] = [data.subarray(0, 41), data.subarray(41)]
    async function* slowly() {
      for (const part of [start, end]) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        yield part
      }
    }
    const sources: Exclude<CsvStream, CsvSource>[] = [
      Readable.from([start, end]),
      Readable.from([Buffer.from(data)]).setEncoding('utf8'),
      webStream([start, end]),
      webStream([pets.slice(0, 9), pets.slice(9)]),
      new Blob([data]).stream() as ReadableStream<Uint8Array>,
      new Response(pets).body!,
      slowly(),
      [start, end],
      new Set([pets.slice(0, 9), data.subarray(9)]),
    ]
    for (const source of sources) {
      const result = readCsv(source)
      expect(result).toBeInstanceOf(Promise)
      expect(await result).toEqual(readCsv(pets))
    }
    expect(await readCsv([bytes('größe,b\n1,2\n')], { encoding: 'latin1' })).toEqual(
      readCsv(bytes('größe,b\n1,2\n'), { encoding: 'latin1' }),
    )
  })

  it('is typed by its options, as that of a text is', async () => {
    const stream = () => webStream([pets]) as ReadableStream<string>
    const classes = readCsv(stream(), { targetType: 'class' })
    expectTypeOf(classes).toEqualTypeOf<Promise<ClassTable>>()
    const one = [classes, readCsv(stream())] as const
    expectTypeOf(one[1]).toEqualTypeOf<Promise<ClassTable | NumberTable>>()
    const numbers = ['a,b\n1,2']
    const several = readCsv(numbers, { target: ['b'] })
    expectTypeOf(several).toEqualTypeOf<Promise<NumbersTable>>()
    expectTypeOf(readCsv(numbers, { target: null })).toEqualTypeOf<Promise<FeatureTable>>()
    expectTypeOf(readCsv(numbers, { target: 'b', targetType: 'number' })).toEqualTypeOf<
      Promise<NumberTable>
    >()
    const options: CsvOptions = {}
    expectTypeOf(readCsv(numbers, options)).toEqualTypeOf<
      Promise<ClassTable | NumberTable | NumbersTable | FeatureTable>
    >()
    const either = (source: CsvSource | WebStream) => readCsv(source, { target: null })
    expectTypeOf(either).returns.toEqualTypeOf<FeatureTable | Promise<FeatureTable>>()
    // biome-ignore lint/suspicious/noExplicitAny: what has no type was typed as a text before.
    const untyped = (source: any) => readCsv(source, { target: null })
    expectTypeOf(untyped).returns.toEqualTypeOf<FeatureTable>()
    // @ts-expect-error: an option that there is not.
    expect(await rejection(numbers, { separator: ';' })).toBeInstanceOf(OptionError)
    // @ts-expect-error: numbers are no chunks.
    expect(await rejection([1, 2])).toEqual(new FormatError('CSV: expected chunks of text or bytes, got 1'))
    expect([(await one[0]).classNames, (await one[1]).rows, (await several).outputs]).toEqual([
      ['cat', 'dog\n😀'],
      3,
      1,
    ])
  })

  it('gives the same wherever the text is cut', async () => {
    const texts: [string, CsvOptions?][] = [
      [pets],
      ['\uFEFF\r\n"a",b,"c ""d"""\r\n1, 2 ,"x\r\ny"\r\n\r\n-.5e1,+4,ü\r\n'],
      ['a→→b→→c\n1→→x→→3\n4→→"→"→→6', { delimiter: '→→', types: { b: 'text' } }],
      ['a,b,c\n1,,3\nNA,-9,5', { missing: ['NA', '-9'], target: ['c'] }],
      ['a,b\n1,1\n2,1.0\n3,x\n'],
      ['1,2\n3,4', { header: false, target: null, types: { 1: 'text' } }],
    ]
    for (const [text, options] of texts) {
      const whole = readCsv(text, options)
      const data = bytes(text)
      for (let at = 0; at <= data.length; ++at) {
        const where = `${JSON.stringify(text)} cut at ${at}`
        expect(await readCsv([data.subarray(0, at), data.subarray(at)], options), where).toEqual(whole)
        expect(await readCsv([text.slice(0, at), text.slice(at)], options), where).toEqual(whole)
      }
      expect(
        await readCsv(
          Array.from(data, (byte) => Uint8Array.of(byte)),
          options,
        ),
      ).toEqual(whole)
    }
  })

  it('reads and refuses the texts of csv-spectrum alike, wherever they are cut', async () => {
    let read = 0
    for (const [name, text, [names]] of spectrum) {
      const data = bytes(text)
      const types = Object.fromEntries(names.slice(1).map((column) => [column.trim(), 'text' as const]))
      for (const options of [{}, { types, missing: [], target: null }]) {
        const whole = await outcome(() => readCsv(data, options))
        if (typeof whole === 'object') read += 1
        for (let at = 0; at <= data.length; ++at) {
          const stream = [data.subarray(0, at), data.subarray(at)]
          expect(await outcome(() => readCsv(stream, options)), `${name} cut at ${at}`).toEqual(whole)
        }
      }
    }
    expect(read).toBeGreaterThan(2)
  })

  const junk = fc.constantFrom('1', 'x', ',', '\n', '\r', '"', '""', ' ', '\uFEFF', 'é', '😀', 'NA', '007')
  const line = fc.constantFrom('1,2,3\n', '3,-2,.1\n', '4,5,x\r\n', '"6",,7\n', '8,y,9\n', '1.0,NA,1.0\n')
  const parts = fc
    .array(fc.oneof({ weight: 15, arbitrary: line }, { weight: 1, arbitrary: junk }), { maxLength: 6 })
    .map((list) => ['a,b,c\n', ...list])
  const options = fc.record(
    {
      header: fc.constantFrom<CsvOptions['header'][]>(true, true, true, false, ['a', 'b', 'c']),
      target: fc.constantFrom<CsvOptions['target'][]>(null, 0, 'c', ['c'], ['a', 'c']),
      targetType: fc.constantFrom<CsvOptions['targetType'][]>('class', 'number', 'auto'),
      types: fc.constantFrom<CsvOptions['types'][]>(
        { b: 'text' },
        { c: 'text' },
        { 1: 'text' },
        { c: 'number' },
      ),
      missing: fc.constantFrom<CsvOptions['missing'][]>([], ['NA'], ['1']),
    },
    { requiredKeys: [] },
  )
  const cutsOf = fc.array(fc.nat(60), { maxLength: 5 })
  const pieces = <T extends string | Uint8Array>(whole: T, cuts: readonly number[]): T[] => {
    const at = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length]
    return at.slice(1).map((to, i) => whole.slice(at[i], to) as T)
  }

  it('is read alike, or refused alike, in whole and in parts', { timeout: 60_000 }, async () => {
    const count = { read: 0, refused: 0, texts: 0 }
    await fc.assert(
      fc.asyncProperty(parts, options, cutsOf, async (list, given, cuts) => {
        const text = list.join('')
        const whole = await outcome(() => readCsv(text, given as CsvOptions))
        if (typeof whole === 'string') count.refused += 1
        else count.read += 1
        if (typeof whole === 'object' && 'texts' in whole!) count.texts += 1
        expect(await outcome(() => readCsv(pieces(text, cuts), given as CsvOptions))).toEqual(whole)
        expect(await outcome(() => readCsv(pieces(bytes(text), cuts), given as CsvOptions))).toEqual(whole)
      }),
      { seed: 3, numRuns: runs(5000) },
    )
    expect(count.read).toBeGreaterThan(50)
    expect(count.refused).toBeGreaterThan(200)
    expect(count.texts).toBeGreaterThan(10)
  })

  it('gives any table of numbers as the whole does', async () => {
    const value = fc.float({ noNaN: true, noDefaultInfinity: true })
    const table = fc
      .integer({ min: 2, max: 5 })
      .chain((width) =>
        fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 40 }),
      )
    await fc.assert(
      fc.asyncProperty(table, fc.array(fc.nat(2000), { maxLength: 9 }), async (rows, cuts) => {
        const text = rows.map((row) => row.join()).join('\n')
        const { x, y } = await readCsv(pieces(bytes(text), cuts), { header: false, targetType: 'number' })
        // String() writes −0 as 0.
        expect([...x]).toEqual(rows.flatMap((row) => row.slice(0, -1).map((v) => v + 0)))
        expect([...y]).toEqual(rows.map((row) => row.at(-1)! + 0))
      }),
      { seed: 4, numRuns: 200 },
    )
  })

  it('keeps what it has read where the memory of the chunks is used again', async () => {
    const text = `a,kind,b\n${Array.from({ length: 300 }, (_, r) => `${r},a long name of a category ${r % 9},x\n`).join('')}`
    const data = bytes(text)
    function* again() {
      const buffer = new Uint8Array(64)
      for (let at = 0; at < data.length; at += 64) {
        const part = data.subarray(at, at + 64)
        buffer.set(part)
        yield buffer.subarray(0, part.length)
        buffer.fill(0xff)
      }
    }
    const types = { kind: 'text' } as const
    expect(await readCsv(again(), { types })).toEqual(readCsv(text, { types }))
  })
})

describe('readCsv refuses a stream', () => {
  it('with the message of the whole text', async () => {
    const refused: [string, CsvOptions?][] = [
      [''],
      ['a,b\n'],
      ['a,b\n1,2\n3x,4\n'],
      ['a,b\n1,2\n,4\n'],
      ['a,b,c\n"1\n\n",2,3\n4,"\nx\n",6\n'],
      ['a,b\n1,x\n2, \n'],
      ['a,b\n1,2\n1,2,3\n'],
      ['a,b\n1,2', { target: 'c' }],
      ['a,b\n1,2', { target: ['a', 0] }],
      ['a,b\n1,2', { types: { c: 'text' } }],
      ['a,a\n1,2'],
      ['a\n1'],
      ['a,b\n1,007', { types: { b: 'text' }, targetType: 'number' }],
    ]
    for (const [text, options] of refused) {
      let whole: unknown
      try {
        readCsv(text, options)
      } catch (error) {
        whole = error
      }
      expect(whole, text).toBeInstanceOf(NablaError)
      const data = bytes(text)
      for (let at = 0; at <= data.length; ++at) {
        expect(await rejection([data.subarray(0, at), data.subarray(at)], options), text).toEqual(whole)
      }
    }
    const bad = Uint8Array.of(97, 44, 98, 10, 49, 44, 0xfc, 10)
    expect(await rejection([bad.subarray(0, 5), bad.subarray(5)])).toEqual(
      new FormatError(
        'CSV: line 2: expected text in utf-8, got other bytes; is options.encoding another, such as windows-1252?',
      ),
    )
  })

  it('of a text within a character of bytes', async () => {
    const start = Uint8Array.of(97, 44, 98, 10, 49, 44, 0xc3)
    expect(await rejection([start, 'x\n'])).toEqual(
      new FormatError(
        'CSV: line 2: expected text in utf-8, got other bytes; is options.encoding another, such as windows-1252?',
      ),
    )
    expect(await readCsv([start, Uint8Array.of(0xbc), 'x\n'])).toEqual(readCsv('a,b\n1,üx\n'))
  })

  it('of other chunks, and for options that cannot be, by a rejection', async () => {
    for (const chunk of [3, null, undefined, {}, ['a'], Float32Array.of(1)]) {
      const error = await rejection(['a,b\n', chunk] as never)
      expect((error as Error).message).toMatch(/^CSV: expected chunks of text or bytes, got /)
    }
    for (const options of [{ target: true }, { maxRowLength: 0 }, { rowsAtOnce: 3 }, { missing: 'NA' }, 3]) {
      expect(await rejection([pets], options as CsvOptions)).toBeInstanceOf(OptionError)
    }
  })

  it('that fails, with its own error', async () => {
    async function* broken() {
      yield 'a,b\n1,2\n'
      throw new RangeError('no more')
    }
    const failed = new TypeError('the line is dead')
    const reader = {
      read: () => Promise.reject(failed),
      cancel: () => Promise.reject(new Error('it is')),
      releaseLock() {},
    }
    const node = new Readable({
      read() {
        this.destroy(failed)
      },
    })
    expect(await rejection(broken())).toEqual(new RangeError('no more'))
    expect(await rejection(webStream(['a,b\n1,2\n'], [], failed))).toBe(failed)
    expect(await rejection({ getReader: () => reader })).toBe(failed)
    expect(await rejection(node)).toBe(failed)
    const locked = webStream([pets])
    locked.getReader()
    expect(await rejection(locked)).toBeInstanceOf(TypeError)
  })

  it('and closes it', async () => {
    const mistakes: [string, CsvOptions?][] = [
      ['a,b\n"x"y,2\n'],
      ['a,b\nx,2\n'],
      ['a,b\n1,2\n', { target: 'c' }],
    ]
    for (const [text, options] of mistakes) {
      const log: string[] = []
      function* lines() {
        try {
          for (;;) yield text
        } finally {
          log.push('closed')
        }
      }
      await rejection(lines(), options)
      const node = Readable.from(lines())
      await rejection(node, options)
      const web = webStream([text, text, text], log)
      await rejection(web, options)
      expect([log, node.destroyed, web.locked]).toEqual([['closed', 'closed', 'cancelled'], true, false])
    }
  })

  it('of a quote that takes in the rest, before it fills the memory', async () => {
    let chunks = 0
    function* endless() {
      yield 'a,b\n1,"'
      for (;;) {
        chunks += 1
        yield 'x,y\n'.repeat(2 ** 18)
      }
    }
    const message = /^CSV: Row Too Long: expected at most \d+ characters in a row, got "1,\\"x,y" in line 2$/
    expect(((await rejection(endless())) as Error).message).toMatch(message)
    expect(chunks).toBeLessThan(50)
    chunks = 0
    expect(((await rejection(endless(), { maxRowLength: 1000 })) as Error).message).toMatch(message)
    expect(chunks).toBeLessThan(5)
    const row = `a,b\n1,${'x'.repeat(30)}\n`
    for (const source of [row, [row]]) {
      expect(await outcome(() => readCsv(source, { maxRowLength: 20 }))).toMatch(
        /^FormatError: CSV: Row Too Long: expected at most 20 characters in a row in line 2$/,
      )
      expect(await readCsv(source, { maxRowLength: 33 })).toEqual(readCsv(row))
    }
  })
})

describe('a CSV text whose numbers alone fit into memory', () => {
  const child = fileURLToPath(new URL('../../runtimes/csv-child.mjs', import.meta.url))

  it.runIf(isThorough)('is read in a heap of 64 MB', { timeout: 180_000 }, async () => {
    const run = await promisify(execFile)(process.execPath, [
      '--max-old-space-size=64',
      child,
      '200',
      'classes',
    ])
    const { rows, wrong, megabytes } = JSON.parse(run.stdout)
    expect(rows[0]).toBe(rows[1])
    expect(rows[0]).toBeGreaterThan(5e6)
    expect(wrong).toBe(0)
    // Of 16 bytes a row, which are there twice when they are joined, and the engine's heap; the text has 200.
    expect(megabytes).toBeLessThan((2 * 16 * rows[0]) / 1e6 + 100)
  })
})
