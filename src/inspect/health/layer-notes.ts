// What the figures of the layers show: units that no longer learn, and gradients that grow or vanish on their way down.

import { shortly } from '../../diagnosis/sizes.ts'
import type { Architecture } from '../../model/architecture.ts'
import { nameOf as activationName, activationRow } from '../../model/custom-activation.ts'
import { lossRow } from '../../model/custom-loss.ts'
import type { Figures, LayerFigures } from './layer-figures.ts'
import type { DiagnosisNote } from './note.ts'

/** How the network does: `well`, `badly`, or it was never trained. */
export type Success = 'well' | 'badly' | 'untrained'

// A few dead units are no harm to a layer that has many: exclusive or is learned by 4 of 8.
const DEAD = { well: 0.75, untrained: 0.5, badly: 0.2 }
const SATURATED = 0.5
// Outputs that are at the wrong end of their range hardly move away from it. Those of standardNormal may begin there, 18% of them
// in 64-30-10, and come away.
const WRONG = { untrained: 0.3, badly: 0.05 }
// Sound layers learn at about one pace: of 300 random networks of up to four layers, scaled data and usual initializers one was
// beyond a thousand.
const APART = 3000
// A step that is longer than the weights; sound ones are about a thousandth of them.
const LEAP = 1

/** The rate of the next step, and that which is advised in its place. */
export interface Step {
  readonly learningRate: number
  readonly advised: () => number
}

const percent = (share: number) => `${Math.round(100 * share)}%`
const nameOf = ({ layers }: Architecture, l: number) =>
  `layer ${l}${l === layers.length - 1 ? ', the output,' : ''} (${layers[l].units} × ${activationName(layers[l].activation)})`

function* deadNotes(
  architecture: Architecture,
  figures: Figures,
  success: Success,
): Generator<DiagnosisNote> {
  for (const [l, { dead }] of figures.layers.entries()) {
    const { units } = architecture.layers[l]
    if (dead === 0 || dead < DEAD[success] * units) continue
    const isOutput = l === architecture.layers.length - 1
    const other = isOutput
      ? "activation: 'linear' there"
      : "activation: 'leakyRelu' there, whose slope is never 0"
    yield {
      what: 'dead units',
      layer: l,
      factor: dead / units,
      text:
        `${dead} of the ${units} units of ${nameOf(architecture, l)} are 0 in each of the ${figures.rows} rows, and have no ` +
        `gradient to learn from: start from a new network with ${other}, and a lower learning rate if they died in training`,
    }
  }
}

function* saturationNotes(
  architecture: Architecture,
  { layers: figures }: Figures,
  success: 'untrained' | 'badly',
  scalesFirst: boolean,
): Generator<DiagnosisNote> {
  const last = architecture.layers.length - 1
  for (const [l, { saturated }] of figures.entries()) {
    const { activation } = architecture.layers[l]
    if (l === last || saturated < SATURATED) continue
    const mend =
      scalesFirst && l === 0
        ? `scale x by standardScaler(x, ${architecture.inputs}) of nabla/data, and start from a new network`
        : "start from a new network with initializer: 'glorotUniform', or with activation: 'leakyRelu' there"
    yield {
      what: 'saturated units',
      layer: l,
      factor: saturated,
      text: `${percent(saturated)} of the values of ${nameOf(architecture, l)} are at an end of ${activationName(activation)}, where its slope is next to 0: ${mend}`,
    }
  }
  const { wrong } = figures[last]
  const { activation } = architecture.layers[last]
  // A fused loss has δ = a − y, whatever the slope.
  if (wrong < WRONG[success] || lossRow(architecture.loss).fusedWith === activation) return
  const fused = { sigmoid: 'binaryCrossEntropy', softmax: 'crossEntropy' }[activation as string]
  yield {
    what: 'saturated outputs',
    layer: last,
    factor: wrong,
    text:
      `${percent(wrong)} of the outputs are at the wrong end of ${activationName(activation)}, where its slope is next to 0 and little is learned ` +
      `from the error: start from a new network with ${fused ? `loss: '${fused}', whose δ is a − y` : "activation: 'linear' there"}`,
  }
}

/** ‖∇W‖ / ‖W‖: how fast a layer learns. */
const paceOf = ({ gradientNorm, weightNorm }: LayerFigures) =>
  gradientNorm === 0 ? 0 : gradientNorm / (weightNorm || 1)

const isSquashing = ({ layers }: Architecture) =>
  layers.slice(0, -1).some(({ activation }) => Number.isFinite(activationRow(activation).reach?.[1]))

function* gradientNotes(
  architecture: Architecture,
  { layers: figures }: Figures,
  success: Success,
  step: Step | undefined,
): Generator<DiagnosisNote> {
  const overflowed = figures.findIndex((layer) => !layer.isFinite)
  if (overflowed >= 0) {
    yield {
      what: 'exploding',
      layer: overflowed,
      text: `the values of ${nameOf(architecture, overflowed)} are no longer finite: start from a new network with initializer: 'glorotUniform' and a lower learning rate`,
    }
    return
  }
  const paces = figures.map(paceOf)
  const fastest = paces.indexOf(Math.max(...paces))
  const slowest = paces.indexOf(Math.min(...paces))
  const ratio = paces[fastest] / paces[slowest]
  const apart = `‖∇W‖ / ‖W‖ is ${shortly(paces[slowest])} in layer ${slowest} and ${shortly(paces[fastest])} in layer ${fastest}`
  if (step && step.learningRate * paces[fastest] > LEAP) {
    const { learningRate, advised } = step
    const mend = success === 'untrained' ? 'take' : 'start from a new network with'
    yield {
      what: 'exploding',
      layer: fastest,
      factor: learningRate * paces[fastest],
      text: `the gradient of ${nameOf(architecture, fastest)} is so large that a step at the learning rate ${shortly(learningRate)} is ${shortly(learningRate * paces[fastest])} times as long as the weights: ${mend} learningRate: ${shortly(advised())}`,
    }
  }
  // Layers without a gradient because those above them are dead have a note already.
  if (
    !(ratio > APART) ||
    (paces[slowest] === 0 && figures.some(({ dead }, l) => dead === architecture.layers[l].units))
  ) {
    return
  }
  const mend = isSquashing(architecture)
    ? "take activation: 'relu' and initializer: 'heNormal' in the hidden layers"
    : "take initializer: 'heNormal', or fewer layers"
  const isVanishing = slowest < fastest
  yield {
    what: isVanishing ? 'vanishing' : 'exploding',
    layer: isVanishing ? slowest : fastest,
    factor: ratio,
    text: isVanishing
      ? `the gradient vanishes on its way down to ${nameOf(architecture, slowest)}: ${apart}; start from a new network, and ${mend}`
      : `the gradient grows on its way down to ${nameOf(architecture, fastest)}: ${apart}; start from a new network with initializer: 'glorotUniform'`,
  }
}

/**
 * scalesFirst: true where the inputs are far from what a scaler makes of them. step: where steps follow the gradient, and neither
 * data nor weights are to blame for whatever a step does.
 */
export function layerNotes(
  architecture: Architecture,
  figures: Figures,
  success: Success,
  scalesFirst: boolean,
  step: Step | undefined,
): DiagnosisNote[] {
  const notes = [...deadNotes(architecture, figures, success)]
  if (success === 'well') return notes
  notes.push(...saturationNotes(architecture, figures, success, scalesFirst))
  notes.push(...gradientNotes(architecture, figures, success, step))
  return notes
}
