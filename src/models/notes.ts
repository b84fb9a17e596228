// What a model's training is noted for although nothing fails.

import { note } from '../base/notes.ts'
import { namesText } from '../model/class-names.ts'
import { nameOf } from '../model/custom-activation.ts'
import { lossRow } from '../model/custom-loss.ts'
import { coreOf } from '../network-base.ts'
import type { Parts } from './parts.ts'
import { givesProbabilities } from './prediction.ts'

/** Notes a target that is an input too; all inputs may be the target, of a network that compresses them. */
export function noteLeak({ features, target }: Parts): void {
  if (!features || !target) return
  const { names } = target
  const given = new Set(features.columns)
  const leaked = names.filter((name) => given.has(name))
  if (leaked.length === 0 || leaked.length === given.size) return
  note(
    `nabla: the target ${namesText(leaked)} is among the features, so what is predicted has to be given: leave it out by ` +
      `fitFeatures(rows, { except: [${namesText(names)}] })`,
  )
}

/** Notes classes or labels that are trained by a loss of numbers, the default one perhaps: their predictions have no probabilities. */
export function noteLossOfNumbers({ network, target }: Parts): void {
  if (!target || target.type === 'number') return
  const { outputs, layers } = network
  const { activation } = layers[layers.length - 1]
  const { loss } = coreOf(network).settings.architecture
  const areLabels = target.type === 'labels'
  if (lossRow(loss).kind !== 'values' || givesProbabilities({ outputs, activation }, areLabels)) return
  const [what, better] = areLabels
    ? ['labels', 'binaryCrossEntropy']
    : ['classes', outputs === 1 ? 'binaryCrossEntropy' : 'crossEntropy']
  note(
    `nabla: the target ${namesText(target.names)} is of ${what}, and the network's loss '${nameOf(loss)}' is of numbers, so predictions ` +
      `have no probabilities: new Network({ loss: '${better}', … }) gives them`,
  )
}
