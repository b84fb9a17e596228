export { oneHot } from '../intake/one-hot.ts'
export { type ClassTable, type CsvOptions, type FeatureTable, type NumberTable, readCsv } from './csv.ts'
export { type Idx, type IdxData, type IdxOptions, readIdx } from './idx.ts'
export { type RowArray, takeRows } from './rows.ts'
export {
  MinMaxScaler,
  type MinMaxScalerJSON,
  minMaxScaler,
  StandardScaler,
  type StandardScalerJSON,
  scalerFromJSON,
  standardScaler,
} from './scale.ts'
export { type Split, type SplitOptions, trainTestSplit } from './split.ts'
