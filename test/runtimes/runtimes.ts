// Starts the probe in other runtimes, on the package as npm packs it, and brings back what it found.

import { execFile, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll } from 'vitest'
import type { ProbeResult } from './probe.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
// A probe takes a few seconds; a fit that starves the event loop, or a busy machine, many more.
const TIME_LIMIT = 50_000

/** A program's path: what the environment variable says, or the first of the names on PATH. */
export function find(variable: string, ...names: string[]): string | undefined {
  if (process.env[variable]) return process.env[variable]
  const folders = process.env.PATH!.split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file))
}

/** Runs the work at the first call. Tests share it so, and where it fails each of them fails, which a hook's tests do not. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => (result ??= work())
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** The folder of a project with the probe, into which the package was installed from its tarball. */
const project = once(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nabla-project-'))
  folders.push(folder)
  for (const file of ['main.mjs', 'probe.mjs', 'entries.mjs', 'page.html', 'policy.mjs', 'policy.html']) {
    copyFileSync(join(root, 'test/runtimes', file), join(folder, file))
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
export async function probeIn(program: string, ...flags: string[]): Promise<ProbeResult> {
  const cwd = await project()
  const env = { ...process.env, NODE_OPTIONS: '', DENO_NO_UPDATE_CHECK: '1' }
  const options = { cwd, env, timeout: TIME_LIMIT }
  const { stdout } = await promisify(execFile)(program, [...flags, 'main.mjs'], options)
  return JSON.parse(stdout)
}

const types: Record<string, string> = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript' }

/** Serves the project, its pages under `policy`; `report` gets what a page posts. */
function serve(
  folder: string,
  isolated: boolean,
  policy: string | undefined,
  report: (body: string) => void,
): Server {
  return createServer((request, response) => {
    if (request.method === 'POST') {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        response.end()
        report(body)
      })
      return
    }
    const path = normalize(new URL(request.url!, 'http://localhost').pathname)
    const file = join(folder, path)
    const type = types[path.split('.').at(-1)!]
    if (!type || !existsSync(file)) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      ...(isolated && {
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      }),
      ...(policy && type === 'text/html' && { 'content-security-policy': policy }),
    })
    response.end(readFileSync(file))
  })
}

/** The probe in a page of headless Chromium, cross-origin isolated or not. */
export const probeInPage = (program: string, isolated: boolean): Promise<ProbeResult> =>
  askPage(program, 'page.html', isolated)

/** What a page of this folder posts, in headless Chromium; policy: its Content-Security-Policy. */
export async function askPage<T>(
  program: string,
  page: string,
  isolated: boolean,
  policy?: string,
): Promise<T> {
  const folder = await project()
  const profile = mkdtempSync(join(tmpdir(), 'nabla-chromium-'))
  let report!: (body: string) => void
  const posted = new Promise<string>((resolve) => {
    report = resolve
  })
  const server = serve(folder, isolated, policy, report)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  // A group of its own, since a browser is many processes. No sandbox: there is none for root or in most containers.
  const browser = spawn(
    program,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--no-first-run',
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${port}/${page}`,
    ],
    { detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  browser.stderr.on('data', (chunk) => {
    said += chunk
  })
  let timer: NodeJS.Timeout | undefined
  const ended = new Promise<void>((resolve) => browser.once('close', () => resolve()))
  const failed = new Promise<never>((_, reject) => {
    const fail = (why: string) => reject(new Error(`${program}: ${why}\n${said.slice(-2000)}`))
    browser.once('error', (error) => fail(error.message))
    browser.once('exit', (code) => fail(`ended with ${code} before the page reported`))
    timer = setTimeout(() => fail('the page did not report in time'), TIME_LIMIT)
  })
  try {
    const { result, error } = JSON.parse(await Promise.race([posted, failed]))
    if (error) throw new Error(`in the page: ${error}`)
    return result
  } finally {
    clearTimeout(timer)
    failed.catch(() => {})
    if (browser.pid) {
      // Asked to, it takes its processes along; if not, they are ended as a group.
      browser.kill('SIGTERM')
      const force = setTimeout(() => process.kill(-browser.pid!, 'SIGKILL'), 5000)
      await ended
      clearTimeout(force)
    }
    server.closeAllConnections()
    server.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}
