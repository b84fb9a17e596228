// What a page that a test drives has to complain of.

import type { Page } from 'puppeteer-core'

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
