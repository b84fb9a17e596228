// Random networks with random trainings, as a user would write them: fast-check draws them, and shrinks those that disagree.

import fc from 'fast-check'
import type { FitOptions, LayerOptions, NetworkOptions } from '../../../src/index.ts'
import { activations, sloped } from './activations.ts'
import { type Call, layersOf, type RandomCase, type Targets } from './cases.ts'
import { defined, float, one, optimizer, options, rarely, rate } from './draws-optimizers.ts'

interface Ending {
  readonly loss: string
  /** The last layer's activation; undefined for any that takes one z at a time. */
  readonly activation?: string
  readonly targets: readonly Targets[]
}

const ENDINGS: readonly Ending[] = [
  { loss: 'quadratic', targets: ['values', 'oneHot', 'bits'] },
  { loss: 'quadratic', activation: 'softmax', targets: ['oneHot', 'shares', 'labels'] },
  { loss: 'meanAbsoluteError', targets: ['values'] },
  { loss: 'huber', targets: ['values'] },
  { loss: 'logCosh', targets: ['values'] },
  { loss: 'poisson', activation: 'softplus', targets: ['counts'] },
  { loss: 'crossEntropy', activation: 'softmax', targets: ['labels', 'oneHot', 'shares'] },
  { loss: 'klDivergence', activation: 'softmax', targets: ['labels', 'oneHot', 'shares'] },
  { loss: 'focal', activation: 'softmax', targets: ['labels', 'oneHot', 'shares'] },
  { loss: 'binaryCrossEntropy', activation: 'sigmoid', targets: ['bits', 'shares'] },
  { loss: 'binaryFocal', activation: 'sigmoid', targets: ['bits', 'shares'] },
  { loss: 'hinge', targets: ['bits', 'signs'] },
  { loss: 'categoricalHinge', targets: ['labels', 'oneHot'] },
]
export const endingLosses = [...new Set(ENDINGS.map(({ loss }) => loss))]

/** Losses whose last layer may be normalised: those that are given a. */
const TAKE_OUTPUTS = ['quadratic', 'meanAbsoluteError', 'huber', 'logCosh', 'hinge', 'categoricalHinge']

const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 1, arbitrary: fc.integer({ min: 10, max: 19 }) },
)
const normalization = one<unknown>(
  'none',
  'layer',
  'batch',
  { name: 'layer', epsilon: 1e-3 },
  { name: 'batch', epsilon: 0.05, momentum: 0.25 },
  { name: 'batch', momentum: 1 },
) as fc.Arbitrary<LayerOptions['normalization']>
const hidden = one<unknown>(...Object.keys(activations), ...Object.values(sloped))
const penalties = {
  l1: rarely(float(0.01, 0, 0.1), 5),
  l2: rarely(float(0.01, 0, 0.1), 5),
  maxNorm: rarely(float(1, 0.3, Number.POSITIVE_INFINITY), 5),
}
const layer = options({
  units: size,
  activation: rarely(hidden, 2),
  bias: rarely(fc.boolean(), 4),
  normalization: rarely(normalization, 4),
  dropout: rarely(one(0.25, 0, 0.5, 0.9), 5),
  ...penalties,
})

const lossOptions: Readonly<Record<string, fc.Arbitrary<Record<string, unknown>>>> = {
  crossEntropy: options({ labelSmoothing: rarely(float(0.1, 0.5), 2) }),
  binaryCrossEntropy: options({ labelSmoothing: rarely(float(0.1, 0.5), 2) }),
  huber: options({ delta: rarely(float(0.3, 2), 2) }),
  focal: options({ gamma: rarely(float(0.5, 0, 3), 2), alpha: rarely(float(0.3, 2), 2) }),
  binaryFocal: options({
    gamma: rarely(float(0.5, 0, 3), 2),
    alpha: rarely(one<number | 'none'>('none', 0.75, 0, 1), 2),
  }),
}
const nothing = fc.constant({} as Record<string, unknown>)

const settings = fc.record({
  epochs: fc.integer({ min: 1, max: 3 }),
  batchSize: fc.integer({ min: 1, max: 17 }),
  accumulate: rarely(fc.integer({ min: 2, max: 4 }), 4),
  shuffle: fc.boolean(),
  learningRate: rarely(
    fc.oneof(
      rate(0.02),
      fc.constant(({ step, epoch }: { step: number; epoch: number }) => 0.02 / (1 + step + 2 * epoch)),
    ),
    4,
  ),
  classWeight: rarely(one<FitOptions['classWeight']>('balanced', { 0: 2 }, { 0: 0.5, 1: 3 }), 4),
})

const call = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('fit' as const),
      settings,
      isWeighted: rarely(fc.constant(true), 4).map(Boolean),
      validationRows: rarely(fc.integer({ min: 1, max: 5 }), 3).map((rows) => rows ?? 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('trainBatch' as const),
      rows: fc.integer({ min: 1, max: 20 }),
      isWeighted: rarely(fc.constant(true), 4).map(Boolean),
      learningRate: rarely(rate(0.05), 4),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'resume' as const }) },
)

const shape = fc.record({
  inputs: fc.oneof(
    { weight: 5, arbitrary: size },
    { weight: 1, arbitrary: fc.integer({ min: 32, max: 45 }) },
  ),
  hidden: fc.array(layer, { minLength: 0, maxLength: 3 }),
  last: layer,
  firstUnits: fc.integer({ min: 13, max: 33 }),
})

const common = fc.record({
  activation: rarely(hidden, 2),
  ...penalties,
  clip: rarely(
    fc.oneof(
      fc.record({ value: float(0.05, 0.5) }),
      fc.record({ norm: float(0.1, 1) }),
      fc.record({ globalNorm: float(0.2, 2) }),
    ),
    3,
  ),
  bias: rarely(fc.boolean(), 4),
  initializer: rarely(one('heNormal', 'lecunUniform', 'glorotNormal'), 3),
  normalization: rarely(normalization, 4),
  dropout: rarely(one(0.2, 0.5), 6),
  inputDropout: rarely(one(0.2, 0.5), 8),
})

/** Networks and trainings that are valid, all options together. */
export const randomCase: fc.Arbitrary<RandomCase> = one(...ENDINGS)
  .chain((ending) =>
    fc.record({
      ending: fc.constant(ending),
      targets: one(...ending.targets),
      lossOptions: lossOptions[ending.loss] ?? nothing,
      shape,
      common,
      optimizer,
      rows: fc.integer({ min: 1, max: 21 }),
      zeros: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: one(0.5, 0.85, 1) }),
      isScattered: fc.boolean(),
      dataSeed: fc.nat({ max: 0xffff }),
      seed: fc.oneof(fc.nat({ max: 1000 }), fc.maxSafeNat()),
      calls: fc.array(call, { minLength: 1, maxLength: 3 }),
    }),
  )
  .map((drawn) => valid(drawn as unknown as Choices))

type Drawn = Record<string, unknown>

interface Choices {
  ending: Ending
  targets: Targets
  lossOptions: Drawn
  shape: { inputs: number; hidden: Drawn[]; last: Drawn; firstUnits: number }
  common: Drawn
  optimizer: Drawn
  rows: number
  zeros: number
  isScattered: boolean
  dataSeed: number
  seed: number
  calls: readonly Call[]
}

/** Brings what was drawn to what makes sense together. */
function valid(drawn: Choices): RandomCase {
  const { ending, targets, shape, common } = drawn
  const { loss, activation } = ending
  const layers = [...shape.hidden, shape.last].map((one) => ({ ...one })) as (Drawn & { units: number })[]
  // Wide rows of mostly zeros are lists of nonzeros for layers of enough units.
  if (shape.inputs >= 32 && layers.length > 1) layers[0].units = shape.firstUnits
  const last = layers.at(-1)!
  delete last.dropout
  if (activation) last.activation = activation
  const needsClasses = !['values', 'counts', 'bits', 'signs'].includes(targets)
  if (needsClasses && loss !== 'binaryCrossEntropy' && loss !== 'binaryFocal')
    last.units = Math.max(2, last.units)
  if (activation === 'softmax' || loss === 'categoricalHinge') last.units = Math.max(2, last.units)
  if (!TAKE_OUTPUTS.includes(loss) || activation === 'softmax') delete last.normalization
  const network = {
    inputs: shape.inputs,
    layers,
    ...defined(common),
    loss: { name: loss, ...drawn.lossOptions },
    optimizer: drawn.optimizer,
    seed: drawn.seed,
  } as unknown as NetworkOptions
  const isOverBatch = layersOf(network).some(({ normalization }) => normalization?.name === 'batch')
  const rows = Math.max(isOverBatch ? 2 : 1, drawn.rows)
  const { units } = last
  const areClasses = ['labels', 'oneHot'].includes(targets) || (targets === 'bits' && units === 1)
  const calls = drawn.calls.map((one): Call => {
    if (one.kind === 'resume') return one
    const lowest = isOverBatch ? 2 : 1
    if (one.kind === 'trainBatch') {
      return defined({ ...one, rows: Math.max(lowest, Math.min(rows, one.rows)) })
    }
    const { classWeight, ...rest } = one.settings
    const batchSize = Math.max(lowest, rest.batchSize!)
    return { ...one, settings: defined({ ...rest, batchSize, ...(areClasses && { classWeight }) }) }
  })
  const { zeros, isScattered, dataSeed } = drawn
  return { network, targets, rows, zeros, isScattered, dataSeed, calls }
}
