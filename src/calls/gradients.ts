// The gradient over any number of rows, summed from batches.

import type { VectorName } from '../engine/parameters.ts'
import { loadRows, readRowsNow } from '../intake/rows.ts'
import type { MatrixLike, TargetsLike } from '../model/options.ts'
import type { Core } from '../training/core.ts'

/** The gradient of the mean loss, penalties included, shaped like the parameters. */
export interface Gradients {
  /** Mean over the rows, and the penalties. */
  readonly loss: number
  /** ∇W of each layer, row-major (inputs × units). */
  readonly weights: Float32Array[]
  /** ∇b of each layer (units); empty for a layer without biases. */
  readonly biases: Float32Array[]
  /** ∇γ of each layer (units); empty for a layer without normalization. */
  readonly gains: Float32Array[]
  /** ∇β of each layer (units); empty for a layer without normalization. */
  readonly shifts: Float32Array[]
}

// Gradients over many rows are summed from batches of this many: the buffers between layers stay small.
const GRADIENT_ROWS = 1024

/** See Network.gradients. */
export function gradients(core: Core, x: MatrixLike, y: TargetsLike): Gradients {
  const engine = core.writing('gradients')
  const data = readRowsNow(engine, { x, y }, core.naming())
  const { layers } = engine.architecture
  const { rows } = data.x
  const rowsAtOnce = Math.min(rows, GRADIENT_ROWS)
  engine.reserve({ batchRows: rowsAtOnce, dataRows: rowsAtOnce, gradients: true, steps: 0 })
  let weights: Float32Array[] = []
  let biases: Float32Array[] = []
  let gains: Float32Array[] = []
  let shifts: Float32Array[] = []
  let loss = 0
  for (let from = 0; from < rows; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, rows)
    loadRows(engine, data, from, to)
    engine.computeGradients(to - from)
    loss += engine.sum(engine.plan.losses, 0, to - from)
    const share = (to - from) / rows
    const addTo = (sums: Float32Array[], parts: Float32Array[]) =>
      parts.map((part, l) =>
        share === 1 ? part : part.map((value, i) => share * value + (sums[l]?.[i] ?? 0)),
      )
    weights = addTo(
      weights,
      layers.map((_, l) => engine.parameters.weights(l, 'weightGradients') as Float32Array),
    )
    const vectors = (which: VectorName) =>
      layers.map((_, l) => engine.parameters.vector(l, which) as Float32Array)
    biases = addTo(biases, vectors('biasGradients'))
    gains = addTo(gains, vectors('gainGradients'))
    shifts = addTo(shifts, vectors('shiftGradients'))
  }
  return { loss: loss / rows + engine.penalty(), weights, biases, gains, shifts }
}
