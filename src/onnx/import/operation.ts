// One node of a graph with the values of its inputs: what an operator is given.

import { FormatError, shown } from '../../base/errors.ts'
import { textOf } from '../protobuf/reader.ts'
import { IDENTITY } from './expression.ts'
import type { NodeMessage } from './messages.ts'
import { constantOf, type ExternalData } from './numbers.ts'
import type { Constant, Rows, Step, Strings, Value } from './values.ts'
import { called, MISSING } from './values.ts'

/** Numbers that a file may come to besides its own: a small one cannot ask for much. */
export class Budget {
  #left: number
  readonly #whole: number

  constructor(bytes: number) {
    // Each weight of four bytes may be transposed, scaled and cast once each.
    this.#whole = 2 ** 20 + bytes
    this.#left = this.#whole
  }

  spend(numbers: number, where: string): void {
    this.#left -= numbers
    if (!(this.#left >= 0)) {
      throw new FormatError(
        `ONNX: ${where}: expected a model whose constants and layers come to at most ${this.#whole} further numbers, for it is a file of ${this.#whole - 2 ** 20} bytes`,
      )
    }
  }
}

export class Operation {
  readonly node: NodeMessage
  readonly inputs: readonly Value[]
  readonly opset: number
  readonly budget: Budget
  readonly #external: ExternalData | undefined

  constructor(
    node: NodeMessage,
    inputs: readonly Value[],
    opset: number,
    budget: Budget,
    external: ExternalData | undefined,
  ) {
    this.node = node
    this.inputs = inputs
    this.opset = opset
    this.budget = budget
    this.#external = external
  }

  /** node "Gemm_3" (Gemm) */
  get where(): string {
    const { name, operator, domain, outputs } = this.node
    const known = name === '' ? `of output ${JSON.stringify(outputs[0] ?? '')}` : JSON.stringify(name)
    return `node ${known.slice(0, 200)} (${domain === '' ? '' : `${domain.slice(0, 100)}.`}${operator.slice(0, 100)})`
  }

  refuse(problem: string): never {
    throw new FormatError(`ONNX: ${this.where}: ${problem}`)
  }

  input(i: number): Value {
    return this.inputs[i] ?? MISSING
  }

  has(i: number): boolean {
    return this.input(i).kind !== 'missing'
  }

  constant(i: number, what: string): Constant {
    const value = this.input(i)
    return value.kind === 'constant'
      ? value
      : this.refuse(`expected ${what} to be a constant, got ${called[value.kind]}`)
  }

  rows(i: number): Rows {
    const value = this.input(i)
    return value.kind === 'rows'
      ? value
      : this.refuse(`expected its input ${i} to be rows that depend on the input, got ${called[value.kind]}`)
  }

  /** The one number of a constant. */
  scalar(i: number, what: string): number {
    const { numbers } = this.constant(i, what)
    return numbers.length === 1
      ? numbers[0]
      : this.refuse(`expected ${what} to be one number, got ${numbers.length}`)
  }

  /** Whole numbers of a constant list. */
  integers(i: number, what: string): number[] {
    const { numbers, isInteger, dims } = this.constant(i, what)
    if (!isInteger || dims.length > 1 || numbers.length > 100)
      return this.refuse(`expected ${what} to be a short list of whole numbers`)
    return Array.from(numbers)
  }

  #attribute<T>(name: string, missing: T, is: (value: unknown) => value is T, expected: string): T {
    const { attributes } = this.node
    if (!attributes.has(name)) return missing
    const value = attributes.get(name)
    return is(value) ? value : this.refuse(`expected ${name} to be ${expected}, got ${shown(value)}`)
  }

  number(name: string, missing: number): number {
    return this.#attribute(name, missing, (value) => typeof value === 'number', 'a number')
  }

  numbers(name: string): number[] | undefined {
    return this.#attribute<number[] | undefined>(
      name,
      undefined,
      (value): value is number[] => Array.isArray(value) && value.every((one) => typeof one === 'number'),
      'numbers',
    )
  }

  texts(name: string): string[] | undefined {
    const values = this.#attribute<Uint8Array[] | undefined>(
      name,
      undefined,
      (value): value is Uint8Array[] =>
        Array.isArray(value) && value.every((one) => one instanceof Uint8Array),
      'strings',
    )
    return values?.map((bytes) => textOf(bytes) ?? this.refuse(`expected ${name} to be text in UTF-8`))
  }

  text(name: string, missing: string): string {
    const value = this.#attribute<Uint8Array | undefined>(
      name,
      undefined,
      (v): v is Uint8Array => v instanceof Uint8Array,
      'a string',
    )
    return value ? (textOf(value) ?? this.refuse(`expected ${name} to be text in UTF-8`)) : missing
  }

  tensor(name: string): Constant | Strings | undefined {
    const value = this.node.attributes.get(name)
    if (value === undefined) return undefined
    if (typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array)
      return this.refuse(`expected ${name} to be a tensor, got ${shown(value)}`)
    return constantOf(value, `${this.where}, ${name}`, this.#external)
  }

  /** The attribute, or the input that it has become in later opsets. */
  axes(name: string, input: number): number[] | undefined {
    return this.has(input) ? this.integers(input, name) : this.numbers(name)
  }

  /** The rows of a new step, as they are. */
  result(step: Step, shape: Rows['shape']): Rows {
    return { kind: 'rows', shape, step, expression: IDENTITY, from: this.where }
  }
}
