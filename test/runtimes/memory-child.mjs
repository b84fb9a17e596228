// A process that fits or disposes in a loop, for test/kernels/memory.test.ts and the tests of the other runtimes: prints the megabytes that it had resident after
// the first turn, and the most after that. Runs in Node, Deno and Bun.
//   memory-child.mjs PACKAGE WHAT TURNS

const [packageUrl, what, turns] = process.argv.slice(2)
const { Network } = await import(packageUrl)

const ROWS = 50_000
const COLUMNS = 256 // 51 MB of data
const data = {
  x: Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => ((i * 7919) % 1000) / 1000),
  y: new Float32Array(ROWS),
}
const options = { epochs: 1, batchSize: 256 }
const make = (sizes) => new Network({ sizes, threads: 1 })
const small = [COLUMNS, 8, 1]
// 24 MB of parameters.
const large = [1000, 3000, 1000]

let kept
const work = {
  async fitsOneNetwork() {
    kept ??= make(small)
    await kept.fit(data, options)
  },
  async fitsOffTheThread() {
    kept ??= make(small)
    await kept.fit(data, { ...options, offThread: true })
  },
  async fitsAndDisposes() {
    const net = make(small)
    await net.fit(data, options)
    net.dispose()
  },
  async fitsOffTheThreadAndDisposes() {
    const net = make(small)
    await net.fit(data, { ...options, offThread: true })
    net.dispose()
  },
  async fitsAndForgets() {
    await make(small).fit(data, options)
  },
  async fitsAnEnsemble() {
    kept ??= []
    kept.push(make(small))
    await kept.at(-1).fit(data, options)
  },
  async makesAndDisposes() {
    make(large).dispose()
  },
  async makesAndForgets() {
    make(large)
    await new Promise((resolve) => setTimeout(resolve, 1))
  },
}

const megabytes = () => Math.round(process.memoryUsage().rss / 2 ** 20)
await work[what]()
const first = megabytes()
let most = first
for (let turn = 1; turn < Number(turns); ++turn) {
  await work[what]()
  most = Math.max(most, megabytes())
}
console.log(JSON.stringify({ first, most }))
