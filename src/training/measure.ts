// The metrics of a fit after each epoch, from the network's outputs for some rows.

import type { Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { computeBlock, type Inputs } from '../intake/inputs.ts'
import { makeMatrix } from '../intake/matrix.ts'
import type { Rows } from '../intake/rows.ts'
import { targetKindOf } from '../metrics/given.ts'
import type { Metric } from '../metrics/table.ts'

/** (rows × outputs), row-major. Yields now and then. */
function* outputsFor(engine: Engine, x: Inputs): Slices<Float32Array> {
  const { outputs } = engine.architecture
  const out = makeMatrix(x.rows, outputs, 'predictions')
  const { blockRows } = engine
  for (let from = 0, block = 0; from < x.rows; from += blockRows, ++block) {
    const to = Math.min(from + blockRows, x.rows)
    yield* computeBlock(
      () => engine,
      x,
      [from, to, block],
      (_, first, end) => {
        engine.predictStaged(end - first, out, first * outputs)
      },
    )
  }
  return out
}

/** What the metrics need to know of the rows. Throws OptionError where one has no meaning for their targets. */
export function checkMetrics(metrics: readonly Metric[], outputs: number, { y }: Rows): void {
  for (const metric of metrics) metric.check({ outputs, kind: targetKindOf(y.hitMode) })
}

/** The figure of each metric, by its name. Yields now and then. */
export function* measure(
  engine: Engine,
  metrics: readonly Metric[],
  { x, y }: Rows,
): Slices<Record<string, number>> {
  const outputs = yield* outputsFor(engine, x)
  const shape = { rows: x.rows, outputs: y.columns, kind: targetKindOf(y.hitMode) }
  const figures: [string, number][] = []
  for (const metric of metrics) {
    figures.push([metric.name, yield* metric.compute(outputs, y.values, shape)])
    yield
  }
  // It takes a metric that is called __proto__ for a name as others are.
  return Object.fromEntries(figures)
}
