// Kernels that the user has compiled, for engines that compile no bytes. The files nabla/simd.wasm, nabla/relaxed.wasm and
// nabla/predict.wasm say what they are in a custom section, which scripts/build.mjs puts there.

import { type Check, refuse } from '../base/check.ts'
import type { WasmName } from './tiles.ts'

export interface GivenModule {
  readonly name: WasmName
  readonly module: WebAssembly.Module
}

/** A compiled module of one of the files. Throws OptionError for another. */
const moduleOf =
  (files: readonly string[], what: string): Check<{ file: string; module: WebAssembly.Module }> =>
  (value, name) => {
    const isModule = typeof WebAssembly !== 'undefined' && value instanceof WebAssembly.Module
    if (!isModule) return refuse(name, `a WebAssembly.Module, of ${what}`, value)
    const [section] = WebAssembly.Module.customSections(value, 'nabla')
    const file = section && String.fromCharCode(...new Uint8Array(section))
    return files.includes(file)
      ? { file, module: value }
      : refuse(name, `the module of ${what}`, file ?? value)
  }

const ofKernels = moduleOf(['simd', 'relaxed'], 'the file nabla/simd.wasm or nabla/relaxed.wasm')

/** The module of nabla/simd.wasm or nabla/relaxed.wasm. */
export const kernelsModule: Check<GivenModule> = (value, name) => {
  const { file, module } = ofKernels(value, name)
  return { name: file as WasmName, module }
}

const ofPredictors = moduleOf(['predict'], 'the file nabla/predict.wasm')

/** The module of nabla/predict.wasm. */
export const predictModule: Check<WebAssembly.Module> = (value, name) => ofPredictors(value, name).module
