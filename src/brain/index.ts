export {
  type AbsentClass,
  AE,
  FeedForward,
  GRU,
  GRUTimeStep,
  LSTM,
  LSTMTimeStep,
  NeuralNetworkGPU,
  Recurrent,
  type RecurrentName,
  RNN,
  RNNTimeStep,
  recurrent,
} from './absent.ts'
export * from './cross-validate.ts'
export { type Brain, brain as default } from './default.ts'
export { fromBrain } from './json.ts'
export { type ILikelyNet, likely } from './likely.ts'
export { lookup } from './lookup.ts'
export { NeuralNetwork } from './network.ts'
export type * from './types.ts'
