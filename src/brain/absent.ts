// What brain.js has and nabla/brain has not: it is there by its name, and says so where it is made.

import { BackendError } from '../base/errors.ts'

/** A class that brain.js has and nabla/brain has by name only. */
export interface AbsentClass {
  /** Throws BackendError, which says what there is instead. */
  new (): object
}

const refusal = (name: string, instead: string) =>
  new BackendError(`nabla/brain has no ${name}: ${instead}. For others, go on with brain.js.`)

const feedforward = 'it has NeuralNetwork, the feedforward network, and CrossValidate'

/** A class of that name that cannot be made. */
const absent = (name: string, instead = feedforward): AbsentClass =>
  class {
    constructor() {
      throw refusal(name, instead)
    }
  }

/** The autoencoder of brain.js, which is not here: `new AE()` throws BackendError. */
export const AE: AbsentClass = /* @__PURE__ */ absent('AE')
/** The network of layer objects of brain.js, which is not here: `new FeedForward()` throws BackendError. */
export const FeedForward: AbsentClass = /* @__PURE__ */ absent('FeedForward')
/** The network of brain.js on the graphics card, which is not here: `new NeuralNetworkGPU()` throws BackendError. */
export const NeuralNetworkGPU: AbsentClass = /* @__PURE__ */ absent(
  'NeuralNetworkGPU',
  'NeuralNetwork trains the same networks on WebAssembly kernels',
)
/** The recurrent network of layer objects of brain.js, which is not here: `new Recurrent()` throws BackendError. */
export const Recurrent: AbsentClass = /* @__PURE__ */ absent('Recurrent')
/** The LSTM network of brain.js, which is not here: `new LSTM()` throws BackendError. */
export const LSTM: AbsentClass = /* @__PURE__ */ absent('LSTM')
/** The GRU network of brain.js, which is not here: `new GRU()` throws BackendError. */
export const GRU: AbsentClass = /* @__PURE__ */ absent('GRU')
/** The plain recurrent network of brain.js, which is not here: `new RNN()` throws BackendError. */
export const RNN: AbsentClass = /* @__PURE__ */ absent('RNN')
/** The LSTM network of brain.js for series of numbers, which is not here: `new LSTMTimeStep()` throws BackendError. */
export const LSTMTimeStep: AbsentClass = /* @__PURE__ */ absent('LSTMTimeStep')
/** The GRU network of brain.js for series of numbers, which is not here: `new GRUTimeStep()` throws BackendError. */
export const GRUTimeStep: AbsentClass = /* @__PURE__ */ absent('GRUTimeStep')
/** The plain recurrent network of brain.js for series of numbers, which is not here: `new RNNTimeStep()` throws BackendError. */
export const RNNTimeStep: AbsentClass = /* @__PURE__ */ absent('RNNTimeStep')

/** Names of the recurrent networks of brain.js. */
export type RecurrentName = 'RNNTimeStep' | 'LSTMTimeStep' | 'GRUTimeStep' | 'RNN' | 'LSTM' | 'GRU'

/** The recurrent networks of brain.js, none of which is here: to make one throws BackendError. */
export const recurrent: Record<RecurrentName, AbsentClass> = {
  ...{ RNNTimeStep, LSTMTimeStep, GRUTimeStep, RNN, LSTM, GRU },
}
