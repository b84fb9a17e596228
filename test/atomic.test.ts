// Files that are always whole, whoever writes them.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
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
