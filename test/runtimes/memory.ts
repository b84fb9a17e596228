// Runs memory-child.mjs in a runtime.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const memoryLoops = [
  'fitsOneNetwork',
  'fitsOffTheThread',
  'fitsAndDisposes',
  'fitsOffTheThreadAndDisposes',
  'fitsAndForgets',
  'fitsAnEnsemble',
  'makesAndDisposes',
] as const

const child = fileURLToPath(new URL('memory-child.mjs', import.meta.url))
const dist = new URL('../../dist/index.js', import.meta.url).href

/** Megabytes resident after the first turn, and the most of ten. */
export function runLoop(
  command: string,
  flags: readonly string[],
  what: string,
): { first: number; most: number } {
  const { stdout, stderr } = spawnSync(command, [...flags, child, dist, what, '10'], { encoding: 'utf8' })
  if (!stdout.startsWith('{')) throw new Error(`${what}: ${stderr}`)
  return JSON.parse(stdout)
}
