export {
  BackendError,
  FormatError,
  NablaError,
  OptionError,
  ShapeError,
} from '../base/errors.ts'
export type { Features } from '../data/features/features.ts'
export type {
  ClassPrediction,
  ClassValue,
  LabelsPrediction,
  Prediction,
} from '../data/features/predictions.ts'
export type { RowsLike, Table } from '../data/features/records.ts'
export type { Target } from '../data/features/target.ts'
export type { ClassName } from '../model/class-names.ts'
export type { KernelsName, MatrixLike } from '../model/options.ts'
export type { RowLike } from '../models/rows.ts'
export { predictorFromJSON, predictorFromSafetensors } from './load.ts'
export type { OwnActivation, Predictor, PredictorOptions } from './predictor.ts'
