// Short names and no needless spaces, whatever the data of the module say.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitFeatures, fitTarget } from '../../src/data/index.ts'
import { toJavaScript } from '../../src/deploy/index.ts'
import { minify } from '../../src/deploy/minify.ts'
import { Network, OptionError } from '../../src/index.ts'
import { Model } from '../../src/models/index.ts'
import { runs } from '../helpers/thorough.ts'
import { scramble } from './models.ts'

interface Module {
  readonly [name: string]: unknown
  readonly predict: (row: unknown) => unknown
  readonly classify?: (row: unknown) => unknown
}

const load = (code: string): Promise<Module> =>
  import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)

describe('minify', () => {
  it.each([
    ['names', ['const sum = 1\nconst product = sum * sum'], 'const a=1,b=a*a'],
    [
      'no exported ones',
      ['export function sum(row) {\n  return row\n}'],
      'export function sum(row){return row}',
    ],
    ['no properties', ['const length = list.length\nf(length)'], 'const a=list.length\nf(a)'],
    ['parameters', ['const f = (one, other) => one - other'], 'const a=(b,c)=>b-c'],
    ['a parameter alone', ['const half = value => value / 2'], 'const a=b=>b/2'],
    [
      'destructured ones',
      ['list.map(([name, ...rest], place) => name + rest + place)'],
      'list.map(([a,...b],c)=>a+b+c)',
    ],
    [
      'those of each function alone',
      ['function f(x) {\n  return x\n}', 'function g(y) {\n  return y\n}'],
      'function a(c){return c}\nfunction b(c){return c}',
    ],
    [
      'nothing that texts declare',
      ["use('  const Math = (use) => 1', Math)"],
      "use('  const Math = (use) => 1',Math)",
    ],
    ['no texts', ["const name = 'const name = 1'\nuse(name)"], "const a='const name = 1'\nuse(a)"],
    ['no regular expressions', ['const name = /name/i.test(name / 2)'], 'const a=/name/i.test(a/2)'],
    ['signs that would be another', ['const value = a - -b + +c - --d'], 'const e=a- -b+ +c- --d'],
    [
      'words that would be one',
      ['if (typeof value in row) throw new Error()'],
      'if(typeof value in row)throw new Error()',
    ],
    ['ends of statements', ['f(1)\ng(2)\nreturn [\n  1,\n  2\n]'], 'f(1)\ng(2)\nreturn[1,2]'],
    ['comments', ['/** What it is. */\nconst a = 1'], 'const a=1'],
    [
      'comments of exports',
      ['/** What it is. */\nexport const a = 1'],
      '/** What it is. */\nexport const a=1',
    ],
    [
      'declarations by themselves',
      ['const sum = (x) => {\n  const y = x\n  f()\n  const z = y\n  return z\n}'],
      'const a=(d)=>{let b=d\nf()\nlet c=b\nreturn c}',
    ],
    ['numbers', ['const x = [1.5, 1e-20, 2e+7, .5]'], 'const a=[1.5,1e-20,2e+7,.5]'],
  ])('shortens %s', (_, parts, expected) => {
    expect(minify(parts)).toBe(expected)
  })
})

it('keeps texts of millions of characters', () => {
  const text = JSON.stringify(`"\\${'x'.repeat(20_000_000)}`)
  expect(minify([`const name = ${text}`]) === `const a=${text}`).toBe(true)
})

const CODE = [
  'const f = 1',
  'export const predict = 0',
  '(x) => {',
  "it's",
  '"',
  '\\',
  '\\"',
  '/* */',
  '/** */\nexport',
  '}',
  '`$' + '{f}`',
  'row',
  'weights',
  'let',
  '//',
  '/x/i',
  '\u2028',
  "decode('",
  ' =>',
  'function predict(row) {',
  '  const Math = (Float32Array) => 0',
  '  const v = 2',
  '__proto__',
]
const text = fc.oneof(fc.constantFrom(...CODE), fc.string(), fc.string({ unit: 'grapheme' }))

describe('minified modules', () => {
  it('have names of classes that look like code', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(text, { minLength: 2, maxLength: 6 }),
        fc.integer({ min: 1, max: 99 }),
        async (names, seed) => {
          const net = scramble(
            new Network({
              sizes: [3, 4, names.length],
              loss: 'crossEntropy',
              classNames: names,
              kernels: 'simd',
            }),
            seed,
          )
          const { predict, classify, classNames, ...rest } = await load(toJavaScript(net))
          expect(rest).toEqual({})
          expect(classNames).toEqual(names)
          expect(predict([1, 2, seed])).toEqual(net.predict([[1, 2, seed]]))
          expect(classify!([1, 2, seed])).toBe(names[net.classify([[1, 2, seed]])[0]])
          net.dispose()
        },
      ),
      { numRuns: runs(200) },
    )
  })

  it('have columns and categories that look like code', async () => {
    const name = text.filter((one) => one.trim() === one && one !== '')
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 3, maxLength: 5 }),
        fc.uniqueArray(name, { minLength: 2, maxLength: 4 }),
        async (columns, categories) => {
          const rows = Array.from({ length: 12 }, (_, r) =>
            Object.fromEntries(
              columns.map((column, c) => [
                column,
                c === 0 ? categories[r % categories.length] : ((r * (c + 3)) % 7) / 2,
              ]),
            ),
          )
          const [, target] = columns
          const features = fitFeatures(rows, {
            except: [target],
            columns: { [columns[0]]: { type: 'categorical' } },
          })
          const network = scramble(new Network({ sizes: [features.width, 3, 1], kernels: 'simd' }), 3)
          const model = new Model({ network, features, target: fitTarget(rows, target) })
          for (const minify of [true, false]) {
            const { predict } = await load(toJavaScript(model, { minify }))
            expect(rows.map(predict)).toEqual(model.predict(rows))
          }
          network.dispose()
        },
      ),
      { numRuns: runs(200) },
    )
  })

  it('are two thirds of those that are to be read, at most', () => {
    const net = new Network({ sizes: [4, 3, 2], activation: 'gelu', loss: 'crossEntropy' })
    const [short, long] = [true, false].map(
      (minify) => toJavaScript(net, { minify }).replace(/'[\w+/]*'\)\n$/, '').length,
    )
    expect(short / long).toBeLessThan(2 / 3)
  })

  it.each([0, 'yes', null])('refuse %j in place of true or false', (minify) => {
    const net = new Network({ sizes: [1, 1] })
    expect(() => toJavaScript(net, { minify: minify as never })).toThrow(OptionError)
    expect(() => toJavaScript(net, { minified: true } as never)).toThrow(/options.*minified/)
  })
})
