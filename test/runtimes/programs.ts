// The programs that tests and benches run: found, and browsers started.

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, launch } from 'puppeteer-core'

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** What `npm ci --prefix test/runtimes/tools` installs. */
export const tools = join(root, 'test/runtimes/tools/node_modules')

/** A program's path: what the environment variable says, or the first of the names in those tools or on PATH. */
export function find(variable: string, ...names: string[]): string | undefined {
  if (process.env[variable]) return process.env[variable]
  const folders = [join(tools, '.bin'), tools, ...process.env.PATH!.split(delimiter)]
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file))
}

/** The same, and a line that says so where there is none. */
export function findOrSay(what: string, variable: string, ...names: string[]): string | undefined {
  const program = find(variable, ...names)
  if (!program) {
    const where = [
      `${variable} is not set`,
      ...names.map((name) => `no ${name} in test/runtimes/tools/node_modules or on PATH`),
    ]
    console.warn(`skipped: ${what} (${where.join(', ')})`)
  }
  return program
}

export type HeadlessName = 'Chromium' | 'Firefox'

/** Chromium and Firefox; `program` is undefined, with a line that says so, where one is missing. */
export const headless: readonly { readonly name: HeadlessName; readonly program: string | undefined }[] = [
  {
    name: 'Chromium',
    program: findOrSay('Chromium', 'CHROMIUM', 'chromium', 'chromium-browser', 'google-chrome'),
  },
  { name: 'Firefox', program: findOrSay('Firefox', 'FIREFOX', 'firefox-esr', 'firefox') },
]

// No sandbox: there is none for root or in most containers.
const flags = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking']

/** Chromium by its own protocol, Firefox by WebDriver BiDi. A machine that is busy starts them slowly. */
export const launchHeadless = (name: HeadlessName, program: string): Promise<Browser> =>
  launch({
    browser: name === 'Firefox' ? 'firefox' : 'chrome',
    executablePath: program,
    headless: true,
    args: name === 'Firefox' ? [] : flags,
    timeout: 170_000,
    protocolTimeout: 180_000,
  })
