// Stages of a build that are done again only where what they read, or what they wrote, has changed. A stamp holds the
// SHA-256 of both by content, so that neither the clock nor a switch of branches passes stale output off as fresh.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Every file under the paths, sorted; a path that is missing counts as that. */
function filesUnder(root, paths) {
  const files = []
  const visit = (path) => {
    const at = join(root, path)
    if (existsSync(at) && statSync(at).isDirectory()) {
      for (const name of readdirSync(at)) visit(`${path}/${name}`)
    } else files.push(path)
  }
  for (const path of paths) visit(path)
  return files.sort()
}

function digest(root, paths, except = []) {
  const hash = createHash('sha256')
  for (const file of filesUnder(root, paths)) {
    if (except.some((folder) => file.startsWith(`${folder}/`))) continue
    const at = join(root, file)
    hash.update(JSON.stringify(file)) // ends itself, so that no name runs into what follows
    hash.update(existsSync(at) ? createHash('sha256').update(readFileSync(at)).digest() : 'missing')
  }
  return hash.digest('hex')
}

/**
 * Runs `make` unless the stage's stamp fits, and resolves to whether it ran.
 *
 * inputs, outputs: files and folders, relative to the root; `except` are folders among the inputs that do not count.
 * says: what the work is, told before it begins, and how long it took after it.
 * The stamp goes before the work begins and comes back after it: a build that fails or is killed leaves none. It holds
 * the inputs as they were when the work began: what changes meanwhile is built the next time.
 */
export async function stage(
  root,
  { name, says, inputs, except, outputs, make, tell = (text) => process.stderr.write(text) },
) {
  const stamp = join(root, `build/stamps/${name}.json`)
  const before = digest(root, inputs, except)
  // Compared as text: a stamp that was cut off fits nothing.
  const fits = () => JSON.stringify({ from: before, to: digest(root, outputs) })
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fits()) return false
  rmSync(stamp, { force: true })
  const begun = performance.now()
  tell(`build: ${says} … `)
  try {
    await make()
  } catch (error) {
    tell('failed\n')
    throw error
  }
  tell(`${((performance.now() - begun) / 1000).toFixed(1)} s\n`)
  mkdirSync(join(root, 'build/stamps'), { recursive: true })
  writeFileSync(stamp, fits())
  return true
}
