// Every tensor of one forward and backward pass by its name, to be read beside the equations of backpropagation.

import type { Floats } from '../base/floats.ts'
import type { Engine } from '../engine/engine.ts'
import { floatsLike, leavesZ, outputsOf, Pass } from '../engine/pass.ts'
import { loadRows, type Rows } from '../intake/rows.ts'
import type { Architecture } from '../model/architecture.ts'
import type { Normalization } from '../model/normalizations.ts'

/** A matrix by its name, as `explain` has it: 'x', 'W1', 'z1', "f'(z1)", 'δ2', '∇W1', … */
export interface TracedTensor {
  /** As above: 'W1' is that of the first layer. */
  readonly name: string
  /** Those of x, or inputs of a weight matrix; 1 for a vector. */
  readonly rows: number
  /** Values in a row. */
  readonly columns: number
  /** (rows × columns), row-major: a copy. Float64Array where the network computes in float64. */
  readonly values: Float32Array | Float64Array
}

/** The tensors of a layer, in the order of the pass. rows: those of x. */
export interface TracedLayer {
  /** W (inputs × units). */
  readonly weights: TracedTensor
  /** b (1 × units); (1 × 0) for a layer without biases. */
  readonly biases: TracedTensor
  /** z = a below · W + b (rows × units). */
  readonly z: TracedTensor
  /** ẑ, z normalised (rows × units). This and the next five are of layers with normalization alone. */
  readonly normalized?: TracedTensor
  /** u = γ ⊙ ẑ + β, what f is given (rows × units). */
  readonly scaled?: TracedTensor
  /** γ (1 × units). */
  readonly gains?: TracedTensor
  /** β (1 × units). */
  readonly shifts?: TracedTensor
  /** ∇γ (1 × units) of the mean loss. */
  readonly gainGradient?: TracedTensor
  /** ∇β (1 × units) of the mean loss. */
  readonly shiftGradient?: TracedTensor
  /** a = f(z), or f(u) (rows × units). Nothing is dropped in a trace. */
  readonly a: TracedTensor
  /** f'(z), or f'(u) (rows × units); none for softmax, where an element of a depends on the whole row of z. */
  readonly slope?: TracedTensor
  /** δ = ∂C/∂z (rows × units), C the loss of the row. */
  readonly delta: TracedTensor
  /** ∇W (inputs × units) of the mean loss, and of the penalties. */
  readonly weightGradient: TracedTensor
  /** ∇b (1 × units) of the mean loss; (1 × 0) for a layer without biases. */
  readonly biasGradient: TracedTensor
}

/** What Network.trace returns. */
export interface Trace {
  /** Mean over the rows, and the penalties: what the gradients ∇ are of, as `gradients` has it. */
  readonly loss: number
  /** (rows × inputs). */
  readonly x: TracedTensor
  /** (rows × outputs); of class indices their one-hot rows. */
  readonly y: TracedTensor
  /** The first layer after the inputs first. */
  readonly layers: readonly TracedLayer[]
}

/**
 * z of layer l for the rows that enter it. The arena has only a: f is taken in place. So the layer's product is taken again by
 * the same kernels, as a network of its own with the activation linear.
 */
function preActivations(
  make: (architecture: Architecture) => Engine,
  engine: Engine,
  l: number,
  input: Floats,
  rows: number,
): Floats {
  const { inputs, units, bias } = engine.architecture.layers[l]
  const layer = { inputs, units, bias, activation: 'linear' } as const
  const alone = make({ inputs, outputs: units, layers: [layer], loss: 'quadratic' })
  try {
    alone.parameters.setWeights(0, engine.parameters.weights(l))
    alone.parameters.setBiases(0, engine.parameters.biases(l))
    return outputsOf(alone, input, rows)
  } finally {
    alone.release()
  }
}

/** ẑ: over each row's units, or over each unit's rows, as the kernels have it; in float64. */
function normalize(z: Floats, rows: number, units: number, { name, epsilon }: Normalization): Floats {
  const out = floatsLike(z, z.length)
  const [groups, size, at] =
    name === 'layer'
      ? ([rows, units, (g: number, i: number) => g * units + i] as const)
      : ([units, rows, (g: number, i: number) => i * units + g] as const)
  for (let g = 0; g < groups; ++g) {
    let mean = 0
    for (let i = 0; i < size; ++i) mean += z[at(g, i)] / size
    let variance = 0
    for (let i = 0; i < size; ++i) variance += (z[at(g, i)] - mean) ** 2 / size
    const scale = 1 / Math.sqrt(variance + epsilon)
    for (let i = 0; i < size; ++i) out[at(g, i)] = (z[at(g, i)] - mean) * scale
  }
  return out
}

/** The pass over all rows as one batch; they are checked already. make: an engine of the same kernels. */
export function traceRows(engine: Engine, make: (architecture: Architecture) => Engine, data: Rows): Trace {
  const { rows } = data.x
  engine.reserve({ batchRows: rows, dataRows: rows, gradients: true, steps: 0 })
  loadRows(engine, data, 0, rows)
  engine.computeGradients(rows)
  const { plan, parameters, floats } = engine
  const tensor = (name: string, columns: number, values: Floats, height = rows): TracedTensor => ({
    name,
    rows: height,
    columns,
    values,
  })
  const copyOf = ({ offset, length }: { offset: number; length: number }) =>
    floats.slice(offset, offset + length)
  const x = copyOf({ offset: plan.x.offset, length: rows * plan.x.columns })
  const y = copyOf({ offset: plan.y.offset, length: rows * plan.y.columns })
  const loss = engine.sum(plan.losses, 0, rows) / rows + engine.penalty()

  const pass = new Pass(engine, x, rows)
  function stagesOf(normalization: Normalization, n: number, z: Floats, units: number) {
    const l = n - 1
    const normalized = normalize(z, rows, units, normalization)
    const gains = parameters.vector(l, 'gains')
    const shifts = parameters.vector(l, 'shifts')
    const scaled = normalized.map((value, i) => gains[i % units] * value + shifts[i % units])
    return {
      normalized: tensor(`ẑ${n}`, units, normalized),
      scaled: tensor(`u${n}`, units, scaled),
      gains: tensor(`γ${n}`, units, gains, 1),
      shifts: tensor(`β${n}`, units, shifts, 1),
      gainGradient: tensor(`∇γ${n}`, units, parameters.vector(l, 'gainGradients'), 1),
      shiftGradient: tensor(`∇β${n}`, units, parameters.vector(l, 'shiftGradients'), 1),
    }
  }
  let input: Floats = x
  const layers = engine.architecture.layers.map(
    ({ inputs, units, activation, bias, normalization }, l): TracedLayer => {
      const n = l + 1
      const isKept = !normalization && (activation === 'linear' || leavesZ(engine, l))
      const z = isKept ? pass.stored(l) : preActivations(make, engine, l, input, rows)
      const a = pass.activations(l)
      const slope = pass.slopes(l, a)
      const stages = normalization && stagesOf(normalization, n, z, units)
      input = a
      const ofBiases = (name: string, values: Floats) => tensor(name, bias ? units : 0, values, 1)
      return {
        weights: tensor(`W${n}`, units, parameters.weights(l), inputs),
        biases: ofBiases(`b${n}`, parameters.biases(l)),
        z: tensor(`z${n}`, units, z),
        ...stages,
        a: tensor(`a${n}`, units, a),
        ...(slope && { slope: tensor(`f'(z${n})`, units, slope) }),
        delta: tensor(`δ${n}`, units, pass.deltas(l)),
        weightGradient: tensor(`∇W${n}`, units, parameters.weights(l, 'weightGradients'), inputs),
        biasGradient: ofBiases(`∇b${n}`, parameters.biases(l, 'biasGradients')),
      }
    },
  )
  return { loss, x: tensor('x', plan.x.columns, x), y: tensor('y', plan.y.columns, y), layers }
}
