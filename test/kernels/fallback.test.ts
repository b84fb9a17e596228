// An engine without WebAssembly (its global deleted before anything loads): 'auto' trains in plain JavaScript and
// says so.

import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const cwd = fileURLToPath(new URL('../..', import.meta.url))
const withoutWasm = 'data:text/javascript,delete globalThis.WebAssembly'
const run = (code: string, before: string) =>
  spawnSync(process.execPath, ['--import', before, '--input-type=module', '-e', code], {
    cwd,
    encoding: 'utf8',
  })

const bare = (code: string) => run(code, withoutWasm)

describe('an engine without WebAssembly', () => {
  it('is what is left when the global is deleted', () => {
    expect(bare('console.log(typeof WebAssembly)').stdout.trim()).toBe('undefined')
  })

  it('gets the reference kernels from auto, with one note, and trains to the same result', () => {
    const code = (kernels: string) =>
      `
      import { Network } from 'nabla'
      import { xor } from 'nabla/datasets'
      const make = () => new Network({ sizes: [2, 3, 1], activation: 'tanh', seed: 1, kernels: '${kernels}' })
      const net = make()
      make()
      await net.fit(xor(), { epochs: 100 })
      console.log(net.kernels, [...net.predict(xor().x)].join())`
    const { stdout, stderr } = bare(code('auto'))
    expect(stderr.match(/WebAssembly SIMD kernels do not run here/g)?.length).toBe(1)
    expect(stdout).toMatch(/^reference /)
    const whole = execFileSync(process.execPath, ['--input-type=module', '-e', code('reference')], {
      cwd,
      encoding: 'utf8',
    })
    expect(stdout).toBe(whole)
  })

  it('refuses kernels that it cannot run, by name', () => {
    const { stderr } = bare(
      `import { Network } from 'nabla'; new Network({ sizes: [1, 1], kernels: 'simd' })`,
    )
    expect(stderr).toContain(`options.kernels: expected kernels that this engine can run, got 'simd'`)
    expect(stderr).toContain('BackendError')
  })
})

// WebKit, under a Content-Security-Policy without 'wasm-unsafe-eval'.
it('an engine that compiles the kernels and instantiates nothing gets those in JavaScript', () => {
  const refuses =
    'data:text/javascript,WebAssembly.Instance = class { constructor() { throw new EvalError("refused by a policy") } }'
  const { stdout, stderr } = run(
    `import { Network } from 'nabla'; console.log(new Network({ sizes: [2, 3, 1] }).kernels)`,
    refuses,
  )
  expect(stderr).toMatch(/WebAssembly SIMD kernels do not run here \(refused by a policy\)/)
  expect(stdout.trim()).toBe('reference')
})
