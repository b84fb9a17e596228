// The plan: from the shape of a network and the sizes of its data to one table of named tensors with offsets. A pure
// function; one arena holds everything, and the parameters are one slice of it.

import {
  ARENA_START,
  BUCKET_ENTRIES,
  BUCKETS,
  PACK_COLUMNS,
  SINGLE,
  STRIP,
  STRIP_HEAD,
} from '../../assembly/abi/layout.ts'
import { SCALARS } from '../../assembly/abi/rules.ts'
import * as Sync from '../../assembly/abi/sync.ts'
import { largest } from '../base/largest.ts'
import { type Architecture, drops } from '../model/architecture.ts'
import { activationRow } from '../model/custom-activation.ts'
import { clipsNorm, hasPenalty, isPenalized } from '../model/regularization.ts'
import type { Capacity } from './capacity.ts'
import { padded, panelLength } from './panels.ts'
import { tapePlace } from './tape-places.ts'
import { blocksOf, type LayerTensors, type Range, type Staging, type Tensor } from './tensors.ts'

export interface Plan {
  readonly architecture: Architecture
  readonly capacity: Capacity
  /** The tiles of the products: SINGLE, or flags of assembly/abi/layout.ts. */
  readonly tiles: number
  /** Every tensor in the order in which it lies in the arena. */
  readonly tensors: readonly Tensor[]
  /** Size of the arena. */
  readonly elements: number
  /** What a rule needs to know of a step, a row for each. */
  readonly steps: Tensor
  readonly tapes: Tensor
  /** What the masks of dropout are drawn from: the seed's two words, the stream and the purpose. */
  readonly random: Tensor | undefined
  /** The inputs of the batch with some dropped (batch × inputs). */
  readonly droppedInputs: Tensor | undefined
  readonly layers: readonly LayerTensors[]
  /** Where the plan begins. */
  readonly begin: number
  /** The slice of the arena that holds every W and b, γ and β, and the running statistics. It has the same place and layout
   * in every plan of an architecture that begins at the same element, and ends where the slots begin. */
  readonly parameters: Range
  /** The parameters and what the optimizer keeps of them, each slot in their layout: what training changes, and what a
   * transaction keeps. */
  readonly state: Range
  /** What must be zero before the first step: scratch and buffers of the batch, whose padding no kernel writes. */
  readonly zeroed: Range
  /** Training data, the order in which its rows are taken, and what a step leaves for each row. */
  readonly x: Tensor
  readonly y: Tensor
  readonly order: Tensor
  readonly losses: Tensor
  readonly hits: Tensor
  /** How much each row of the training data counts; undefined where all count alike. */
  readonly rowWeights: Tensor | undefined
  /** Offsets of the rows of x and y that make up the batch. */
  readonly xTable: Tensor
  readonly yTable: Tensor
  /** The nonzeros of the training data, in place of x: where each row's list begins, the lists, where those of the
   * batch's rows begin and end, and the same nonzeros by columns: the length of each bucket, then the buckets. */
  readonly sparse:
    | {
        readonly starts: Tensor
        readonly entries: Tensor
        readonly fromTable: Tensor
        readonly toTable: Tensor
        readonly bucketLengths: Tensor
        readonly buckets: Tensor
      }
    | undefined
  /** What the gradient's product packs of its operands. */
  readonly pack: Tensor
  /** For each thread a strip of the gradient on its way to the rule. */
  readonly strips: Tensor
  /** The norm of each block of the gradient, tensor after tensor; empty where no norm is limited. */
  readonly norms: Tensor
  /** The penalty of each block of the weights that have one, and that of all for each batch, at its first row. */
  readonly penaltySums: Tensor
  readonly penalties: Tensor
  /** The words by which threads synchronize at a barrier. */
  readonly sync: Tensor
  readonly staging: Staging
  /** Those of the threads. */
  readonly validation: Staging | undefined
}

// Tensors begin on a cache line of 64 bytes, so that two threads never write to one line from two tensors.
const LINE = 16
const RANDOM_WORDS = 4
// Predict takes so many rows at a time: enough rows for the kernels' tiles, and buffers that fit in L2.
const STAGING_ROWS = 256
const STAGING_ELEMENTS = 1 << 18
// Threads take as many times that at once each: a call to them costs more than one within the thread.
const STAGINGS_PER_THREAD = 2

/** The arena of a network, from the element `begin` on: every tensor, its shape and where it lies. */
export function makePlan(
  architecture: Architecture,
  capacity: Capacity,
  tiles: number = SINGLE,
  begin: number = ARENA_START,
): Plan {
  const { inputs, outputs, layers } = architecture
  const { batchRows, dataRows, gradients, threads } = capacity
  const tensors: Tensor[] = []
  let end = begin

  function place(
    name: string,
    rows: number,
    columns: number,
    stride = columns,
    length = rows * stride,
  ): Tensor {
    const tensor = { name, offset: end, rows, columns, stride, length }
    end += Math.ceil(length / LINE) * LINE
    tensors.push(tensor)
    return tensor
  }
  const vector = (name: string, length: number) => place(name, 1, length)
  const matrix = (name: string, rows: number, columns: number) => place(name, rows, columns, padded(columns))
  const panels = (name: string, rows: number, columns: number) =>
    place(name, rows, columns, columns, panelLength(rows, columns))

  const sync = vector('sync', Sync.LENGTH)
  const tapes = vector('tapes', tapePlace(architecture).at)
  const random = drops(architecture) ? vector('random', RANDOM_WORDS) : undefined

  const parametersFrom = end
  const parameters = layers.map((layer, l) => ({
    weights: panels(`W${l + 1}`, layer.inputs, layer.units),
    biases: layer.bias ? matrix(`b${l + 1}`, 1, layer.units) : undefined,
    gains: layer.normalization && matrix(`γ${l + 1}`, 1, layer.units),
    shifts: layer.normalization && matrix(`β${l + 1}`, 1, layer.units),
    runningMean: layer.normalization?.name === 'batch' ? matrix(`mean ${l + 1}`, 1, layer.units) : undefined,
    runningVariance:
      layer.normalization?.name === 'batch' ? matrix(`variance ${l + 1}`, 1, layer.units) : undefined,
  }))
  const parametersTo = end
  for (let slot = 1; slot <= capacity.slots; ++slot) place(`slot ${slot}`, 1, parametersTo - parametersFrom)
  const stateTo = end
  // Copies of what stands above: they follow every change of it.
  const transposes = layers.map((layer, l) =>
    l > 0 ? panels(`W${l + 1}ᵀ`, layer.units, layer.inputs) : undefined,
  )

  const zeroedFrom = end
  const training = batchRows > 0
  const layerTensors = layers.map((layer, l): LayerTensors => {
    const slope = activationRow(layer.activation).storesSlope || layer.dropout !== undefined
    const { normalization } = layer
    const stored = training && gradients
    return {
      ...parameters[l],
      weightsT: transposes[l],
      activations: training ? matrix(`a${l + 1}`, batchRows, layer.units) : undefined,
      slopes: training && slope ? matrix(`f'(z${l + 1})`, batchRows, layer.units) : undefined,
      deltas: training ? matrix(`δ${l + 1}`, batchRows, layer.units) : undefined,
      normalized:
        training && normalization
          ? {
              values: matrix(`ẑ${l + 1}`, batchRows, layer.units),
              deltas: matrix(`δu${l + 1}`, batchRows, layer.units),
              statistics:
                normalization.name === 'batch'
                  ? matrix(`μ${l + 1}, σ²${l + 1}`, 3, layer.units)
                  : vector(`1/σ${l + 1}`, batchRows),
            }
          : undefined,
      weightGradients: stored ? panels(`∇W${l + 1}`, layer.inputs, layer.units) : undefined,
      biasGradients: stored && layer.bias ? matrix(`∇b${l + 1}`, 1, layer.units) : undefined,
      gainGradients: stored && normalization ? matrix(`∇γ${l + 1}`, 1, layer.units) : undefined,
      shiftGradients: stored && normalization ? matrix(`∇β${l + 1}`, 1, layer.units) : undefined,
    }
  })
  const droppedInputs =
    training && architecture.inputDropout ? matrix('a0', batchRows, architecture.inputs) : undefined
  const pack = place('pack', threads * batchRows, PACK_COLUMNS)
  const strips = place('strips', capacity.strips ? threads : 0, STRIP_HEAD + STRIP)
  const xTable = vector('rows of x', threads * batchRows)
  const yTable = vector('rows of y', threads * batchRows)
  const lists = capacity.nonzeros
    ? {
        fromTable: vector('lists from', threads * batchRows),
        toTable: vector('lists to', threads * batchRows),
        bucketLengths: vector('bucket lengths', threads * padded(inputs)),
        buckets: vector('buckets', threads * 2 * Math.max(BUCKET_ENTRIES, BUCKETS * batchRows)),
      }
    : undefined
  const zeroedTo = end
  // Not in front: the parameters have one place, however many steps there are.
  const steps = matrix('steps', capacity.steps, SCALARS)

  const { regularization } = architecture
  const blocks = (some: readonly (Tensor | undefined)[]) =>
    some.reduce((sum, tensor) => sum + (tensor ? blocksOf(tensor) : 0), 0)
  const takesSteps = capacity.steps > 0
  const limited = takesSteps && clipsNorm(regularization)
  const norms = vector(
    'norms',
    limited ? blocks(parameters.flatMap((one) => [one.weights, one.biases, one.gains, one.shifts])) : 0,
  )
  const penalized = takesSteps && hasPenalty(regularization)
  const penalizedWeights = parameters.map((one, l) =>
    penalized && isPenalized(regularization!.layers[l]) ? one.weights : undefined,
  )
  const penaltySums = vector('penalty sums', blocks(penalizedWeights))

  const widest = Math.max(inputs, largest(layers.map((layer) => padded(layer.units))))
  const stagingRows = Math.max(1, Math.min(STAGING_ROWS, Math.floor(STAGING_ELEMENTS / widest)))
  const widestLayer = largest(layers.map((layer) => layer.units))
  const makeStaging = (name: string, count: number): Staging => ({
    rows: count,
    x: place(`${name} x`, count, inputs),
    y: place(`${name} y`, count, outputs),
    buffers: [matrix(`${name} a`, count, widestLayer), matrix(`${name} b`, count, widestLayer)],
    losses: vector(`${name} losses`, count),
    hits: vector(`${name} hits`, count),
  })
  const staging = makeStaging('staging', stagingRows)
  const validation = capacity.validates
    ? makeStaging('validation', STAGINGS_PER_THREAD * threads * stagingRows)
    : undefined

  // The data come last: they are the largest, and are written before they are read.
  const order = vector('order', dataRows)
  const losses = vector('losses', dataRows)
  const hits = vector('hits', dataRows)
  const rowWeights = capacity.weighted ? vector('weights of rows', dataRows) : undefined
  const penalties = vector('penalties', penalized ? dataRows : 0)
  const sparse = lists && {
    ...lists,
    starts: vector('starts of lists', dataRows + 1),
    // One more, because an entry is written before it is known to be one.
    entries: vector('nonzeros', 2 * (capacity.nonzeros + 1)),
  }
  const y = place('y', dataRows, outputs)
  const x = place('x', sparse ? 0 : dataRows, inputs)

  return {
    architecture,
    capacity,
    tiles,
    tensors,
    elements: end,
    steps,
    tapes,
    random,
    droppedInputs,
    layers: layerTensors,
    begin,
    parameters: { offset: parametersFrom, length: parametersTo - parametersFrom },
    state: { offset: parametersFrom, length: stateTo - parametersFrom },
    zeroed: { offset: zeroedFrom, length: zeroedTo - zeroedFrom },
    x,
    y,
    order,
    losses,
    hits,
    rowWeights,
    xTable,
    yTable,
    pack,
    strips,
    norms,
    penaltySums,
    penalties,
    sync,
    sparse,
    staging,
    validation,
  }
}
