// What every place must do, whatever it is.

import { expect, it } from 'vitest'
import { once, probeIn } from './installed.ts'
import { recordPlace } from './places.ts'
import { type ProbeResult, TURNS } from './probe.mjs'

/** The probe in this Node. */
export const probeInNode = once(() => probeIn(process.execPath))

/** What differs between places; what is undefined is not asked. */
export interface Expected {
  /** False where the engine may not compile WebAssembly. */
  readonly wasm: boolean
  /** Whether memory is shared with workers. */
  readonly shared?: boolean
  /** Whether a worker trains where `offThread` asks for one. */
  readonly away: boolean
  /** False where the clock stands still while the engine computes. */
  readonly timers?: boolean
  /** Whether there are animation frames. */
  readonly frames: boolean
  /** Whether there are files. */
  readonly files: boolean
  /** What the console is told, in order; without one, nothing. */
  readonly notes?: readonly RegExp[]
}

export interface Named {
  /** The runtime with its version, once it is known. */
  readonly runtime: () => Promise<string>
  readonly where: string
  readonly under?: string
}

// What is trained lasts two seconds, and fit works for 15 to 30 ms between two turns: a second more is for what else the
// machine does. How long the gaps are where it does nothing else is in docs/places.md.
const LONGEST_GAP = 1500

/** Tests of what `probe` finds; skipped where there is none. */
export function itWorks(
  probe: (() => Promise<ProbeResult>) | undefined,
  named: Named,
  expected: Expected,
): void {
  const found = probe ?? (() => Promise.reject(new Error('skipped')))
  const test = it.skipIf(!probe)

  test('gets the bits of Node with each kind of kernels', async () => {
    const [here, node] = [await found(), await probeInNode()]
    expect(here.reference).toEqual(node.reference)
    expect(here.simd).toEqual(expected.wasm ? node.simd : undefined)
  })

  test('gets from every entry what Node gets', async () => {
    expect((await found()).entries).toEqual((await probeInNode()).entries)
  })

  test('takes WebAssembly kernels where it can, and says what it lacks', async () => {
    const { kernels, notes } = (await found()).place
    expect(expected.wasm ? ['relaxed', 'simd'] : ['reference']).toContain(kernels)
    expect(notes).toEqual((expected.notes ?? []).map((note) => expect.stringMatching(note)))
  })

  test('gets the same bits in two threads, and off the thread', async () => {
    const { place, long, threaded } = await found()
    if (expected.shared !== undefined) expect(place.sharedMemory).toBe(expected.shared)
    if (expected.wasm) {
      expect(place.sharedMemory ? [1, 2] : [1]).toContain(threaded!.threads)
      expect(threaded).toEqual({ ...long, threads: threaded!.threads })
    }
    expect(place.offThread.hash).toBe(place.uninterrupted)
    expect(place.offThread.threads).toBe(1)
  })

  test('goes on after an abort and from a checkpoint to the same bits', async () => {
    const { aborted, resumed, uninterrupted } = (await found()).place
    expect(aborted).toEqual({ error: 'AbortError', epochs: 3, hash: uninterrupted })
    // 39 steps an epoch, 50 between two checkpoints: of the second at step 100, two epochs are whole.
    expect(resumed).toEqual({ checkpoints: 6, epochs: 2, hash: uninterrupted })
  })

  test('predicts the same from what it saved', async () => {
    const { place, files } = await found()
    expect(place.saved).toEqual([true, true])
    expect(files).toEqual(expected.files ? ['none', 'none'] : undefined)
  })

  test('gives timers and frames their turns while it trains', async () => {
    const { timers, frames, place } = await found()
    if (expected.timers === false) {
      expect([timers, frames, place.gaps]).toEqual([[], [], undefined])
      return
    }
    const kinds = expected.wasm ? 2 : 1
    const all = Array(kinds).fill(true)
    expect(timers.map((turns) => turns >= TURNS)).toEqual(all)
    expect(frames.map((turns) => turns >= TURNS)).toEqual(expected.frames ? all : [])
    expect(place.gaps!.here).toBeLessThan(LONGEST_GAP)
    expect(place.gaps!.away).toBeLessThan(LONGEST_GAP)
  })

  test('is written down for docs/places.md', async () => {
    const result = await found()
    const { uninterrupted: _, ...place } = result.place
    recordPlace({
      runtime: await named.runtime(),
      where: named.where,
      under: named.under,
      start: result.start,
      threads: result.threaded?.threads,
      files: result.files?.every((error) => error === 'none'),
      entries: Object.keys(result.entries).length,
      ...place,
    })
  })
}
