// A fit with observers of a test's own.

import type { Data, FitOptions, History } from '../../src/index.ts'
import { readRowsNow } from '../../src/intake/rows.ts'
import { fitSettings } from '../../src/model/call-settings.ts'
import type { Core } from '../../src/training/core.ts'
import { fitSlices } from '../../src/training/fit.ts'
import { Recorder } from '../../src/training/history.ts'
import { type Observer, observersOf } from '../../src/training/observers.ts'
import { orderOf } from '../../src/training/order.ts'
import { Rates } from '../../src/training/rates.ts'
import { arraySource } from '../../src/training/source.ts'

/** behind, before: observers behind and in front of those that the options ask for. */
export function fitObserved(
  core: Core,
  data: Data,
  options: FitOptions,
  behind: readonly Observer[],
  before: readonly Observer[] = [],
): Promise<History> {
  const settings = fitSettings(options)
  const { counters, stepper, transaction } = core
  const { seed, optimizer, threads } = core.settings
  return core.trainInSlices('fit', settings.signal, function* (engine) {
    const recorder = new Recorder(settings.epochs, performance.now())
    const training = readRowsNow(engine, data, core.naming())
    const given = settings.validation as Data | undefined
    const validation = given && readRowsNow(engine, given, core.naming())
    yield* transaction.keep()
    const rates = new Rates(settings.learningRate ?? optimizer.learningRate, counters)
    const observers = [
      ...before,
      ...observersOf(recorder, counters, rates, { validation }, settings),
      ...behind,
    ]
    const steps = stepper.rows(rates)
    const validates = validation !== undefined
    const naming = () => core.naming()
    const source = arraySource(training, orderOf(training, settings, seed), {
      ...{ engine, settings, counters, naming, seed, threads, steps, validates },
    })
    const context = { rates, stepper, counters, recorder, observers }
    return yield* fitSlices(engine, source, settings, context, transaction)
  })
}
