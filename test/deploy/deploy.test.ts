// What is exported, and what is refused.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { VERSION } from '../../src/base/version.ts'
import { floatsToBase64 } from '../../src/deploy/base64.ts'
import { floatConstant } from '../../src/deploy/c-text.ts'
import { type Deployable, toC, toJavaScript } from '../../src/deploy/index.ts'
import { FormatError, type LossName, Network, OptionError } from '../../src/index.ts'
import { Model } from '../../src/models/index.ts'
import { snapshotOf } from '../../src/network-snapshot.ts'
import { cases, rowsFor, scramble } from './models.ts'

interface Module {
  readonly predict: (row: ArrayLike<number>) => Float32Array
  readonly classify?: (row: ArrayLike<number>) => string | boolean | string[]
  readonly classNames?: readonly string[]
}

const load = (code: string): Promise<Module> =>
  import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)

// What is a comment in one of the languages, ends a string, begins a trigraph, or closes a script of a page.
const NAMES = ['*/ //', '"\'\\ ', '??/\n', 'è 😀 \u2028', '</script>', `\`\${row} $_ $&\``]

const xor = () => scramble(new Network({ sizes: [2, 3, 1], kernels: 'simd' }), 1)

describe('toJavaScript', () => {
  it('makes an ES module', async () => {
    const net = scramble(new Network({ sizes: [3, 5, 2], kernels: 'simd' }), 7)
    const { predict, ...rest } = await load(toJavaScript(net))
    expect(rest).toEqual({})
    const row = [0.1, -2, 3]
    const a = predict(row)
    expect(a).toEqual(net.predict([row]))
    expect(predict(new Float64Array(row))).toEqual(a)
    // Nothing is kept between calls.
    predict([9, 9, 9])
    expect(predict(row)).toEqual(a)
    expect(row).toEqual([0.1, -2, 3])
    expect(() => predict([1, 2])).toThrow(/expected 3 numbers, got 2/)
    expect(() => predict([1, 2, 3, 4])).toThrow(RangeError)
  })

  it('has no function that the model does not use', () => {
    const code = toJavaScript(new Network({ sizes: [2, 3, 1] }), { minify: false })
    const functions = [...code.matchAll(/^(?:export )?(?:function|const) (\w+)/gm)].map(([, name]) => name)
    expect(functions).toEqual(['predict', 'f', 'dense', 'relu', 'decode', 'weights'])
    for (const [title, options] of cases) {
      const text = toJavaScript(new Network(options), { minify: false })
      for (const [, name] of text.matchAll(/^(?:function|const) (\w+)/gm)) {
        expect(text.split(new RegExp(`\\b${name}\\b`)).length, `${name} in ${title}`).toBeGreaterThan(2)
      }
    }
  })

  it('says what it is, by whom and how it is used', () => {
    const [head] = toJavaScript(new Network({ sizes: [4, 3, 2], normalization: 'layer' })).split('*/')
    expect(head).toContain(' 4-3-2 (layer normalization + relu, linear), ')
    expect(head).toContain(`nabla ${VERSION}`)
    expect(head).toContain("import { predict } from './model.js'")
  })

  it('has the names of classes', async () => {
    const net = scramble(
      new Network({ sizes: [4, 5, 6], loss: 'crossEntropy', classNames: NAMES, kernels: 'simd' }),
      3,
    )
    const { classNames, classify } = await load(toJavaScript(net))
    expect(classNames).toEqual(NAMES)
    const x = rowsFor(4, 5)
    const found = new Set<unknown>()
    for (let r = 0; r < 100; ++r) {
      const row = x.subarray(4 * r, 4 * r + 4)
      const name = classify!(row)
      expect(name).toBe(NAMES[net.classify(row)[0]])
      found.add(name)
    }
    expect(found.size).toBeGreaterThan(2)
    expect(toJavaScript(net)).not.toContain('</script')
    expect(() => classify!([Number.NaN, 0, 0, 0])).toThrow(/expected numbers, got NaN/)
  })

  it.each(['binaryCrossEntropy', 'hinge'] as const)('divides by the boundary of %s', async (loss) => {
    const net = scramble(
      new Network({ sizes: [2, 3, 1], loss, classNames: [false, true], kernels: 'simd' }),
      4,
    )
    const { classify } = await load(toJavaScript(net))
    const x = rowsFor(2, 5).subarray(0, 400)
    const classes = [...net.classify(x)]
    expect(new Set(classes)).toEqual(new Set([0, 1]))
    expect(classes.map((_, r) => classify!(x.subarray(2 * r, 2 * r + 2)))).toEqual(
      classes.map((c) => c === 1),
    )
  })

  it('has the names of labels', async () => {
    const names = ['round', 'red', 'sweet']
    const net = scramble(
      new Network({ sizes: [2, 4, 3], loss: 'binaryCrossEntropy', classNames: names, kernels: 'simd' }),
      4,
    )
    const { classify } = await load(toJavaScript(net))
    const x = rowsFor(2, 5).subarray(0, 40)
    const labels = net.classify(x)
    expect(new Set(labels)).toEqual(new Set([0, 1]))
    for (let r = 0; r < 20; ++r) {
      const expected = names.filter((_, i) => labels[3 * r + i] === 1)
      expect(classify!(x.subarray(2 * r, 2 * r + 2))).toEqual(expected)
    }
  })
})

const netJSON = (change: object) => ({ ...xor().toJSON(), ...change })
const json = (change: object) => ({ ...new Model({ network: xor() }).toJSON(), ...change })

describe('both writers', () => {
  const writers = [toJavaScript, toC] as const

  it.each(writers)('take the JSON of a network as they take the network: %o', (write) => {
    for (const [, options] of cases.slice(0, 30)) {
      const net = scramble(new Network(options), 2)
      expect(write(net.toJSON())).toBe(write(net))
      expect(write(JSON.parse(JSON.stringify(net)))).toBe(write(net))
    }
  })

  it.each(writers)('leave the network as it was: %o', async (write) => {
    const net = xor()
    const before = snapshotOf(net)
    write(net)
    expect(snapshotOf(net)).toEqual(before)
    await net.fit({ x: [[0, 1]], y: [[1]] })
  })

  it.each(writers)('refuse an activation of the user by its name: %o', (write) => {
    const activation = { name: 'sine', f: Math.sin, derivative: Math.cos }
    const net = new Network({ inputs: 2, layers: [3, { units: 3, activation }, 1] })
    const message =
      'layers[1].activation: expected one of nabla\'s activations, got "sine", a function of your own, which cannot be exported'
    for (const model of [net, net.toJSON()]) {
      expect(() => write(model)).toThrow(OptionError)
      expect(() => write(model)).toThrow(message)
    }
  })

  it.each(writers)('leave aside what is only for training: %o', (write) => {
    const loss = { name: 'cubic', f: () => 1, derivative: () => [1] }
    const net = new Network({
      sizes: [2, 3, 1],
      loss: loss as never,
      optimizer: { name: 'sgd', learningRate: () => 0.1 },
    })
    const plain = new Network({ sizes: [2, 3, 1] })
    expect(write(net)).toBe(write(plain))
    expect(write(structuredClone(net.toJSON()))).toBe(write(plain))
  })

  it('know what a loss of the user has for targets', async () => {
    const own = (targets: 'classes' | 'labels', threshold: number) => ({
      name: 'own',
      f: () => 1,
      derivative: () => [1, 1],
      targets,
      threshold,
    })
    for (const [loss, outputs, classNames] of [
      [own('labels', 0.3), 2, ['a', 'b']],
      [own('labels', 0.2), 1, ['a', 'b']],
      [own('classes', 0.5), 2, ['a', 'b']],
    ] as const) {
      const net = scramble(new Network({ sizes: [2, 3, outputs], loss, classNames, kernels: 'simd' }), 8)
      const code = toJavaScript(net)
      expect(toJavaScript(structuredClone(net.toJSON()))).toBe(code)
      const { classify } = await load(code)
      const x = rowsFor(2, 6).subarray(0, 200)
      const rows = Array.from({ length: 100 }, (_, r) => x.subarray(2 * r, 2 * r + 2))
      const names = net.classify(x, { names: true })
      expect(new Set(names.map(String)).size).toBeGreaterThan(1)
      expect(rows.map((row) => classify!(row))).toEqual(names)
    }
  })

  it.each<[string, unknown, new (...of: never[]) => Error, RegExp]>([
    [
      'nothing',
      undefined,
      OptionError,
      /^model: expected a Network, a Model, or what toJSON\(\) returns of one, got/,
    ],
    ['null', null, OptionError, /^model: /],
    ['a text', JSON.stringify(xor()), OptionError, /^model: /],
    ['an object of another kind', { network: 1 }, FormatError, /^model\.format: /],
    ['a network of another kind', json({ network: 1 }), FormatError, /^model\.network: /],
    ['options that are none', json({ network: netJSON({ options: {} }) }), FormatError, /options\.layers/],
    ['features that are none', json({ features: {} }), FormatError, /features\.columns/],
    ['a target that is none', json({ target: {} }), FormatError, /target\.type/],
    [
      'layers too few',
      netJSON({ parameters: xor().toJSON().parameters.slice(0, 1) }),
      FormatError,
      /expected 2 layers, got 1/,
    ],
    [
      'weights that are text',
      netJSON({ parameters: [{ weights: 'x' }, { weights: 'y' }] }),
      FormatError,
      /parameters\[0\]\.weights/,
    ],
    [
      'a number of units that is code',
      netJSON({ options: { inputs: 2, layers: [{ units: '1;' }, { units: 1 }] } }),
      FormatError,
      /units/,
    ],
  ])('refuse %s', (_, model, error, message) => {
    for (const write of writers) {
      expect(() => write(model as Deployable)).toThrow(error)
      expect(() => write(model as Deployable)).toThrow(message)
    }
  })

  it('know the version of the package', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(VERSION).toBe(version)
  })
})

describe('toC', () => {
  it('names all that it declares after the option', () => {
    const net = new Network({
      inputs: 3,
      layers: [
        { units: 4, normalization: 'layer', activation: 'gelu' },
        { units: 4, normalization: 'batch', activation: 'softplus' },
        2,
      ],
      loss: 'crossEntropy',
      classNames: ['a', 'b'],
    })
    const text = toC(net, { name: 'Wine_2' })
    const names = [...text.matchAll(/^(?:static )?(?:const )?\w+ (?:\*const )?(\w+)[[(]/gm)].map(
      ([, name]) => name,
    )
    expect(names.length).toBeGreaterThan(15)
    for (const name of names) expect(name).toMatch(/^Wine_2_/)
    expect(text).toContain('void Wine_2_predict(const float x[3], float y[2])')
    expect(toC(net)).toContain('void model_predict(const float x[3], float y[2])')
  })

  it.each(['', '1st', 'a b', 'a-b', '_a', '__a', 'é', 'a;', 'a\n', 'x'.repeat(25), 7, null, {}])(
    'refuses %j for a name',
    (name) => {
      expect(() => toC(xor(), { name: name as string })).toThrow(OptionError)
      expect(() => toC(xor(), { name: name as string })).toThrow(
        /^options\.name: expected at most 24 letters/,
      )
    },
  )

  it('refuses options that it does not know', () => {
    expect(() => toC(xor(), { prefix: 'a' } as never)).toThrow(OptionError)
  })

  it('has no function that the model does not use', () => {
    const names = (text: string) =>
      [...text.matchAll(/^(?:static )?\w+ model_(\w+)\(/gm)].map(([, name]) => name)
    expect(names(toC(new Network({ sizes: [2, 3, 1] })))).toEqual(['product', 'add', 'relu', 'predict'])
    expect(names(toC(new Network({ sizes: [2, 3], bias: false })))).toEqual(['product', 'predict'])
    expect(toC(new Network({ sizes: [2, 3, 1] }))).not.toMatch(/stdint|math\.h|uint32_t/)
  })

  it('is text in ASCII', () => {
    const text = toC(new Network({ sizes: [4, 6], loss: 'crossEntropy', classNames: NAMES }))
    expect(text).toMatch(/^[\n -~]*$/)
  })

  const compiler = ['gcc', 'cc'].find((name) => spawnSync(name, ['--version']).status === 0)

  it.skipIf(!compiler)('has the names of classes and of labels', () => {
    const folder = mkdtempSync(join(tmpdir(), 'nabla-c-'))
    try {
      const make = (sizes: number[], loss: LossName, classNames: (string | boolean)[]) =>
        new Network({ sizes, loss, classNames, kernels: 'simd' })
      const classes = scramble(make([4, 5, 6], 'crossEntropy', NAMES), 3)
      const labels = scramble(make([4, 3], 'binaryCrossEntropy', ['round', 'red', 'sweet']), 4)
      const side = scramble(make([4, 1], 'binaryCrossEntropy', [false, true]), 4)
      const x = rowsFor(4, 5).subarray(0, 400)
      const rows = Array.from(x, (v) => `${floatConstant(v)}, `).join('')
      // Several files in one, compiled with the scratch out of the stack.
      writeFileSync(
        join(folder, 'all.c'),
        `#define CLASSES_SCRATCH static
${toC(classes, { name: 'classes' })}
${toC(labels, { name: 'labels' })}
${toC(side, { name: 'side' })}
#include <stdio.h>
int main(void)
{
    static const float x[] = {${rows}};
    for (int i = 0; i < 6; ++i) printf("%s%c", classes_class_names[i], 0);
    printf("%s %s %s", side_class_names[0], side_class_names[1], labels_class_names[2]);
    for (int r = 0; r < 100; ++r) {
        float y[6];
        classes_predict(x + 4 * r, y);
        printf("%c%d", 0, classes_class_of(y));
        labels_predict(x + 4 * r, y);
        for (int i = 0; i < 3; ++i) printf("%c%d", 0, labels_has_label(y, i));
        side_predict(x + 4 * r, y);
        printf("%c%d", 0, side_class_of(y));
    }
    return 0;
}
`,
      )
      const program = join(folder, 'all')
      const flags = [
        '-std=c99',
        '-trigraphs',
        '-Wall',
        '-Wextra',
        '-Werror',
        '-pedantic',
        '-ffp-contract=off',
      ]
      execFileSync(compiler!, [...flags, '-o', program, join(folder, 'all.c')])
      const words = execFileSync(program, { encoding: 'utf8' }).split('\0')
      expect(words.slice(0, 6)).toEqual(NAMES)
      expect(words[6]).toBe('false true sweet')
      const [a, b, c] = [classes, labels, side].map((net) => net.classify(x))
      const expected = Array.from({ length: 100 }, (_, r) => [a[r], ...b.subarray(3 * r, 3 * r + 3), c[r]])
      expect(words.slice(7).map(Number)).toEqual(expected.flat())
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.skipIf(!compiler)('refuses a compiler that may not round at each operation', () => {
    const check = (...flags: string[]) =>
      spawnSync(compiler!, ['-std=c99', '-fsyntax-only', ...flags, '-xc', '-'], {
        input: toC(xor()),
        encoding: 'utf8',
      })
    expect(check('-O2').status).toBe(0)
    const { status, stderr } = check('-ffast-math')
    expect(status).not.toBe(0)
    expect(stderr).toContain('expected float arithmetic that is rounded at each operation')
  })
})

describe('numbers as text', () => {
  it('keep their bits in C', () => {
    const words = new Uint32Array(20_000)
    for (let i = 0; i < words.length; ++i) words[i] = Math.imul(i + 1, 2654435761)
    const floats = [...new Float32Array(words.buffer), 0, -0, 1, 16777216, 2 ** -149, -3.4028234663852886e38]
    let checked = 0
    for (const value of floats.filter(Number.isFinite)) {
      const text = floatConstant(value)
      expect(text).toMatch(/^-?\d+\.\d+(e-?\d+)?f$/)
      if (!Object.is(Math.fround(Number(text.slice(0, -1))), value)) throw new Error(`${value} as ${text}`)
      ++checked
    }
    expect(checked).toBeGreaterThan(19_000)
  })

  it('are base64 with zeros behind them', () => {
    for (let n = 0; n < 8; ++n) {
      const numbers = Float32Array.from({ length: n }, (_, i) => Math.sin(i + 1))
      const padded = new Float32Array(3 * Math.ceil(n / 3))
      padded.set(numbers)
      expect(floatsToBase64(numbers)).toBe(Buffer.from(padded.buffer).toString('base64'))
    }
    const many = Float32Array.from({ length: 30_000 }, (_, i) => Math.sin(i))
    expect(floatsToBase64(many)).toBe(Buffer.from(many.buffer).toString('base64'))
  })
})
