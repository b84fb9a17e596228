// From a call of fit to the training loop: the options and the user's arrays are checked, and the network is locked.

import { refuse } from '../base/check.ts'
import { now } from '../base/clock.ts'
import type { Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { checkData, fitSettings } from '../model/call-settings.ts'
import { refuseThreads } from '../model/custom.ts'
import { updateRuleOf } from '../model/optimizer.ts'
import type { Data, DataStream, FitOptions } from '../model/options.ts'
import { blockRowsOf } from '../training/block-rows.ts'
import type { Core } from '../training/core.ts'
import type { History } from '../training/history.ts'
import { isStream } from '../training/stream.ts'
import { readArrays, readParts, type TrainingCall } from './fit-sources.ts'
import { type Fitting, loadFitting } from './load-fitting.ts'

/** See Network.fit. */
export async function train(
  core: Core,
  data: Data | DataStream,
  options: FitOptions,
  call: TrainingCall = 'fit',
): Promise<History> {
  const given = fitSettings(options)
  if (call === 'partialFit' && given.epochs !== 1)
    refuse(
      'partialFit options.epochs',
      'none: it trains on the data once, and fit as often as asked',
      given.epochs,
    )
  const { threads, offThread } = given
  const { architecture } = core.settings
  if (threads !== undefined && threads !== 'auto' && threads > 1) {
    refuseThreads(architecture, 'fit options.threads', "1 or 'auto'", threads)
  }
  if (offThread) refuseThreads(architecture, 'fit options.offThread', 'false', offThread)
  // Where a step takes all rows, a batch is what is computed at once.
  const takesAll = updateRuleOf(core.settings.optimizer).allRows
  const settings = takesAll ? { ...given, batchSize: blockRowsOf(core.settings.architecture) } : given
  const reading = isStream(data)
    ? (engine: Engine) => readParts(core, engine, data, settings, options.batchSize)
    : (engine: Engine) => readArrays(core, engine, checkData(data, 'fit data'), settings, call)
  const began = now()
  return core.trainInSlices(call, settings.signal, function* (engine): Slices<History> {
    const sources = yield* reading(engine)
    const { fitSources } = (yield loadFitting()) as Fitting
    return yield* fitSources(core, engine, settings, sources, began)
  })
}
