// Networks of brain.js 1.6.1 and 2.0.0-beta.24 (scripts/make-brain-fixtures.mjs): what is read answers what brain.js does.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBrain, NeuralNetwork } from '../../src/brain/index.ts'
import { readBrain } from '../../src/brain/json.ts'
import { FormatError, Network } from '../../src/index.ts'
import { Model } from '../../src/models/index.ts'
import { changed } from '../helpers/changed-json.ts'

type Row = number[] | Record<string, number>
interface Case {
  name: string
  json: Record<string, unknown> & { layers: Record<string, never>[] }
  x: Row[]
  y: Row[]
}
const text = readFileSync(new URL('../fixtures/brain.json', import.meta.url), 'utf8')
const cases = () => JSON.parse(text) as Case[]
const named = (name: string) => cases().find((one) => one.name === name)!

const answers = (made: Network | Model, row: Row): unknown =>
  made instanceof Network ? made.predict(row as number[]) : made.predict(row as Record<string, number>)

/** The numbers of an answer by their names; one number alone has none. */
function numbersOf(answer: unknown): [string, number][] {
  if (typeof answer === 'number') return [['0', answer]]
  return Object.entries(answer as Record<string, number>).sort(([a], [b]) => (a < b ? -1 : 1))
}

describe('fromBrain', () => {
  it.each(cases().map((one) => [one.name, one] as const))('answers as %s', (_, { json, x, y }) => {
    for (const given of [json, JSON.stringify(json)]) {
      const made = fromBrain(given, { threads: 1 })
      x.forEach((row, r) => {
        const found = numbersOf(answers(made, row))
        const expected = numbersOf(y[r])
        expect(found.length).toBe(expected.length)
        expected.forEach(([name, value], i) => {
          if (expected.length > 1 || !(made instanceof Model)) expect(found[i][0]).toBe(name)
          expect(Math.abs(found[i][1] - value)).toBeLessThan(1e-6)
        })
      })
    }
  })

  it('is what fromJSON() says to use for brain.js 1', () => {
    for (const { name, json } of cases().filter(({ name }) => name.startsWith('brain1'))) {
      const read = () => new NeuralNetwork().fromJSON(json as never)
      expect(read, name).toThrow(FormatError)
      expect(read, name).toThrow('json.layers: expected layers of brain.js 2, got those of brain.js 1')
      expect(read, name).toThrow('fromBrain')
    }
  })

  it('is a Model where there are names, of inputs or of outputs', () => {
    for (const version of ['brain1', 'brain2']) {
      expect(fromBrain(named(`${version} arrays, tanh`).json)).toBeInstanceOf(Network)
      const both = fromBrain(named(`${version} names`).json) as Model
      expect([both.features!.columns.sort(), both.target!.names.sort()]).toEqual([
        ['b', 'g', 'r'],
        ['black', 'white'],
      ])
      const outputs = fromBrain(named(`${version} names of outputs alone`).json) as Model
      expect([outputs.features, outputs.target!.names]).toEqual([undefined, ['odd']])
    }
  })

  it('takes a value that is not there for 0, as brain.js does', () => {
    const made = fromBrain(named('brain2 names').json) as Model
    const expected = made.predict({ r: 0.4, g: 0, b: 0 })
    expect(made.predict({ r: 0.4, g: null, b: undefined })).toEqual(expected)
    expect(made.predict({ r: 0.4 })).toEqual(expected)
    expect(made.predict([{ r: 0.4 }, {}])).toEqual([expected, made.predict({ r: 0, g: 0, b: 0 })])
    const again = Model.fromJSON(JSON.parse(JSON.stringify(made)))
    expect(again.predict({ r: 0.4 })).toEqual(expected)
  })

  it('trains on with the rule of train(), or with that of the options', async () => {
    const { json } = named('brain2 names')
    const made = fromBrain(json, { threads: 1 }) as Model
    expect(String(made.network)).toContain('sigmoid ×2; quadratic; sgd 0.2, momentum 0.5;')
    const rows = [
      { r: 0.03, g: 0.7, b: 0.5, black: 1, white: 0 },
      { r: 0.16, g: 0, b: 0.2, black: 0, white: 1 },
    ]
    const all = [...rows, { b: 0.2, black: 0, white: 1 }]
    const before = made.evaluate(all).loss
    await made.fit(all, { epochs: 50 })
    expect(made.evaluate(all).loss).toBeLessThan(before)
    expect(String(fromBrain(named('brain1 Adam').json))).toContain('adam 0.01')
    expect(String((fromBrain(json, { optimizer: 'adam' }) as Model).network)).toContain('adam 0.001')
  })

  const change = (name: string, edit: (json: Case['json']) => void) => {
    const { json } = named(name)
    edit(json)
    return json
  }
  it.each([
    ['another type', { type: 'LSTM' }, /type: expected 'NeuralNetwork'/],
    ['a text that is no JSON', '{', /json: expected JSON/],
    [
      'a name that is there twice',
      '{"layers":[],"layers":[]}',
      /json: expected names that differ, got "layers" twice/,
    ],
    ['one layer', { layers: [{}] }, /layers: expected at least two/],
    ['no nodes', { layers: [{}, {}] }, /layers\[0\]: expected at least one node/],
    [
      'an activation of its own',
      change('brain2 names', (j) => Object.assign(j, { trainOpts: { activation: 'swish' } })),
      /got "swish"/,
    ],
    [
      'too few weights',
      change('brain2 names', (j) => (j.layers[1].weights as number[][])[0].pop()),
      /layers\[1\]\.weights\[0\]: expected 3 numbers/,
    ],
    [
      'too few nodes',
      change('brain2 names', (j) => (j.layers[1].weights as number[][]).pop()),
      /layers\[1\]\.weights: expected 3 lists of weights, one for each unit/,
    ],
    [
      'a weight that is no number',
      change('brain2 names', (j) => ((j.layers[1].weights as unknown[][])[0][0] = null)),
      /layers\[1\]\.weights\[0\]\[0\]: expected a finite float32 number, got null/,
    ],
    [
      'a weight beyond float32',
      change('brain1 names', (j) => Object.assign(j.layers[1]['0'], { bias: 1e300 })),
      /bias of node 0: expected a finite float32/,
    ],
    [
      'a size that is none',
      change('brain2 names', (j) => Object.assign(j, { sizes: [3, 1e9, 2] })),
      /sizes: expected sizes of at most 2³⁰ weights in all/,
    ],
    [
      'two names of an index',
      change('brain2 names', (j) => Object.assign(j, { inputLookup: { r: 0, g: 0, b: 2 } })),
      /json\.inputLookup\["g"\]: expected an index of its own from 0 to 2, got 0/,
    ],
    [
      'an index that is none',
      change('brain2 names', (j) => Object.assign(j, { inputLookup: { r: 0, g: -1, b: 2 } })),
      /inputLookup\["g"\]: expected an index of its own from 0 to 2, got -1/,
    ],
    [
      'too many names',
      change('brain2 names', (j) => Object.assign(j, { outputLookup: { a: 0, b: 1, c: 2 } })),
      /outputLookup: expected 2 names/,
    ],
    [
      'a weight of an unknown node',
      change(
        'brain1 names',
        (j) =>
          delete (j.layers[1] as never as Record<string, { weights: Record<string, number> }>)['0'].weights.r,
      ),
      /those of the 3 nodes below/,
    ],
  ])('refuses %s', (_, json, message) => {
    expect(() => fromBrain(json)).toThrow(FormatError)
    expect(() => fromBrain(json)).toThrow(message)
  })

  it('takes __proto__ for a name like others', () => {
    const { json } = named('brain1 names')
    const renamed = JSON.stringify(json).replaceAll('"r":', '"__proto__":')
    const made = fromBrain(renamed) as Model
    expect(made.features!.columns).toContain('__proto__')
    expect(({} as Record<string, unknown>).bias).toBeUndefined()
    const row = JSON.parse('{"__proto__": 1, "g": 0.2, "b": 0.4}')
    expect(made.predict(row)).toEqual((fromBrain(json) as Model).predict({ r: 1, g: 0.2, b: 0.4 }))
  })

  it('throws FormatError, or reads, whatever the JSON says', () => {
    const all = cases().map(({ json }) => json)
    const strange = fc.oneof(
      fc.constantFrom(
        null,
        true,
        -1,
        1e39,
        2 ** 40,
        '',
        '__proto__',
        [],
        {},
        [[]],
        [null],
        'relu',
        'leaky-relu',
      ),
      fc.jsonValue({ maxDepth: 2 }),
    )
    let refused = 0
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.nat(70), strange, (json, n, value) => {
        try {
          readBrain(changed(json, n, value))
        } catch (error) {
          refused += 1
          expect(error).toBeInstanceOf(FormatError)
        }
      }),
      { numRuns: 4000 },
    )
    expect(refused).toBeGreaterThan(1000)
  })
})
