// Models with features and targets: the exported code takes raw rows, and answers as Model.predict does.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expm1, log1p } from '../../src/data/features/logarithms.ts'
import { fitFeatures, fitTarget, targetFromJSON } from '../../src/data/index.ts'
import { sources as c } from '../../src/deploy/c-functions.ts'
import { doubleConstant } from '../../src/deploy/c-text.ts'
import { collect } from '../../src/deploy/functions.ts'
import { toC, toJavaScript } from '../../src/deploy/index.ts'
import { sources as javascript } from '../../src/deploy/javascript-functions.ts'
import { type LossName, Network } from '../../src/index.ts'
import { Model } from '../../src/models/index.ts'
import { difference, scramble, uniforms } from './models.ts'

type Row = Record<string, unknown>

const next = uniforms(5)
const one = <T>(list: readonly T[]): T => list[Math.floor(((next() + 1) / 2) * list.length) % list.length]

const rowOf = (): Row => {
  const area = 100 * Math.abs(next())
  return {
    area: one([area, area, area, `${area}`, ' 5e1 ', null, '', Number.NaN]),
    income: one([1, 100, 1e4, 1e7]) * Math.abs(next()),
    city: one(['Rome', ' Rome', 'Oslo', '</b>', '*/ $_ ??/', null, 'rare']),
    floor: one([0, -0, 1, 2, true, '2', undefined]),
    garden: one([true, false, 1, 0, 'Yes', ' no', 'TRUE']),
    lift: one([true, false, null]),
    constructor: next(),
    size: one(['small', 'large']),
    kind: one(['a', 'b', '__proto__']),
    price: 1e5 * Math.abs(next()),
    rent: 300 * next(),
    quiet: next() > 0,
    warm: next() > 0,
  }
}
const rows: Row[] = Array.from({ length: 300 }, rowOf)
const TARGETS = ['size', 'kind', 'price', 'rent', 'quiet', 'warm']

const features = fitFeatures(rows, {
  except: TARGETS,
  columns: {
    area: { type: 'numeric', missing: 'median', indicator: true, scale: 'robust' },
    income: { type: 'numeric', log1p: true },
    city: { type: 'categorical', missing: 'category', minCount: 2 },
    floor: { type: 'categorical' },
    garden: 'boolean',
    lift: { type: 'boolean', missing: 0.5 },
    constructor: { type: 'numeric' as const, scale: 'minMax' as const },
  },
})

/** Targets and the networks that they are for. */
const heads: [string, ReturnType<typeof fitTarget> | undefined, number, LossName, (string | boolean)[]?][] = [
  ['a class by one output', fitTarget(rows, 'size'), 1, 'binaryCrossEntropy'],
  ['a class by two', fitTarget(rows, 'size'), 2, 'crossEntropy'],
  ['a class without probabilities', fitTarget(rows, 'kind'), 3, 'quadratic'],
  ['a class called __proto__', fitTarget(rows, 'kind'), 3, 'crossEntropy'],
  ['a truth', fitTarget(rows, 'quiet', { type: 'class' }), 1, 'hinge'],
  ['labels', fitTarget(rows, ['quiet', 'warm']), 2, 'binaryCrossEntropy'],
  ['labels of a loss of numbers', fitTarget(rows, ['quiet', 'warm']), 2, 'quadratic'],
  ['a number', fitTarget(rows, 'price'), 1, 'quadratic'],
  ['the logarithm of a number', fitTarget(rows, 'price', { log1p: true }), 1, 'huber'],
  ['two numbers', fitTarget(rows, ['price', 'rent'], { scale: 'minMax' }), 2, 'quadratic'],
  ['labels of a loss of classes', fitTarget(rows, ['quiet', 'warm']), 2, 'poisson'],
  ['outputs', undefined, 2, 'quadratic'],
  ['classes of the network', undefined, 2, 'crossEntropy', ['x', 'y']],
]

const modelFor = (given: typeof features | undefined, head: (typeof heads)[number], seed: number) => {
  const [, target, outputs, loss, classNames] = head
  const network = new Network({
    sizes: [given?.width ?? 3, 6, outputs],
    loss,
    kernels: 'simd',
    ...(classNames && { classNames }),
  })
  return new Model({ network: scramble(network, seed), features: given, target })
}

type Predict = (row: unknown) => unknown
const load = async (code: string): Promise<Predict> =>
  (await import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`))
    .predict

describe('toJavaScript of a model', () => {
  it.each(heads.map((head, i) => [head[0], i] as const))('predicts %s', async (_, i) => {
    const model = modelFor(features, heads[i], i + 1)
    const code = toJavaScript(model)
    expect(toJavaScript(JSON.parse(JSON.stringify(model)))).toBe(code)
    expect(code).not.toMatch(/<\//)
    const predict = await load(code)
    const answers = model.predict(rows)
    expect(rows.map(predict)).toEqual(answers)
    // Rows that were not there when it was fitted.
    const others = Array.from({ length: 300 }, () => ({ ...rowOf(), city: one(['Paris', 'Oslo', 7]) }))
    expect(others.map(predict)).toEqual(model.predict(others))
    expect(new Set(answers.map((a) => JSON.stringify(a))).size).toBeGreaterThan(1)
  })

  it.each(heads.slice(0, 11).map((head, i) => [head[0], i] as const))(
    'predicts %s of numbers',
    async (_, i) => {
      const model = modelFor(undefined, heads[i], i + 1)
      const predict = await load(toJavaScript(model))
      const list = Array.from({ length: 100 }, () => [next(), next(), next()])
      expect(list.map(predict)).toEqual(model.predict(list))
    },
  )

  it('takes arrays of cells in the order of their names', async () => {
    const lists = rows.map(({ area, city, price }) => [price, city, area])
    const fitted = fitFeatures(lists, {
      names: ['price', 'city', 'area'],
      except: ['price'],
      columns: { area: 'numeric' },
    })
    const model = modelFor(fitted, heads[1], 3)
    const predict = await load(toJavaScript(model))
    expect(lists.map(predict)).toEqual(model.predict(lists))
    expect(() => predict([1, 'Rome'])).toThrow(/3 cells, got 2/)
    const [[, city, area]] = lists
    expect(predict({ city, area })).toEqual(model.predict({ city, area }))
  })

  it('takes no other number of cells than the columns of objects', async () => {
    const fitted = fitFeatures(
      rows.map(({ area, income }) => ({ area, income })),
      {
        columns: { area: { type: 'numeric', missing: 'mean' }, income: { type: 'numeric', missing: 'mean' } },
      },
    )
    const model = modelFor(fitted, heads[7], 3)
    const predict = await load(toJavaScript(model))
    expect(predict([50, 2])).toEqual(model.predict({ area: 50, income: 2 }))
    expect(() => model.predict([50] as never)).toThrow(/2 cells, got 1/)
    expect(() => predict([50])).toThrow(/2 cells, got 1/)
  })

  it('writes texts that older engines and script tags take', async () => {
    const names = ['a\u2028</script>', 'b\u2029<!--']
    const code = toJavaScript(new Network({ sizes: [1, 2], loss: 'crossEntropy', classNames: names }))
    expect(code).not.toMatch(/[\u2028\u2029]|<\/script|<!--/)
    const { classNames } = await import(`data:text/javascript,${encodeURIComponent(code)}`)
    expect(classNames).toEqual(names)
  })

  it('takes typed arrays of numbers', async () => {
    const lists = rows.slice(0, 50).map(() => Float64Array.of(next(), next()))
    const model = modelFor(fitFeatures(lists), heads[7], 3)
    expect(lists.map(await load(toJavaScript(model)))).toEqual(model.predict(lists))
  })

  it('refuses the cells that the model refuses', async () => {
    const strict = fitFeatures(
      rows.map(({ income, garden }) => ({ income, garden, city: 'Rome', area: 5, floor: 1 })),
      {
        columns: {
          area: { type: 'numeric', scale: 'none' },
          garden: 'boolean',
          income: { type: 'numeric', log1p: true },
          city: { type: 'categorical', unknown: 'error', missing: 'error' },
        },
      },
    )
    const model = modelFor(strict, heads[7], 3)
    const predict = await load(toJavaScript(model))
    const good = { income: 5, garden: true, city: 'Rome', area: 7, floor: 1 }
    expect(predict(good)).toEqual(model.predict(good))
    const cells: [string, unknown][] = [
      ...['x', '0x10', 'Infinity', {}, [], true, Infinity, 1e300, null, undefined, '', '1e999'].map(
        (cell): [string, unknown] => ['area', cell],
      ),
      ...[-1, -2, '-1', null].map((cell): [string, unknown] => ['income', cell]),
      ...['Oslo', null, '', 5, {}, Number.POSITIVE_INFINITY].map((cell): [string, unknown] => ['city', cell]),
      ...[2, 'maybe', null, {}, -1, 'constructor'].map((cell): [string, unknown] => ['garden', cell]),
    ]
    for (const [name, cell] of cells) {
      const row = { ...good, [name]: cell }
      expect(() => model.predict(row), `${name} ${String(cell)}`).toThrow()
      expect(() => predict(row), `${name} ${String(cell)}`).toThrow(`column "${name}": expected`)
    }
    for (const name of ['area', 'city']) {
      const { [name]: _, ...row } = good as Row
      expect(() => model.predict(row)).toThrow()
      expect(() => predict(row)).toThrow(/^column "\w+": expected a (number|known category), got null$/)
    }
    // What every object has is no cell.
    const named = modelFor(features, heads[7], 3)
    const { constructor: __, ...bare } = rows[0]
    expect(() => named.predict(bare)).toThrow('"constructor"')
    const predictNamed = await load(toJavaScript(named))
    expect(() => predictNamed(bare)).toThrow('column "constructor": expected a number, got function')
    for (const row of [null, undefined, 5, 'text']) expect(() => predict(row)).toThrow()
    // 12 of a number's digits, as they come from a form.
    expect(predict({ ...good, area: ' +7.0e0 ' })).toEqual(model.predict(good))
  })
})

describe('rows and cells that have no text', () => {
  const given = Array.from({ length: 6 }, (_, i) => ({ area: i, city: 'ab'[i % 2], garden: i > 2 }))
  const good = given[0]
  const digits = Object.assign(() => 1, { toString: () => '5' })
  const throwing = {
    toString() {
      throw new RangeError('no')
    },
  }
  const cells = [Symbol('x'), Object.create(null), throwing, digits, { toString: () => 'a' }, new Date(0)]

  it.each(['area', 'city', 'garden'] as const)('are refused by the name of the column: %s', async (name) => {
    const fitted = fitFeatures(given)
    const model = modelFor(fitted, heads[7], 3)
    const predict = await load(toJavaScript(model))
    expect(predict(good)).toEqual(model.predict(good))
    for (const [i, cell] of cells.entries()) {
      const row = { ...good, [name]: cell }
      expect(() => model.predict(row), `${i}`).toThrow(`column "${name}"`)
      expect(() => predict(row), `${i}`).toThrow(
        new RegExp(`^column "${name}": expected a .*, got (object|function|symbol)$`),
      )
    }
  })

  it.each(['area', 'constructor'])('are refused where all may be missing: %s', async (name) => {
    const some = given.map(({ area }) => ({ [name]: area }))
    const fitted = fitFeatures(some, {
      absent: 'missing',
      columns: { [name]: { type: 'numeric', missing: 'mean' } },
    })
    const model = modelFor(fitted, heads[7], 3)
    const predict = await load(toJavaScript(model))
    expect(predict({})).toBe(model.predict({}))
    for (const row of [5, 'text', true, 7n, Symbol('x'), () => 1, undefined, null]) {
      expect(() => model.predict(row as never), String(row)).toThrow()
      expect(() => predict(row), String(row)).toThrow(TypeError)
    }
    expect(() => predict('text')).toThrow('expected 1 cells, got string')
  })
})

describe('rows that may leave out what is missing', () => {
  it.each(['area', 'constructor'])('are taken by toJavaScript: %s', async (name) => {
    const given = rows
      .slice(0, 50)
      .map(({ area, income }, i) => (i % 3 ? { [name]: area, income } : { income }))
    const fitted = fitFeatures(given, { absent: 'missing', columns: { [name]: 'numeric' } })
    const model = modelFor(fitted, heads[7], 3)
    const predict = await load(toJavaScript(model))
    expect(given.map(predict)).toEqual(model.predict(given))
    expect(() => model.predict({ [name]: 5 })).toThrow()
    expect(() => predict({ [name]: 5 })).toThrow('column "income": expected a number')
  })
})

describe('answers of toJavaScript', () => {
  it('have no probabilities of one output that is always 1', async () => {
    const network = new Network({
      inputs: 3,
      layers: [{ units: 1, activation: 'softmax' }],
      loss: 'quadratic',
      kernels: 'simd',
    })
    const model = new Model({ network, target: fitTarget(rows, 'size') })
    const predict = await load(toJavaScript(model))
    expect(model.predict([[1, 2, 3]])).toEqual([{ class: 'small' }])
    expect(predict([1, 2, 3])).toEqual({ class: 'small' })
  })

  it('are of more classes than a call takes arguments', async () => {
    const classNames = Array.from({ length: 130_001 }, (_, i) => `${i}`)
    const net = new Network({
      sizes: [1, classNames.length],
      loss: 'crossEntropy',
      classNames,
      kernels: 'simd',
    })
    const code = toJavaScript(net)
    net.dispose()
    const { predict, classify } = await import(
      /* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
    )
    const a: Float32Array = predict([1])
    expect(a).toHaveLength(classNames.length)
    expect(a[classify([1])]).toBe(a.reduce((most, v) => Math.max(most, v)))
  })

  it.each([
    ['of all', [true, true]],
    ['of some', [true, false, true]],
    ['of none', [false, false]],
  ])('are several numbers by their logarithms: %s', async (_, logarithms) => {
    const columns = logarithms.map((isLogarithm, i) => ({
      name: ['price', '"],["', '__proto__'][i],
      log1p: isLogarithm,
      offset: -1.5 * i,
      scale: 1e-7 ** i,
    }))
    const network = scramble(new Network({ sizes: [3, columns.length], kernels: 'simd' }), 7)
    const model = new Model({ network, target: targetFromJSON({ type: 'number', columns }) })
    const list = Array.from({ length: 50 }, () => [next(), next(), next()])
    const predict = await load(toJavaScript(model))
    expect(list.map(predict)).toEqual(model.predict(list))
  })
})

describe('a column that lets some cells pass', () => {
  it.each([
    ['zeros', 'error'],
    ['error', 'zeros'],
  ] as const)('has unknown: %s, missing: %s', async (unknown, missing) => {
    const fitted = fitFeatures([{ a: 'x' }, { a: 'y' }], {
      columns: { a: { type: 'categorical', unknown, missing } },
    })
    const model = modelFor(fitted, heads[7], 3)
    const predict = await load(toJavaScript(model))
    const [good, bad] = unknown === 'zeros' ? ['z', null] : [null, 'z']
    expect(predict({ a: good })).toEqual(model.predict({ a: good }))
    expect(() => model.predict({ a: bad })).toThrow()
    expect(() => predict({ a: bad })).toThrow('column "a"')
  })
})

const compiler = ['gcc', 'cc'].find((name) => spawnSync(name, ['--version']).status === 0)

describe('logarithms and exponentials of float64', () => {
  const small = Array.from({ length: 2000 }, () => next())
  const values = [0, -0, 1, 0.5, 2, -0.25, 40, -40, 709, -745, 709.7827, 1e-300, 5e-324, 1e300, 1e17, 1e18]
  const logarithms = [
    ...small.map((u) => u / 1.0001),
    ...small.map((u) => 10 ** (20 * u)),
    ...values.filter((v) => v > -1),
  ]
  const exponents = [...small, ...small.map((u) => 45 * u), ...small.map((u) => 709 * u), ...values]
  const expected = [...logarithms.map(log1p), ...exponents.map(expm1)]

  it('are those of nabla in JavaScript', () => {
    const code = collect(javascript, ['log1pDouble', 'expm1Double']).join('\n')
    const [log, exp] = new Function(`${code}\nreturn [log1pDouble, expm1Double]`)()
    expect([...logarithms.map(log), ...exponents.map(exp)]).toEqual(expected)
    for (const v of [-1, -2, Number.NaN, Infinity, -Infinity]) {
      expect([log(v), exp(v)]).toEqual([log1p(v), expm1(v)])
    }
  })

  it.skipIf(!compiler)('are those of nabla in C', () => {
    const folder = mkdtempSync(join(tmpdir(), 'nabla-c-'))
    try {
      const code = collect(c, ['log1pDouble', 'expm1Double']).join('\n').replaceAll('$_', 'm_')
      const list = (numbers: number[]) => numbers.map((v) => `${doubleConstant(v)}, `).join('')
      writeFileSync(
        join(folder, 'doubles.c'),
        `#include <stdint.h>
#include <stdio.h>
${code}
int main(void)
{
    static const double a[] = {${list(logarithms)}};
    static const double b[] = {${list(exponents)}};
    for (int i = 0; i < ${logarithms.length}; ++i) printf("%.17g ", m_log1p_double(a[i]));
    for (int i = 0; i < ${exponents.length}; ++i) printf("%.17g ", m_expm1_double(b[i]));
    return 0;
}
`,
      )
      const program = join(folder, 'doubles')
      execFileSync(compiler!, [
        '-std=c99',
        '-O2',
        '-ffp-contract=off',
        '-o',
        program,
        join(folder, 'doubles.c'),
      ])
      const printed = execFileSync(program, { encoding: 'utf8' }).trim().split(' ')
      expect(printed.map((text) => (text === 'inf' ? Infinity : Number(text)))).toEqual(expected)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe.skipIf(!compiler)('toC of a model', () => {
  /** A row as the C file takes it, by the description in its comment. */
  const cellsOf = (given: typeof features, row: Row): number[] =>
    given.toJSON().columns.map((column) => {
      const cell = row[column.name]
      const text = typeof cell === 'string' ? cell.trim() : cell
      const lacks = text === undefined || text === null || text === '' || Number.isNaN(text)
      if (lacks) return Number.NaN
      if (column.type === 'numeric') return Number(text)
      if (column.type === 'categorical')
        return column.categories.indexOf((typeof text === 'number' ? text + 0 : text) as never)
      return [true, 1, 'yes', 'true'].includes(
        typeof text === 'string' ? text.toLowerCase() : (text as boolean),
      )
        ? 1
        : 0
    })

  const flags = ['-std=c99', '-O2', '-trigraphs', '-Wall', '-Wextra', '-Wconversion', '-Werror', '-pedantic']

  function run(code: string, main: string): string[] {
    const folder = mkdtempSync(join(tmpdir(), 'nabla-c-'))
    try {
      const file = join(folder, 'model.c')
      writeFileSync(file, `#include <math.h>\n#include <stdio.h>\n${code}\n${main}`)
      execFileSync(compiler!, [...flags, '-ffp-contract=off', '-o', join(folder, 'model'), file, '-lm'])
      return execFileSync(join(folder, 'model'), { encoding: 'utf8' }).trim().split(/\s+/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  const constant = (v: number) => (Number.isNaN(v) ? 'NAN' : doubleConstant(v))

  it.each([7, 8, 9].map((i) => [heads[i][0], i] as const))('makes the inputs, and %s', (_, i) => {
    const model = modelFor(features, heads[i], i + 1)
    const { inputs, outputs } = model.network
    const cells = rows.map((row) => cellsOf(features, row))
    const printed = run(
      toC(model),
      `int main(void)
{
    static const double rows[${rows.length}][${cells[0].length}] = {
${cells.map((row) => `        {${row.map(constant).join(', ')}},\n`).join('')}    };
    for (int r = 0; r < ${rows.length}; ++r) {
        float x[${inputs}], y[${outputs}];
        if (model_inputs(rows[r], x) != 0) return 1;
        for (int i = 0; i < ${inputs}; ++i) printf("%.9g ", (double)x[i]);
        model_predict(x, y);
        for (int i = 0; i < ${outputs}; ++i) printf("%.17g ", model_value(y, i));
    }
    return 0;
}
`,
    ).map(Number)
    const width = inputs + outputs
    const x = Float32Array.from(rows.flatMap((__, r) => printed.slice(r * width, r * width + inputs)))
    expect(difference(x, model.inputsOf(rows))).toBeUndefined()
    const values = rows.map((__, r) => printed.slice(r * width + inputs, (r + 1) * width))
    const expected = model
      .predict(rows)
      .map((answer) => (typeof answer === 'number' ? [answer] : Object.values(answer)))
    expect(values).toEqual(expected)
  })

  it('refuses cells by their number', () => {
    const strict = fitFeatures(
      [
        { a: 1, b: 'x', c: true, d: 1, e: 'x' },
        { a: 3, b: 'y', c: false, d: 9, e: null },
      ],
      {
        columns: {
          a: { type: 'numeric', scale: 'none' },
          b: { type: 'categorical', unknown: 'error', missing: 'error' },
          c: 'boolean',
          d: { type: 'numeric', log1p: true },
          e: { type: 'categorical', missing: 'category', unknown: 'error' },
        },
      },
    )
    const tries: [cells: number[], refused: number][] = [
      [[1, 0, 1, 2, 0], 0],
      [[1, 1, 0, 2, Number.NaN], 0],
      [[Number.NaN, 0, 1, 2, 0], 1],
      [[1e300, 0, 1, 2, 0], 1],
      [[1, -1, 1, 2, 0], 2],
      [[1, 2, 1, 2, 0], 2],
      [[1, Number.NaN, 1, 2, 0], 2],
      [[1, 0, 2, 2, 0], 3],
      [[1, 0, Number.NaN, 2, 0], 3],
      [[1, 0, 1, -1, 0], 4],
      [[1, 0, 1, -2, 0], 4],
      [[1, 0, 1, 2, 5], 5],
    ]
    const code = toC(modelFor(strict, heads[7], 1), { name: 'strict' })
    const printed = run(
      code,
      `int main(void)
{
    float x[${strict.width}];
${tries.map(([cells]) => `    { const double c[] = {${cells.map(constant).join(', ')}}; printf("%d ", strict_inputs(c, x)); }\n`).join('')}    return 0;
}
`,
    )
    expect(printed.map(Number)).toEqual(tries.map(([, refused]) => refused))
    expect(code).toContain(' * 1: "b", its place from 0 on in "x", "y"; -1 for another\n')
    expect(code).toContain(' *   int strict_inputs(const double cells[5], float x[')
  })
})
