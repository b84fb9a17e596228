// The project of these tests on the loopback, as a page gets it: with the headers of its first folder.

import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { project } from './installed.ts'

const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}
const strict = "script-src 'self' 'wasm-unsafe-eval'"

/** Headers by the first folder of an address: of pages, and of the scripts of workers too. */
const headers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  plain: {},
  isolated: isolation,
  strict: { ...isolation, 'content-security-policy': `${strict}; worker-src 'self'` },
  'no-wasm': { ...isolation, 'content-security-policy': "script-src 'self'; worker-src 'self'" },
  'blob-workers': { ...isolation, 'content-security-policy': `${strict}; worker-src blob: 'self'` },
  'no-workers': { ...isolation, 'content-security-policy': `${strict}; worker-src 'none'` },
}
export type Headers = keyof typeof headers

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.map': 'application/json',
}

/** Names of the package's entries as addresses: an import map is an inline script, and workers have none. */
const withAddresses = (code: string, exports: Record<string, { default: string }>, base: string) =>
  code.replace(/(from |import\(|import )'nabla(\/\w+)?'/g, (_, before, entry = '') => {
    const file = exports[`.${entry}`].default
    return `${before}'${base}/node_modules/nabla/${normalize(file)}'`
  })

export interface Site {
  /** The address of a page under the headers, and what it posts; rejects with the error that it posts instead. */
  open<T>(headers: Headers, page: string): { readonly url: string; readonly answer: Promise<T> }
  close(): void
}

/** Serves `folder`, or the project of the tests. */
export async function serve(folder?: string): Promise<Site> {
  const root = folder ?? (await project())
  const exports = folder
    ? {}
    : JSON.parse(readFileSync(join(root, 'node_modules/nabla/package.json'), 'utf8')).exports
  const waiting = new Map<string, (body: string) => void>()
  const server = createServer((request, response) => {
    const [, first, ...rest] = normalize(new URL(request.url!, 'http://localhost').pathname).split('/')
    if (request.method === 'POST') {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        response.end()
        waiting.get(rest.at(-1)!)?.(body)
      })
      return
    }
    const file = join(root, ...rest)
    const type = types[extname(file)]
    if (!headers[first] || !type || !existsSync(file)) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, ...headers[first] })
    const bytes = readFileSync(file)
    response.end(extname(file) === '.mjs' ? withAddresses(bytes.toString(), exports, `/${first}`) : bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  let runs = 0
  return {
    open: <T>(under: Headers, page: string) => {
      runs += 1
      const run = `${runs}`
      const answer = new Promise<T>((resolve, reject) => {
        waiting.set(run, (body) => {
          const { result, error } = JSON.parse(body)
          if (error) reject(new Error(`in the page: ${error}`))
          else resolve(result)
        })
      })
      const url = new URL(`http://127.0.0.1:${port}/${under}/${page}`)
      url.searchParams.set('run', run)
      return { url: url.href, answer }
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
