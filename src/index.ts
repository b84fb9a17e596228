export { type Configuration, configure } from './configure.ts'
export type { NetworkDescription } from './describe.ts'
export {
  BackendError,
  DivergedError,
  FormatError,
  NablaError,
  OptionError,
  ShapeError,
} from './errors.ts'
export type { Evaluation } from './evaluate.ts'
export type { GradientCheck, GradientGroup } from './gradient-check.ts'
export type { Gradients } from './gradients.ts'
export type { History } from './history.ts'
export type { CustomInitializer, InitializerName, WeightShape } from './initializers.ts'
export {
  accuracy,
  argmax,
  type ClassificationReport,
  type ClassScores,
  type ConfusionMatrix,
  classificationReport,
  confusionMatrix,
  type MetricOptions,
} from './metrics.ts'
export { Network } from './network.ts'
export type {
  AbortSignalLike,
  CheckGradientsOptions,
  CommonNetworkOptions,
  Data,
  EpochLog,
  FitOptions,
  HiddenActivationName,
  KernelsName,
  LayeredNetworkOptions,
  LayerOptions,
  MatrixLike,
  NetworkOptions,
  OptimizerOptions,
  OutputLayerOptions,
  ReadOptions,
  SizedNetworkOptions,
  SoftmaxNetworkOptions,
} from './options.ts'
export type { LayerShape } from './plan.ts'
export type { ActivationName, LossName, OptimizerName } from './tables.ts'
