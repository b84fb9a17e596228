// Where the numbers of a training by kernels stand: assembly/abi/online/map.ts has the map.

import * as Abi from '../../assembly/abi/online/map.ts'
import type { Rule } from './rule.ts'
import { isTiny, sharesOf } from './tiny.ts'
import type { TrainingData } from './training-data.ts'

/** Where a layer stands: byte addresses, but for the first four. */
export interface Place {
  readonly inputs: number
  readonly units: number
  /** Bytes of a value for each unit, padded to vectors. */
  readonly part: number
  /** Bytes from what is kept of an input's weights to that of the next. */
  readonly stride: number
  readonly weights: number
  readonly biases: number
  readonly activations: number
  readonly deltas: number
  readonly steps: number
  readonly mask: number
  /** True where each unit's weights are one vector, with a stride for each unit. */
  readonly isByUnit: boolean
}

export interface Plan {
  readonly head: number
  readonly places: readonly Place[]
  readonly starts: number
  readonly entries: number
  readonly sharesPtr: number
  readonly targets: number
  /** True where each list has an entry for every input. */
  readonly keepsZeros: boolean
  /** What sharesOf gives, where assembly/online/tiny.ts trains. */
  readonly shares: Float32Array | undefined
  readonly end: number
}

/** The share of zeros from which on the lists leave them out: they are shorter then, but each row that they miss has to be brought up to date later. */
const MOST_ZEROS = 0.8

function countNonzeros({ starts, rows, values }: TrainingData): number {
  let count = 0
  for (let k = 0; k < starts[rows]; ++k) if (values[k] !== 0) ++count
  return count
}

/** Where everything stands, from address `head` on. allowsTiny: false where the general kernels are to train any network. */
export function arrange(
  sizes: readonly number[],
  data: TrainingData,
  rule: Rule,
  head: number,
  allowsTiny = true,
): Plan {
  let end = head + Abi.HEAD + (sizes.length - 1) * Abi.LAYER
  const take = (bytes: number): number => {
    const at = 16 * Math.ceil(end / 16)
    end = at + bytes
    return at
  }
  const nonzeros = countNonzeros(data)
  const all = data.rows * sizes[0]
  const keepsZeros = nonzeros > (1 - MOST_ZEROS) * all
  const mayBeTiny = allowsTiny && keepsZeros && isTiny(sizes, rule)
  const shares = mayBeTiny ? sharesOf(data) : undefined
  const places = sizes.slice(1).map((units, l) => {
    const inputs = sizes[l]
    const part = 16 * Math.ceil(units / 4)
    const isByUnit = shares !== undefined && l === 1
    const stride = isByUnit ? 32 : rule.isAdam ? 3 * part : 2 * part + 16
    return {
      ...{ inputs, units, part, stride, isByUnit },
      // The kernels take rows four by four.
      weights: take(stride * 4 * Math.ceil((isByUnit ? units : inputs) / 4)),
      biases: take(part * (rule.isAdam ? 3 : 1)),
      activations: take(part),
      deltas: take(part),
      steps: take(part),
      mask: take(part),
    }
  })
  return {
    ...{ head, places, keepsZeros, shares },
    starts: take(4 * (data.rows + 1)),
    entries: take(Abi.ENTRY * (keepsZeros ? all : nonzeros)),
    sharesPtr: take(shares ? 4 * data.rows : 0),
    targets: take(data.rows * places[places.length - 1].part),
    end,
  }
}
