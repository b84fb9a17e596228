// Makes the lists of nonzeros (sparse.ts) as a fit begins.

import type { Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { fillBlock, type Inputs, inBlocks } from './inputs.ts'
import { refuseChange } from './watched.ts'

/**
 * Lists the nonzeros of x in the engine's arena, in place of its rows. Yields now and then. Throws ShapeError where the
 * rows are not what was checked and counted.
 */
export function* listNonzeros(engine: Engine, x: Inputs): Slices<void> {
  const { staging, sparse, capacity } = engine.plan
  let left = capacity.nonzeros
  let at = sparse!.entries.offset
  yield* inBlocks(engine, x.rows, (from, to, block) => {
    fillBlock(engine, staging.x, x, [from, to, block])
    const found = engine.countStagedNonzeros(to - from)
    if (found < 0 || found > left) refuseChange(x.name)
    left -= found
    at = engine.listStaged(to - from, from, at)
  })
}
