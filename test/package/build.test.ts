// The build does again what has changed, by content, and nothing else: what it leaves out is never stale.

import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isThorough } from '../helpers/thorough.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { stage } = await import(new URL('../../scripts/stages.mjs', import.meta.url).href)

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-build-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (file: string, text: string) => {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}
const remove = (file: string) => rmSync(join(folder, file), { recursive: true })

describe('a stage of the build', () => {
  let told = ''
  const copy = () => {
    rmSync(join(folder, 'out'), { recursive: true, force: true })
    write('out/copy', readFileSync(join(folder, 'in/a'), 'utf8'))
  }
  const copied = () => readFileSync(join(folder, 'out/copy'), 'utf8')
  const run = (make: () => unknown = copy): Promise<boolean> => {
    const tell = (text: string) => {
      told += text
    }
    const paths = { inputs: ['in', 'lock'], except: ['in/made'], outputs: ['out'] }
    told = ''
    return stage(folder, { name: 'copy', says: 'a copy', ...paths, make, tell })
  }

  beforeEach(async () => {
    write('in/a', 'one')
    write('in/b/c', 'two')
    write('lock', 'v1')
    expect(await run()).toBe(true)
    expect(await run()).toBe(false)
  })

  it.each<[string, () => void]>([
    ['an input changes', () => write('in/b/c', 'new')],
    ['the lock file changes', () => write('lock', 'v2')],
    ['an input is new', () => write('in/b/d', '')],
    ['an input is gone', () => remove('in/b/c')],
    ['an input has another name', () => renameSync(join(folder, 'in/b/c'), join(folder, 'in/b/e'))],
    ['the stamp was cut off', () => write('build/stamps/copy.json', '{"from":')],
    ['an output is gone', () => remove('out')],
    ['an output changes', () => write('out/copy', 'three')],
    ['there is another file beside the output', () => write('out/old', '')],
  ])('runs again where %s', async (_, change) => {
    change()
    expect(await run()).toBe(true)
    expect(readdirSync(join(folder, 'out'))).toEqual(['copy'])
    expect(copied()).toBe('one')
    expect(await run()).toBe(false)
  })

  it('says what it does before it does it', async () => {
    write('in/a', 'three')
    let toldBefore = ''
    await run(() => {
      toldBefore = told
      copy()
    })
    expect(toldBefore).toBe('build: a copy … ')
    expect(told).toMatch(/^build: a copy … \d+\.\d s\n$/)
    await run()
    expect(told).toBe('')
  })

  it('does not go by the clock and the size', async () => {
    const at = join(folder, 'in/a')
    const { atime, mtime } = statSync(at)
    write('in/a', 'eno')
    utimesSync(at, atime, mtime)
    expect(await run()).toBe(true)
    utimesSync(at, new Date(), new Date(Date.now() + 60_000))
    expect(await run()).toBe(false)
  })

  it('does not count what other stages make among its inputs', async () => {
    write('in/made/x', 'anything')
    expect(await run()).toBe(false)
  })

  it('runs again after it failed, whatever it left', async () => {
    write('in/a', 'three')
    const fail = () => {
      throw new Error('no memory')
    }
    await expect(run(fail)).rejects.toThrow('no memory')
    write('in/a', 'one') // as at the last good one
    expect(await run()).toBe(true)
  })

  it('runs again where an input changed while it ran', async () => {
    write('in/a', 'three')
    const late = () => {
      copy()
      write('in/a', 'four')
    }
    expect(await run(late)).toBe(true)
    expect(await run()).toBe(true)
    expect(copied()).toBe('four')
  })
})

describe('npm run build', () => {
  // A build takes half a minute, and `npm test` begins with one.
  it.runIf(isThorough)(
    'makes dist again where a source changed, and leaves the kernels',
    { timeout: 240_000 },
    () => {
      const parts = ['assembly', 'scripts', 'src', 'build', 'dist', 'package.json', 'package-lock.json']
      const targets = ['asconfig.json', 'asconfig.online.json', 'asconfig.unpack.json']
      const configs = [...targets, 'tsconfig.json', 'tsconfig.build.json']
      for (const part of [...parts, ...configs]) {
        if (existsSync(join(root, part))) cpSync(join(root, part), join(folder, part), { recursive: true })
      }
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
      const build = () => {
        const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
          cwd: folder,
          encoding: 'utf8',
        })
        expect(status, stderr).toBe(0)
        return stderr
      }
      build() // nothing to do where `npm run build` came before the tests
      expect(build()).toBe('build: up to date\n')

      const xor = readFileSync(join(folder, 'src/datasets/xor.ts'), 'utf8')
      write('src/datasets/xor.ts', `${xor}export const added = 'by a test'\n`)
      write(
        'src/datasets/index.ts',
        `${readFileSync(join(folder, 'src/datasets/index.ts'), 'utf8')}export { added } from './xor.ts'\n`,
      )
      const said = build()
      expect(said).toMatch(/JavaScript and types into dist … [\d.]+ s/)
      expect(said).not.toContain('AssemblyScript')
      expect(readFileSync(join(folder, 'dist/datasets.js'), 'utf8')).toContain('by a test')
      expect(readFileSync(join(folder, 'dist/datasets.d.ts'), 'utf8')).toContain('by a test')
    },
  )
})
