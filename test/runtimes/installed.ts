// The package as npm packs it, installed in a project of its own, and the programs that run it there.

import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll } from 'vitest'
import type { ProbeResult } from './probe.mjs'
import { find, root } from './programs.ts'

/** A probe takes ten seconds, on a machine with much else to do many more. */
export const TIME_LIMIT = 170_000

/**
 * Runs the work at the first call. Tests share it so, and where it fails each of them fails, which a hook's tests do not. The
 * first failure is forgotten: a test that is retried has something to retry.
 */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  let hasFailed = false
  return () => {
    result ??= work().catch((error) => {
      if (!hasFailed) result = undefined
      hasFailed = true
      throw error
    })
    return result
  }
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders)
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

/** A folder that goes when the tests of the file are over. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nabla-'))
  folders.push(folder)
  return folder
}

/** The folder of a project with the modules of these tests, into which the package was installed from its tarball. */
export const project = once(async () => {
  const folder = temporary()
  const here = join(root, 'test/runtimes')
  for (const file of readdirSync(here).filter((name) => /\.([cm]js|html)$/.test(name))) {
    copyFileSync(join(here, file), join(folder, file))
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const npm = (...args: string[]) => promisify(execFile)('npm', args, { cwd: folder, timeout: TIME_LIMIT })
  // Without its scripts: it is built already. Offline: it depends on nothing.
  const { stdout } = await npm('pack', '--json', '--ignore-scripts', root)
  const tarball = `./${JSON.parse(stdout)[0].filename}`
  await npm('install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball)
  return folder
})

/** The probe in a runtime that has a command line. */
export const probeIn = (program: string, ...flags: string[]): Promise<ProbeResult> =>
  run(program, [...flags, 'main.mjs'])

/** The same without the gaps between frames, which take ten seconds to measure. */
export const probeBriefly = (program: string, ...flags: string[]): Promise<ProbeResult> =>
  run(program, [...flags, 'main.mjs', '--briefly'])

async function run(program: string, args: readonly string[]): Promise<ProbeResult> {
  const cwd = await project()
  const env = { ...process.env, NODE_OPTIONS: '', DENO_NO_UPDATE_CHECK: '1' }
  const options = { cwd, env, timeout: TIME_LIMIT }
  const { stdout } = await promisify(execFile)(program, args, options)
  return JSON.parse(stdout)
}

/** What `require` of the package gives in a Node. */
export async function requireIn(program: string, ...flags: string[]): Promise<string> {
  const options = { cwd: await project(), timeout: TIME_LIMIT, env: { ...process.env, NODE_OPTIONS: '' } }
  const { stdout } = await promisify(execFile)(program, [...flags, 'require.cjs'], options)
  return stdout.trim()
}

/** The program held to the first core of the machine, by taskset; undefined where there is none. */
export function onOneCore(program: string): string | undefined {
  const taskset = find('TASKSET', 'taskset')
  if (!taskset) return undefined
  const script = join(temporary(), 'on-one-core')
  writeFileSync(script, `#!/bin/sh\nexec ${taskset} -c 0 ${program} "$@"\n`)
  chmodSync(script, 0o755)
  return script
}
