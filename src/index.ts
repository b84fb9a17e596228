export {
  BackendError,
  DivergedError,
  FormatError,
  NablaError,
  OptionError,
  ShapeError,
} from './base/errors.ts'
export {
  type CrossValidation,
  crossValidate,
  type FoldFigures,
  type FoldResult,
} from './calls/cross-validate.ts'
export type { Gradients } from './calls/gradients.ts'
export type { LayerJSON, NetworkJSON, SaveOptions } from './formats/network-json.ts'
export type { GradientCheck, GradientGroup } from './inspect/gradient-check.ts'
export type { DiagnosisNote } from './inspect/health/note.ts'
export type { Trace, TracedLayer, TracedTensor } from './inspect/trace.ts'
export { accuracy, balancedAccuracy } from './metrics/accuracy.ts'
export { cohenKappa, matthews } from './metrics/agreement.ts'
export { argmax } from './metrics/argmax.ts'
export { type ConfusionMatrix, confusionMatrix } from './metrics/confusion-matrix.ts'
export {
  type CurveOptions,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  rocCurve,
} from './metrics/curves.ts'
export { logLoss } from './metrics/log-loss.ts'
export type { MetricOptions } from './metrics/named.ts'
export type { ClassLabel, SampleOptions } from './metrics/options.ts'
export { type AverageOptions, f1, precision, recall } from './metrics/precision-recall.ts'
export { auc, averagePrecision, type RankingOptions } from './metrics/ranking.ts'
export {
  explainedVariance,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  r2,
  rootMeanSquaredError,
  type ValueOptions,
} from './metrics/regression.ts'
export { type ClassificationReport, classificationReport } from './metrics/report.ts'
export type { Labels, ScoreOptions } from './metrics/scores.ts'
export type { ClassScores } from './metrics/tally.ts'
export { type TopKOptions, topK } from './metrics/top-k.ts'
export type { LayerShape } from './model/architecture.ts'
export type { ClassName } from './model/class-names.ts'
export type { Activation, CustomActivation } from './model/custom-activation.ts'
export type { CustomLoss } from './model/custom-loss.ts'
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
export type { LossName } from './model/losses.ts'
export type {
  Average,
  ClassMetricOptions,
  CurveMetricOptions,
  CustomMetric,
  MetricName,
  MetricSpec,
  PlainMetricOptions,
  TopKMetricOptions,
} from './model/metrics.ts'
export type { Normalization, NormalizationName } from './model/normalizations.ts'
export type { OptimizerName } from './model/optimizers.ts'
export type {
  AbortSignalLike,
  AdagradOptions,
  AdamOptions,
  AdamWOptions,
  BatchLog,
  BatchNormalizationOptions,
  BinaryFocalOptions,
  CheckGradientsOptions,
  CheckpointOptions,
  ClassifyOptions,
  ClassWeight,
  CommonNetworkOptions,
  CrossEntropyOptions,
  CrossValidationOptions,
  Data,
  DataStream,
  EarlyStoppingOptions,
  EpochLog,
  ExplainOptions,
  FitOptions,
  FocalOptions,
  HiddenActivationName,
  HuberOptions,
  KernelsName,
  LayeredNetworkOptions,
  LayerNormalizationOptions,
  LayerOptions,
  LbfgsOptions,
  LionOptions,
  LossOptions,
  MatrixLike,
  NadamOptions,
  NetworkOptions,
  NormalizationOptions,
  OptimizerOptions,
  OutputLayerOptions,
  PredictOptions,
  ReadOptions,
  ResumeOptions,
  RmspropOptions,
  SgdOptions,
  SizedNetworkOptions,
  SoftmaxNetworkOptions,
  TargetsLike,
  TrainBatchOptions,
  ValidationShare,
} from './model/options.ts'
export type { ClipOptions } from './model/regularization.ts'
export type {
  ActivationOptions,
  EluOptions,
  LeakyReluOptions,
} from './model/sloped-activations.ts'
export type { SavedOptions } from './model/snapshot.ts'
export type { ActivationName } from './model/tables.ts'
export { Network } from './network.ts'
export type { NetworkBase } from './network-base.ts'
export { type Configuration, configure } from './threads/configure.ts'
export type { Evaluation } from './training/evaluate.ts'
export type { History } from './training/history.ts'
