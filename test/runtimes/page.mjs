// The probe in a page, or in a worker that the page starts. `in`: where; `workers`: 'file' for nabla's workers from a file.

import { report } from './report.mjs'
import { start } from './start.mjs'

const query = new URL(location.href).searchParams
const run = query.get('run')
const failed = (error) => report(run, () => Promise.reject(error))

const inPage = async () => {
  const first = await start()
  if (query.get('workers') === 'file') {
    const { configure } = await import('nabla')
    configure({ workerUrl: new URL('./node_modules/nabla/dist/worker.js', location.href) })
  }
  const { probe } = await import('./probe.mjs')
  return { ...(await probe()), start: first }
}

if (query.get('in') === 'worker') {
  const worker = new Worker(`./in-worker.mjs?run=${run}`, { type: 'module' })
  worker.onerror = ({ message }) => failed(new Error(`the worker: ${message}`))
} else if (query.get('in') === 'service worker') {
  try {
    const { installing, waiting, active } = await navigator.serviceWorker.register(
      './in-service-worker.mjs',
      {
        type: 'module',
      },
    )
    const worker = installing ?? waiting ?? active
    const send = () => worker.state === 'activated' && worker.postMessage({ run })
    worker.addEventListener('statechange', send)
    send()
  } catch (error) {
    failed(error)
  }
} else report(run, inPage)
