// Files that are always whole, whoever writes them.

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { readBytes, replaceFile } from '../../src/files/atomic.ts'

const folder = mkdtempSync(join(tmpdir(), 'nabla-atomic-'))
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

it('is whole where writers that know nothing of each other take the same name beside it', async () => {
  // As in two containers, whose processes have the same number: here each has the module to itself.
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  const writers = new Set<typeof replaceFile>()
  while (writers.size < 3) {
    vi.resetModules()
    writers.add((await import('../../src/files/atomic.ts')).replaceFile)
  }
  await Promise.all(
    [...writers].map((write, w) =>
      write(join(folder, 'model.bin'), new Uint8Array(4e6 * (w + 1)).fill(w + 1), false),
    ),
  )
  const bytes = await readBytes(join(folder, 'model.bin'))
  expect(bytes.length).toBe(4e6 * bytes[0])
  expect(bytes.every((byte) => byte === bytes[0])).toBe(true)
  expect(readdirSync(folder)).toEqual(['model.bin'])
})

// Windows allows links to administrators alone.
it.skipIf(process.platform === 'win32')('has the bytes of the last call, by whatever path', async () => {
  mkdirSync(join(folder, 'data'), { recursive: true })
  symlinkSync('data/model.bin', join(folder, 'link.bin'))
  symlinkSync('data', join(folder, 'models'))
  const paths = ['data/model.bin', 'link.bin', 'models/model.bin', 'data/../data/model.bin']
  for (let round = 0; round < 5; ++round) {
    // The earlier a call, the longer it takes.
    const calls = [...paths, ...paths].map((path, c) =>
      replaceFile(join(folder, path), new Uint8Array(8e5 * (8 - c)).fill(c), false),
    )
    await Promise.all(calls)
    expect([...(await readBytes(join(folder, 'data/model.bin'))).subarray(0, 2)]).toEqual([7, 7])
    paths.push(paths.shift()!)
  }
})

// Windows knows only whether a file may be written.
it.skipIf(process.platform === 'win32')(
  'stays open to those whom the file before it was open to',
  async () => {
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'secret.bin')
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
    for (const mode of [0o600, 0o640, 0o666, 0o444]) {
      rmSync(file, { force: true })
      writeFileSync(file, 'old')
      chmodSync(file, mode)
      await replaceFile(file, Uint8Array.of(1, 2), true)
      expect(modeOf(file)).toBe(mode.toString(8))
      expect(modeOf(`${file}.previous`)).toBe(mode.toString(8))
      expect(await readBytes(file)).toEqual(Uint8Array.of(1, 2))
    }
    // A new file is as the process makes them.
    const [made, plain] = ['made.bin', 'plain.bin'].map((name) => join(folder, name))
    await replaceFile(made, Uint8Array.of(3))
    writeFileSync(plain, '')
    expect(modeOf(made)).toBe(modeOf(plain))
  },
)

it('may have a name as long as the system allows', async () => {
  mkdirSync(folder, { recursive: true })
  const name = `${'x'.repeat(250)}.json`
  await replaceFile(join(folder, name), Uint8Array.of(1), false)
  expect(readdirSync(folder)).toEqual([name])
})

// Windows allows links to administrators alone.
it.skipIf(process.platform === 'win32')('is written where a link points, and the link stays', async () => {
  mkdirSync(join(folder, 'data'), { recursive: true })
  const [target, link, chain] = ['data/model.bin', 'link.bin', 'chain.bin'].map((name) => join(folder, name))
  symlinkSync('data/model.bin', link)
  symlinkSync('link.bin', chain)
  // The first finds nothing there.
  for (const [file, value] of [
    [link, 1],
    [chain, 2],
    [link, 3],
  ] as const) {
    await replaceFile(file, Uint8Array.of(value))
    expect(await readBytes(target)).toEqual(Uint8Array.of(value))
    expect([lstatSync(link), lstatSync(chain)].map((one) => one.isSymbolicLink())).toEqual([true, true])
  }
  expect(await readBytes(join(folder, 'data/model.bin.previous'))).toEqual(Uint8Array.of(2))
  expect(readdirSync(folder).sort()).toEqual(['chain.bin', 'data', 'link.bin'])
  expect(readdirSync(join(folder, 'data')).sort()).toEqual(['model.bin', 'model.bin.previous'])
  const ring = join(folder, 'ring.bin')
  symlinkSync('ring.bin', ring)
  await expect(replaceFile(ring, Uint8Array.of(1))).rejects.toThrow('ELOOP')
})
