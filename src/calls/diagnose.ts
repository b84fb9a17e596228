// A look at a network and its data.

import { diagnoseRows } from '../inspect/diagnose.ts'
import type { DiagnosisNote } from '../inspect/health/note.ts'
import { readRowsNow } from '../intake/rows.ts'
import { checkData } from '../model/call-settings.ts'
import type { Data } from '../model/options.ts'
import type { Core } from '../training/core.ts'
import { currentRate } from '../training/rates.ts'

/** See Network.diagnose. */
export function diagnose(core: Core, data: Data): DiagnosisNote[] {
  const { counters, settings } = core
  const engine = core.writing('diagnose')
  const checked = checkData(data, 'diagnose data')
  const { optimizer } = settings
  const learningRate = currentRate(optimizer.learningRate, counters)
  return diagnoseRows(engine, readRowsNow(engine, checked, core.naming()), {
    optimizer,
    learningRate,
    trained: counters.trained,
  })
}
