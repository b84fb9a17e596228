import './notes.mjs'

/** Milliseconds from before the import to a first network. Before any other import of the package, in the same thread. */
export async function start() {
  const from = performance.now()
  const { Network } = await import('nabla')
  new Network({ sizes: [784, 30, 10], loss: 'crossEntropy' })
  return Math.round(performance.now() - from)
}
