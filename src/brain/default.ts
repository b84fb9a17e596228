// The names of brain.js in one object, for `import brain from 'nabla/brain'`.

import { type AbsentClass, AE, FeedForward, NeuralNetworkGPU, Recurrent, recurrent } from './absent.ts'
import { CrossValidate } from './cross-validate.ts'
import { likely } from './likely.ts'
import { lookup } from './lookup.ts'
import { NeuralNetwork } from './network.ts'

/** The names of brain.js, each as nabla/brain exports it. */
export interface Brain {
  /** Not here: making one throws BackendError. */
  AE: AbsentClass
  /** k-fold cross-validation. */
  CrossValidate: typeof CrossValidate
  /** Not here: making one throws BackendError. */
  FeedForward: AbsentClass
  /** The feedforward network. */
  NeuralNetwork: typeof NeuralNetwork
  /** Not here: making one throws BackendError. */
  NeuralNetworkGPU: AbsentClass
  /** Not here: making one throws BackendError. */
  Recurrent: AbsentClass
  /** The name of the largest output. */
  likely: typeof likely
  /** Tables of names. */
  lookup: typeof lookup
  /** The recurrent networks. Not here: making one throws BackendError. */
  recurrent: typeof recurrent
}

/** The names of brain.js in one object: all that nabla/brain exports but fromBrain, which brain.js does not have. */
export const brain: Brain = {
  ...{ AE, CrossValidate, FeedForward, NeuralNetwork, NeuralNetworkGPU, Recurrent },
  ...{ likely, lookup, recurrent },
}
