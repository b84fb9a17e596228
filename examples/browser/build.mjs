// Builds the page into build/demo from the built package, and says what it weighs. `npm run demo` builds and serves it.

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'rolldown'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))
export const folder = `${root}build/demo`

/** What the page may weigh, gzipped, in all but the embedded digits: bytes. */
export const LIMIT = 120 * 1024

/** The style sheet is these, in this order. */
const STYLES = ['base', 'frame', 'controls', 'digits', 'panels', 'sizes']

/** Whose a module is. */
const ownerOf = (id) =>
  /dist.datasets\.js$/.test(id)
    ? 'data'
    : /[\\/]dist[\\/](?!uPlot)/.test(id) && !id.includes('node_modules')
      ? 'nabla'
      : id.includes('uplot')
        ? 'uplot'
        : 'page'

/** Builds, and resolves to the gzipped bytes of each file by whose it is: { page, nabla, uplot, data }. */
export async function buildDemo() {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const options = {
    cwd: root,
    platform: 'browser',
    transform: { target: 'es2022' },
  }
  const output = { dir: folder, minify: true, chunkFileNames: '[name].js', entryFileNames: '[name].js' }
  const { output: chunks } = await build({
    ...options,
    input: { main: `${here}main.ts`, 'data-worker': `${here}digits/data-worker.ts` },
    output: {
      ...output,
      codeSplitting: {
        groups: [
          // A group takes along what it imports: the page would load the digits, which its worker alone reads, for that.
          { name: 'shared', test: /dist.shared\.js$/, priority: 3 },
          { name: 'digits-data', test: (id) => ownerOf(id) === 'data', priority: 2 },
          { name: 'uplot', test: (id) => ownerOf(id) === 'uplot' },
        ],
      },
    },
  })
  // A classic script.
  await build({ ...options, input: { theme: `${here}theme.ts` }, output: { ...output, format: 'iife' } })
  copyFileSync(`${here}index.html`, `${folder}/index.html`)
  copyFileSync(`${here}icon.svg`, `${folder}/icon.svg`)
  copyFileSync(`${root}dist/worker.js`, `${folder}/nabla-worker.js`)
  const styles = STYLES.map((name) => `${here}style/${name}.css`)
  styles.unshift(`${root}node_modules/uplot/dist/uPlot.min.css`)
  writeFileSync(`${folder}/style.css`, styles.map((file) => readFileSync(file, 'utf8')).join(''))

  const weigh = (file) => gzipSync(readFileSync(`${folder}/${file}`), { level: 9 }).length
  const weights = { page: 0, nabla: 0, uplot: 0, data: 0 }
  const files = {}
  const count = (file, owner, imports = []) => {
    files[file] = { owner, bytes: weigh(file), imports }
    weights[owner] += files[file].bytes
  }
  for (const { fileName, moduleIds, imports } of chunks) {
    const owners = (moduleIds ?? []).map(ownerOf)
    const owner = ['data', 'uplot', 'page', 'nabla'].find((name) => owners.includes(name)) ?? 'nabla'
    count(fileName, owner, imports)
  }
  for (const file of ['theme.js', 'index.html', 'style.css', 'icon.svg']) count(file, 'page')
  count('nabla-worker.js', 'nabla')
  return { weights, files }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { weights, files } = await buildDemo()
  for (const [file, { owner, bytes }] of Object.entries(files))
    console.log(`${String(bytes).padStart(7)}  ${owner.padEnd(6)} ${file}`)
  const { data, ...rest } = weights
  const all = Object.values(rest).reduce((sum, bytes) => sum + bytes, 0)
  console.log(`${JSON.stringify(weights)}; all but the data ${(all / 1024).toFixed(1)} KB of ${LIMIT / 1024}`)
}
