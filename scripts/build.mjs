// Builds the package: AssemblyScript → wasm → base64 modules in src/generated → JavaScript and types in dist.
// `--wasm` stops before the TypeScript compiler.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
process.chdir(root)
mkdirSync('build', { recursive: true })
mkdirSync('src/generated', { recursive: true })

for (const target of ['simd', 'relaxed', 'debug']) {
  const { error } = await asc.main(['--target', target], { stdout: process.stdout, stderr: process.stderr })
  if (error) process.exit(1)
  if (target === 'debug') continue // for tests, read from build/
  const base64 = readFileSync(`build/${target}.wasm`).toString('base64')
  writeFileSync(
    `src/generated/${target}.ts`,
    `/** assembly/ compiled for the target "${target}": a WebAssembly binary in base64. Made by scripts/build.mjs. */\nexport const wasm =\n  '${base64}'\n`,
  )
}

if (!process.argv.includes('--wasm')) {
  rmSync('dist', { recursive: true, force: true })
  const tsc = resolve('node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
}
