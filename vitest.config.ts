import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Node 20 has relaxed SIMD behind a flag; newer versions have it by default and may not know the flag.
const relaxedFlag =
  Number(process.versions.node.split('.')[0]) < 22 ? ['--experimental-wasm-relaxed-simd'] : []
// .ci/run counts tests from this report.
const report = process.env.REPORT

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // The default leaves one core free, which is half of two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    execArgv: relaxedFlag,
    testTimeout: 60_000,
    maxConcurrency: 2, // of tests that say it.concurrent: they start compilers
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
})
