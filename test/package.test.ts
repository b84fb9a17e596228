// The package as it is published: its entries, what they share, and what a bundler and TypeScript make of them.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FormatError, NablaError } from 'nabla'
import { readCsv, readIdx } from 'nabla/data'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A project that depends on the package. */
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-package-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'nabla'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a bundler makes of a page that runs `code`, the parser of CSV left outside. */
async function bundle(code: string): Promise<string> {
  const input = join(folder, 'page.mjs')
  writeFileSync(input, code)
  const page = await rolldown({ input, platform: 'browser', external: /^csv-parse/ })
  const { output } = await page.generate()
  expect(output.length).toBe(1)
  return output[0].code
}

/** Words by which the parts of the package are known in its code. */
const parts = ['WebAssembly', 'Optical Recognition', 'readIdx', 'StandardScaler', 'csv-parse']
const partsOf = (code: string) => parts.filter((word) => code.includes(word))

describe('the entries of the package', () => {
  it('are all there, with their types', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const files = Object.values<string | Record<string, string>>(exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    )
    expect(files.length).toBe(8)
    for (const file of files) expect(existsSync(join(root, file)), file).toBe(true)
  })

  it('throw errors of the same classes', async () => {
    await expect(readIdx(new Uint8Array(1))).rejects.toThrow(FormatError)
    expect(() => readCsv('')).toThrow(NablaError)
  })

  it('say in the file of the digits where they come from', () => {
    expect(readFileSync(join(root, 'dist/datasets.js'), 'utf8')).toMatch(/doi\.org.*CC BY 4\.0/)
  })
})

describe('a bundler', () => {
  it('takes the network without the digits, the readers of data and the parser of CSV', async () => {
    const code = await bundle(`import { Network } from 'nabla'; globalThis.net = Network`)
    expect(partsOf(code)).toEqual(['WebAssembly'])
  })

  it('takes a scaler without the network and the parser of CSV', async () => {
    const code = await bundle(
      `import { standardScaler } from 'nabla/data'; globalThis.scale = standardScaler`,
    )
    expect(partsOf(code)).toEqual(['StandardScaler'])
  })

  it('leaves nothing of an entry that is imported and not used', async () => {
    expect((await bundle(`import 'nabla'; import 'nabla/data'; import 'nabla/datasets'`)).trim()).toBe('')
  })
})

describe('TypeScript', () => {
  const code = `
    import { type History, Network, type NetworkOptions, ShapeError } from 'nabla'
    import { trainTestSplit } from 'nabla/data'
    import { digits } from 'nabla/datasets'

    const options: NetworkOptions = { sizes: [64, 10], initializer: 'heNormal' }
    const history: History = await new Network(options).fit(trainTestSplit(digits(), { seed: 1 }).train)
    export const loss: number = history.loss[0]
    // @ts-expect-error a loss is no text
    export const text: string = history.loss[0]
    // @ts-expect-error there is no such activation
    new Network({ sizes: [1, 1], activation: 'sigmoidd' })
    export { ShapeError }
  `
  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('finds the types of every entry with module %s, moduleResolution %s', (module, moduleResolution) => {
    writeFileSync(join(folder, 'main.ts'), code)
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const options = ['--module', module, '--moduleResolution', moduleResolution]
    const others = ['--target', 'es2022', '--lib', 'es2023,dom,esnext.disposable', '--types', '']
    const args = [tsc, 'main.ts', '--ignoreConfig', '--noEmit', '--strict', ...options, ...others]
    const check = () => execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    expect(check()).toBe('')
  })
})
