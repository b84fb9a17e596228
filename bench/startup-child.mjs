// One first use of the package, as a user's process meets it; started by startup.ts. Prints JSON: milliseconds, and
// how many WebAssembly modules were compiled and how many the engine refused.

const sizes = JSON.parse(process.argv[2])
const kernels = process.argv[3]

const modules = { compiled: 0, refused: 0 }
WebAssembly.Module = new Proxy(WebAssembly.Module, {
  construct(target, args) {
    modules.refused += 1
    const module = Reflect.construct(target, args)
    modules.refused -= 1
    modules.compiled += 1
    return module
  },
})

const times = { start: performance.now() }
let last = times.start
const lap = (name) => {
  const now = performance.now()
  times[name] = now - last
  last = now
}

const { Network } = await import('nabla')
lap('import')
const network = () => new Network({ sizes, kernels, loss: 'quadratic', activation: 'sigmoid' })
const first = network()
lap('first')
const second = network()
lap('second')
const byTwo = { ...modules }
// An arena of its own for the data, and another after it: instances of the same module.
for (const net of [first, second]) {
  await net.fit({ x: new Float32Array(2 * sizes[0]), y: new Float32Array(2 * sizes.at(-1)) }, { epochs: 1 })
}
lap('fits')
console.log(JSON.stringify({ ...times, byTwo, byFits: modules, kernels: first.kernels }))
