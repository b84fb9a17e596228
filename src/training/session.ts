// What a fit holds while it runs: an arena with the data in it, and threads working there.

import { inChunks, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { fillBlock, type Inputs, inBlocks } from '../intake/inputs.ts'
import { listNonzeros } from '../intake/list-nonzeros.ts'
import type { Targets } from '../intake/matrix.ts'
import { nonzerosToList } from '../intake/sparse.ts'
import type { RowWeights } from '../intake/weights.ts'
import type { FitSettings } from '../model/call-settings.ts'
import { flopsPerRow } from '../program/flops.ts'
import { threadsFor } from '../threads/choose.ts'
import { Crew, type CrewSettings, noteNoThreads } from '../threads/crew.ts'
import { Remote } from '../threads/remote.ts'

const NO_SHARING = 'there is no SharedArrayBuffer: a page has it where it is served as cross-origin isolated'

/** Worker threads to train with, at most; 0 for the caller's own thread. */
function threadsToHire(
  engine: Engine,
  rows: number,
  rowFlops: number,
  batchRows: number,
  { epochs, offThread }: FitSettings,
  asked: number | 'auto',
): number {
  // Options that ask for more were refused.
  if (engine.callsBack) return 0
  if (engine.canShare) {
    const threads = threadsFor(asked, rowFlops, batchRows, rows * epochs)
    return threads > 1 || offThread ? threads : 0
  }
  if (offThread && engine.canMoveAway) return 1
  if (offThread || areSeveral(asked))
    noteNoThreads(engine.canMoveAway ? NO_SHARING : 'the reference kernels have none')
  return 0
}

const areSeveral = (asked: number | 'auto'): boolean => asked !== 'auto' && asked > 1

/** Hires the engine's team, or says why there is none, or but one worker. */
function* hireTeam(
  engine: Engine,
  settings: Omit<CrewSettings, 'most'>,
  asked: number | 'auto',
): Slices<void> {
  const hired = engine.canShare
    ? engine.hireTeam((most, arena, sync) => Crew.hire({ ...settings, most }, arena, sync))
    : engine.hireRemote(Remote.hire)
  // Not caught around the yield, where an abort arrives too.
  const refusal = yield hired.then(
    () => undefined,
    (cause) => (cause instanceof Error ? cause.message : String(cause)),
  )
  if (refusal !== undefined) noteNoThreads(refusal as string)
  else if (!engine.canShare && areSeveral(asked)) noteNoThreads(NO_SHARING, 'in one worker')
}

interface SessionData {
  readonly x: Inputs
  readonly y: Targets
  readonly weights: RowWeights | undefined
  readonly validates: boolean
}

/** Brings the data to the engine's arena and hires its team. steps: rows of the table of steps. Yields now and then. */
export function* openSession(
  engine: Engine,
  { x, y, weights, validates }: SessionData,
  settings: FitSettings,
  threads: number | 'auto',
  steps: number,
): Slices<void> {
  const batchRows = Math.min(settings.batchSize, x.rows)
  const { capacity } = engine.plan
  const nonzeros = engine.skipsZeros ? nonzerosToList(x, engine.architecture.layers[0].units) : 0
  const density = nonzeros ? nonzeros / (x.rows * x.columns) : 1
  const rowFlops = flopsPerRow(engine.architecture, density)
  const wanted = threadsToHire(engine, x.rows, rowFlops, batchRows, settings, threads)
  const larger = {
    ...capacity,
    batchRows: Math.max(capacity.batchRows, batchRows),
    dataRows: x.rows,
    nonzeros,
    steps,
    threads: Math.max(1, wanted),
    accumulates: settings.accumulate > 1,
    validates: wanted > 0 && validates,
    weighted: weights !== undefined,
  }
  yield* engine.resizeSlices(larger, wanted > 0 && engine.canShare)
  if (nonzeros) yield* listNonzeros(engine, x)
  else {
    yield* inBlocks(engine, x.rows, (from, to, block) =>
      fillBlock(engine, engine.plan.x, x, [from, to, block], from),
    )
  }
  yield* inChunks(x.rows, y.columns, (from, to) => engine.fill(engine.plan.y, y.values, from, to, from))
  if (weights) {
    yield* inChunks(x.rows, 1, (from, to) =>
      engine.fill(engine.plan.rowWeights!, weights.values, from, to, from),
    )
  }
  if (wanted === 0) return
  const { offThread, epochs } = settings
  const rows = x.rows * epochs
  yield* hireTeam(engine, { offThread, auto: threads === 'auto', rows, rowFlops, batchRows }, threads)
}
