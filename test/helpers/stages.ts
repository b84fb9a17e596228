// The instructions of a layer's stages, each run alone: normalise, its backward pass, running statistics, dropout.

import * as Activations from '../../assembly/abi/activations.ts'
import { SINGLE } from '../../assembly/abi/layout.ts'
import { INSTRUCTION_WORDS } from '../../assembly/abi/tape.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { doubleOperands, type Instruction, instruction, toWords } from '../../src/program/instruction.ts'
import type { Share } from './kernels.ts'

/** Elements that the kernels need from where they are told on. */
export const STAGE_ROOM = INSTRUCTION_WORDS + 8

const WHOLE: Share = { part: 0, parts: 1 }

export interface Normal {
  readonly normalization: number
  readonly z: number
  readonly keeps?: boolean
  readonly out: number
  readonly slope?: number
  readonly statistics?: number
  readonly gains: number
  readonly shifts: number
  readonly runningMean?: number
  readonly runningVariance?: number
  readonly units: number
  readonly activation?: number
  /** Of the activation: a slope or an α of its own. */
  readonly number?: number
  readonly epsilon?: number
}

/** Offsets are in elements; [at, at + STAGE_ROOM) is the kernels' own. */
export function stageKernelsOf(backend: Backend, at: number) {
  const random = at + INSTRUCTION_WORDS

  function run(one: Instruction, rows: number, start: number, { part, parts }: Share): void {
    backend.writeInts(at, toWords([one]))
    backend.run(at, at + INSTRUCTION_WORDS, start, start + rows, rows, part, parts, 0)
  }

  return {
    normalize(rows: number, normal: Normal, share = WHOLE): void {
      const { epsilon = 1e-5, keeps = false, activation = Activations.LINEAR, number = 0, ...rest } = normal
      const [epsilonLow, epsilonHigh] = doubleOperands(epsilon)
      const [numberLow, numberHigh] = doubleOperands(number)
      const operands = {
        slope: undefined,
        statistics: undefined,
        runningMean: undefined,
        runningVariance: undefined,
        ...rest,
        keeps: keeps ? 1 : 0,
        activation,
        layer: 0,
        numberLow,
        numberHigh,
        epsilonLow,
        epsilonHigh,
        tiles: SINGLE,
      }
      run(instruction('normalize', operands, share.split), rows, 0, share)
    },

    normalizeBackward(
      rows: number,
      operands: {
        readonly normalization: number
        readonly deltaScaled: number
        readonly normalized: number
        readonly delta: number
        readonly statistics: number
        readonly gains: number
        readonly units: number
      },
      share = WHOLE,
    ): void {
      run(instruction('normalizeBackward', { ...operands, tiles: SINGLE }, share.split), rows, 0, share)
    },

    updateStatistics(
      rows: number,
      statistics: number,
      runningMean: number,
      runningVariance: number,
      units: number,
      momentum: number,
      share = WHOLE,
    ): void {
      const [momentumLow, momentumHigh] = doubleOperands(momentum)
      const operands = { statistics, runningMean, runningVariance, units, momentumLow, momentumHigh }
      run(instruction('updateStatistics', operands), rows, 0, share)
    },

    /** seed: two words. threshold: of 2³². start: place of the first row in the epoch. */
    dropout(
      rows: number,
      operands: {
        readonly input: number
        readonly inputStride: number
        readonly inputTable?: number
        readonly out: number
        readonly slope?: number
        readonly units: number
        readonly activation: number
        readonly layer: number
        readonly threshold: number
        readonly scale: number
      },
      words: readonly [seedLow: number, seedHigh: number, stream: number, purpose: number],
      start = 0,
      share = WHOLE,
    ): void {
      const { scale, threshold, ...rest } = operands
      const [scaleLow, scaleHigh] = doubleOperands(scale)
      backend.writeInts(
        random,
        words.map((word) => word | 0),
      )
      const one = instruction('dropout', {
        inputTable: undefined,
        slope: undefined,
        ...rest,
        random,
        threshold: threshold | 0,
        scaleLow,
        scaleHigh,
      })
      run(one, rows, start, share)
    },
  }
}
