import { existsSync, readFileSync } from 'node:fs'
import { constants, deflateRawSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError, OptionError } from '../../src/base/errors.ts'
import { type IdxOptions, readIdx } from '../../src/data/index.ts'

type Setter = (view: DataView, at: number, value: number) => void

const elements: Record<number, { bytes: number; set: Setter; array: new (values: number[]) => object }> = {
  8: { bytes: 1, set: (v, at, x) => v.setUint8(at, x), array: Uint8Array },
  9: { bytes: 1, set: (v, at, x) => v.setInt8(at, x), array: Int8Array },
  11: { bytes: 2, set: (v, at, x) => v.setInt16(at, x), array: Int16Array },
  12: { bytes: 4, set: (v, at, x) => v.setInt32(at, x), array: Int32Array },
  13: { bytes: 4, set: (v, at, x) => v.setFloat32(at, x), array: Float32Array },
  14: { bytes: 8, set: (v, at, x) => v.setFloat64(at, x), array: Float64Array },
}

function idx(type: number, shape: readonly number[], values: readonly number[]): Uint8Array {
  const { bytes, set } = elements[type]
  const file = new Uint8Array(4 + 4 * shape.length + bytes * values.length)
  file.set([0, 0, type, shape.length])
  const view = new DataView(file.buffer)
  shape.forEach((size, d) => {
    view.setUint32(4 + 4 * d, size)
  })
  values.forEach((value, i) => {
    set(view, 4 + 4 * shape.length + bytes * i, value)
  })
  return file
}

const matrix = idx(8, [2, 3], [1, 2, 3, 4, 5, 255])

const failure = async (bytes: unknown, options?: IdxOptions): Promise<string> => {
  const error = await readIdx(bytes as Uint8Array, options).then(
    () => undefined,
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(FormatError)
  return (error as FormatError).message
}

describe('readIdx', () => {
  it('reads each element type, big-endian, into the typed array of that type', async () => {
    for (const [type, { array }] of Object.entries(elements)) {
      const values = [0, 1, 100, type === '8' ? 200 : -100]
      const read = await readIdx(idx(Number(type), [4], values))
      expect(read).toEqual({ shape: [4], data: new array(values) })
    }
    expect((await readIdx(idx(11, [1], [0x0102]))).data[0]).toBe(258)
    expect((await readIdx(Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 1, 0x40, 0x49, 0x0f, 0xdb))).data[0]).toBe(
      Math.fround(Math.PI),
    )
  })

  it('reads an ArrayBuffer, a part of a buffer and a gzipped file alike', async () => {
    const expected = { shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 255) }
    expect(await readIdx(matrix.buffer as ArrayBuffer)).toEqual(expected)
    const part = new Uint8Array(matrix.length + 5)
    part.set(matrix, 3)
    expect(await readIdx(part.subarray(3, 3 + matrix.length))).toEqual(expected)
    expect(await readIdx(gzipSync(matrix))).toEqual(expected)
    const doubles = idx(14, [2], [1.5, -2.5])
    const shifted = new Uint8Array(doubles.length + 1)
    shifted.set(doubles, 1)
    expect((await readIdx(shifted.subarray(1))).data).toEqual(Float64Array.of(1.5, -2.5))
  })

  it('does not copy the bytes of a plain file', async () => {
    const { data } = await readIdx(matrix)
    expect(data.buffer).toBe(matrix.buffer)
  })

  it('reads an array of no elements, whatever its other sizes', async () => {
    const most = 2 ** 32 - 1
    expect((await readIdx(idx(8, [0], []))).data.length).toBe(0)
    expect((await readIdx(idx(14, [...new Array(200).fill(most), 0], []))).shape.length).toBe(201)
  })

  it('gives back any array, plain or gzipped', async () => {
    const anyFile = fc
      .tuple(
        fc.constantFrom(8, 9, 11, 12, 13, 14),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
      )
      .chain(([type, shape]) => {
        const length = shape.reduce((a, b) => a * b, 1)
        const value = type === 8 ? fc.nat(255) : fc.integer({ min: -128, max: 127 })
        return fc.tuple(
          fc.constant(type),
          fc.constant(shape),
          fc.array(value, { minLength: length, maxLength: length }),
          fc.boolean(),
        )
      })
    await fc.assert(
      fc.asyncProperty(anyFile, async ([type, shape, values, zipped]) => {
        const file = idx(type, shape, values)
        const read = await readIdx(zipped ? gzipSync(file) : file)
        expect(read).toEqual({ shape, data: new elements[type].array(values) })
      }),
      { seed: 1 },
    )
  })

  it('reads any bytes or throws FormatError', async () => {
    const header = fc.constantFrom([], [0x1f, 0x8b], [0x1f, 0x8b, 8, 0], [0, 0, 8], [0, 0, 8, 1, 0, 0, 0])
    await fc.assert(
      fc.asyncProperty(header, fc.uint8Array({ maxLength: 40 }), async (start, rest) => {
        const error = await readIdx(Uint8Array.of(...start, ...rest)).then(
          ({ shape, data }) => expect(data.length).toBe(shape.reduce((a, b) => a * b, 1)),
          (e: unknown) => e,
        )
        if (error !== undefined) expect(error).toBeInstanceOf(FormatError)
      }),
      { seed: 2, numRuns: 500 },
    )
  })
})

describe('readIdx refuses', () => {
  it('what is no bytes', async () => {
    expect(await failure('text')).toBe('IDX: expected a Uint8Array or an ArrayBuffer, got "text"')
    expect(await failure(undefined)).toBe('IDX: expected a Uint8Array or an ArrayBuffer, got undefined')
  })

  it('another magic', async () => {
    expect(await failure(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1))).toBe(
      'IDX: expected a file that starts with 00 00, or with 1f 8b if gzipped, got 89 50 4e 47',
    )
  })

  it('an unknown element type', async () => {
    expect(await failure(Uint8Array.of(0, 0, 10, 1, 0, 0, 0, 0))).toBe(
      'IDX: expected an element type among 08 09 0b 0c 0d 0e, got 0a',
    )
  })

  it('no dimensions', async () => {
    expect(await failure(Uint8Array.of(0, 0, 8, 0, 7))).toBe('IDX: expected at least 1 dimension, got 0')
  })

  it('a header larger than the file', async () => {
    expect(await failure(new Uint8Array(0))).toBe('IDX: expected a header of at least 4 bytes, got 0 bytes')
    expect(await failure(matrix.subarray(0, 11))).toBe(
      'IDX: expected a header of 12 bytes for 2 dimensions, got 11 bytes',
    )
  })

  it('dimensions larger than the file, also where their product overflows', async () => {
    expect(await failure(matrix.subarray(0, 17))).toBe(
      'IDX: expected 6 bytes of uint8 data for the shape 2 × 3, got 5',
    )
    const most = 2 ** 32 - 1
    expect(await failure(idx(8, [65536, 65536], [0]))).toContain('expected 4294967296 bytes')
    expect(await failure(idx(14, new Array(255).fill(most), [0]))).toContain('expected Infinity bytes')
  })

  it('bytes after the data', async () => {
    expect(await failure(Uint8Array.of(...matrix, 0))).toBe(
      'IDX: expected 6 bytes of uint8 data for the shape 2 × 3, got more',
    )
  })

  it('a truncated gzip file, wherever it is cut', async () => {
    const zipped = gzipSync(matrix)
    for (let length = 2; length < zipped.length; ++length) {
      expect(await failure(zipped.subarray(0, length))).toMatch(/expected a whole gzip file, got a truncated/)
    }
  })

  it('a corrupt gzip file and what follows a gzip file', async () => {
    const zipped = gzipSync(matrix)
    const corrupt = Uint8Array.from(zipped)
    corrupt[corrupt.length - 6] ^= 1
    // With the engine's reason, where it has one: Node 26 has none.
    const refused = /^IDX: expected a whole gzip file, got a truncated or corrupt one( \([^()]+\))?$/
    expect(await failure(corrupt)).toMatch(refused)
    expect(await failure(Uint8Array.of(...zipped, 1, 2, 3))).toMatch(refused)
  })

  it('a gzip file that unpacks to more than its header says, before all of it is unpacked', async () => {
    const bomb = new Uint8Array(2 ** 28)
    bomb.set([0, 0, 8, 1, 0, 0, 0, 1])
    const zipped = gzipSync(bomb, { level: 1 })
    const before = process.memoryUsage().arrayBuffers
    expect(await failure(zipped)).toBe('IDX: expected 1 bytes of uint8 data for the shape 1, got more')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26)
  })

  it('a gzip file that truly unpacks to more than it may, by its header', async () => {
    const shape = [2 ** 15, 2 ** 13]
    const bomb = new Uint8Array(12 + 2 ** 28)
    bomb.set(idx(8, shape, []))
    const zipped = gzipSync(bomb, { level: 1 })
    const before = process.memoryUsage().arrayBuffers
    expect(await failure(zipped, { maxBytes: 2 ** 28 })).toBe(
      'IDX: expected a gzip file of at most options.maxBytes = 268435456 bytes when unpacked, got one of 268435468',
    )
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26)
    expect((await readIdx(zipped, { maxBytes: 2 ** 28 + 12 })).shape).toEqual(shape)
  })

  it('a bomb of 16 GB in 16 MB, whatever its header says, at once', async () => {
    const block = (data: Uint8Array) => deflateRawSync(data, { finishFlush: constants.Z_FULL_FLUSH })
    const million = block(new Uint8Array(2 ** 20))
    const gzipHeader = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)
    const bombOf = (shape: number[]) =>
      Buffer.concat([gzipHeader, block(idx(8, shape, [])), ...new Array(2 ** 14).fill(million)])
    const before = process.memoryUsage()
    const start = performance.now()
    expect(await failure(bombOf([2 ** 20, 2 ** 14]))).toBe(
      'IDX: expected a gzip file of at most options.maxBytes = 1073741824 bytes when unpacked, got one of 17179869196',
    )
    expect(await failure(bombOf([1, 1]))).toBe(
      'IDX: expected 1 bytes of uint8 data for the shape 1 × 1, got more',
    )
    expect(await failure(bombOf([2 ** 12, 2 ** 12]))).toContain('for the shape 4096 × 4096, got more')
    expect(await failure(bombOf([2 ** 12, 2 ** 12]), { maxBytes: 2 ** 24 })).toContain('one of 16777228')
    const after = process.memoryUsage()
    // What was unpacked is at most 2²⁴ bytes: 16 GB would take half a minute. The four files themselves are 64 MB.
    expect(performance.now() - start).toBeLessThan(10_000)
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2 ** 27)
  })

  it('a gzip file that says that it unpacks to more than 2³⁰ bytes, unless told otherwise', async () => {
    const start = new Uint8Array(2 ** 16)
    start.set(idx(8, [2 ** 15, 2 ** 15], []))
    const zipped = gzipSync(start)
    expect(await failure(zipped)).toBe(
      'IDX: expected a gzip file of at most options.maxBytes = 1073741824 bytes when unpacked, got one of 1073741836',
    )
    expect(await failure(zipped, { maxBytes: 2 ** 31 })).toBe(
      'IDX: expected 1073741824 bytes of uint8 data for the shape 32768 × 32768, got 65524',
    )
  })

  it('a gzip file over a limit that is shorter than any header', async () => {
    const zipped = gzipSync(idx(8, [100], new Array(100).fill(1)))
    expect((await readIdx(zipped, { maxBytes: 108 })).shape).toEqual([100])
    expect(await failure(zipped, { maxBytes: 107 })).toContain(
      'maxBytes = 107 bytes when unpacked, got one of 108',
    )
    // A plain file is in memory already.
    expect((await readIdx(matrix, { maxBytes: 1 })).shape).toEqual([2, 3])
  })

  it('options that cannot be', async () => {
    for (const options of [{ maxBytes: 0 }, { maxBytes: Infinity }, { maxBytes: '1' }, { most: 1 }]) {
      await expect(readIdx(matrix, options as IdxOptions)).rejects.toThrow(OptionError)
    }
  })
})

const mnist = (name: string) => new URL(`../../../shared/data/mnist/${name}`, import.meta.url)
const hasMnist = existsSync(mnist('t10k-images-idx3-ubyte.gz'))
if (!hasMnist) console.warn('skipped: readIdx on MNIST, ../shared/data/mnist/t10k-*.gz are absent')

describe.skipIf(!hasMnist)('MNIST', () => {
  it('has 10,000 test images of 28 × 28 and their digits', async () => {
    const images = await readIdx(readFileSync(mnist('t10k-images-idx3-ubyte.gz')))
    const labels = await readIdx(readFileSync(mnist('t10k-labels-idx1-ubyte.gz')))
    expect(images.shape).toEqual([10000, 28, 28])
    expect(images.data.length).toBe(7_840_000)
    expect(labels.shape).toEqual([10000])
    expect([...labels.data.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    const counts = new Array(10).fill(0)
    for (const digit of labels.data) counts[digit] += 1
    expect(counts).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
  })
})
