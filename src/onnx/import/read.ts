// A file of ONNX as a network in plain data.

import { FormatError, shown } from '../../base/errors.ts'
import type { NetworkSnapshot } from '../../model/snapshot.ts'
import { CLASS_NAMES_KEY, FORMAT_VERSION, VERSION_KEY } from '../metadata.ts'
import { layersOf } from './chain.ts'
import { evaluate } from './graph.ts'
import { type ModelMessage, readModel } from './messages.ts'
import type { ExternalData } from './numbers.ts'
import { Budget, Operation } from './operation.ts'
import { stepOf } from './rows.ts'
import type { Rows, Value } from './values.ts'

export type { ExternalData }

export interface ReadOptions {
  /** The output of the graph that is the network's. Default: the one that is numbers of the network. */
  readonly output?: string
  readonly externalData?: ExternalData
}

export interface Imported {
  readonly network: NetworkSnapshot
  /** The names of the outputs' classes, or of the two of one logistic column. */
  readonly classNames: readonly string[] | undefined
}

const refuse = (problem: string): never => {
  throw new FormatError(`ONNX: ${problem}`)
}

const listed = (names: readonly string[]): string =>
  names
    .slice(0, 10)
    .map((name) => JSON.stringify(name.slice(0, 100)))
    .join(', ')

/** The class names that nabla has written, as they were. */
function ownClassNames({ producer, metadata }: ModelMessage): string[] | undefined {
  const version = metadata.get(VERSION_KEY)
  if (producer !== 'nabla' || version === undefined) return undefined
  const [major] = version.split('.')
  if (!/^\d{1,6}\.\d{1,6}$/.test(version) || major !== FORMAT_VERSION.split('.')[0])
    refuse(
      `expected nabla's format version ${FORMAT_VERSION} or another of the same major one, got ${shown(version)}`,
    )
  const text = metadata.get(CLASS_NAMES_KEY)
  if (text === undefined) return undefined
  let names: unknown
  try {
    names = JSON.parse(text)
  } catch {}
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string'))
    return refuse(`metadata ${CLASS_NAMES_KEY}: expected a list of strings in JSON, got ${shown(text)}`)
  return names
}

function chosen(outputs: ReadonlyMap<string, Value>): readonly [string, Rows] {
  const rows = [...outputs].filter((entry): entry is [string, Rows] => entry[1].kind === 'rows')
  if (rows.length === 1) return rows[0]
  if (rows.length === 0)
    return refuse(`expected an output that is numbers of the network, got ${listed([...outputs.keys()])}`)
  return refuse(
    `expected one output, or its name as the option output, got ${listed(rows.map(([name]) => name))}`,
  )
}

/** The network in the bytes. Throws FormatError where they are none of ONNX, or what it has is not an MLP of nabla. */
export function readOnnx(bytes: Uint8Array, { output, externalData }: ReadOptions = {}): Imported {
  // Memory that other threads write to is not to change between a check and what follows it.
  const model = readModel(bytes.buffer instanceof ArrayBuffer ? bytes : new Uint8Array(bytes))
  const names = model.outputs.map(({ name }) => name)
  if (names.length === 0 || new Set(names).size < names.length) refuse('expected outputs of different names')
  if (output !== undefined && !names.includes(output))
    refuse(`expected the output ${listed([output])} among ${listed(names)}`)
  const budget = new Budget(bytes.length)
  const { outputs, classes } = evaluate(model, output === undefined ? names : [output], budget, externalData)
  const [name, rows] = chosen(outputs)

  const end = { name, operator: 'output', domain: '', inputs: [], outputs: [name], attributes: new Map() }
  const { inputs, options, parameters } = layersOf(
    stepOf(new Operation(end, [], 0, budget, undefined), rows),
    budget,
  )
  const last = options.at(-1)!
  const isNormalized = last.normalization !== 'none'
  // The loss that the last activation is usual with; with sigmoid it takes z, and so no normalization.
  const loss =
    last.activation === 'softmax'
      ? 'crossEntropy'
      : last.activation === 'sigmoid' && !isNormalized
        ? 'binaryCrossEntropy'
        : 'quadratic'
  const classNames = ownClassNames(model) ?? classes
  const counts = last.units === 1 ? [1, 2] : [last.units]
  if (classNames && !counts.includes(classNames.length))
    refuse(`expected the names of ${counts.join(' or ')} classes, got ${classNames.length}`)
  return { network: { options: { inputs, layers: options, loss }, layers: parameters }, classNames }
}
