// What brain.js has and nabla/brain has not: it is there by its name, and says so where it is made.

import { BackendError } from '../base/errors.ts'

const refusal = (name: string, instead: string) =>
  new BackendError(`nabla/brain has no ${name}: ${instead}. For others, go on with brain.js.`)

const feedforward = 'it has NeuralNetwork, the feedforward network, and CrossValidate'

/** A class of that name that cannot be made. */
const absent = (name: string, instead = feedforward) =>
  class {
    constructor() {
      throw refusal(name, instead)
    }
  }

export const AE = /* @__PURE__ */ absent('AE')
export const FeedForward = /* @__PURE__ */ absent('FeedForward')
export const NeuralNetworkGPU = /* @__PURE__ */ absent(
  'NeuralNetworkGPU',
  'NeuralNetwork trains the same networks on WebAssembly kernels',
)
export const Recurrent = /* @__PURE__ */ absent('Recurrent')
export const LSTM = /* @__PURE__ */ absent('LSTM')
export const GRU = /* @__PURE__ */ absent('GRU')
export const RNN = /* @__PURE__ */ absent('RNN')
export const LSTMTimeStep = /* @__PURE__ */ absent('LSTMTimeStep')
export const GRUTimeStep = /* @__PURE__ */ absent('GRUTimeStep')
export const RNNTimeStep = /* @__PURE__ */ absent('RNNTimeStep')

/** The recurrent networks of brain.js, none of which is here. */
export const recurrent = { RNNTimeStep, LSTMTimeStep, GRUTimeStep, RNN, LSTM, GRU }
