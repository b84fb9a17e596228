// A model as plain data, and back: what its formats are written from and read to.

import { OptionError, shown } from '../base/errors.ts'
import type { ResumeOptions } from '../model/options.ts'
import { Network } from '../network.ts'
import { Model, modelFrom } from './model.ts'
import { type ModelSnapshot, savedParts } from './parts.ts'

export type { ModelSnapshot } from './parts.ts'

/**
 * What a model, or a network alone, is made of; while it trains, after its last whole epoch. optimizer: how far its training is, too,
 * which throws BackendError while it trains.
 */
export function modelSnapshotOf(model: Model | Network, optimizer = false): ModelSnapshot {
  if (model instanceof Network) return savedParts({ network: model }, optimizer)
  if (model instanceof Model) return savedParts(model, optimizer)
  throw new OptionError(`model: expected a Model or a Network, got ${shown(model)}`)
}

/**
 * The model of a snapshot; a Network where it has neither features nor a target. options: of the network, in place of the saved
 * ones, and functions, which cannot be saved. Throws FormatError, and OptionError for an option that is wrong or missing.
 */
export function modelOf(saved: ModelSnapshot, options: ResumeOptions = {}): Model | Network {
  const model = modelFrom(saved, options)
  return model.features || model.target ? model : model.network
}
