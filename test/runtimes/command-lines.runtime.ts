// The packed package in other runtimes with a command line gives the bits that it gives in this Node.
//
//   npm run test:runtimes
//
// They are those of `npm ci --prefix test/runtimes/tools`, those on PATH, or where NODE22, NODE24, NODE26, DENO and BUN say. One
// that is nowhere is skipped with a line that says so; one that a variable names must run.

import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { type Expected, itWorks } from './expectations.ts'
import { once, onOneCore, probeIn, requireIn } from './installed.ts'
import { findOrSay } from './programs.ts'

const expected: Expected = { wasm: true, shared: true, away: true, frames: false, files: true }

const runtimes: {
  readonly name: string
  readonly variable: string
  readonly names: readonly string[]
  readonly flags?: readonly string[]
}[] = [
  { name: 'Node 22', variable: 'NODE22', names: ['node22/bin/node'] },
  { name: 'Node 24', variable: 'NODE24', names: ['node24/bin/node'] },
  { name: 'Node 26', variable: 'NODE26', names: ['node26/bin/node'] },
  { name: 'Deno', variable: 'DENO', names: ['deno'], flags: ['run', '--allow-read=.', '--allow-write=.'] },
  // Without its script of installation what the package bun links is no program.
  { name: 'Bun', variable: 'BUN', names: ['@oven/bun-linux-x64/bin/bun', 'bun'] },
]

/** 'Node 24.22.3', of what `--version` prints first. */
const version = (name: string, program: string) => {
  const [number] = /\d+(\.\d+)+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))!
  return `${name.split(' ')[0]} ${number}`
}

describe.each(runtimes)('$name', ({ name, variable, names, flags = [] }) => {
  const program = findOrSay(name, variable, ...names)
  if (name.startsWith('Node')) {
    it.skipIf(!program)('takes require of the package', async () => {
      expect(await requireIn(program!)).toBe('function function')
    })
  }
  itWorks(
    program ? once(() => probeIn(program, ...flags)) : undefined,
    { runtime: async () => version(name, program!), where: 'command line' },
    expected,
  )
})

const here = { runtime: async () => version('Node', process.execPath), where: 'command line' }
describe('this Node', () => {
  itWorks(
    once(() => probeIn(process.execPath)),
    here,
    expected,
  )
})

// As in Node before 20.19 and 22.12, whose error says what to do; a file of CommonJS that said it in our words would be a
// second package to every bundler that prefers such files.
describe('a Node that requires no ES modules', () => {
  it('says to import the package', async () => {
    const said = await requireIn(process.execPath, '--no-experimental-require-module')
    expect(said).toMatch(
      /^ERR_REQUIRE_ESM .*nabla.* to a dynamic import\(\) which is available in all CommonJS/s,
    )
  })
})

describe('this Node on one core', () => {
  const program = onOneCore(process.execPath)
  if (!program) console.warn('skipped: one core (there is no taskset)')
  const probe = program ? once(() => probeIn(program)) : undefined
  itWorks(probe, { ...here, under: 'one core' }, expected)
})
