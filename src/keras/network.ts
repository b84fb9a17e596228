// A Keras model, its layers and their parameters, as a network of nabla.

import { note } from '../base/notes.ts'
import { lossRow } from '../model/custom-loss.ts'
import type { NetworkSnapshot } from '../model/snapshot.ts'
import { Builder } from './builder.ts'
import { addLayer } from './layers.ts'
import type { Parameters } from './parameters.ts'
import type { KerasModel } from './topology.ts'
import { type Compiled, lossOf, optimizerOf, ownLossOf } from './training.ts'

/** The model as nabla has it, and what is to be said of it. Throws FormatError. */
export function convert(
  { inputShape, layers }: KerasModel,
  parameters: Parameters,
  compiled: Partial<Compiled> = {},
): { snapshot: NetworkSnapshot; notes: readonly string[] } {
  const builder = new Builder(inputShape)
  for (const layer of layers) addLayer(builder, layer, parameters)
  const { activation } = builder
  // With a normalization of rows before the last activation a loss cannot be computed from z.
  const asked = builder.endsInLayerNormalization ? 'mse' : compiled.loss
  const units = builder.shape[0]
  const own =
    compiled.loss === undefined
      ? ownLossOf(compiled.own, activation, units, builder.endsInLayerNormalization)
      : undefined
  const { loss, note: lossNote } = own ? { loss: own } : lossOf(asked, activation, units)
  const { options, note: optimizerNote } = optimizerOf(compiled.optimizer)
  const made = builder.finish(lossRow(loss.name).fusedWith === activation)
  const snapshot: NetworkSnapshot = {
    options: {
      inputs: builder.inputs,
      layers: made.layers,
      loss,
      ...options,
      ...(builder.inputDropout > 0 && { inputDropout: builder.inputDropout }),
    },
    layers: made.parameters,
  }
  const notes = [...builder.notes, lossNote, optimizerNote].filter((one) => one !== undefined)
  return { snapshot, notes }
}

/** Prints what is not as it was. */
export function tell(notes: readonly string[]): void {
  for (const one of notes) note(`nabla/keras: ${one}.`)
}
