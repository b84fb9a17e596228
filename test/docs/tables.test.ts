// The snippets of docs/tables.md run, and print what their comments say.

import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { run, snippetsOf } from '../helpers/snippets.ts'

describe('docs/tables.md', () => {
  const [numbers, numbersOfStream, gaps, texts, stream] = snippetsOf('tables.md')

  it('reads several targets of numbers', async () => {
    const y = [310, 1.2, 420, 1.7].map(Math.fround)
    expect(await run(numbers)).toEqual([
      [
        ['rooms', 'area'],
        [3, 70, 4, 95],
      ],
      [2, y],
    ])
  })

  it('reads numbers of a stream', async () => {
    const createReadStream = (file: string) => {
      expect(file).toBe('flowers.csv')
      return Readable.from([Buffer.from('width,height,kind\n1,2,sm'), Buffer.from('all\n5,6,large\n')])
    }
    expect(await run(numbersOfStream, { 'node:fs': { createReadStream } })).toEqual([
      [
        [1, 2, 5, 6],
        ['large', 'small'],
      ],
      [[1, 0]],
    ])
  })

  it('reads texts beside numbers, and leaves out rows with gaps', async () => {
    expect(await run(gaps)).toEqual([
      [
        [1.5, 2, Number.NaN, 3, 4, Number.NaN, 5, 6],
        ['width', 'height'],
      ],
      [{ name: ['Ada', 'Bob', 'Cyd', 'Dan'] }, ['007', '010', '7']],
      [
        [1.5, 2, 5, 6],
        [0, 1],
      ],
    ])
  })

  it('reads numbers and texts, and trains on them', async () => {
    expect(await run(texts)).toEqual([
      [['00184', '53111', '00187', '75005']],
      [[80, Number.NaN, 55, 30]],
      [['city=Bonn', 'city=Paris, 5e', 'city=Rome', 'area']],
    ])
  })

  it('trains on a stream', async () => {
    let opened = 0
    function* homes() {
      opened += 1
      yield 'city,zip,area,price\n'
      for (let r = 0; r < 5000; ++r) {
        const city = r % 3 === 0 ? 'Rome' : 'Bonn'
        yield `${city},0${r},${r % 90},${(r % 90) * 3 + (r % 3 === 0 ? 80 : 0)}\n`
      }
    }
    const createReadStream = (file: string) => {
      expect(file).toBe('homes.csv')
      return Readable.from(homes())
    }
    const [[loss]] = (await run(stream, { 'node:fs': { createReadStream } })) as [[number[]]]
    expect(opened).toBe(1 + 5)
    expect(loss.length).toBe(5)
    expect(loss[4]).toBeLessThan(0.2 * loss[0])
  })
})
