// Statistics of the parameters as they lie in the arena, in bounded time: what a diagnosis starts from.

/** Weights and biases of a layer, before they were trained in this call. */
export interface LayerStatistics {
  /** Mean and root mean square of the weights. */
  readonly mean: number
  readonly size: number
  /** Root mean square of the biases; 0 without. */
  readonly biasSize: number
  /** Largest magnitude of a weight or a bias. */
  readonly largest: number
}

/** A tensor of the arena; what pads it is zeros. */
interface Stored {
  readonly offset: number
  readonly length: number
}

// The sample of a layer's weights, in blocks: 64 KB in all, which take some 20 µs.
const BLOCKS = 16
const BLOCK = 1 << 10

/** Statistics of a layer's parameters as they lie in the arena, of a sample where they are many. */
export function layerStatistics(
  floats: ArrayLike<number>,
  weights: Stored,
  weightCount: number,
  biases: Stored | undefined,
  units: number,
): LayerStatistics {
  const w = storedStatistics(floats, weights, weightCount)
  const b = biases && storedStatistics(floats, biases, units)
  const largest = Math.max(w.largest, b?.largest ?? 0)
  return { mean: w.mean, size: w.size, biasSize: b?.size ?? 0, largest }
}

function storedStatistics(floats: ArrayLike<number>, { offset, length }: Stored, count: number) {
  const whole = length <= BLOCKS * BLOCK
  const blocks = whole ? 1 : BLOCKS
  const block = whole ? length : BLOCK
  let sum = 0
  let squares = 0
  let largest = 0
  for (let b = 0; b < blocks; ++b) {
    const from = offset + (blocks > 1 ? Math.floor((b * (length - block)) / (blocks - 1)) : 0)
    for (let i = from; i < from + block; ++i) {
      const v = floats[i]
      sum += v
      squares += v * v
      largest = Math.max(largest, Math.abs(v))
    }
  }
  // The share of the sample that is no padding.
  const n = (blocks * block * count) / length
  return { mean: sum / n, size: Math.sqrt(squares / n), largest }
}
