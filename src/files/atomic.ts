// Files that are always whole: written beside their place, and put there when they are on the disk.

import { builtin } from '../base/builtin.ts'
import { BackendError, OptionError } from '../base/errors.ts'

interface FileHandle {
  writeFile(bytes: Uint8Array): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

interface FileSystem {
  open(path: string, flags: string): Promise<FileHandle>
  rename(from: string, to: string): Promise<void>
  link(from: string, to: string): Promise<void>
  copyFile(from: string, to: string): Promise<void>
  rm(path: string, options: { force: boolean }): Promise<void>
  readFile(path: string): Promise<Uint8Array>
  stat(path: string): Promise<{ isDirectory(): boolean }>
}

interface Paths {
  dirname(path: string): string
}

/** What the file before the last one is called. */
export const previousOf = (file: string): string => `${file}.previous`

async function fileSystem(file: string): Promise<FileSystem> {
  const found = await builtin<FileSystem>('node:fs/promises')
  if (found) return found
  throw new BackendError(
    `expected a platform with files (Node, Deno, Bun) for ${file}; elsewhere a function save takes the bytes`,
  )
}

/** Waits until the folder's entries are on the disk, where the system can say so: Windows cannot. */
async function syncFolder(fs: FileSystem, file: string): Promise<void> {
  const paths = await builtin<Paths>('node:path')
  try {
    const folder = await fs.open(paths!.dirname(file), 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch {
    // The file itself is on the disk.
  }
}

/** Keeps the file as the previous one; its place is never empty. */
async function keepPrevious(fs: FileSystem, file: string, beside: string): Promise<void> {
  const kept = `${beside}.old`
  await fs.rm(kept, { force: true })
  try {
    await fs.link(file, kept)
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return
    // A file system without links.
    await fs.copyFile(file, kept)
  }
  await fs.rename(kept, previousOf(file))
}

/** Puts the bytes in the place of the file. Killed at any moment, it leaves a whole file there, old or new. */
async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  const fs = await fileSystem(file)
  // In the same folder: only there a rename is one step.
  const beside = `${file}.tmp`
  const handle = await fs.open(beside, 'w')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await keepPrevious(fs, file, beside)
  await fs.rename(beside, file)
  await syncFolder(fs, file)
}

/** The bytes of a file. Rejects with the system's error. */
export async function readBytes(file: string): Promise<Uint8Array> {
  const fs = await fileSystem(file)
  return new Uint8Array(await fs.readFile(file))
}

/** What puts bytes in the place of the file. Rejects where there are no files, or no folder for this one. */
export async function fileWriter(file: string): Promise<(bytes: Uint8Array) => Promise<void>> {
  const fs = await fileSystem(file)
  const { dirname } = (await builtin<Paths>('node:path'))!
  const folder = dirname(file)
  const isFolder = await fs.stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder)
    throw new OptionError(`checkpoint.file: expected a file in a folder that exists, got ${file}`)
  return (bytes) => replaceFile(file, bytes)
}
