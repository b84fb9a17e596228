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

/**
 * The longest gap between two frames that a training of a second may leave, in milliseconds: four times that of work in pieces as long
 * as those of fit, in the same page just before. 400 are for a place that does nothing else, where the gap of such work is one
 * frame, and the first of a training has kernels to compile or a worker to start. A page that is frozen has a gap of 1,000.
 */
const mostGap = (pieces: number): number => Math.min(750, Math.max(400, 4 * pieces))

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

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
  })

  it.skipIf(!probe || expected.timers === false)(
    'leaves gaps like those of other work in pieces',
    async () => {
      const { rounds, frozen } = (await found()).place.gaps!
      const measured = JSON.stringify(rounds)
      expect(rounds.length, measured).toBe(3)
      const gaps = (kind: 'pieces' | 'here' | 'away') => rounds.map((round) => round[kind])
      const most = mostGap(median(gaps('pieces')))
      // The best of three: on two cores with a load of 13 to 15, trainings of a second had gaps of 550 to 1,350 ms in two rounds of
      // 3 of 7 places of WebKit and in Node 20, and of 50 to 300 in the third. One that leaves no turns has 1,000 in each.
      expect(Math.min(...gaps('here')), measured).toBeLessThan(most)
      expect(Math.min(...gaps('away')), measured).toBeLessThan(most)
      // What this would say of a training that leaves no turns.
      expect(frozen).toBeGreaterThan(most)
    },
  )

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
