// What tests of the engine do to it that its users do not.

import { runNow } from '../../src/base/pace.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { Inputs } from '../../src/intake/inputs.ts'
import type { Span } from '../../src/program/stages.ts'

/** Every phase of a training step, in order. */
export const phasesOf = ({ step }: Engine): Span[] => [...step.compute.phases, ...step.update.phases]

export const shuffleRows = (engine: Engine, rows: number, seed: number, stream: number): void =>
  runNow(engine.shuffleSlices(rows, seed, stream))

/** Rows as if they had been read. */
export const inputsOf = (values: ArrayLike<number>, columns: number): Inputs => ({
  values,
  rows: values.length / columns,
  columns,
  name: 'x',
  nonzeros: Array.from(values).filter((v) => v !== 0).length,
  checksums: undefined,
})
