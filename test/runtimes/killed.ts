// Kills a training at any moments, and starts it again until it comes to its end.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const child = fileURLToPath(new URL('checkpoint-child.mjs', import.meta.url))

interface Outcome {
  /** The hash of the parameters at the end. */
  readonly hash: string
  readonly kills: number
  /** Starts that found a checkpoint. */
  readonly resumptions: number
  /** Files that are there at the end. */
  readonly files: readonly string[]
}

function start(file: string, epochs: number): { process: ChildProcess; text: () => string } {
  const process_ = spawn(process.execPath, [child, file, `${epochs}`], { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  process_.stdout.on('data', (chunk) => {
    text += chunk
  })
  process_.stderr.on('data', (chunk) => {
    text += chunk
  })
  return { process: process_, text: () => text }
}

/** kills: how often. */
export async function trainKilled(epochs: number, kills: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'nabla-'))
  const file = join(folder, 'net.ckpt')
  let [done, resumptions] = [0, 0]
  try {
    for (;;) {
      const one = start(file, epochs)
      const ended = once(one.process, 'close')
      if (done < kills) {
        // After one step or some more, and in one or the other moment of those that it takes to save the next.
        const steps = 1 + ((done * 7) % 19)
        let isOver: unknown
        while (!isOver && one.text().split('.').length <= steps) {
          isOver = await Promise.race([ended, new Promise<void>((resolve) => setTimeout(resolve, 1))])
        }
        await new Promise((resolve) => setTimeout(resolve, done % 4))
        one.process.kill('SIGKILL')
        done += 1
      }
      await ended
      if (one.text().includes('resumed')) resumptions += 1
      const hash = /end (\w+)/.exec(one.text())?.[1]
      if (hash) return { hash, kills: done, resumptions, files: readdirSync(folder).toSorted() }
      if (/Error/.test(one.text())) throw new Error(one.text())
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
