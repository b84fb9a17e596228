// A look at a network and its data, at once, or in slices with turns for the event loop.

import { runNow, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { diagnoseRows } from '../inspect/diagnose.ts'
import type { DiagnosisNote } from '../inspect/health/note.ts'
import { readRows } from '../intake/rows.ts'
import { checkData, readSettings } from '../model/call-settings.ts'
import type { Data, ReadOptions } from '../model/options.ts'
import type { Core } from '../training/core.ts'
import { currentRate } from '../training/rates.ts'

/** keep: whether the rows are copied, for the caller may change them between two slices. */
function* diagnoseSlices(core: Core, engine: Engine, data: Data, keep: boolean): Slices<DiagnosisNote[]> {
  const { optimizer } = core.settings
  const { seen } = core
  const training = {
    optimizer,
    learningRate: currentRate(optimizer.learningRate, seen),
    trained: seen.steps > 0,
  }
  const reading = { naming: core.naming(), keep, watch: keep }
  return yield* diagnoseRows(engine, yield* readRows(engine, data, reading), training)
}

/** See Network.diagnose. */
export function diagnose(core: Core, data: Data): DiagnosisNote[] {
  const engine = core.writing('diagnose')
  return runNow(diagnoseSlices(core, engine, checkData(data, 'diagnose data'), false))
}

/** See Network.diagnoseAsync. */
export async function diagnoseAsync(core: Core, data: Data, options: ReadOptions): Promise<DiagnosisNote[]> {
  const checked = checkData(data, 'diagnoseAsync data')
  const { signal } = readSettings(options)
  return core.readApart('diagnoseAsync', signal, (engine) => diagnoseSlices(core, engine, checked, true))
}
