export { Model, type ModelFitOptions, type ModelOptions } from './model.ts'
export type { ClassPrediction, LabelsPrediction, Prediction } from './prediction.ts'
export type { RowLike } from './rows.ts'
