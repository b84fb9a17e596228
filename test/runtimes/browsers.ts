// Browsers of the machine: Chromium by its own protocol and Firefox by WebDriver BiDi, driven by puppeteer-core, and WebKit by
// WebDriver (webkit.ts).

import { afterAll } from 'vitest'
import { TIME_LIMIT } from './installed.ts'
import { findOrSay, type HeadlessName, headless, launchHeadless } from './programs.ts'
import { type Headers, type Site, serve } from './serving.ts'
import { startWebKit } from './webkit.ts'

export type BrowserName = HeadlessName | 'WebKit'

/** A browser that is running. */
export interface Running {
  /** 'Chromium 156.0'. */
  readonly runtime: string
  /** Opens a page and does the work while it is there; `said` tells what its console was told. */
  visit<T>(url: string, work: (said: () => string) => Promise<T>): Promise<T>
  close(): Promise<unknown>
}

/** The browsers' programs; undefined, with a line that says so, where one is missing. */
export const browsers: readonly { readonly name: BrowserName; readonly program: string | undefined }[] = [
  ...headless,
  { name: 'WebKit', program: findOrSay('WebKit', 'WEBKIT', 'WebKitWebDriver') },
]

const running: Promise<Running>[] = []
const sites: Promise<Site>[] = []
afterAll(async () => {
  for (const browser of await Promise.allSettled(running)) {
    if (browser.status === 'fulfilled') await browser.value.close()
  }
  for (const site of await Promise.allSettled(sites)) if (site.status === 'fulfilled') site.value.close()
})

async function startHeadless(name: HeadlessName, program: string): Promise<Running> {
  const browser = await launchHeadless(name, program)
  const [number] = /\d+\.\d+/.exec(await browser.version())!
  return {
    runtime: `${name} ${number}`,
    async visit(url, work) {
      const tab = await browser.newPage()
      let said = ''
      tab.on('console', (message) => {
        said += `${message.text()}\n`
      })
      tab.on('pageerror', (error) => {
        said += `${error}\n`
      })
      try {
        await tab.goto(url)
        return await work(() => said)
      } finally {
        await tab.close()
      }
    },
    close: () => browser.close(),
  }
}

/** A browser that is closed when the tests of the file are over. */
export function start(name: BrowserName, program: string): Promise<Running> {
  const browser = name === 'WebKit' ? startWebKit(program) : startHeadless(name, program)
  running.push(browser)
  return browser
}

let site: Promise<Site> | undefined
/** The project of the tests, served. */
const projectSite = (): Promise<Site> => {
  if (!site) sites.push((site = serve()))
  return site!
}

/** What a page posts. `from`: another folder than the project's, served. */
export async function ask<T>(browser: Running, headers: Headers, page: string, from?: Site): Promise<T> {
  const { url, answer } = (from ?? (await projectSite())).open<T>(headers, page)
  // Until it is awaited below.
  answer.catch(() => {})
  return browser.visit(url, async (said) => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const refuse = () => reject(new Error(`${url} did not answer in time; its console: ${said()}`))
      timer = setTimeout(refuse, TIME_LIMIT)
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      clearTimeout(timer)
    }
  })
}
