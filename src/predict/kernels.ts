// What brings rows through a layer: the kernels of assembly/predict.ts, or the same in plain JavaScript, over one memory.

import * as Activations from '../../assembly/abi/activations.ts'
import { SINGLE } from '../../assembly/abi/layout.ts'
import * as Normalizations from '../../assembly/abi/normalizations.ts'
import { type BinaryOf, binariesOf } from '../backends/fuse.ts'
import { activate, softmaxRow } from '../backends/reference/activation.ts'
import { gemmNN } from '../backends/reference/gemm.ts'
import { makeMemory } from '../backends/reference/memory.ts'
import { normalizeByRunning, normalizeRow } from '../backends/reference/normalize.ts'
import { tilesOf, type WasmName } from '../backends/tiles.ts'
import { BackendError } from '../base/errors.ts'
import { note } from '../base/notes.ts'
import { kernels as kernelsText } from '../generated/predict.ts'
import type { KernelsName } from '../model/options.ts'
import { packRows, padded } from '../program/panels.ts'

/** Offsets are in elements of `floats`; rows between layers are padded(n) apart. assembly/predict.ts says what each does. */
export interface Kernels {
  packRows(values: number, from: number, to: number, rows: number, columns: number, w: number): void
  product(
    ...[rows, a, stride, w, b, out, k, n, tiles]: [
      ...[rows: number, a: number, stride: number, w: number, b: number],
      ...[out: number, k: number, n: number, tiles: number],
    ]
  ): void
  normalize(
    ...[kind, rows, z, n, gains, shifts, mean, variance, epsilon]: [
      ...[kind: number, rows: number, z: number, n: number, gains: number],
      ...[shifts: number, mean: number, variance: number, epsilon: number],
    ]
  ): void
  activate(activation: number, rows: number, z: number, n: number, number: number): void
}

/** Kernels over a memory of their own. */
export interface Room {
  readonly name: Exclude<KernelsName, 'auto'>
  readonly floats: Float32Array
  readonly kernels: Kernels
  readonly tiles: number
}

const PAGE_ELEMENTS = 65536 / 4

function referenceRoom(elements: number): Room {
  const memory = makeMemory(elements, 'float32')
  const floats = memory.floats as Float32Array
  const kernels: Kernels = {
    packRows: (...args) => packRows(floats, ...args),
    product: (rows, a, stride, w, b, out, k, n) =>
      gemmNN(memory, 0, rows, a, stride, 0, w, padded(k), b, out, k, n),
    normalize(kind, rows, z, n, gains, shifts, mean, variance, epsilon) {
      const columns = padded(n)
      const normalizer = { gains, shifts, n, columns, epsilon }
      if (kind === Normalizations.RUNNING) normalizeByRunning(floats, z, z, mean, variance, normalizer, rows)
      else for (let r = z; r < z + rows * columns; r += columns) normalizeRow(floats, r, false, r, normalizer)
    },
    activate(activation, rows, z, n, number) {
      const columns = padded(n)
      if (activation !== Activations.SOFTMAX) activate(floats, activation, z, z, 0, rows * columns, number)
      else for (let r = z; r < z + rows * columns; r += columns) softmaxRow(floats, r, r, n)
    },
  }
  return { name: 'reference', floats, kernels, tiles: SINGLE }
}

/** The modules, once they are compiled. */
const modules = new Map<WasmName, WebAssembly.Module>()

function wasmRoom(
  name: WasmName,
  elements: number,
  given: WebAssembly.Module | undefined,
  binaryOf: BinaryOf,
): Room {
  let module = given ?? modules.get(name)
  if (!module) {
    module = new WebAssembly.Module(binaryOf(name))
    modules.set(name, module)
  }
  const pages = Math.ceil(elements / PAGE_ELEMENTS)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return {
    name,
    floats: new Float32Array(memory.buffer),
    kernels: exports as unknown as Kernels,
    tiles: tilesOf(name, false),
  }
}

/**
 * Room for so many elements, under the kernels that were asked for. module: nabla/predict.wasm, compiled, which takes the place of
 * what is compiled here. Throws BackendError where the engine cannot run them.
 */
export function openRoom(asked: KernelsName, elements: number, module: WebAssembly.Module | undefined): Room {
  if (asked === 'reference') return referenceRoom(elements)
  const names: WasmName[] = asked === 'auto' ? (module ? ['simd'] : ['relaxed', 'simd']) : [asked]
  const binaryOf = binariesOf(kernelsText)
  let refusal: unknown
  for (const name of names) {
    try {
      return wasmRoom(name, elements, module, binaryOf)
    } catch (error) {
      refusal = error
    }
  }
  const why = refusal instanceof Error ? refusal.message : String(refusal)
  if (asked !== 'auto') {
    throw new BackendError(`options.kernels: expected kernels that run here, got '${asked}' (${why})`, {
      cause: refusal,
    })
  }
  note(
    `nabla: the WebAssembly SIMD kernels do not run here (${why}); predictions are made in plain JavaScript`,
  )
  return referenceRoom(elements)
}
