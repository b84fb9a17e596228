export { oneHot } from '../intake/one-hot.ts'
export type { CsvColumnType } from './csv/column-types.ts'
export type { CsvTable } from './csv/columns.ts'
export type { CsvFormat } from './csv/header.ts'
export type { ClassTable, FeatureTable, NumbersTable, NumberTable } from './csv/number-table.ts'
export { type CsvOptions, type CsvResult, readCsv } from './csv/read-csv.ts'
export { type CsvTableOptions, readTable } from './csv/read-table.ts'
export { type CsvStreamOptions, readTables } from './csv/read-tables.ts'
export { sampleTables, type TableSampleOptions } from './csv/sample.ts'
export type { CsvStream, WebStream } from './csv/stream.ts'
export type { CsvSource } from './csv/text.ts'
export type { BooleanJSON, BooleanOptions } from './features/boolean.ts'
export type { CategoricalJSON, CategoricalOptions, Category } from './features/categorical.ts'
export {
  type ColumnJSON,
  type FeatureOptions,
  type Features,
  type FeaturesJSON,
  featuresFromJSON,
  fitFeatures,
} from './features/features.ts'
export type { NumericJSON, NumericOptions } from './features/numeric.ts'
export type {
  ClassPrediction,
  ClassValue,
  InferredPrediction,
  LabelsPrediction,
  NamedNumbers,
  NumbersPrediction,
  Prediction,
  TargetColumns,
} from './features/predictions.ts'
export type { RowsLike, Table } from './features/records.ts'
export type { ColumnScale, ScaleName } from './features/scale.ts'
export type { ColumnSpec } from './features/spec.ts'
export {
  type ClassTargetJSON,
  fitTarget,
  type LabelsTargetJSON,
  type NumberTargetJSON,
  type Target,
  type TargetJSON,
  type TargetOptions,
  targetFromJSON,
} from './features/target.ts'
export { type Idx, type IdxData, type IdxOptions, readIdx } from './idx.ts'
export { type NumberRows, type RowArray, takeRows } from './rows.ts'
export {
  MinMaxScaler,
  type MinMaxScalerJSON,
  type MinMaxScalerOptions,
  minMaxScaler,
  StandardScaler,
  type StandardScalerJSON,
  scalerFromJSON,
  standardScaler,
} from './scale.ts'
export {
  type RowSplit,
  type RowSplitOptions,
  type Split,
  type SplitOptions,
  trainTestSplit,
} from './split.ts'
