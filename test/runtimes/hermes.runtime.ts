// The package in Hermes, the engine of React Native: a bundle that Babel has brought to what Hermes reads, as Metro does.

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { describe, expect, it } from 'vitest'
import { main } from './bare.mjs'
import { once, project, TIME_LIMIT } from './installed.ts'
import { recordPlace } from './places.ts'
import { findOrSay, tools } from './programs.ts'

const program = findOrSay('Hermes', 'HERMES', 'hermes-engine-cli/linux64-bin/hermes')

/** What these tests use of Babel, whose types are a package of their own. */
interface Babel {
  transformAsync(code: string, options: object): Promise<{ code: string }>
}

// The newest Hermes that npm has as a program lacks `at`, which that of React Native has since 0.72. Node's parsers take a
// method on a prototype for one of a class; this is a script of Hermes.
const prelude = `[Array, String, Object.getPrototypeOf(Float32Array)].forEach(function (type) {
  type.prototype.at = function (i) { return this[i < 0 ? i + this.length : i] }
});`

const run = once(async () => {
  const require = createRequire(join(tools, 'index.js'))
  const { transformAsync } = require('@babel/core') as Babel
  const folder = await project()
  const made = await rolldown({ input: join(folder, 'bare.mjs'), platform: 'neutral' })
  const { output } = await made.generate({ format: 'iife', name: 'program' })
  expect(output.length).toBe(1)
  // Hermes has generators, and no classes.
  const env = {
    targets: { ie: '11' },
    modules: false,
    exclude: ['transform-regenerator', 'transform-typeof-symbol'],
  }
  const presets = [[require.resolve('@babel/preset-env'), env]]
  const options = { presets, babelrc: false, configFile: false, compact: false, sourceType: 'script' }
  const { code } = await transformAsync(output[0].code, options)
  const end =
    'program.main().then(JSON.stringify).catch(function (e) { return "failed: " + e + e.stack }).then(print)'
  writeFileSync(join(folder, 'hermes.js'), `${prelude}\n${code}\n${end}\n`)
  const { stdout } = await promisify(execFile)(program!, ['-O', '-w', join(folder, 'hermes.js')], {
    timeout: TIME_LIMIT,
    maxBuffer: 2 ** 26,
  })
  return JSON.parse(stdout)
})

describe('Hermes', () => {
  it.skipIf(!program)(
    'trains, resumes, saves, loads and predicts to the bits of Node',
    async () => {
      const found = await run()
      const { globals, simd, ...node } = JSON.parse(JSON.stringify(await main()))
      expect(globals).toContain('WebAssembly')
      expect(found.globals).not.toContain('WebAssembly')
      expect(found).toMatchObject(node)
      expect(found.simd).toMatch(/there is no WebAssembly/)
      expect(simd).toBe(undefined)
      recordPlace({
        runtime: 'Hermes 0.12',
        where: 'React Native',
        kernels: found.kernels,
        saved: [found.fromJson, found.fromSafetensors].map((hash) => hash === found.hash),
        resumed: { checkpoints: 1, epochs: 100, hash: found.resumed },
      })
      // Babel takes most of it: 20 seconds of a processor.
    },
    400_000,
  )
})
