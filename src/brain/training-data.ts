// The data of a training: inputs as lists that may leave out zeros, targets in full.

import { ShapeError, shown } from '../base/errors.ts'
import { checkLength, eachNumber, formatted, type Side, type Sides, sideOf } from './format.ts'
import type { INeuralNetworkDatumFormatted } from './types.ts'

export interface TrainingData {
  readonly rows: number
  /** Row r is [starts[r], starts[r + 1]) of indices, which ascend, and values. */
  readonly starts: Uint32Array
  readonly indices: Uint32Array
  readonly values: Float32Array
  /** (rows × outputs) */
  readonly targets: Float32Array
}

/** A list of indices and values that grows. */
class Growing {
  indices = new Uint32Array(1024)
  values = new Float32Array(1024)
  length = 0

  push(index: number, value: number): void {
    if (this.length === this.indices.length) {
      const indices = new Uint32Array(2 * this.length)
      indices.set(this.indices)
      this.indices = indices
      const values = new Float32Array(2 * this.length)
      values.set(this.values)
      this.values = values
    }
    this.indices[this.length] = index
    this.values[this.length++] = value
  }

  /** Sorts the entries from `from` on by index: names come in any order. */
  sortFrom(from: number): void {
    const { indices, values, length } = this
    let i = from + 1
    while (i < length && indices[i - 1] < indices[i]) ++i
    if (i >= length) return
    const entries = Array.from({ length: length - from }, (_, k) => [indices[from + k], values[from + k]])
    entries.sort((a, b) => a[0] - b[0])
    entries.forEach(([index, value], k) => {
      indices[from + k] = index
      values[from + k] = value
    })
  }
}

/** Datum `index`. Throws ShapeError unless it has an input and an output. */
export function datumAt(data: readonly unknown[], index: number): { input: unknown; output: unknown } {
  const datum = data[index]
  if (typeof datum === 'object' && datum !== null && 'input' in datum && 'output' in datum) {
    const { input, output } = datum
    if (input !== null && input !== undefined && output !== null && output !== undefined)
      return { input, output }
  }
  throw new ShapeError(`data[${index}]: expected { input, output }, got ${shown(datum)}`)
}

/** Throws ShapeError unless the data are an array of at least one datum. */
export function checkData(data: unknown): asserts data is readonly unknown[] {
  if (Array.isArray(data) && data.length > 0) return
  throw new ShapeError(`data: expected an array of at least one { input, output }, got ${shown(data)}`)
}

/** The sides of new data. Throws ShapeError if a datum lacks one. */
export function sidesOf(data: readonly unknown[]): Sides {
  const all = data.map((_, index) => datumAt(data, index))
  const [inputs, outputs] = [all.map(({ input }) => input), all.map(({ output }) => output)]
  return { input: sideOf('input', inputs), output: sideOf('output', outputs) }
}

/** Throws ShapeError if a datum does not have the lengths of the sides. */
export function checkLengths(data: readonly unknown[], { input, output }: Sides): void {
  data.forEach((_, index) => {
    const datum = datumAt(data, index)
    checkLength(datum.input, input, index)
    checkLength(datum.output, output, index)
  })
}

/** The data as numbers in order. Throws ShapeError for data that do not fit the sides or are not finite. */
export function formattedData(
  data: readonly unknown[],
  sides: Sides,
): INeuralNetworkDatumFormatted<Float32Array>[] {
  checkLengths(data, sides)
  return data.map((_, index) => {
    const { input, output } = datumAt(data, index)
    return {
      input: formatted(input, sides.input, () => `data[${index}].input`),
      output: formatted(output, sides.output, () => `data[${index}].output`),
    }
  })
}

/** The data in the form that trainings take. Throws ShapeError for data that do not fit the sides or are not finite. */
export function trainingData(data: readonly unknown[], input: Side, output: Side): TrainingData {
  const rows = data.length
  const starts = new Uint32Array(rows + 1)
  const targets = new Float32Array(rows * output.length)
  const list = new Growing()
  const push = (index: number, value: number) => list.push(index, value)
  // Names that a row leaves out are 0. Zeros that are given stay until it is known how many there are.
  for (let r = 0; r < rows; ++r) {
    const datum = datumAt(data, r)
    checkLength(datum.input, input, r)
    checkLength(datum.output, output, r)
    eachNumber(datum.input, input, push, () => `data[${r}].input`)
    if (input.lookup !== null) list.sortFrom(starts[r])
    starts[r + 1] = list.length
    const at = r * output.length
    const set = (index: number, value: number) => {
      targets[at + index] = value
    }
    eachNumber(datum.output, output, set, () => `data[${r}].output`)
  }
  return { rows, starts, indices: list.indices, values: list.values, targets }
}
