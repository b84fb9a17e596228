// One forward and backward pass, every tensor of it.

import { type Trace, traceRows } from '../inspect/trace.ts'
import { readRowsNow } from '../intake/rows.ts'
import type { MatrixLike, TargetsLike } from '../model/options.ts'
import { makeEngine } from '../training/build.ts'
import type { Core } from '../training/core.ts'

/** See Network.trace. */
export function trace(core: Core, x: MatrixLike, y: TargetsLike): Trace {
  const engine = core.writing('trace')
  const data = readRowsNow(engine, { x, y }, core.naming())
  return traceRows(
    engine,
    (architecture) => makeEngine({ ...core.settings, architecture }, core.choice),
    data,
  )
}
