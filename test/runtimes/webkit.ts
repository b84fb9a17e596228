// WebKit, as Debian has it: WebKitGTK's MiniBrowser, driven by its WebKitWebDriver (https://www.w3.org/TR/webdriver2/), on a
// screen of Xvfb's where there is none.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import type { Running } from './browsers.ts'
import { find } from './programs.ts'

/** Where Debian keeps it, apart from the programs that one starts. */
const places = ['4.1', '6.0'].map((version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`)

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 300; ++tries) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${what} did not start`)
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

/** The display there is, or one of Xvfb's, which chooses its number itself. */
async function startScreen(): Promise<{ readonly display: string; readonly screen?: ChildProcess }> {
  if (process.env.DISPLAY) return { display: process.env.DISPLAY }
  const program = find('XVFB', 'Xvfb')
  if (!program) throw new Error('WebKit needs a screen: there is no DISPLAY, and no Xvfb on PATH')
  const options = ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp']
  const screen = spawn(program, options, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  let said = ''
  screen.stdio[3]!.on('data', (chunk) => {
    said += chunk
  })
  const display = await until('Xvfb', async () => (said.includes('\n') ? `:${said.trim()}` : undefined))
  return { display, screen }
}

export async function startWebKit(program: string): Promise<Running> {
  const binary = find('MINIBROWSER') ?? places.find((file) => existsSync(file))
  if (!binary) throw new Error(`${program} is there, and no MiniBrowser (${places.join(', ')})`)
  const { display, screen } = await startScreen()
  const port = await freePort()
  const driver = spawn(program, [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    // No sandbox: there is none for root or in most containers; nor is there a graphics card.
    env: {
      ...process.env,
      DISPLAY: display,
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
  })
  const call = async (method: string, path: string, body?: object) => {
    const init = body ? { method, body: JSON.stringify(body) } : { method }
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init)
    const { value } = await response.json()
    if (!response.ok) throw new Error(`WebKitWebDriver: ${value.error}: ${value.message}`)
    return value
  }
  await until('WebKitWebDriver', () => call('GET', '/status'))
  const options = { binary, args: ['--automation'] }
  const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } }
  const session = await call('POST', '/session', { capabilities })
  const path = `/session/${session.sessionId}`
  return {
    runtime: `WebKitGTK ${session.capabilities.browserVersion}`,
    async visit(url, work) {
      await call('POST', `${path}/url`, { url })
      return work(() => 'not told by WebDriver')
    },
    async close() {
      await call('DELETE', path).catch(() => {})
      driver.kill()
      screen?.kill()
    },
  }
}
