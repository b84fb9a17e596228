// The published types as users compile them: the packed tarball under three TypeScripts, every way to resolve modules,
// with and without the platform's types, libraries checked.

import { execFile, execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { part } from '../helpers/thorough.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const program = join(root, 'test/fixtures/consumer')

/** A project with the tarball unpacked in its node_modules. */
let folder = ''
let installed = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-consumer-'))
  installed = join(folder, 'node_modules', 'nabla')
  mkdirSync(installed, { recursive: true })
  // Built already, by whoever runs the tests: a build here would change dist under the tests that run beside it.
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
  const tarball = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim()
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', installed, '--strip-components=1'])
  mkdirSync(join(folder, 'node_modules', '@types'))
  symlinkSync(join(root, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  cpSync(program, folder, { recursive: true })
  // npm alone takes seconds, and far more beside other tests.
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const compilers = {
  '5.0': 'test/compilers/typescript-5.0/node_modules/typescript',
  '5.4': 'test/compilers/typescript-5.4/node_modules/typescript',
  newest: 'node_modules/typescript',
}
type Compiler = keyof typeof compilers

const run = promisify(execFile)
let configs = 0

/** What the compiler says of the files, nothing where it accepts them. */
async function compile(
  compiler: Compiler,
  files: string[],
  options: Record<string, unknown>,
): Promise<string> {
  const config = `tsconfig.${++configs}.json`
  const compilerOptions = { target: 'es2022', noEmit: true, strict: true, skipLibCheck: false, ...options }
  writeFileSync(join(folder, config), JSON.stringify({ compilerOptions, files }))
  const tsc = join(root, compilers[compiler], 'bin/tsc')
  try {
    return (await run(process.execPath, [tsc, '-p', config], { cwd: folder, encoding: 'utf8' })).stdout
  } catch (error) {
    // A compiler that is not installed says so there.
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return stdout + stderr
  }
}

const resolutions = {
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  node16: { module: 'node16', moduleResolution: 'node16' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
}
// Every way to resolve modules, and each library with and without node's types: a run takes seconds.
const platforms: [keyof typeof resolutions, lib: string[], types: string[]][] = [
  ['bundler', ['es2022'], []],
  ['bundler', ['es2022', 'dom'], ['node']],
  ['node16', ['es2022', 'dom'], []],
  ['nodenext', ['es2022'], ['node']],
]

describe.each(Object.keys(compilers) as Compiler[])('TypeScript %s', (compiler) => {
  it.concurrent.each(part(platforms, 4))(
    'compiles a program with %s, lib %j, types %j',
    async (resolution, lib, types) => {
      const files = lib.length + types.length > 1 ? ['main.ts', 'signal.ts'] : ['main.ts']
      expect(await compile(compiler, files, { ...resolutions[resolution], lib, types })).toBe('')
    },
  )
})

describe.each(['5.4', 'newest'] as const)('TypeScript %s', (compiler) => {
  it('frees a network that `using` declares, where the library has Symbol.dispose', async () => {
    const options = { ...resolutions.nodenext, lib: ['es2022', 'esnext.disposable'], types: [] }
    expect(await compile(compiler, ['using.ts'], options)).toBe('')
  })
})

describe('the published types', () => {
  const entries = [
    'index',
    'brain',
    'data',
    'datasets',
    'deploy',
    'fit',
    'keras',
    'model',
    'node',
    'onnx',
    'plot',
    'predict',
  ].map((name) => `${name}.d.ts`)
  const declarations = (file: string) => readFileSync(join(installed, 'dist', file), 'utf8')

  it('are one file for each entry', () => {
    const files = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' })
    expect(files.filter((file) => file.endsWith('.d.ts')).sort()).toEqual([...entries].sort())
    // What several entries have is declared in one of them: a class that is declared twice would be two.
    const known = entries.map((file) => `./${file.replace('.d.ts', '.js')}`)
    for (const file of entries) {
      const sources = [...declarations(file).matchAll(/\b(?:from|import) ?\(?['"]([^'"]*)/g)].map(
        ([, one]) => one,
      )
      for (const source of sources) expect(known, file).toContain(source)
    }
  })

  it('are all used by the program that is compiled', () => {
    const code = readFileSync(join(program, 'main.ts'), 'utf8').replace(/\/\/.*$/gm, '')
    const exported = entries.flatMap((file) => [
      ...[...declarations(file).matchAll(/^export declare (?:abstract )?\w+ (\w+)/gm)].map(
        ([, name]) => name,
      ),
      ...[...declarations(file).matchAll(/^export \{ \w+ as (\w+) \}/gm)].map(([, name]) => name),
    ])
    expect(exported.length).toBeGreaterThan(60)
    // Once where it is imported, and once more at least.
    const unused = exported.filter((name) => (code.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length < 2)
    expect(unused).toEqual([])
  })
})
