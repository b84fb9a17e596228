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
  readdir(path: string): Promise<string[]>
  stat(path: string): Promise<{ isDirectory(): boolean }>
}

interface Paths {
  dirname(path: string): string
  basename(path: string): string
  join(...parts: string[]): string
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

const keptOf = (beside: string): string => `${beside}.old`

/** Keeps the file as the previous one; its place is never empty. */
async function keepPrevious(fs: FileSystem, file: string, beside: string): Promise<void> {
  const kept = keptOf(beside)
  await fs.rm(kept, { force: true })
  try {
    await fs.link(file, kept)
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return
    // A file system without links.
    await fs.copyFile(file, kept)
  }
  await fs.rename(kept, previousOf(file))
  // Where another writer has just kept the same file, a rename of one link to the other does nothing.
  await fs.rm(kept, { force: true })
}

const busy = new Set<string>()

/**
 * A name beside the file that no other writer has, in this thread, another or another process; given back by
 * `busy.delete`. Always the smallest that is free: what a writer that was killed has left is written over by one that
 * has its number.
 */
async function nameBeside(file: string): Promise<string> {
  const { pid } = (await builtin<{ pid: number }>('node:process')) ?? { pid: 0 }
  const { threadId } = (await builtin<{ threadId: number }>('node:worker_threads')) ?? { threadId: 0 }
  for (let n = 0; ; ++n) {
    const name = `${file}.${pid}-${threadId}-${n}.tmp`
    if (busy.has(name)) continue
    busy.add(name)
    return name
  }
}

/** Removes what writers of processes that are no more have left beside the file. */
async function removeLeft(fs: FileSystem, file: string): Promise<void> {
  const paths = (await builtin<Paths>('node:path'))!
  const system = await builtin<{ kill(pid: number, signal: number): void }>('node:process')
  const isGone = (pid: number): boolean => {
    try {
      system!.kill(pid, 0)
      return false
    } catch (error) {
      return (error as { code?: string }).code === 'ESRCH'
    }
  }
  const [folder, start] = [paths.dirname(file), `${paths.basename(file)}.`]
  try {
    for (const name of await fs.readdir(folder)) {
      const pid = name.startsWith(start) && /^(\d+)-\d+-\d+\.tmp(\.old)?$/.exec(name.slice(start.length))?.[1]
      if (pid && isGone(Number(pid))) await fs.rm(paths.join(folder, name), { force: true })
    }
  } catch {
    // They are in nobody's way.
  }
}

/** Writes the bytes to a file, which is on the disk then. */
async function writeWhole(fs: FileSystem, file: string, bytes: Uint8Array): Promise<void> {
  const handle = await fs.open(file, 'w')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Puts the bytes in the place of the file. Killed at any moment, it leaves a whole file there, old or new. Of two that do so at
 * once, the last one wins. keeps: whether the old file is to stay as the previous one. Rejects with the system's error, and
 * leaves nothing beside the file then.
 */
export async function replaceFile(file: string, bytes: Uint8Array, keeps = true): Promise<void> {
  const fs = await fileSystem(file)
  // In the same folder: only there a rename is one step.
  const beside = await nameBeside(file)
  try {
    await writeWhole(fs, beside, bytes)
    if (keeps) await keepPrevious(fs, file, beside)
    await fs.rename(beside, file)
  } catch (error) {
    for (const left of [beside, keptOf(beside)]) await fs.rm(left, { force: true }).catch(() => {})
    throw error
  } finally {
    busy.delete(beside)
  }
  await syncFolder(fs, file)
}

/** The bytes of a file. Rejects with the system's error. */
export async function readBytes(file: string): Promise<Uint8Array> {
  const fs = await fileSystem(file)
  return new Uint8Array(await fs.readFile(file))
}

/** What puts bytes in the place of the file. Rejects where there are no files, no folder for this one, or a folder there. */
export async function fileWriter(file: string): Promise<(bytes: Uint8Array) => Promise<void>> {
  const fs = await fileSystem(file)
  const { dirname } = (await builtin<Paths>('node:path'))!
  const isFolder = (path: string) =>
    fs.stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    )
  if (!(await isFolder(dirname(file))))
    throw new OptionError(`checkpoint.file: expected a file in a folder that exists, got ${file}`)
  if (await isFolder(file)) throw new OptionError(`checkpoint.file: expected a file, got the folder ${file}`)
  await removeLeft(fs, file)
  return (bytes) => replaceFile(file, bytes)
}
