export {
  BackendError,
  DivergedError,
  FormatError,
  NablaError,
  OptionError,
  ShapeError,
} from './base/errors.ts'
export type { Gradients } from './calls/gradients.ts'
export type { NetworkDescription } from './inspect/describe.ts'
export type { GradientCheck, GradientGroup } from './inspect/gradient-check.ts'
export {
  accuracy,
  argmax,
  type ClassificationReport,
  type ClassScores,
  type ConfusionMatrix,
  classificationReport,
  confusionMatrix,
  type MetricOptions,
} from './metrics/metrics.ts'
export type { LayerShape } from './model/architecture.ts'
export type { CustomInitializer, InitializerName, WeightShape } from './model/initializers.ts'
export type {
  ConstantSchedule,
  CosineSchedule,
  ExponentialSchedule,
  InverseSchedule,
  LearningRateOption,
  OneCycleSchedule,
  PlateauSchedule,
  PolynomialSchedule,
  ScheduleOptions,
  StepSchedule,
} from './model/learning-rate-options.ts'
export type { OptimizerName } from './model/optimizers.ts'
export type {
  AbortSignalLike,
  AdamOptions,
  BatchLog,
  CheckGradientsOptions,
  CheckpointOptions,
  CommonNetworkOptions,
  Data,
  DataStream,
  EarlyStoppingOptions,
  EpochLog,
  ExplainOptions,
  FitOptions,
  HiddenActivationName,
  KernelsName,
  LayeredNetworkOptions,
  LayerOptions,
  MatrixLike,
  NetworkOptions,
  OptimizerOptions,
  OutputLayerOptions,
  PredictOptions,
  ReadOptions,
  SgdOptions,
  SizedNetworkOptions,
  SoftmaxNetworkOptions,
  ValidationShare,
} from './model/options.ts'
export type { ActivationName, LossName } from './model/tables.ts'
export { Network } from './network.ts'
export { type Configuration, configure } from './threads/configure.ts'
export type { Evaluation } from './training/evaluate.ts'
export type { History } from './training/history.ts'
