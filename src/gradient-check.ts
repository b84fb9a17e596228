// The gradient from backpropagation against central differences, both in float64 on the reference backend.

import { makeReferenceBackend } from './backends/reference.ts'
import { Engine } from './engine.ts'
import { evaluateRows } from './evaluate.ts'
import type { Inputs } from './inputs.ts'
import type { Targets } from './matrix.ts'
import type { checkGradientsSettings } from './options.ts'
import { runNow } from './pace.ts'
import { panelIndex } from './panels.ts'
import { PREDICTS } from './plan.ts'
import { PhiloxStream, SAMPLE } from './random.ts'
import { optimizers } from './tables.ts'

/** How well the two gradients of one group of parameters agree. */
export interface GradientGroup {
  /** 'W1', 'b1', 'W2', … */
  readonly name: string
  /** Parameters compared. */
  readonly checked: number
  /** ‖backpropagation − differences‖ / (‖backpropagation‖ + ‖differences‖), 0 where both are 0. */
  readonly relativeError: number
  /** The parameter on which they differ most: its index (row-major in W), and both values. */
  readonly worst: { readonly index: number; readonly backpropagation: number; readonly differences: number }
}

export interface GradientCheck {
  /** The largest of the groups. */
  readonly relativeError: number
  readonly groups: readonly GradientGroup[]
}

/** An engine of the same architecture and parameters, in float64 on the reference backend. */
export function float64Engine(engine: Engine): Engine {
  const { architecture } = engine
  const twin = new Engine(
    architecture,
    (elements) => makeReferenceBackend(elements, 'float64'),
    optimizers.sgd.rule,
  )
  architecture.layers.forEach((_, l) => {
    twin.parameters.setWeights(l, engine.parameters.weights(l))
    twin.parameters.setBiases(l, engine.parameters.biases(l))
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

/** Compares the gradients of every group of parameters; x and y are checked already. */
export function checkGradients(
  engine: Engine,
  x: Inputs,
  y: Targets,
  { samples, epsilon, seed }: ReturnType<typeof checkGradientsSettings>,
): GradientCheck {
  const twin = float64Engine(engine)
  // Read and used in one go: there is nothing to watch, and float64 has other checksums.
  const values = { ...x, checksums: undefined }
  twin.resize({ ...PREDICTS, batchRows: x.rows, dataRows: x.rows, gradients: true })
  const { plan } = twin
  twin.fill(plan.x, x.values, 0, x.rows)
  twin.fill(plan.y, y.values, 0, x.rows)
  runNow(twin.orderSlices(x.rows))
  twin.computeGradients(x.rows)

  const lossWith = (at: number, value: number): number => {
    twin.floats[at] = value
    return runNow(evaluateRows(() => twin, values, y)).loss
  }
  const compare = (
    name: string,
    gradient: ArrayLike<number>,
    offsetOf: (i: number) => number,
    stream: number,
  ) => {
    let difference = 0
    let normBackward = 0
    let normForward = 0
    let worst = { index: 0, backpropagation: 0, differences: 0 }
    const indices = sample(gradient.length, samples, new PhiloxStream(seed, SAMPLE, stream))
    for (const index of indices) {
      const at = offsetOf(index)
      const value = twin.floats[at]
      const differences = (lossWith(at, value + epsilon) - lossWith(at, value - epsilon)) / (2 * epsilon)
      twin.floats[at] = value
      const backpropagation = gradient[index]
      difference += (backpropagation - differences) ** 2
      normBackward += backpropagation ** 2
      normForward += differences ** 2
      if (Math.abs(backpropagation - differences) >= Math.abs(worst.backpropagation - worst.differences)) {
        worst = { index, backpropagation, differences }
      }
    }
    const norm = Math.sqrt(normBackward) + Math.sqrt(normForward)
    const relativeError = norm === 0 ? 0 : Math.sqrt(difference) / norm
    return { name, checked: indices.length, relativeError, worst }
  }
  const groups = plan.layers.flatMap(({ weights, biases }, l): GradientGroup[] => {
    const { inputs, units } = twin.architecture.layers[l]
    const inPanels = (i: number) =>
      weights.offset + panelIndex(inputs, units, Math.floor(i / units), i % units)
    const group = compare(`W${l + 1}`, twin.parameters.weights(l, 'weightGradients'), inPanels, 2 * l)
    if (!biases) return [group]
    const biasGradient = twin.parameters.biases(l, 'biasGradients')
    return [group, compare(`b${l + 1}`, biasGradient, (i) => biases.offset + i, 2 * l + 1)]
  })
  return { relativeError: Math.max(...groups.map((group) => group.relativeError)), groups }
}
