// What threads bring in a page: `fit` with threads: 'auto' against one worker, in turn, in the browsers of the machine, in a
// page that is cross-origin isolated. Medians of several rounds, and how often two threads or more did most of the work.
// The cores must be free: what a browser shares with other work, a fit leaves to one thread.
//
//   npm run build && npx tsx bench/threads-in-pages.ts

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { headless, launchHeadless } from '../test/runtimes/programs.ts'

type Round = readonly [threads: number, one: number, auto: number]

const WORKLOADS = [
  { sizes: [784, 128, 10], batchSize: 64 },
  { sizes: [784, 512, 512, 10], batchSize: 128 },
]

/** In the page. The first round only warms the engine up. */
const PAGE = `
import { Network } from './dist/index.js'
const ROWS = 4096, ROUNDS = 4
const y = Int32Array.from({ length: ROWS }, (_, i) => i % 10)
const x = Float32Array.from({ length: ROWS * 784 }, (_, i) => ((i * 7919) % 256) / 255)
async function train({ sizes, batchSize }, threads, ms) {
  const net = new Network({ sizes, activation: 'relu', loss: 'crossEntropy', seed: 1, threads })
  const from = performance.now()
  const options = { epochs: 100_000, batchSize, offThread: true, onEpoch: () => performance.now() - from < ms }
  const history = await net.fit({ x, y }, options)
  net.dispose()
  return history
}
globalThis.measure = async (work) => {
  const rounds = []
  for (let round = 0; round < ROUNDS; ++round) {
    const one = await train(work, 1, 1200)
    const auto = await train(work, 'auto', 2000)
    rounds.push([auto.threads, one.samplesPerSecond, auto.samplesPerSecond])
  }
  return rounds.slice(1)
}`
const pages: Record<string, readonly [type: string, body: string]> = {
  '/': [
    'text/html',
    '<!doctype html><link rel="icon" href="data:," /><script type="module" src="page.js"></script>',
  ],
  '/page.js': ['text/javascript', PAGE],
}

const server = createServer(({ url }, response) => {
  const [type, body] = pages[url!] ?? ['text/javascript', readFileSync(new URL(`..${url}`, import.meta.url))]
  response.writeHead(200, {
    'content-type': type,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  })
  response.end(body)
}).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]
const rounded = (rate: number) => Number(rate.toPrecision(2)).toLocaleString('en')

console.log("| browser | network | batch | one worker, rows a second | 'auto' | ratio | two threads |")
console.log('|---|---|---|---|---|---|---|')
for (const { name, program } of headless) {
  if (!program) continue
  const browser = await launchHeadless(name, program)
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  await page.waitForFunction(() => 'measure' in globalThis)
  for (const work of WORKLOADS) {
    const rounds = (await page.evaluate(
      (given) => (globalThis as unknown as { measure(work: unknown): Promise<Round[]> }).measure(given),
      work,
    )) as Round[]
    const [one, auto] = [1, 2].map((at) => median(rounds.map((round) => round[at])))
    const ratio = median(rounds.map(([, alone, shared]) => shared / alone)).toFixed(2)
    const shared = `${rounds.filter(([threads]) => threads > 1).length} of ${rounds.length}`
    console.log(
      `| ${name} | ${work.sizes.join('-')} | ${work.batchSize} | ${rounded(one)} | ${rounded(auto)} | ${ratio} | ${shared} |`,
    )
  }
  await browser.close()
}
server.close()
