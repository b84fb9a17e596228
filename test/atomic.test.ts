// Files that are always whole, whoever writes them.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { readBytes, replaceFile } from '../src/files/atomic.ts'

const folder = mkdtempSync(join(tmpdir(), 'nabla-atomic-'))
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

it('is whole where writers that know nothing of each other take the same name beside it', async () => {
  // As in two containers, whose processes have the same number: here two paths of one file.
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  const writers = [1, 2, 3].map((value) =>
    replaceFile(`${folder}/${'./'.repeat(value)}model.bin`, new Uint8Array(4e6 * value).fill(value), false),
  )
  await Promise.all(writers)
  const bytes = await readBytes(join(folder, 'model.bin'))
  expect(bytes.length).toBe(4e6 * bytes[0])
  expect(bytes.every((byte) => byte === bytes[0])).toBe(true)
  expect(readdirSync(folder)).toEqual(['model.bin'])
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
