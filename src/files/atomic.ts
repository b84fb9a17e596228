// Files that are always whole: written beside their place, and put there when they are on the disk.

import { builtin } from '../base/builtin.ts'
import { BackendError, OptionError } from '../base/errors.ts'

interface FileHandle {
  writeFile(bytes: Uint8Array): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

interface FileSystem {
  open(path: string, flags: string, mode?: number): Promise<FileHandle>
  chmod(path: string, mode: number): Promise<void>
  rename(from: string, to: string): Promise<void>
  link(from: string, to: string): Promise<void>
  copyFile(from: string, to: string): Promise<void>
  rm(path: string, options: { force: boolean }): Promise<void>
  readFile(path: string): Promise<Uint8Array>
  readdir(path: string): Promise<string[]>
  readlink(path: string): Promise<string>
  realpath(path: string): Promise<string>
  stat(path: string): Promise<{ isDirectory(): boolean; readonly mtimeMs: number; readonly mode: number }>
}

interface Paths {
  basename(path: string): string
  dirname(path: string): string
  resolve(...parts: string[]): string
  join(...parts: string[]): string
}

const previousOf = (file: string): string => `${file}.previous`

/** elsewhere: what the user can do without files. */
function fileSystem(file: string, elsewhere = ''): FileSystem {
  const found = builtin<FileSystem>('node:fs/promises')
  if (found) return found
  throw new BackendError(`expected a platform with files (Node, Deno, Bun) for ${file}${elsewhere}`)
}

/** Where the file is, or is to be, that a path leads to: a link stays, and what it points to is replaced. */
async function placeOf(fs: FileSystem, file: string): Promise<string> {
  const { basename, dirname, join, resolve } = builtin<Paths>('node:path')!
  let place = file
  // As many as Linux follows; beyond them the system says what is wrong.
  for (let links = 0; links < 40; ++links) {
    const target = await fs.readlink(place).catch(() => undefined)
    if (target === undefined) {
      const folder = dirname(place)
      // Where there is no folder, what opens the file says so.
      return join(await fs.realpath(folder).catch(() => folder), basename(place))
    }
    place = resolve(await fs.realpath(dirname(place)), target)
  }
  return fs.realpath(file)
}

/** The path of the file before the last one. */
export async function previousPath(file: string): Promise<string> {
  const fs = fileSystem(file)
  return previousOf(await placeOf(fs, file).catch(() => file))
}

/** Waits until the folder's entries are on the disk, where the system can say so: Windows cannot. */
async function syncFolder(fs: FileSystem, file: string): Promise<void> {
  const paths = builtin<Paths>('node:path')
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

/** A name beside the file, in the same folder: only there a rename is one step. Short, for that of the file may be as long as can be. */
const nameBeside = (file: string): string => {
  const { dirname, join } = builtin<Paths>('node:path')!
  return join(dirname(file), `.nabla-${Math.random().toString(36).slice(2, 10).padEnd(8, '0')}.tmp`)
}

const BESIDE = /^\.nabla-[0-9a-z]{8}\.tmp$/
/** No writer leaves its file alone for so long. Its process may be in another container, or on another machine. */
const LEFT_MILLISECONDS = 600_000

/** Removes what writers that were killed have left in the folder of the file. */
export async function removeLeft(file: string): Promise<void> {
  const fs = fileSystem(file)
  const { dirname, join } = builtin<Paths>('node:path')!
  try {
    const folder = dirname(await placeOf(fs, file))
    for (const name of await fs.readdir(folder)) {
      if (!BESIDE.test(name)) continue
      const beside = join(folder, name)
      if ((await fs.stat(beside)).mtimeMs > Date.now() - LEFT_MILLISECONDS) continue
      await fs.rm(keptOf(beside), { force: true })
      await fs.rm(beside, { force: true })
    }
  } catch {
    // They are in nobody's way.
  }
}

/** To whom the file is open; undefined where there is none. */
const modeOf = (fs: FileSystem, file: string): Promise<number | undefined> =>
  fs.stat(file).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  )

/** Opens a new file beside the file, which no other writer has, and which nobody may read who may not read the file. */
async function openBeside(fs: FileSystem, file: string): Promise<{ beside: string; handle: FileHandle }> {
  const mode = await modeOf(fs, file)
  for (;;) {
    const beside = nameBeside(file)
    try {
      const handle = await fs.open(beside, 'wx', mode)
      // The process's mask may have taken from it. Not every file system has modes.
      if (mode !== undefined) await fs.chmod(beside, mode).catch(() => {})
      return { beside, handle }
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error
    }
  }
}

async function replace(fs: FileSystem, file: string, bytes: Uint8Array, keeps: boolean): Promise<void> {
  const { beside, handle } = await openBeside(fs, file)
  try {
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (keeps) await keepPrevious(fs, file, beside)
    await fs.rename(beside, file)
  } catch (error) {
    for (const left of [beside, keptOf(beside)]) await fs.rm(left, { force: true }).catch(() => {})
    throw error
  }
  await syncFolder(fs, file)
}

/** The writer that came last to each file, in this thread. */
const turns = new Map<string, Promise<void>>()
/** Settled when it is known where the files of all calls so far are, so that these come to their files in the order of the calls. */
let found: Promise<unknown> = Promise.resolve()

/**
 * Puts the bytes in the place of the file, or of that which it is a link to. Killed at any moment, it leaves a whole file there,
 * old or new. Of several calls in this thread the last one wins, by whatever paths, of several threads and processes the one that
 * ends last. keeps: whether the old file is to stay as the previous one. Rejects with the system's error, and leaves nothing beside
 * the file then.
 */
export async function replaceFile(given: string, bytes: Uint8Array, keeps = true): Promise<void> {
  const fs = fileSystem(given)
  const place = found.then(() => placeOf(fs, given))
  found = place.catch(() => {})
  const file = await place
  const before = turns.get(file)
  const turn = (before ?? Promise.resolve()).catch(() => {}).then(() => replace(fs, file, bytes, keeps))
  turns.set(file, turn)
  try {
    await turn
  } finally {
    if (turns.get(file) === turn) turns.delete(file)
  }
}

/** The bytes of a file. Rejects with the system's error. */
export async function readBytes(file: string): Promise<Uint8Array> {
  const fs = fileSystem(file)
  return new Uint8Array(await fs.readFile(file))
}

/** Throws OptionError where no file can be put, by the name of the option or argument: no folder for it, or a folder there. */
export async function checkPlace(file: string, name: string): Promise<void> {
  const fs = fileSystem(file)
  const { dirname } = builtin<Paths>('node:path')!
  const isFolder = (path: string) =>
    fs.stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    )
  if (!(await isFolder(dirname(file))))
    throw new OptionError(`${name}: expected a file in a folder that exists, got ${file}`)
  if (await isFolder(file)) throw new OptionError(`${name}: expected a file, got the folder ${file}`)
}

/** What puts checkpoints in the place of the file. Rejects where there are no files, no folder for this one, or a folder there. */
export async function fileWriter(file: string): Promise<(bytes: Uint8Array) => Promise<void>> {
  fileSystem(file, '; elsewhere a function save takes the bytes')
  await checkPlace(file, 'fit options.checkpoint.file')
  await removeLeft(file)
  return (bytes) => replaceFile(file, bytes)
}
