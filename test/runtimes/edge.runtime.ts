// The packed package in workerd, the engine of Cloudflare's workers, by Miniflare: found by its rules for modules, and to the
// bits of Node. workerd compiles no bytes: the kernels are those in JavaScript, with a note, or a file of the package.

import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe } from 'vitest'
import { itWorks } from './expectations.ts'
import { once, project } from './installed.ts'
import type { ProbeResult } from './probe.mjs'
import { find, tools } from './programs.ts'

/** What these tests use of Miniflare, whose types come with it. */
interface Miniflare {
  readonly ready: Promise<URL>
  dispatchFetch(url: string): Promise<{ readonly ok: boolean; text(): Promise<string> }>
  dispose(): Promise<void>
}

const isThere = find('MINIFLARE', 'miniflare') !== undefined
if (!isThere) console.warn('skipped: workerd (no miniflare in test/runtimes/tools/node_modules)')

const running: Miniflare[] = []
afterAll(async () => {
  for (const one of running) await one.dispose()
})

/** edge.mjs in workerd, its imports followed as Miniflare follows them. */
async function begin(compatibilityFlags: readonly string[]): Promise<Miniflare> {
  const root = await project()
  const file = createRequire(join(tools, 'index.js')).resolve('miniflare')
  const { Miniflare: Engine } = await import(pathToFileURL(file).href)
  // Bare names are resolved by whoever bundles, wrangler with esbuild: rolldown here. What it makes is for Miniflare's rules.
  const { rolldown } = await import('rolldown')
  const made = await rolldown({
    input: join(root, 'edge.mjs'),
    platform: 'neutral',
    external: ['./kernels.wasm'],
  })
  await made.write({ dir: join(root, 'edge') })
  copyFileSync(join(root, 'node_modules/nabla/dist/simd.wasm'), join(root, 'edge/kernels.wasm'))
  const engine: Miniflare = new Engine({
    modules: true,
    modulesRoot: join(root, 'edge'),
    scriptPath: join(root, 'edge/edge.js'),
    modulesRules: [
      { type: 'ESModule', include: ['**/*.js'] },
      { type: 'CompiledWasm', include: ['**/*.wasm'] },
    ],
    compatibilityDate: '2026-01-01',
    compatibilityFlags,
  })
  running.push(engine)
  await engine.ready
  return engine
}

async function ask(engine: Miniflare, path: string): Promise<string> {
  const response = await engine.dispatchFetch(`http://localhost${path}`)
  const text = await response.text()
  if (!response.ok) throw new Error(`in workerd: ${text}`)
  return text
}

const { version } = isThere ? createRequire(join(tools, 'index.js'))('workerd/package.json') : { version: '' }

const inScript = {
  wasm: false,
  notes: [/do not run here \(.*Wasm code generation disallowed/, /threads are unavailable here/],
}
const compiled = { wasm: true, notes: [/threads are unavailable here/] }

describe.each([
  { under: 'no flags', flags: [], query: '', own: inScript },
  { under: 'nodejs_compat', flags: ['nodejs_compat'], query: '', own: inScript },
  { under: 'configure({ module })', flags: [], query: '?kernels', own: compiled },
])('workerd with $under', ({ under, flags, query, own }) => {
  const found = once(async (): Promise<ProbeResult> => {
    const engine = await begin(flags)
    const from = performance.now()
    await ask(engine, `/start${query}`)
    const first = Math.round(performance.now() - from)
    return { ...JSON.parse(await ask(engine, `/probe${query}`)), start: first }
  })
  itWorks(
    isThere ? found : undefined,
    { runtime: async () => `workerd ${version}`, where: 'edge', under },
    { away: false, frames: false, files: false, timers: false, ...own },
  )
})
