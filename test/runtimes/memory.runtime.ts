// test/kernels/memory.test.ts in the other runtimes.

import { describe, expect, it } from 'vitest'
import { memoryLoops, runLoop } from './memory.ts'
import { find } from './programs.ts'

describe.each([
  { name: 'another Node', programs: ['NODE26', 'node26/bin/node'], flags: [] },
  { name: 'Deno', programs: ['DENO', 'deno'], flags: ['run', '-A'] },
  { name: 'Bun', programs: ['BUN', 'bun'], flags: [] },
])('$name', ({ name, programs, flags }) => {
  const program = find(programs[0], ...programs.slice(1))
  if (!program) console.warn(`skipped: ${name} (${programs.join(', ')})`)

  it.skipIf(!program).each(memoryLoops)('stays below twice the first turn where it %s', (what) => {
    const { first, most } = runLoop(program!, flags, what)
    expect(first).toBeGreaterThan(50)
    expect(most).toBeLessThan(2 * first)
  })
})
