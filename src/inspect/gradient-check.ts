// The gradient from backpropagation in float64, on the reference backend: against central differences, and against that of
// the kernels that train.

import type { MakeBackend } from '../backends/backend.ts'
import { makeReferenceBackend } from '../backends/reference.ts'
import { largest } from '../base/largest.ts'
import { runNow } from '../base/pace.ts'
import { PhiloxStream, SAMPLE } from '../base/random.ts'
import { Engine } from '../engine/engine.ts'
import type { VectorName } from '../engine/parameters.ts'
import type { Inputs } from '../intake/inputs.ts'
import type { Targets } from '../intake/matrix.ts'
import { isOverBatch } from '../model/architecture.ts'
import type { checkGradientsSettings } from '../model/call-settings.ts'
import { plainSgd } from '../model/optimizers.ts'
import { VECTORS } from '../model/snapshot.ts'
import { PREDICTS } from '../program/capacity.ts'
import { panelIndex } from '../program/panels.ts'
import type { Tensor } from '../program/tensors.ts'
import { evaluateRows } from '../training/evaluate.ts'

/** How well the two gradients of one group of parameters agree. */
export interface GradientGroup {
  /** 'W1', 'b1', 'γ1', 'β1', 'W2', … */
  readonly name: string
  /** Parameters compared. */
  readonly checked: number
  /** ‖backpropagation − differences‖ / (‖backpropagation‖ + ‖differences‖) of these in float64, 0 where both are 0. */
  readonly relativeError: number
  /** ‖kernels − backpropagation‖ / (‖kernels‖ + ‖backpropagation‖) of the whole group, 0 where both are 0: the gradient
   * of the kernels that train, in float32, against backpropagation in float64. */
  readonly kernelError: number
  /** The parameter on which they differ most. */
  readonly worst: {
    /** From 0, row-major in W. */
    readonly index: number
    /** Its gradient by backpropagation in float64. */
    readonly backpropagation: number
    /** Its gradient by central differences in float64. */
    readonly differences: number
  }
}

/** What Network.checkGradients returns. */
export interface GradientCheck {
  /** The largest of the groups. */
  readonly relativeError: number
  /** The largest of the groups. */
  readonly kernelError: number
  /** Layer by layer, from the first: W and b, and γ and β of a layer that is normalised. */
  readonly groups: readonly GradientGroup[]
}

/** What the kernels that train make of the same rows. */
interface KernelGradients {
  /** Row-major (inputs × units) of each layer. */
  readonly weights: readonly ArrayLike<number>[]
  /** (units) of each layer; empty for one without biases. */
  readonly biases: readonly ArrayLike<number>[]
  /** (units) of each layer; empty for one without normalization. */
  readonly gains: readonly ArrayLike<number>[]
  readonly shifts: readonly ArrayLike<number>[]
}

/** ‖a − b‖ / (‖a‖ + ‖b‖), 0 where both are 0. */
function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0
  let squaresA = 0
  let squaresB = 0
  for (let i = 0; i < a.length; ++i) {
    difference += (a[i] - b[i]) ** 2
    squaresA += a[i] ** 2
    squaresB += b[i] ** 2
  }
  const norm = Math.sqrt(squaresA) + Math.sqrt(squaresB)
  return norm === 0 ? 0 : Math.sqrt(difference) / norm
}

const makeFloat64: MakeBackend = (elements, _, callbacks) =>
  makeReferenceBackend(elements, 'float64', callbacks)

/** An engine of the same architecture and parameters, in float64 on the reference backend. */
function float64Engine(engine: Engine): Engine {
  const { architecture } = engine
  const twin = new Engine(architecture, makeFloat64, plainSgd)
  architecture.layers.forEach((_, l) => {
    twin.parameters.setWeights(l, engine.parameters.weights(l))
    for (const which of VECTORS) twin.parameters.setVector(l, which, engine.parameters.vector(l, which))
  })
  return twin
}

/** Up to `count` different indices below `length`, in order. */
function sample(length: number, count: number, random: PhiloxStream): number[] {
  if (count >= length) return Array.from({ length }, (_, i) => i)
  const chosen = new Set<number>()
  while (chosen.size < count) chosen.add(random.below(length))
  return [...chosen].sort((a, b) => a - b)
}

/** Compares the gradients of every group of parameters; x and y are checked already. kernels: of the same rows. */
export function checkGradients(
  engine: Engine,
  x: Inputs,
  y: Targets,
  { samples, epsilon, seed }: ReturnType<typeof checkGradientsSettings>,
  kernels: KernelGradients,
): GradientCheck {
  const twin = float64Engine(engine)
  // Read and used without a pause, so there is nothing to watch; and checksums in float64 differ.
  const values = { ...x, checksums: undefined }
  twin.resize({ ...PREDICTS, batchRows: x.rows, dataRows: x.rows, gradients: true })
  const { plan } = twin
  twin.fill(plan.x, x.values, 0, x.rows)
  twin.fill(plan.y, y.values, 0, x.rows)
  runNow(twin.orderSlices(x.rows))
  twin.computeGradients(x.rows)

  const overBatch = isOverBatch(engine.architecture)
  const lossWith = (at: number, value: number): number => {
    twin.floats[at] = value
    // Normalised over the batch, as the gradient is; a prediction takes running statistics.
    if (overBatch) return twin.computeLoss(x.rows) / x.rows + twin.penalty()
    return runNow(evaluateRows(() => twin, { x: values, y, weights: undefined })).loss
  }
  const compare = (
    name: string,
    gradient: ArrayLike<number>,
    kernelGradient: ArrayLike<number>,
    offsetOf: (i: number) => number,
    stream: number,
  ): GradientGroup => {
    const backward: number[] = []
    const forward: number[] = []
    let worst = { index: 0, backpropagation: 0, differences: 0 }
    const indices = sample(gradient.length, samples, new PhiloxStream(seed, SAMPLE, stream))
    for (const index of indices) {
      const at = offsetOf(index)
      const value = twin.floats[at]
      const differences = (lossWith(at, value + epsilon) - lossWith(at, value - epsilon)) / (2 * epsilon)
      twin.floats[at] = value
      const backpropagation = gradient[index]
      backward.push(backpropagation)
      forward.push(differences)
      if (Math.abs(backpropagation - differences) >= Math.abs(worst.backpropagation - worst.differences)) {
        worst = { index, backpropagation, differences }
      }
    }
    return {
      name,
      checked: indices.length,
      relativeError: relativeDistance(backward, forward),
      kernelError: relativeDistance(kernelGradient, gradient),
      worst,
    }
  }
  const groups = plan.layers.flatMap((layer, l): GradientGroup[] => {
    const { weights, biases, gains, shifts } = layer
    const { inputs, units, normalization } = twin.architecture.layers[l]
    const inPanels = (i: number) =>
      weights.offset + panelIndex(inputs, units, Math.floor(i / units), i % units)
    const weightGradient = twin.parameters.weights(l, 'weightGradients')
    const group = compare(`W${l + 1}`, weightGradient, kernels.weights[l], inPanels, 2 * l)
    const vector = (
      name: string,
      which: VectorName,
      tensor: Tensor | undefined,
      kernel: ArrayLike<number>,
    ) =>
      tensor
        ? [compare(name, twin.parameters.vector(l, which), kernel, (i) => tensor.offset + i, 2 * l + 1)]
        : []
    return [
      group,
      // The mean of the batch takes a bias away: its gradient is what rounding leaves of 0.
      ...(normalization?.name === 'batch'
        ? []
        : vector(`b${l + 1}`, 'biasGradients', biases, kernels.biases[l])),
      ...vector(`γ${l + 1}`, 'gainGradients', gains, kernels.gains[l]),
      ...vector(`β${l + 1}`, 'shiftGradients', shifts, kernels.shifts[l]),
    ]
  })
  return {
    relativeError: largest(groups.map((group) => group.relativeError)),
    kernelError: largest(groups.map((group) => group.kernelError)),
    groups,
  }
}
