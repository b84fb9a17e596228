// Headless browsers of the machine, driven by puppeteer-core: Chromium by its own protocol, Firefox by WebDriver BiDi.

import { type Browser, launch } from 'puppeteer-core'
import { afterAll } from 'vitest'
import { findOrSay, TIME_LIMIT } from './installed.ts'
import { type Headers, type Site, serve } from './serving.ts'

export type BrowserName = 'Chromium' | 'Firefox'

/** The browsers' programs; undefined, with a line that says so, where one is missing. */
export const browsers: readonly { readonly name: BrowserName; readonly program: string | undefined }[] = [
  {
    name: 'Chromium',
    program: findOrSay('Chromium', 'CHROMIUM', 'chromium', 'chromium-browser', 'google-chrome'),
  },
  { name: 'Firefox', program: findOrSay('Firefox', 'FIREFOX', 'firefox-esr', 'firefox') },
]

// No sandbox: there is none for root or in most containers.
const flags = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking']

const running: Promise<Browser>[] = []
const sites: Promise<Site>[] = []
afterAll(async () => {
  for (const browser of await Promise.allSettled(running)) {
    if (browser.status === 'fulfilled') await browser.value.close()
  }
  for (const site of await Promise.allSettled(sites)) if (site.status === 'fulfilled') site.value.close()
})

/** A browser that is closed when the tests of the file are over. */
export function start(name: BrowserName, program: string): Promise<Browser> {
  const browser = launch({
    browser: name === 'Firefox' ? 'firefox' : 'chrome',
    executablePath: program,
    headless: true,
    args: name === 'Firefox' ? [] : flags,
    timeout: TIME_LIMIT,
  })
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
export async function ask<T>(browser: Browser, headers: Headers, page: string, from?: Site): Promise<T> {
  const { url, answer } = (from ?? (await projectSite())).open<T>(headers, page)
  // Until it is awaited below.
  answer.catch(() => {})
  const tab = await browser.newPage()
  let said = ''
  tab.on('console', (message) => {
    said += `${message.text()}\n`
  })
  tab.on('pageerror', (error) => {
    said += `${error}\n`
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${url} did not answer in time; its console: ${said}`)),
      TIME_LIMIT,
    )
  })
  try {
    await tab.goto(url)
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
    await tab.close()
  }
}
