// An interpreter that does not know a code says so, rather than pass over it.

import { describe, expect, it } from 'vitest'
import * as Activations from '../../assembly/abi/activations.ts'
import * as Hits from '../../assembly/abi/hits.ts'
import { ARENA_START, PACK_COLUMNS, SINGLE, STRIP, STRIP_HEAD } from '../../assembly/abi/layout.ts'
import * as Losses from '../../assembly/abi/losses.ts'
import * as Rules from '../../assembly/abi/rules.ts'
import * as Tape from '../../assembly/abi/tape.ts'
import { backends, wasmBackends } from '../helpers/backends.ts'
import { KERNEL_ROOM, kernelsOf } from '../helpers/kernels.ts'

const ROOM = ARENA_START
const A = ROOM + KERNEL_ROOM
const B = A + 64
const C = B + 64
const PACK = C + 192
const STRIP_AT = PACK + 4 * PACK_COLUMNS
const ELEMENTS = STRIP_AT + STRIP_HEAD + STRIP

/** Codes around those that there are. */
const unknown = (codes: Readonly<Record<string, number>>) => [-1, Math.max(...Object.values(codes)) + 1, 1000]
const unknownActivations = unknown(pickCodes(Activations))

/** The codes of a module that also has constants which are no codes. */
function pickCodes(module: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(module).filter(([name]) => !/_(SLOPE|ALPHA|LAMBDA)$/.test(name)))
}

describe.each(backends.map((backend) => [backend.name, backend] as const))('%s', (_, tested) => {
  const backend = tested.make(ELEMENTS)
  const kernels = kernelsOf(backend, ROOM)
  const isWasm = wasmBackends.includes(tested)

  /** Asserts that `work` traps in WebAssembly, and throws what names the code elsewhere. */
  function expectRefusal(work: () => void, code: number): void {
    let error: unknown
    try {
      work()
    } catch (caught) {
      error = caught
    }
    if (isWasm) {
      expect(error, `code ${code}`).toBeInstanceOf(WebAssembly.RuntimeError)
      expect((error as Error).message).toBe('unreachable')
    } else {
      expect(error, `code ${code}`).toBeInstanceOf(Error)
      expect((error as Error).message).toContain(`${code}`)
    }
  }

  it('refuses an opcode that there is not, with flags or without', () => {
    const run = (code: number) => {
      backend.writeInts(ROOM, Int32Array.of(code, ...new Array(Tape.INSTRUCTION_WORDS - 1).fill(0)))
      backend.run(ROOM, ROOM + Tape.INSTRUCTION_WORDS, 0, 1, 1, 0, 1, 0)
    }
    for (const code of [0, Tape.OP_FINISH_WEIGHTS + 1, 20, 64, 1 << 20]) {
      for (const flags of [0, Tape.BY_UNITS, Tape.BY_BLOCKS]) expectRefusal(() => run(code | flags), code)
    }
    // One that there is, to be sure that it is the code.
    run(Tape.OP_BARRIER)
  })

  it('refuses an activation that there is not, forward and backward', () => {
    for (const code of unknownActivations) {
      expectRefusal(() => kernels.activate(code, A, B, C, 5), code)
      expectRefusal(() => kernels.derive(code, A, B, 5), code)
    }
    // Softmax is none of single elements.
    expectRefusal(() => kernels.derive(Activations.SOFTMAX, A, B, 5), Activations.SOFTMAX)
    kernels.activate(Activations.TANH, A, B, C, 5)
    kernels.derive(Activations.TANH, A, B, 5)
  })

  it('refuses a loss that there is not', () => {
    for (const code of unknown(Losses)) {
      expectRefusal(() => kernels.lossRow(A, 0, B, C, 5, code, Activations.TANH), code)
    }
    kernels.lossRow(A, 0, B, C, 5, Losses.QUADRATIC, Activations.TANH)
    // Nor an activation in front of one that multiplies by its derivative.
    const { MEAN_ABSOLUTE_ERROR, HUBER, LOG_COSH, HINGE, CATEGORICAL_HINGE } = Losses
    const elementwise = [MEAN_ABSOLUTE_ERROR, HUBER, LOG_COSH, HINGE, CATEGORICAL_HINGE]
    for (const loss of [Losses.QUADRATIC, ...elementwise]) {
      for (const code of unknownActivations)
        expectRefusal(() => kernels.lossRow(A, 0, B, C, 5, loss, code), code)
    }
    for (const loss of elementwise) {
      expectRefusal(() => kernels.lossRow(A, 0, B, C, 5, loss, Activations.SOFTMAX), Activations.SOFTMAX)
    }
  })

  it('refuses a way to count hits that there is not', () => {
    for (const mode of unknown(Hits)) {
      if (mode !== Hits.NONE) expectRefusal(() => kernels.hitsRow(A, B, 5, Losses.QUADRATIC, mode), mode)
    }
    kernels.hitsRow(A, B, 5, Losses.QUADRATIC, Hits.THRESHOLD)
  })

  it('refuses a rule that there is not, of weights and biases', () => {
    const { SCALARS, ...codes } = Rules
    const a = { at: A, stride: 3, table: 0 }
    const run = (rule: number, part: 'weights' | 'biases') => {
      const update = { rule, steps: [new Array(SCALARS).fill(0.5)], slots: 64, strip: STRIP_AT }
      if (part === 'weights') kernels.gemmTN(2, a, B, C, 0, 3, 5, update, SINGLE, PACK)
      else kernels.sumRows(2, B, 5, C, update)
    }
    for (const part of ['weights', 'biases'] as const) {
      for (const code of unknown(codes)) {
        expectRefusal(() => run(code, part), code)
      }
      for (const known of Object.values(codes)) run(known, part)
    }
  })
})
