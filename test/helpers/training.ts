// What tests of the engine do to it that its users do not.

import type { Engine } from '../../src/engine.ts'
import type { Inputs } from '../../src/inputs.ts'
import { runNow } from '../../src/pace.ts'
import type { Span } from '../../src/tape.ts'

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
