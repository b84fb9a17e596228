// Builds the package: AssemblyScript → wasm → base64 modules in src/generated, with the worker's script beside them →
// JavaScript and types in dist. `--wasm` stops before dist.
//
// dist/ has one file for each entry of the package and one for what they share, so that the classes of the errors are the
// same from every entry. As a file for each of src/ the import took 21 to 24 ms, and 6 as this (Node 26 and 20).
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
process.chdir(root)
mkdirSync('build', { recursive: true })
mkdirSync('src/generated', { recursive: true })

const run = (...command) => execFileSync(process.execPath, command, { stdio: 'inherit' })

for (const target of ['simd', 'relaxed', 'debug']) {
  run('node_modules/assemblyscript/bin/asc.js', '--target', target)
  if (target === 'debug') continue // for tests, read from build/
  const base64 = readFileSync(`build/${target}.wasm`).toString('base64')
  writeFileSync(
    `src/generated/${target}.ts`,
    `/** assembly/ compiled for the target "${target}": a WebAssembly binary in base64. Made by scripts/build.mjs. */\nexport const wasm: string =\n  '${base64}'\n`,
  )
}

// The worker's script, as text. It imports types only, so nothing is left of its module form but an empty export.
run(
  'node_modules/typescript/bin/tsc',
  ...['src/threads/worker.ts', '--ignoreConfig', '--outDir', 'build'],
  ...['--target', 'ES2022', '--module', 'esnext', '--lib', 'ES2022,DOM', '--removeComments'],
)
const worker = readFileSync('build/worker.js', 'utf8')
  .replace(/^export \{\};$/m, '')
  .trim()
if (/^(import|export)\b/m.test(worker))
  throw new Error('src/threads/worker.ts: expected imports of types only')
writeFileSync(
  'src/generated/worker.ts',
  `/** src/threads/worker.ts as JavaScript. Made by scripts/build.mjs. */\nexport const workerSource: string =\n  ${JSON.stringify(worker)}\n`,
)

if (!process.argv.includes('--wasm')) {
  rmSync('dist', { recursive: true, force: true })
  await build({
    input: { index: 'src/index.ts', data: 'src/data/index.ts', datasets: 'src/datasets/index.ts' },
    external: /^csv-parse/,
    platform: 'neutral',
    transform: { target: 'es2022' },
    output: {
      dir: 'dist',
      chunkFileNames: '[name].js',
      minifyInternalExports: false,
      codeSplitting: {
        groups: [
          { name: 'shared', minShareCount: 2, priority: 1 },
          // A page that takes only scalers from nabla/data is not to get the parser of CSV.
          { name: 'csv', test: /src.data.csv/ },
        ],
      },
    },
  })
  // The same script as a file, for pages that allow no workers from blob:. Without an export it is a module and a classic
  // script alike.
  writeFileSync('dist/worker.js', `${worker}\n`)
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')
}
