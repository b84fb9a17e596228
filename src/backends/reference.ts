// The reference backend: the tape run in plain JavaScript. In float32 it is the fallback where there is no
// WebAssembly SIMD and the pure-JS path of the benchmarks; in float64 it is the oracle of the tests and of
// checkGradients.

import { ARENA_START } from '../../assembly/abi/layout.ts'
import { BackendError } from '../base/errors.ts'
import { philox4x32, shufflePart } from '../base/random.ts'
import { packRows, transposePanels } from '../program/panels.ts'
import type { Backend, Kernels } from './backend.ts'
import type { Callbacks } from './callbacks.ts'
import { type Memory, makeMemory } from './reference/memory.ts'
import { checksum, countNonzeros } from './reference/scan.ts'
import { run } from './reference/tape.ts'
import { penaltyOf } from './reference/updates.ts'

type Rest<F> = F extends (first: never, ...rest: infer R) => infer T ? (...rest: R) => T : never

/** Makes an arena of `elements` floats. Throws BackendError where there is no memory for it. */
export function makeReferenceBackend(
  elements: number,
  precision: 'float32' | 'float64' = 'float32',
  callbacks?: Callbacks,
): Backend {
  let memory: Memory
  try {
    memory = makeMemory(elements, precision, callbacks)
  } catch (cause) {
    throw new BackendError(
      `the network and its data need ${elements} numbers, and the engine gave no memory`,
      {
        cause,
      },
    )
  }
  const { floats, ints, shift } = memory
  const onFloats = <F extends (first: typeof floats, ...rest: never[]) => unknown>(kernel: F) =>
    ((...rest: never[]) => kernel(floats, ...rest)) as Rest<F>
  const onMemory = <F extends (first: Memory, ...rest: never[]) => unknown>(kernel: F) =>
    ((...rest: never[]) => kernel(memory, ...rest)) as Rest<F>
  function writeInts(offset: number, values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; ++i) ints[(offset + i) << shift] = values[i]
  }
  const kernels: Kernels = {
    countNonzeros: onFloats(countNonzeros),
    penalty: onFloats(penaltyOf),
    checksum: (x, n) => checksum(ints, x << shift, n << shift),
    uniform(out, n, bound, first, seedLow, seedHigh, purpose, stream) {
      const counter = Uint32Array.of(0, 0, stream, purpose)
      const key = Uint32Array.of(seedLow, seedHigh)
      const words = new Uint32Array(4)
      for (let i = 0; i < n; ++i) {
        const word = first + i
        if (i === 0 || word % 4 === 0) {
          counter[0] = Math.floor(word / 4)
          philox4x32(counter, key, words)
        }
        floats[out + i] = Math.fround(bound * ((words[word % 4] >>> 8) * 2 ** -23 - 1))
      }
    },
    packRows: onFloats(packRows),
    transposePanels: onFloats(transposePanels),
    countUp(order, from, to) {
      for (let i = from; i < to; ++i) ints[(order + i) << shift] = i
    },
    shuffle(order, from, to, word, seedLow, seedHigh, stream) {
      const place = (i: number) => (order + i) << shift
      return shufflePart(ints, place, from, to, word, [seedLow, seedHigh], stream)
    },
  }
  return {
    name: 'reference',
    floats,
    begin: ARENA_START,
    end: elements,
    // The garbage collector frees it like any other array.
    grow: (end) => end <= elements,
    release: () => {},
    offer: () => {},
    kernels,
    writeInts,
    intAt: (offset) => ints[offset << shift],
    listNonzeros: undefined,
    run: onMemory(run),
    shared: undefined,
    module: undefined,
    canShare: false,
  }
}
