// Browsers that a test drives: Chromium by its own protocol, Firefox by WebDriver BiDi, both by puppeteer-core.

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'

export interface Driven {
  readonly name: 'Chromium' | 'Firefox'
  readonly program: string | undefined
  launch(): Promise<Browser>
}

/** A program's path: what the environment variable says, or the first of the names on PATH. */
function find(variable: string, ...names: string[]): string | undefined {
  if (process.env[variable]) return process.env[variable]
  const folders = process.env.PATH!.split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file))
}

const chromium = find('CHROMIUM', 'chromium', 'chromium-browser', 'google-chrome')
const firefox = find('FIREFOX', 'firefox-esr', 'firefox')

// A machine that is busy starts them slowly.
const common = { headless: true, timeout: 90_000, protocolTimeout: 90_000 }

export const driven: readonly Driven[] = [
  {
    name: 'Chromium',
    program: chromium,
    // No sandbox: there is none for root or in most containers.
    launch: () =>
      puppeteer.launch({
        ...common,
        browser: 'chrome',
        executablePath: chromium!,
        args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
      }),
  },
  {
    name: 'Firefox',
    program: firefox,
    launch: () => puppeteer.launch({ ...common, browser: 'firefox', executablePath: firefox! }),
  },
]
for (const { name, program } of driven) {
  if (!program) console.warn(`skipped: pages driven in ${name} (it is not on PATH)`)
}

/** What went wrong in a page: errors of its console and of its scripts, and requests to other places than its own. */
export function watch(page: Page, own: string): string[] {
  const problems: string[] = []
  page.on('console', (message) => {
    // This is about how the tests look at canvases.
    if (message.text().includes('willReadFrequently')) return
    if (message.type() === 'error' || message.type() === 'warn') problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`error: ${error instanceof Error ? error.message : error}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(own) && !request.url().startsWith('blob:'))
      problems.push(`request: ${request.url()}`)
  })
  page.on('requestfailed', (request) => problems.push(`failed: ${request.url()}`))
  return problems
}
