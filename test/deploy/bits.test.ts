// The exported code gives the bits of kernels 'simd', over every activation, head, normalization, bias and tail.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import vm from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toC, toJavaScript } from '../../src/deploy/index.ts'
import { part, thoroughly } from '../helpers/thorough.ts'
import { cases, difference, type Golden, goldens, ROWS } from './models.ts'

let models: Golden[] = []
beforeAll(() => {
  models = goldens()
})

const titles = cases.map(([title], i) => [title, i] as const)

describe('the golden rows', () => {
  it('reach numbers of all kinds', () => {
    const all = models.flatMap(({ y }) => [...y])
    expect(all.length).toBeGreaterThan(600_000)
    expect(all.filter(Number.isFinite).length / all.length).toBeGreaterThan(0.99)
    expect(all.some((v) => Object.is(v, -0))).toBe(true)
    expect(all.some((v) => v !== 0 && Math.abs(v) < 1e-30)).toBe(true)
    for (const { title, y } of models) {
      // One unit less its own mean is 0.
      if (title === 'layer normalization of 1 unit') continue
      const finite = y.filter(Number.isFinite)
      expect(new Set(finite).size, title).toBeGreaterThan(finite.length / 20)
    }
  })
})

/** predict of the module in a realm that has the language alone: no atob, no WebAssembly, no console. */
function bare(code: string): (row: ArrayLike<number>) => Float32Array {
  const context = vm.createContext(Object.create(null))
  vm.runInContext('delete globalThis.WebAssembly', context)
  const globals = vm.runInContext('Object.getOwnPropertyNames(globalThis).join()', context) as string
  expect(globals).not.toMatch(/\b(atob|Buffer|TextDecoder|WebAssembly|process)\b/)
  return vm.runInContext(
    `'use strict';(() => {${code.replace(/^export /gm, '')}\nreturn predict })()`,
    context,
  )
}

function predictAll(predict: (row: ArrayLike<number>) => Float32Array, x: Float32Array, inputs: number) {
  const rows = Array.from({ length: x.length / inputs }, (_, r) =>
    predict(x.subarray(r * inputs, (r + 1) * inputs)),
  )
  return Float32Array.from(rows.flatMap((row) => [...row]))
}

describe('toJavaScript, to the bits of simd', () => {
  it.each(titles)('%s', (_, i) => {
    const { network, x, y } = models[i]
    const predict = bare(toJavaScript(network))
    expect(difference(predictAll(predict, x, network.inputs), y)).toBeUndefined()
    const readable = bare(toJavaScript(network, { minify: false }))
    const some = x.subarray(0, thoroughly(ROWS, 50) * network.inputs)
    const outputs = predictAll(readable, some, network.inputs)
    expect(difference(outputs, y.subarray(0, outputs.length))).toBeUndefined()
  })
})

// Named by .ci/run, where it is installed.
const hermes = process.env.HERMES
if (!hermes) console.log('skipped: the modules in Hermes (HERMES would be its executable)')
it.skipIf(!hermes)('toJavaScript in Hermes, to the bits of simd', { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'nabla-hermes-'))
  try {
    for (const { title, network, rows, x, y } of models) {
      const file = join(folder, 'model.js')
      // Its numbers as their bits, in and out.
      const inputs = [...new Uint32Array(x.buffer)]
      writeFileSync(
        file,
        `const predict = (() => {${toJavaScript(network).replace(/^export /gm, '')}
return predict })()
const x = new Float32Array(new Uint32Array(${JSON.stringify(inputs)}).buffer)
const lines = []
for (let r = 0; r < ${rows}; ++r) {
  const a = predict(x.subarray(r * ${network.inputs}, (r + 1) * ${network.inputs}))
  lines.push(Array.from(new Uint32Array(a.buffer)).join(' '))
}
print(typeof WebAssembly, typeof atob)
print(lines.join(' '))
`,
      )
      const printed = execFileSync(hermes!, [file], { encoding: 'utf8', maxBuffer: 2 ** 27 })
      const [globals, bits] = printed.split('\n')
      expect(globals).toBe('undefined undefined')
      const got = new Float32Array(Uint32Array.from(bits.split(' '), Number).buffer)
      expect(difference(got, y), title).toBeUndefined()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

const compiler = ['gcc', 'cc'].find((name) => spawnSync(name, ['--version']).status === 0)
if (!compiler) console.log('skipped: the C files, because there is no gcc and no cc')

describe.skipIf(!compiler)('toC, to the bits of simd', () => {
  let folder = ''
  let offsets: number[] = []
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nabla-c-'))
    for (const { name, network } of models) writeFileSync(join(folder, `${name}.c`), toC(network, { name }))
    const declared = models.map(
      ({ name, network }) =>
        `void ${name}_predict(const float x[${network.inputs}], float y[${network.outputs}]);`,
    )
    const calls = models.map(
      ({ name, rows, network: { inputs, outputs } }) =>
        `run(${name}_predict, ${rows}, ${inputs}, ${outputs});`,
    )
    // Reads the rows of all models, one behind the other, and writes their outputs so.
    writeFileSync(
      join(folder, 'main.c'),
      `#include <stdio.h>
#include <stdlib.h>
${declared.join('\n')}
static void run(void (*predict)(const float *, float *), int rows, int inputs, int outputs)
{
    float x[256], y[256];
    for (int r = 0; r < rows; ++r) {
        if (fread(x, sizeof(float), (size_t)inputs, stdin) != (size_t)inputs) exit(1);
        predict(x, y);
        fwrite(y, sizeof(float), (size_t)outputs, stdout);
    }
}
int main(void)
{
    ${calls.join('\n    ')}
    return 0;
}
`,
    )
    offsets = [0]
    for (const { y } of models) offsets.push(offsets.at(-1)! + y.length)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const warnings = ['-Wall', '-Wextra', '-Wconversion', '-pedantic', '-Werror']
  it.each(part(['-O3 -march=native', '-Os']))(
    'of every model with %s',
    (optimization) => {
      const program = join(folder, 'program')
      const files = [...models.map(({ name }) => join(folder, `${name}.c`)), join(folder, 'main.c')]
      const options = ['-std=c99', '-ffp-contract=off', ...warnings, ...optimization.split(' ')]
      execFileSync(compiler!, [...options, '-o', program, ...files, '-lm'], { encoding: 'utf8' })
      const input = Buffer.concat(models.map(({ x }) => new Uint8Array(x.buffer)))
      const out = execFileSync(program, { input, maxBuffer: 2 ** 28 })
      const all = new Float32Array(out.buffer.slice(out.byteOffset, out.byteOffset + out.length))
      expect(all.length).toBe(offsets.at(-1))
      models.forEach(({ title, y }, i) => {
        expect(difference(all.slice(offsets[i], offsets[i + 1]), y), title).toBeUndefined()
      })
    },
    120_000,
  )
})
