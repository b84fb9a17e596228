// The classes of brain.js that nabla/brain does not have: each is there by name, and says so when it is made.

import { BackendError } from '../base/errors.ts'

/** A class of brain.js that nabla/brain has in name only. */
export interface AbsentClass {
  /** Throws BackendError, which says what to use instead. */
  new (): object
}

const refusal = (name: string, instead: string) =>
  new BackendError(`nabla/brain has no ${name}: ${instead}. For other networks, keep using brain.js.`)

const feedforward = 'it has NeuralNetwork, the feedforward network, and CrossValidate'

/** A class of that name that cannot be made. */
const absent = (name: string, instead = feedforward): AbsentClass =>
  class {
    constructor() {
      throw refusal(name, instead)
    }
  }

/** The autoencoder of brain.js, which nabla/brain does not have: `new AE()` throws BackendError. */
export const AE: AbsentClass = /* @__PURE__ */ absent('AE')
/** The network of layer objects of brain.js, which nabla/brain does not have: `new FeedForward()` throws BackendError. */
export const FeedForward: AbsentClass = /* @__PURE__ */ absent('FeedForward')
/** The network of brain.js on the graphics card, which nabla/brain does not have: `new NeuralNetworkGPU()` throws BackendError. */
export const NeuralNetworkGPU: AbsentClass = /* @__PURE__ */ absent(
  'NeuralNetworkGPU',
  'NeuralNetwork trains the same networks on WebAssembly kernels',
)
/** The recurrent network of layer objects of brain.js, which nabla/brain does not have: `new Recurrent()` throws BackendError. */
export const Recurrent: AbsentClass = /* @__PURE__ */ absent('Recurrent')
/** The LSTM network of brain.js, which nabla/brain does not have: `new LSTM()` throws BackendError. */
export const LSTM: AbsentClass = /* @__PURE__ */ absent('LSTM')
/** The GRU network of brain.js, which nabla/brain does not have: `new GRU()` throws BackendError. */
export const GRU: AbsentClass = /* @__PURE__ */ absent('GRU')
/** The plain recurrent network of brain.js, which nabla/brain does not have: `new RNN()` throws BackendError. */
export const RNN: AbsentClass = /* @__PURE__ */ absent('RNN')
/** The LSTM network of brain.js for time series, which nabla/brain does not have: `new LSTMTimeStep()` throws BackendError. */
export const LSTMTimeStep: AbsentClass = /* @__PURE__ */ absent('LSTMTimeStep')
/** The GRU network of brain.js for time series, which nabla/brain does not have: `new GRUTimeStep()` throws BackendError. */
export const GRUTimeStep: AbsentClass = /* @__PURE__ */ absent('GRUTimeStep')
/** The plain recurrent network of brain.js for time series, not in nabla/brain: `new RNNTimeStep()` throws BackendError. */
export const RNNTimeStep: AbsentClass = /* @__PURE__ */ absent('RNNTimeStep')

/** Names of the recurrent networks of brain.js. */
export type RecurrentName = 'RNNTimeStep' | 'LSTMTimeStep' | 'GRUTimeStep' | 'RNN' | 'LSTM' | 'GRU'

/** The recurrent networks of brain.js, none of which nabla/brain has: making one throws BackendError. */
export const recurrent: Record<RecurrentName, AbsentClass> = {
  ...{ RNNTimeStep, LSTMTimeStep, GRUTimeStep, RNN, LSTM, GRU },
}
