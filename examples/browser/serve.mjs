// Serves build/demo on loopback with the headers that isolate a page, so that it may have threads, and with its policy.

import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildDemo, folder } from './build.mjs'

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }

const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

/** The policy of the page as its meta element has it, and what only a header can say. */
const policyOf = (html) => `${/content="(default-src[^"]*)"/.exec(html)[1]}; frame-ancestors 'none'`

/** Serves the page. isolated: false leaves the two headers out, as hosts do that cannot set any. */
export function serveDemo({ port = 0, isolated = true } = {}) {
  // All of it, once: nothing else is served, whatever a path says.
  const files = new Map(readdirSync(folder).map((name) => [`/${name}`, readFileSync(`${folder}/${name}`)]))
  files.set('/', files.get('/index.html'))
  const policy = policyOf(String(files.get('/')))
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    const file = files.get(pathname)
    if (!file) {
      response.writeHead(404).end()
      return
    }
    const type = types[pathname === '/' ? '.html' : extname(pathname)]
    response.writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
      ...(isolated && isolation),
    })
    response.end(file)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () =>
      resolve({ server, url: `http://127.0.0.1:${server.address().port}/` }),
    )
  })
}

// Saved models belong to the address, so it is the same each time where it is free.
const PORT = Number(process.env.PORT ?? 8137)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildDemo()
  const { url } = await serveDemo({ port: PORT }).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error
    return serveDemo()
  })
  console.log(`nabla learns at ${url}  (Ctrl+C ends it)`)
}
