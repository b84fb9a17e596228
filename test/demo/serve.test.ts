// `npm run demo`: the command itself builds the page, serves it and prints where.

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill()
})

/** Runs the command of package.json without the build of the package before it; resolves to the line that it prints. */
function demo(port: number): Promise<string> {
  const [build, command] = scripts.demo.split(' && ')
  expect([build, command]).toEqual(['npm run --silent build', expect.stringMatching(/^node \S+$/)])
  const child = spawn(process.execPath, command.split(' ').slice(1), {
    cwd: root,
    env: { ...process.env, PORT: String(port) },
  })
  running.push(child)
  return new Promise((resolve, reject) => {
    let [said, failed] = ['', '']
    child.stdout.on('data', (chunk) => {
      said += chunk
      if (said.includes('\n')) resolve(said)
    })
    child.stderr.on('data', (chunk) => {
      failed += chunk
    })
    child.on('exit', (code) => reject(new Error(`it ended with ${code}: ${said}${failed}`)))
  })
}

const LINE = /^nabla learns at (http:\/\/127\.0\.0\.1:\d+\/) {2}\(Ctrl\+C ends it\)\n$/

it('prints the address of the page, which is served with the headers of isolation and a policy', async () => {
  const line = await demo(0)
  expect(line).toMatch(LINE)
  const [, url] = LINE.exec(line)!
  const response = await fetch(url)
  expect(response.status).toBe(200)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'$/),
  })
  expect(await response.text()).toContain('<title>nabla: a network that learns while you draw</title>')
  const script = await fetch(`${url}main.js`)
  expect([script.status, script.headers.get('cross-origin-embedder-policy')]).toEqual([200, 'require-corp'])
  expect((await fetch(`${url}package.json`)).status).toBe(404)

  // Where its port is taken, it takes another and says so.
  const other = await demo(Number(new URL(url).port))
  expect(other).toMatch(LINE)
  expect(other).not.toBe(line)
  expect((await fetch(LINE.exec(other)![1])).status).toBe(200)
}, 60_000)
