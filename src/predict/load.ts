// Predictors from what was saved.

import type { Prediction } from '../data/features/predictions.ts'
import { readNetworkJSON } from '../formats/network-json-reader.ts'
import type { SavedOptions } from '../model/snapshot.ts'
import { readModelJSON } from '../models/read-json.ts'
import { readModelTensors } from '../models/read-safetensors.ts'
import { Predictor, type PredictorOptions } from './predictor.ts'

// What is not known here is not looked at.
const asTheyAre = (options: SavedOptions): SavedOptions => options

/**
 * Returns what predicts as the Model or the Network of `toJSON()` does, or of the same after JSON.stringify and JSON.parse. Throws
 * FormatError for what is no saved model or is of a newer major version; OptionError where an option is wrong, or a function is
 * missing; BackendError where the engine cannot run the kernels.
 *
 * P: what it predicts of a row, which nothing checks, for no type tells what was saved.
 */
export const predictorFromJSON = <P extends Prediction = Prediction>(
  json: unknown,
  options: PredictorOptions = {},
): Predictor<P> =>
  new Predictor<P>(
    readModelJSON(json, (one, name = 'network') => readNetworkJSON(one, name, asTheyAre)),
    options,
  )

/** The same of the bytes of a safetensors file, as toSafetensors() returns them. */
export const predictorFromSafetensors = <P extends Prediction = Prediction>(
  bytes: Uint8Array | ArrayBuffer,
  options: PredictorOptions = {},
): Predictor<P> => new Predictor<P>(readModelTensors(bytes, asTheyAre), options)
