export { fromKeras, type KerasOptions } from './from-keras.ts'
export { fromTfjs, type TfjsWeights } from './from-tfjs.ts'
export { type TfjsModel, type TfjsWeightSpec, toTfjs } from './to-tfjs.ts'
