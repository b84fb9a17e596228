// Every hidden activation with every loss, without normalization and with each, one to four layers deep, on batches of 1, 2
// and 5 rows: the gradient of each group of parameters against a central difference along a random direction, which has a
// share of every parameter in it, in float64; and the gradient of the kernels against that. Kinks (relu, the margins of hinge
// losses, huber's and the absolute error's) are avoided: the numbers are seeded, and none is within h of one. Where one were,
// the difference would be off by a share of the slope, and the test red.

import { describe, expect, it } from 'vitest'
import { runNow } from '../../src/base/pace.ts'
import { Engine } from '../../src/engine/engine.ts'
import { type HiddenActivationName, Network, type NetworkOptions, OptionError } from '../../src/index.ts'
import type { Architecture } from '../../src/model/architecture.ts'
import { type LossName, losses } from '../../src/model/losses.ts'
import { networkSettings } from '../../src/model/network-settings.ts'
import { type NormalizationName, normalizations } from '../../src/model/normalizations.ts'
import { plainSgd } from '../../src/model/optimizers.ts'
import { type ActivationName, activations } from '../../src/model/tables.ts'
import { PREDICTS } from '../../src/program/capacity.ts'
import { backends, reference64, type TestedBackend } from '../helpers/backends.ts'
import { numbers } from '../helpers/random.ts'
import { part } from '../helpers/thorough.ts'

const INPUTS = 3
const UNITS = [5, 4, 6]
const OUTPUTS = 3
const DEPTHS = [1, 2, 3, 4]
const BATCHES = [1, 2, 5]
const MOST_ROWS = Math.max(...BATCHES)
const normalized: readonly (NormalizationName | 'none')[] = [
  'none',
  ...(Object.keys(normalizations) as NormalizationName[]),
]
// Two rows are ±1 after their normalization but for ε: one that leaves their gradients something to be.
const EPSILON = 0.25
/** h of the differences: they are off by some h² and by the rounding of losses of about 1, 1e-16 / h. */
const H = 1e-5
const OFF = 1e-9
/** Sums of at most six terms through four layers and back, each layer with a handful of roundings besides. */
const KERNELS_OFF = 400

const hiddenNames = Object.keys(activations).filter(
  (name) => !activations[name as ActivationName].wholeRow,
) as HiddenActivationName[]
/** Each takes the next one: all of them meet every activation and loss. */
const kernels = backends.filter((backend) => backend !== reference64)

interface Ending {
  readonly loss: LossName
  readonly output: ActivationName
}

/** Every loss behind the activation itself, where it is not one that brings its own; and softmax without such a loss. */
const endingsOf = (hidden: HiddenActivationName): Ending[] => [
  ...(Object.keys(losses) as LossName[]).map((loss) => ({ loss, output: losses[loss].fusedWith ?? hidden })),
  { loss: 'quadratic', output: 'softmax' },
]

function targetsOf(loss: LossName, seed: number): number[] {
  const raw = [...numbers(MOST_ROWS * OUTPUTS, seed)]
  if (loss === 'hinge') return raw.map((v) => (v > 0 ? 1 : -1))
  if (losses[loss].wholeTargets)
    return raw.map((_, i) => (i % OUTPUTS === Math.floor(i / OUTPUTS) % OUTPUTS ? 1 : 0))
  return losses[loss].targets ? raw.map((v) => v / 2 + 0.5) : raw
}

/** Undefined where there is no layer that could be normalised. */
function architectureOf(
  hidden: HiddenActivationName,
  { loss, output }: Ending,
  normalization: NormalizationName | 'none',
  depth: number,
): Architecture | undefined {
  const isWhole = losses[loss].fusedWith === output || activations[output].wholeRow
  if (isWhole && normalization !== 'none' && depth === 1) return undefined
  const given = normalization === 'none' ? 'none' : { name: normalization, epsilon: EPSILON }
  return networkSettings({
    inputs: INPUTS,
    layers: [
      ...UNITS.slice(0, depth - 1),
      { units: OUTPUTS, activation: output, normalization: isWhole ? 'none' : given },
    ],
    activation: hidden,
    normalization: given,
    loss,
  } as NetworkOptions).architecture
}

const GROUPS = [
  ['weights', 'weightGradients'],
  ['biases', 'biasGradients'],
  ['gains', 'gainGradients'],
  ['shifts', 'shiftGradients'],
] as const
type Group = (typeof GROUPS)[number]

/** The network in an arena, with parameters that are the same in all. */
class Subject {
  readonly #engine: Engine

  constructor(
    architecture: Architecture,
    { make }: TestedBackend,
    x: ArrayLike<number>,
    y: ArrayLike<number>,
  ) {
    const engine = new Engine(architecture, make, plainSgd)
    engine.resize({ ...PREDICTS, batchRows: MOST_ROWS, dataRows: MOST_ROWS, gradients: true })
    engine.fill(engine.plan.x, x, 0, MOST_ROWS)
    engine.fill(engine.plan.y, y, 0, MOST_ROWS)
    runNow(engine.orderSlices(MOST_ROWS))
    this.#engine = engine
  }

  read(l: number, which: Group[number]): number[] {
    const { parameters } = this.#engine
    if (which === 'weights' || which === 'weightGradients') return [...parameters.weights(l, which)]
    return [...parameters.vector(l, which)]
  }

  set(l: number, which: Group[0], values: ArrayLike<number>): void {
    if (which === 'weights') this.#engine.parameters.setWeights(l, values)
    else this.#engine.parameters.setVector(l, which, values)
  }

  computeGradients(rows: number): void {
    this.#engine.computeGradients(rows)
  }

  loss(rows: number): number {
    return this.#engine.computeLoss(rows) / rows
  }
}

function setAll(subjects: readonly Subject[], { layers }: Architecture, seed: number): void {
  layers.forEach(({ inputs, units, bias, normalization }, l) => {
    // Of a deviation of √(2 / inputs), so that the signal keeps its size behind relus.
    const weights = numbers(inputs * units, seed + l, Math.sqrt(6 / inputs))
    for (const subject of subjects) {
      subject.set(l, 'weights', weights)
      if (bias) subject.set(l, 'biases', numbers(units, seed + 10 + l, 0.5))
      if (!normalization) continue
      const gains = numbers(units, seed + 20 + l).map((v) => 1 + v / 2)
      subject.set(l, 'gains', gains)
      subject.set(l, 'shifts', numbers(units, seed + 30 + l))
    }
  })
}

const norm = (values: readonly number[]) => Math.hypot(...values)

describe('what is left out', () => {
  const make = (layers: object[], loss: LossName) =>
    networkSettings({ inputs: INPUTS, layers, loss } as NetworkOptions)
  const pairs = (Object.keys(losses) as LossName[]).flatMap((loss) =>
    (Object.keys(activations) as ActivationName[]).map((output) => ({ loss, output })),
  )
  const isTested = ({ loss, output }: Ending) =>
    hiddenNames.some((hidden) => endingsOf(hidden).some((one) => one.loss === loss && one.output === output))

  it.each(pairs)('is refused, and nothing else is: $output with $loss', (pair) => {
    const layers = [{ units: OUTPUTS, activation: pair.output }]
    if (isTested(pair)) expect(() => make(layers, pair.loss)).not.toThrow()
    else {
      expect(() => make(layers, pair.loss)).toThrow(OptionError)
      expect(() => make(layers, pair.loss)).toThrow(`options.loss: '${pair.loss}' expects`)
    }
  })

  it.each(pairs.filter(isTested))('is a normalised last layer that is whole: $output with $loss', (pair) => {
    const isWhole = losses[pair.loss].fusedWith === pair.output || activations[pair.output].wholeRow
    for (const normalization of Object.keys(normalizations)) {
      const layers = [{ units: OUTPUTS, activation: pair.output, normalization }]
      if (isWhole)
        expect(() => make(layers, pair.loss)).toThrow("options.layers[0].normalization: expected 'none'")
      else expect(() => make(layers, pair.loss)).not.toThrow()
    }
  })

  it('is an activation of whole rows below the last layer', () => {
    for (const name of Object.keys(activations).filter((one) => !hiddenNames.includes(one as never))) {
      const layers = [{ units: 3, activation: name }, { units: OUTPUTS }]
      expect(() => make(layers, 'quadratic')).toThrow('options.layers[0].activation: expected an elementwise')
    }
  })

  // Its gradient is compared all the same: ∂C/∂z of a batch of one is 0.
  it('is training on one row normalised over the batch', async () => {
    const net = new Network({ inputs: 1, layers: [{ units: 2 }, 1], normalization: 'batch', threads: 1 })
    await expect(net.fit({ x: [[1]], y: [[1]] })).rejects.toThrow('batch normalization expects 2 or more')
    expect(() => net.trainBatch([[1]], [[1]])).toThrow('batch normalization expects 2 or more')
    net.dispose()
  })
})

describe.each(hiddenNames)('the gradient behind %s', (hidden) => {
  it.each(part(endingsOf(hidden), 4))('agrees with central differences: $loss, $output', (ending) => {
    const wrong: string[] = []
    let compared = 0
    let vanished = 0
    for (const normalization of normalized) {
      for (const depth of DEPTHS) {
        const architecture = architectureOf(hidden, ending, normalization, depth)
        if (!architecture) continue
        const seed = 100 * depth + 7
        const x = numbers(MOST_ROWS * INPUTS, seed + 50, 1.5)
        const y = targetsOf(ending.loss, seed + 60)
        const backend = kernels[(depth + normalized.indexOf(normalization)) % kernels.length]
        const [exact, rounded] = [reference64, backend].map((one) => new Subject(architecture, one, x, y))
        setAll([exact, rounded], architecture, seed)
        for (const rows of BATCHES) {
          exact.computeGradients(rows)
          rounded.computeGradients(rows)
          const groups = architecture.layers.flatMap((_, l) =>
            GROUPS.map(([which, gradient]) => ({
              l,
              which,
              values: exact.read(l, which),
              gradient: exact.read(l, gradient),
              found: rounded.read(l, gradient),
            })),
          )
          const largest = Math.max(...groups.map(({ gradient }) => norm(gradient)))
          for (const { l, which, values, gradient, found } of groups) {
            if (values.length === 0) continue
            const what = `${normalization}, depth ${depth}, ${rows} rows, ${which} ${l}`
            const direction = numbers(values.length, seed + 70 + l)
            const lossAt = (h: number) => {
              exact.set(
                l,
                which,
                values.map((v, i) => v + h * direction[i]),
              )
              return exact.loss(rows)
            }
            const difference = (lossAt(H) - lossAt(-H)) / (2 * H)
            exact.set(l, which, values)
            const slope = gradient.reduce((sum, g, i) => sum + g * direction[i], 0)
            const off = norm(gradient.map((g, i) => g - found[i]))
            // All of them, since a mistake is known by where it is.
            if (!(Math.abs(slope - difference) < OFF * (1 + 10 * norm(gradient))))
              wrong.push(`${what}: ${slope} by the chain rule, ${difference} by the difference`)
            if (!(off < KERNELS_OFF * backend.epsilon * (largest + 1e-3)))
              wrong.push(`${what}: ${backend.name} is off by ${off}, where the largest is ${largest}`)
            compared += 1
            // Dead relus, a margin that is kept, a row or a shift that the mean takes away: gradients of 0.
            if (norm(gradient) < 1e-7) vanished += 1
          }
        }
      }
    }
    expect(wrong).toEqual([])
    expect(vanished / compared).toBeLessThan(0.5)
  })
})
