// What a process does once: bench/startup-child.mjs, which counts the modules that WebAssembly compiles.

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const child = fileURLToPath(new URL('../../bench/startup-child.mjs', import.meta.url))

describe('two networks in one process, and a fit of each', () => {
  it.each([
    // The kernels, and what unpacks them.
    ['simd', 2],
    ['reference', 0],
  ])('compile with the %s kernels so many modules: %i', (kernels, count) => {
    const out = JSON.parse(execFileSync(process.execPath, [child, '[2,3,1]', kernels], { encoding: 'utf8' }))
    expect([out.kernels, out.byTwo.compiled, out.byFits.compiled, out.byFits.refused]).toEqual([
      kernels,
      count,
      count,
      0,
    ])
  })
})
