// The probe in a Web Worker, which starts workers of its own.

import { report } from './report.mjs'
import { start } from './start.mjs'

report(new URL(location.href).searchParams.get('run'), async () => {
  const first = await start()
  const { probe } = await import('./probe.mjs')
  return { ...(await probe()), start: first }
})
