// All that is seen of brain.js beside its trainings, by name.

import { answerScenarios } from './answers.ts'
import { changeScenarios } from './changes.ts'
import { dataScenarios } from './data.ts'
import { foldScenarios } from './folds.ts'
import type { Scenarios } from './library.ts'
import { optionScenarios } from './options.ts'
import { statusScenarios } from './status.ts'

/** In groups, by what they are about. */
export const groups: Record<string, Scenarios> = {
  options: optionScenarios,
  training: statusScenarios,
  changes: changeScenarios,
  data: dataScenarios,
  answers: answerScenarios,
  CrossValidate: foldScenarios,
}
