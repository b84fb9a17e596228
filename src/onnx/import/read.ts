// A file of ONNX as a network in plain data.

import { isObject } from '../../base/check.ts'
import { FormatError, shown } from '../../base/errors.ts'
import { parseStrictly } from '../../base/strict-json.ts'
import { knownFeatures, knownTarget } from '../../data/features/keys.ts'
import { asFormat } from '../../formats/network-json-reader.ts'
import { isNewer } from '../../formats/version.ts'
import { numberText } from '../../model/class-names.ts'
import { loss as checkLoss } from '../../model/loss-settings.ts'
import type { LossName } from '../../model/losses.ts'
import type { LossOptions } from '../../model/options.ts'
import type { NetworkSnapshot } from '../../model/snapshot.ts'
import { CLASS_NAMES_KEY, LOSS_KEY, MODEL_KEY, VERSION_KEY } from '../metadata.ts'
import { layersOf } from './chain.ts'
import { evaluate } from './graph.ts'
import { type ModelMessage, readModel } from './messages.ts'
import type { ExternalData } from './numbers.ts'
import { Budget, Operation } from './operation.ts'
import { checkOwnNodes, type OwnModel } from './own-nodes.ts'
import { stepOf } from './rows.ts'
import type { Rows, Step, Value } from './values.ts'

export type { ExternalData }

export interface ReadOptions {
  /** The output of the graph that is the network's. Default: the one that is numbers of the network. */
  readonly output?: string
  readonly externalData?: ExternalData
}

export interface Imported {
  readonly network: NetworkSnapshot
  /** The names of the outputs' classes, or of the two of one logistic column. */
  readonly classNames: readonly (string | boolean)[] | undefined
  /** Of a model that nabla has written: what its toJSON() gave, not checked. */
  readonly features?: unknown
  readonly target?: unknown
}

const refuse = (problem: string): never => {
  throw new FormatError(`ONNX: ${problem}`)
}

const listed = (names: readonly string[]): string =>
  names
    .slice(0, 10)
    .map((name) => JSON.stringify(name.slice(0, 100)))
    .join(', ')

/** What nabla has written besides the graph. */
interface Own {
  readonly classNames?: readonly (string | boolean)[]
  readonly loss?: LossOptions | LossName
  readonly model?: OwnModel
}

function parsed(metadata: ReadonlyMap<string, string>, key: string): unknown {
  const text = metadata.get(key)
  if (text === undefined) return undefined
  return parseStrictly(text, `ONNX: metadata ${key}`)
}

/** The loss of the file. Throws FormatError for what is none; whether the last layer is of it is checked with the network. */
function lossIn(metadata: ReadonlyMap<string, string>): Own['loss'] {
  const loss = parsed(metadata, LOSS_KEY)
  if (loss === undefined) return undefined
  asFormat(() => checkLoss(loss, `ONNX: metadata ${LOSS_KEY}`))
  return loss as Own['loss']
}

function ownOf({ producer, metadata }: ModelMessage): Own {
  const version = metadata.get(VERSION_KEY)
  if (producer !== 'nabla' || version === undefined) return {}
  const newer = isNewer(version, `ONNX: metadata ${VERSION_KEY}`)
  const names = parsed(metadata, CLASS_NAMES_KEY)
  const isName = (name: unknown) => typeof name === 'string' || typeof name === 'boolean'
  if (names !== undefined && !(Array.isArray(names) && names.every(isName)))
    refuse(`metadata ${CLASS_NAMES_KEY}: expected a list of strings, got ${shown(names)}`)
  const classNames = names as Own['classNames']
  const loss = lossIn(metadata)
  const model = parsed(metadata, MODEL_KEY)
  if (model === undefined) return { classNames, loss }
  const { from, to, features, target } = isObject(model)
    ? model
    : refuse(`metadata ${MODEL_KEY}: expected an object, got ${shown(model)}`)
  if (typeof from !== 'string' || typeof to !== 'string')
    return refuse(
      `metadata ${MODEL_KEY}: expected from and to to be names of values, got ${shown(from)} and ${shown(to)}`,
    )
  const parts = newer
    ? { features: knownFeatures(features), target: knownTarget(target) }
    : { features, target }
  return { classNames, loss, model: { from, to, ...parts } }
}

function chosen(outputs: ReadonlyMap<string, Value>): readonly [string, Rows] {
  const rows = [...outputs].filter((entry): entry is [string, Rows] => entry[1].kind === 'rows')
  if (rows.length === 1 && rows[0][1].isTurned)
    return refuse(`output ${listed([rows[0][0]])}: expected rows to be the first dimension`)
  if (rows.length === 1) return rows[0]
  if (rows.length === 0)
    return refuse(`expected an output that is numbers of the network, got ${listed([...outputs.keys()])}`)
  return refuse(
    `expected one output, or its name as the option output, got ${listed(rows.map(([name]) => name))}`,
  )
}

/** The name of the value that the chain of the step begins with. */
function inputOf(step: Step): string {
  let first = step
  while (first.of) first = first.of
  return first.kind === 'input' ? first.name : ''
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
  const own = ownOf(model)
  const wanted = output !== undefined ? [output] : own.model ? [own.model.to] : names
  const { outputs, classes } = evaluate(model, wanted, budget, externalData, own.model?.from)
  const [name, rows] = chosen(outputs)
  if (own.model) {
    if (inputOf(rows.step) !== own.model.from)
      refuse(`expected the network to begin with ${listed([own.model.from])}, as metadata ${MODEL_KEY} says`)
    checkOwnNodes(own.model, model)
  }

  const end = { name, operator: 'output', domain: '', inputs: [], outputs: [name], attributes: new Map() }
  const { inputs, options, parameters } = layersOf(
    stepOf(new Operation(end, [], 0, budget, undefined), rows),
    budget,
  )
  const last = options.at(-1)!
  const isNormalized = last.normalization !== 'none'
  // The loss that the last activation is usual with; with sigmoid it takes z, and so no normalization.
  const usual =
    last.activation === 'softmax'
      ? 'crossEntropy'
      : last.activation === 'sigmoid' && !isNormalized
        ? 'binaryCrossEntropy'
        : 'quadratic'
  const loss = own.loss ?? usual
  const classNames = own.classNames ?? classes
  const counts = last.units === 1 ? [1, 2] : [last.units]
  if (classNames && !counts.includes(classNames.length))
    refuse(`expected the names of ${counts.join(' or ')} classes, got ${classNames.length}`)
  const { features, target } = own.model ?? {}
  // A number has none, and a target has its own.
  const { loss: row } = checkLoss(loss, 'loss')
  const isClassifier = !numberText({ outputs: last.units, loss: row, activation: last.activation! })
  const isComplete = classNames?.length === Math.max(2, last.units)
  const named = target === undefined && isClassifier && isComplete ? classNames : undefined
  return {
    network: {
      options: { inputs, layers: options, loss, ...(named && { classNames: named }) },
      layers: parameters,
    },
    classNames,
    ...(features !== undefined && { features }),
    ...(target !== undefined && { target }),
  }
}
