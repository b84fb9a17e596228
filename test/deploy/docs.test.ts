// The snippets of docs/deploy.md run, and show what the text says.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as data from '../../src/data/index.ts'
import * as datasets from '../../src/datasets/index.ts'
import * as deploy from '../../src/deploy/index.ts'
import * as nabla from '../../src/index.ts'
import * as models from '../../src/models/index.ts'

const text = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8')
const snippets = (language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code)

const [write, use, homes] = snippets('js')
const [fragment, main] = snippets('c')
const [compile, m4, m0] = snippets('sh')

const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (...args: unknown[]) => Promise<Record<string, unknown>>

describe('docs/deploy.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nabla-docs-'))
  let net: nabla.Network
  let test: { x: Float32Array; y: Int32Array }
  const runSnippet = (code: string, result: string) => {
    const modules: Record<string, unknown> = {
      nabla,
      'nabla/data': data,
      'nabla/datasets': datasets,
      'nabla/deploy': deploy,
      'nabla/model': models,
      'node:fs': {
        writeFileSync: (file: string, content: string) => writeFileSync(join(folder, file), content),
      },
    }
    const body = code.replace(/^import (\{.*\}) from '(.*)'$/gm, "const $1 = modules['$2']")
    return new AsyncFunction('modules', `${body}\nreturn ${result}`)(modules)
  }
  beforeAll(async () => {
    ;({ net, test } = (await runSnippet(write, '{ net, test }')) as never)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const run = (command: string) =>
    execFileSync('sh', ['-e', '-c', command], { cwd: folder, encoding: 'utf8' })

  it('writes a module that node runs, and that knows the digits', async () => {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'use.js'), use)
    const row = new Float32Array(64)
    for (let i = 3; i < 64; i += 8) row[i] = 1
    const [found] = net.classify(row)
    expect(run(`${process.execPath} use.js`)).toMatch(new RegExp(`^${found} Float32Array\\(10\\) \\[`))
    const code = readFileSync(join(folder, 'digits.js'))
    const { classify } = await import(
      /* @vite-ignore */ `data:text/javascript;base64,${code.toString('base64')}`
    )
    const hits = test.y.filter((y, r) => classify(test.x.subarray(64 * r, 64 * r + 64)) === String(y))
    expect(hits.length / test.y.length).toBeGreaterThan(0.93)
  })

  const hasCompiler = spawnSync('gcc', ['--version']).status === 0
  if (!hasCompiler) console.log('skipped: the C of docs/deploy.md, because there is no gcc')
  it.skipIf(!hasCompiler)('writes C that its command compiles', () => {
    writeFileSync(join(folder, 'main.c'), main)
    run(compile)
    const row = new Float32Array(64)
    for (let i = 3; i < 64; i += 8) row[i] = 1
    expect(run('./digits')).toBe(`${net.classify(row)[0]}\n`)
    const source = readFileSync(join(folder, 'digits.c'), 'utf8')
    for (const [declaration] of main.matchAll(/^(?:void|int|extern) .*;$/gm)) {
      expect(source).toContain(` *   ${declaration}\n`)
    }
  })

  it('writes models, which take raw rows', async () => {
    const { model } = (await runSnippet(homes, '{ model }')) as { model: models.Model }
    const price = model.predict({ city: 'Rome', area: 80 }) as number
    expect(price).toBeGreaterThan(250_000)
    expect(price).toBeLessThan(330_000)
    writeFileSync(
      join(folder, 'use.js'),
      "import { predict } from './homes.js'\nconsole.log(predict({ city: 'Rome', area: 80 }))",
    )
    // The kernels of this network may be 'relaxed'.
    expect(Number(run(`${process.execPath} use.js`)) / price).toBeCloseTo(1, 4)
    if (!hasCompiler) return
    const source = readFileSync(join(folder, 'homes.c'), 'utf8')
    const body = fragment
      .replace('price =', 'const double price =')
      .replace('0);\n}', '0);\n    printf("%.17g", price);\n}')
    writeFileSync(
      join(folder, 'all.c'),
      `#include <stdio.h>\n${source}\nint main(void)\n{\n${body}return 0;\n}\n`,
    )
    run('gcc -std=c99 -O2 -ffp-contract=off -o all all.c')
    expect(Number(run('./all')) / price).toBeCloseTo(1, 4)
  })

  // Named by .ci/run, one that is missing fails.
  const crossCompiler = process.env.ARM_GCC ?? 'arm-none-eabi-gcc'
  const hasCross = process.env.ARM_GCC !== undefined || spawnSync(crossCompiler, ['--version']).status === 0
  if (!hasCross) console.log('skipped: the sizes in docs/deploy.md, because there is no arm-none-eabi-gcc')
  it.skipIf(!hasCross).each([
    ['Cortex-M4 with its FPU', m4],
    ['Cortex-M0+, floats in software', m0],
  ])('gives the sizes on a %s', (core, commands) => {
    writeFileSync(
      join(folder, 'model.c'),
      deploy.toC(new nabla.Network({ sizes: [64, 32, 10], loss: 'crossEntropy' })),
    )
    const printed = run(commands.replaceAll('arm-none-eabi-gcc', crossCompiler))
    const sectionsOf = (file: string): Record<string, number> =>
      Object.fromEntries(
        [
          ...printed
            .split(`${file} `)[1]
            .split('Total')[0]
            .matchAll(/^(\.\w+)\s+(\d+)/gm),
        ].map(([, name, size]) => [name, Number(size)]),
      )
    const own = sectionsOf('model.o')
    const stack = [...printed.matchAll(/\t(\d+)\tstatic/g)].reduce((sum, [, bytes]) => sum + Number(bytes), 0)
    const cells = text
      .match(new RegExp(`^\\| ${core.replace('+', '\\+')} \\|.*$`, 'm'))![0]
      .split('|')
      .slice(2)
    const [[code, libgcc = 0], [weights], [ram], [deep]] = cells.map((cell) =>
      [...cell.matchAll(/(?<=^|\s)[\d,]+/g)].map(([n]) => Number(n.replace(',', ''))),
    )
    expect(own['.rodata']).toBe(weights)
    expect(own['.data'] + own['.bss']).toBe(ram)
    // Another version of the compiler makes other code.
    const isNear = (measured: number, said: number) => expect(Math.abs(measured / said - 1)).toBeLessThan(0.1)
    isNear(own['.text'], code)
    isNear(stack, deep)
    if (libgcc === 0) return
    const linked = sectionsOf('linked.elf')
    isNear(linked['.text'] + linked['.rodata'] - own['.text'] - own['.rodata'], libgcc)
  })
})
