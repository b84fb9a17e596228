// The names of brain.js in one object: `import brain from 'nabla/brain'`, as many import brain.js.

import { type AbsentClass, AE, FeedForward, NeuralNetworkGPU, Recurrent, recurrent } from './absent.ts'
import { CrossValidate } from './cross-validate.ts'
import { likely } from './likely.ts'
import { lookup } from './lookup.ts'
import { NeuralNetwork } from './network.ts'

/** The names of brain.js, each as nabla/brain exports it. */
export interface Brain {
  /** Throws BackendError where it is made. */
  AE: AbsentClass
  /** k-fold cross-validation. */
  CrossValidate: typeof CrossValidate
  /** Throws BackendError where it is made. */
  FeedForward: AbsentClass
  /** The feedforward network. */
  NeuralNetwork: typeof NeuralNetwork
  /** Throws BackendError where it is made. */
  NeuralNetworkGPU: AbsentClass
  /** Throws BackendError where it is made. */
  Recurrent: AbsentClass
  /** The name of the largest output. */
  likely: typeof likely
  /** Tables of names. */
  lookup: typeof lookup
  /** The recurrent networks, each of which throws BackendError where it is made. */
  recurrent: typeof recurrent
}

/** The names of brain.js in one object. fromBrain, which brain.js has not, is not among them. */
export const brain: Brain = {
  ...{ AE, CrossValidate, FeedForward, NeuralNetwork, NeuralNetworkGPU, Recurrent },
  ...{ likely, lookup, recurrent },
}
