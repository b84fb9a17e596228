// The packed package in the bundles of what others build pages with, as they come: the page trains in workers of its own,
// and has what it uses. They are those of `npm ci --prefix test/bundlers`.

import { execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ask, browsers, start } from './browsers.ts'
import { once, project, TIME_LIMIT } from './installed.ts'
import { recordPlace } from './places.ts'
import { launchHeadless } from './programs.ts'
import { serve } from './serving.ts'

const folder = fileURLToPath(new URL('../bundlers/', import.meta.url))
const programs = join(folder, 'node_modules/.bin')
const isThere = existsSync(programs)
if (!isThere) console.warn('skipped: bundlers (nothing in test/bundlers/node_modules)')
const chromium = browsers[0].program

/** What the page of test/bundlers/page/ finds. */
interface Found {
  readonly kernels: string
  readonly loss: number
  readonly outputs: readonly number[]
  readonly notes: readonly string[]
}

/** The folder with the bundlers, and the packed package beside them. */
const installed = once(async () => {
  const to = join(folder, 'node_modules/nabla')
  rmSync(to, { recursive: true, force: true })
  cpSync(join(await project(), 'node_modules/nabla'), to, { recursive: true })
  return folder
})

/** A folder for a bundler with the page in it. */
async function pageFor(name: string): Promise<string> {
  const made = join(await installed(), 'build', name)
  rmSync(made, { recursive: true, force: true })
  mkdirSync(made, { recursive: true })
  cpSync(join(folder, 'page'), made, { recursive: true })
  return made
}

const run = (cwd: string, program: string, args: readonly string[]) =>
  promisify(execFile)(join(programs, program), args, {
    ...{ cwd, timeout: TIME_LIMIT, maxBuffer: 2 ** 26 },
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
  })

const browser = once(() => start('Chromium', chromium!))

/** The work of the page in this Node. */
const inNode = once(async (): Promise<Found> => {
  const cwd = await pageFor('node')
  const code = `import('./work.mjs').then(({ work }) => work()).then((found) => console.log(JSON.stringify(found)))`
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', code], { cwd, timeout: TIME_LIMIT })
  return JSON.parse(stdout)
})

/** All code that a bundler has written. */
const codeIn = (out: string): string =>
  readdirSync(out, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.m?js$/.test(file))
    .map((file) => readFileSync(join(out, file), 'utf8'))
    .join('\n')

/** A word of each part that a page must not get with what it uses. */
const unused = ['Quote Not Closed', 'Optical Recognition', 'false positive rate', 'ai.onnx.ml', 'FP_CONTRACT']

async function expectPage(found: Found): Promise<void> {
  const { kernels, loss, outputs } = await inNode()
  expect(loss).toBeLessThan(0.1)
  expect(found).toEqual({ kernels, loss, outputs, notes: [] })
}

const bundlers = [
  { name: 'Vite', program: 'vite', args: ['build', '--outDir', 'out', '--base', './'] },
  {
    name: 'webpack',
    program: 'webpack',
    args: ['--mode', 'production', '--entry', './main.mjs', '-o', 'out'],
  },
  {
    name: 'Rollup',
    program: 'rollup',
    args: ['main.mjs', '-p', '@rollup/plugin-node-resolve', '-f', 'es', '-d', 'out'],
  },
  {
    name: 'esbuild',
    program: 'esbuild',
    args: ['main.mjs', '--bundle', '--minify', '--format=esm', '--outdir=out'],
  },
  {
    name: 'Parcel',
    program: 'parcel',
    args: ['build', 'index.html', '--dist-dir', 'out', '--public-url', './', '--cache-dir', 'cache'],
  },
] as const

describe.each(bundlers)('$name', ({ name, program, args }) => {
  const build = once(async () => {
    const cwd = await pageFor(program)
    const { stdout, stderr } = await run(cwd, program, args)
    const out = join(cwd, 'out')
    if (!existsSync(join(out, 'index.html'))) {
      writeFileSync(join(out, 'index.html'), '<!doctype html><script type="module" src="./main.js"></script>')
    }
    return { out, said: stdout + stderr }
  })

  it.skipIf(!isThere)(
    'builds a page with what it uses, and has nothing to say about the package',
    async () => {
      const { out, said } = await build()
      const code = codeIn(out)
      expect(code.length).toBeGreaterThan(10_000)
      expect(unused.filter((word) => code.includes(word))).toEqual([])
      expect(said).not.toMatch(/critical dependency|unresolved|could not be resolved|dynamic import/i)
    },
  )

  it.skipIf(!isThere || !chromium)('makes a page that trains in workers', async () => {
    const site = await serve((await build()).out)
    try {
      await expectPage(await ask<Found>(await browser(), 'isolated', 'index.html', site))
      recordPlace({ runtime: `${name} ${versionOf(program)}`, where: 'bundler' })
    } finally {
      site.close()
    }
  })
})

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(folder, `node_modules/${name}/package.json`), 'utf8')).version

describe('Next.js', () => {
  it.skipIf(!isThere || !chromium)('builds an application whose page trains', async () => {
    const cwd = await pageFor('next')
    cpSync(join(folder, 'next'), cwd, { recursive: true })
    cpSync(join(folder, 'page/work.mjs'), join(cwd, 'app/work.mjs'))
    writeFileSync(join(cwd, 'package.json'), '{ "private": true }')
    await run(cwd, 'next', ['build'])
    const code = codeIn(join(cwd, '.next/static'))
    expect(unused.filter((word) => code.includes(word))).toEqual([])
    const server = spawn(
      process.execPath,
      [join(folder, 'node_modules/next/dist/bin/next'), 'start', '-p', '0'],
      {
        cwd,
        env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
      },
    )
    try {
      const address = await new Promise<string>((resolve, reject) => {
        let said = ''
        const listen = (chunk: Buffer) => {
          said += chunk
          const found = /http:\/\/localhost:\d+/.exec(said)
          if (found) resolve(found[0])
        }
        server.stdout.on('data', listen)
        server.stderr.on('data', listen)
        server.once('exit', () => reject(new Error(`next start: ${said}`)))
      })
      const page = await launchHeadless('Chromium', chromium!)
      const tab = await page.newPage()
      await tab.goto(address)
      const look = () => document.querySelector('#found')?.textContent || false
      const text = await tab.waitForFunction(look, { timeout: TIME_LIMIT })
      const { result, error } = JSON.parse((await text.jsonValue()) as string)
      await page.close()
      if (error) throw new Error(error)
      // Not isolated: one worker, and a note.
      expect(result.notes).toEqual([expect.stringMatching(/training goes on in one worker/)])
      await expectPage({ ...result, notes: [] })
      recordPlace({ runtime: `Next.js ${versionOf('next')}`, where: 'bundler' })
    } finally {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill()
      await ended
    }
  })
})

describe('the package', () => {
  it.skipIf(!isThere)('has each word by which a bundle is searched for what it must not have', async () => {
    const code = codeIn(join(await installed(), 'node_modules/nabla/dist'))
    expect(unused.filter((word) => !code.includes(word))).toEqual([])
  })

  const file = once(async () => {
    const found = await project()
    return join(found, readdirSync(found).find((name) => name.endsWith('.tgz'))!)
  })

  it.skipIf(!isThere)('has nothing that publint reports', async () => {
    const { stdout } = await run(await installed(), 'publint', ['run', await file(), '--strict'])
    expect(stdout).toContain('All good!')
  })

  it.skipIf(!isThere)('has nothing that attw reports but that its modules are ES modules', async () => {
    const { exports } = JSON.parse(
      readFileSync(join(await installed(), 'node_modules/nabla/package.json'), 'utf8'),
    )
    // The others are files: the script of the workers, the kernels, package.json.
    const entries = Object.keys(exports).filter((name) => exports[name].types)
    expect(entries.length).toBeGreaterThan(9)
    const names = entries.map((name) => name.replace('./', ''))
    const args = [
      await file(),
      '--ignore-rules',
      'cjs-resolves-to-esm',
      '--format',
      'json',
      '--entrypoints',
      ...names,
    ]
    const { stdout } = await run(folder, 'attw', args)
    const { analysis } = JSON.parse(stdout)
    const kinds = analysis.problems.map(({ kind }: { kind: string }) => kind)
    expect([...new Set(kinds)]).toEqual(['CJSResolvesToESM'])
    expect(kinds.length).toBe(entries.length)
    expect(Object.keys(analysis.entrypoints).length).toBe(entries.length)
  })
})
