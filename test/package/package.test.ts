// The package as it is published: its entries, what they share, and what a bundler makes of them. TypeScript: consumer.test.ts.

import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FormatError, NablaError } from 'nabla'
import { readCsv, readIdx } from 'nabla/data'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { initializers } from '../../src/model/initializers.ts'
import { losses } from '../../src/model/losses.ts'
import { metrics } from '../../src/model/metrics.ts'
import { normalizations } from '../../src/model/normalizations.ts'
import { optimizers } from '../../src/model/optimizers.ts'
import { activations } from '../../src/model/tables.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A project that depends on the package. */
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-package-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'nabla'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a bundler makes of a page that runs `code`: what is loaded at once. */
async function bundle(code: string, resolve = {}): Promise<string> {
  const input = join(folder, 'page.mjs')
  writeFileSync(input, code)
  const page = await rolldown({ input, platform: 'browser', resolve })
  const { output } = await page.generate()
  const [entry, ...later] = output
  expect(entry.imports).toEqual([])
  // Of whatever has a network, what trains comes later.
  const names = later.map(({ name }) => name)
  expect(names).toEqual(entry.code.includes('customActivation:') ? ['fitting'] : [])
  return entry.code
}

/** What npm packs of a project. */
function pathsOf(cwd: string): string[] {
  const pack = execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
    cwd,
    encoding: 'utf8',
  })
  return (JSON.parse(pack)[0].files as { path: string }[]).map(({ path }) => path)
}

/** Words by which the parts of the package are known in its code. */
const parts = [
  'WebAssembly',
  'Optical Recognition',
  'readIdx',
  'StandardScaler',
  'Quote Not Closed',
  'viewBox',
  'false positive rate',
  'FP_CONTRACT',
  'ai.onnx.ml',
]
const partsOf = (code: string) => parts.filter((word) => code.includes(word))

describe('the entries of the package', () => {
  it('are all there, with their types', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const files = Object.values<string | Record<string, string>>(exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    )
    // Twelve entries and the types of each, the script of the worker, three binaries, package.json.
    expect(files.length).toBe(29)
    for (const file of files) expect(existsSync(join(root, file)), file).toBe(true)
  })

  it('throw errors of the same classes', async () => {
    await expect(readIdx(new Uint8Array(1))).rejects.toThrow(FormatError)
    expect(() => readCsv('')).toThrow(NablaError)
  })

  it('import nothing whose name is worked out at run time, which some runtimes and bundlers refuse', () => {
    const files = readdirSync(join(root, 'dist')).filter((file) => file.endsWith('.js'))
    expect(files.length).toBeGreaterThan(10)
    for (const file of files) {
      expect(readFileSync(join(root, 'dist', file), 'utf8'), file).not.toMatch(
        /\bimport\s*\((?!"\.\/\w+\.js"\))/,
      )
    }
  })

  it('hold each long text once: the script of the workers, the kernels, the digits', () => {
    const files = readdirSync(join(root, 'dist')).filter((file) => file.endsWith('.js'))
    const texts = files.flatMap((file) =>
      [...readFileSync(join(root, 'dist', file), 'utf8').matchAll(/"(?:[^"\\\n]|\\.){1000,}"/g)].map(
        ([text]) => `${file}: ${text.slice(0, 80)}`,
      ),
    )
    expect(texts.length).toBeGreaterThanOrEqual(5)
    expect(texts).toEqual([...new Set(texts)])
  })

  it('say in the file of the digits where they come from', () => {
    expect(readFileSync(join(root, 'dist/datasets.js'), 'utf8')).toMatch(/doi\.org.*CC BY 4\.0/)
  })
})

describe('a bundler', () => {
  it('takes the network without the digits, the readers of data, the parser of CSV and the plots', async () => {
    const code = await bundle(`import { Network } from 'nabla'; globalThis.net = Network`)
    expect(partsOf(code)).toEqual(['WebAssembly'])
  })

  it('takes the parser of CSV by its words', async () => {
    const code = await bundle(`import { readCsv } from 'nabla/data'; globalThis.read = readCsv`)
    expect(partsOf(code)).toEqual(['Quote Not Closed'])
  })

  it('takes a scaler without the network and the parser of CSV', async () => {
    const code = await bundle(
      `import { standardScaler } from 'nabla/data'; globalThis.scale = standardScaler`,
    )
    expect(partsOf(code)).toEqual(['StandardScaler'])
  })

  it('takes a plot without the network and the other plots', async () => {
    const code = await bundle(`import { plotLines } from 'nabla/plot'; globalThis.plot = plotLines`)
    expect(partsOf(code)).toEqual(['viewBox'])
    const roc = await bundle(`import { plotRocCurve } from 'nabla/plot'; globalThis.plot = plotRocCurve`)
    expect(partsOf(roc)).toEqual(['viewBox', 'false positive rate'])
  })

  it('takes the network of nabla/brain without that of nabla, whose kernels are ten times its own', async () => {
    const code = await bundle(`import { NeuralNetwork } from 'nabla/brain'; globalThis.net = NeuralNetwork`)
    expect(partsOf(code)).toEqual(['WebAssembly'])
    // Bundlers that minify leave comments out.
    const bare = code.replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
    expect(bare.length).toBeLessThan(84_000)
  })

  it('takes the writer of ONNX without its reader', async () => {
    const code = await bundle(`import { toOnnx } from 'nabla/onnx'; globalThis.write = toOnnx`)
    expect(partsOf(code)).toEqual(['WebAssembly', 'ai.onnx.ml'])
    expect(code).not.toContain('BatchNormalization')
  })

  it('leaves nothing of an entry that is imported and not used', async () => {
    const rooms = ['brain', 'data', 'datasets', 'deploy', 'keras', 'model', 'onnx', 'plot', 'predict']
    const all = ['nabla', ...rooms.map((room) => `nabla/${room}`)]
    expect((await bundle(all.map((entry) => `import '${entry}'`).join(';'))).trim()).toBe('')
  })
})

describe('a bundler that does not read `exports`, as Parcel by default', () => {
  it.each([
    ['nabla', 'Network', 'WebAssembly'],
    ['nabla/data', 'standardScaler', 'StandardScaler'],
    ['nabla/datasets', 'digits', 'Optical Recognition'],
    ['nabla/onnx', 'toOnnx', 'ai.onnx.ml'],
    ['nabla/plot', 'plotLines', 'viewBox'],
    ['nabla/deploy', 'toC', 'FP_CONTRACT'],
    ['nabla/predict', 'predictorFromJSON', 'WebAssembly'],
  ])('finds %s', async (entry, name, part) => {
    const code = `import { ${name} } from '${entry}'; globalThis.it = ${name}`
    expect(partsOf(await bundle(code, { exportsFields: [] }))).toContain(part)
  })

  it('finds the same files as others, and their types', () => {
    const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))
    const { exports } = read('package.json')
    const rooms = ['brain', 'data', 'datasets', 'deploy', 'keras', 'model', 'node', 'onnx', 'plot', 'predict']
    for (const entry of ['.', ...rooms.map((room) => `./${room}`)]) {
      const { main, module, types } = read(join(entry, 'package.json'))
      const at = (file: string) => `./${join(entry, file)}`
      expect([main, module, types].map(at)).toEqual([
        exports[entry].default,
        exports[entry].default,
        exports[entry].types,
      ])
    }
  })
})

describe('the tarball', () => {
  const packed = new Set(pathsOf(root))
  const pages = [...packed].filter((path) => path.endsWith('.md'))
  /** A heading's address, as GitHub and npm make it. */
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')

  it('has the pages and the code, and no sources or tests', () => {
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/kernels.md', 'docs/datasets.md']),
    )
    expect([...packed].filter((path) => /^(src|test|assembly|scripts|build)\//.test(path))).toEqual([])
  })

  it('has what its pages link to, to the heading', () => {
    const links = pages.flatMap((page) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link]) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .map((link) => ({ page, link })),
    )
    expect(links.length).toBeGreaterThan(8)
    const broken = links.filter(({ page, link }) => {
      const [path, anchor] = link.split('#')
      const target = path ? join(dirname(page), path) : page
      if (!packed.has(target)) return true
      if (!anchor) return false
      const headings = readFileSync(join(root, target), 'utf8').matchAll(/^#+ (.*)$/gm)
      return ![...headings].some(([, heading]) => slug(heading) === anchor)
    })
    expect(broken).toEqual([])
  })

  it('has the pages that the types send their readers to', () => {
    const named = [...packed]
      .filter((path) => path.endsWith('.d.ts'))
      .flatMap((path) =>
        [...readFileSync(join(root, path), 'utf8').matchAll(/docs\/[\w-]+\.md/g)].map(([page]) => page),
      )
    expect(new Set(named).size).toBeGreaterThan(6)
    expect(named.filter((page) => !packed.has(page))).toEqual([])
  })

  it('has a list of changes that begins with this version, and the first names every entry', () => {
    const changes = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
    const { version, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(changes.match(/^## (\d+\.\d+\.\d+)/m)?.[1]).toBe(version)
    const rooms = Object.keys(exports).filter((entry) => /^\.\/\w+$/.test(entry))
    expect(rooms.length).toBeGreaterThan(8)
    for (const room of rooms) expect(changes).toContain(`\`nabla/${room.slice(2)}\``)
  })

  it('has no reference of the API, which is built beside the pages', () => {
    const project = join(folder, 'packed')
    mkdirSync(join(project, 'docs/api/modules'), { recursive: true })
    const { name, version, files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name, version, files }))
    for (const file of [
      'docs/losses.md',
      'docs/api/index.html',
      'docs/api/modules/nabla.html',
      'CHANGELOG.md',
    ]) {
      writeFileSync(join(project, file), '')
    }
    expect(pathsOf(project).sort()).toEqual(['CHANGELOG.md', 'docs/losses.md', 'package.json'])
  })
})

describe('the documentation of a type that is one of many names', () => {
  const declarations = readFileSync(join(root, 'dist/index.d.ts'), 'utf8')
  it.each([
    ['ActivationName', activations],
    ['InitializerName', initializers],
    ['LossName', losses],
    ['MetricName', metrics],
    ['NormalizationName', normalizations],
    ['OptimizerName', optimizers],
  ])('lists all of %s', (type, table) => {
    const [before] = declarations.split(`export declare type ${type} `)
    const comment = before.slice(before.lastIndexOf('/**'))
    expect([...comment.matchAll(/'(\w+)'/g)].map(([, name]) => name).sort()).toEqual(
      Object.keys(table).sort(),
    )
  })
})
