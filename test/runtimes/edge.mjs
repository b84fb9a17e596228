// The probe in workerd, as a worker that answers a request. Its clock stands still while it computes.

import { start } from './start.mjs'

/** The file of the kernels, as workerd compiles it: by a module of edge.runtime.ts's own. */
async function useKernels() {
  const { default: module } = await import('./kernels.wasm')
  const { configure } = await import('nabla')
  configure({ module })
}

export default {
  async fetch(request) {
    const { pathname, search } = new URL(request.url)
    try {
      if (search === '?kernels') await useKernels()
      if (pathname === '/start') {
        await start()
        return new Response('started')
      }
      const { probe } = await import('./probe.mjs')
      return Response.json(await probe({ watch: false }))
    } catch (error) {
      return new Response(`${error.stack ?? error}`, { status: 500 })
    }
  },
}
