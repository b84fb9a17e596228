// The shape of a network as plain data.

import type { LossName, LossSettings } from './losses.ts'
import type { ActivationName } from './tables.ts'

export interface LayerShape {
  readonly inputs: number
  readonly units: number
  readonly activation: ActivationName
  readonly bias: boolean
}

/** What a network computes: all that the plan and the tape need to know of the user's options. */
export interface Architecture {
  readonly inputs: number
  readonly outputs: number
  readonly layers: readonly LayerShape[]
  readonly loss: LossName
  /** Its options; undefined where all are the defaults. */
  readonly lossSettings?: LossSettings | undefined
}
