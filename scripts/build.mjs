// Builds the package: AssemblyScript → wasm → base64 modules in src/generated, with the worker's script beside them →
// JavaScript and types in dist. `--wasm` stops before dist.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

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
    `/** assembly/ compiled for the target "${target}": a WebAssembly binary in base64. Made by scripts/build.mjs. */\nexport const wasm =\n  '${base64}'\n`,
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
  `/** src/threads/worker.ts as JavaScript. Made by scripts/build.mjs. */\nexport const workerSource =\n  ${JSON.stringify(worker)}\n`,
)

if (!process.argv.includes('--wasm')) {
  rmSync('dist', { recursive: true, force: true })
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')
}
