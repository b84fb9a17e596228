// The probe in workerd, as a worker that answers a request. Its clock stands still while it computes.

import { start } from './start.mjs'

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url)
    try {
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
