// A network, with what makes its inputs of raw rows, as a file of ONNX.

import { FormatError } from '../../base/errors.ts'
import type { ColumnScale } from '../../data/features/scale.ts'
import { FORMAT_VERSION } from '../../formats/version.ts'
import type { NetworkSnapshot } from '../../model/snapshot.ts'
import { CLASS_NAMES_KEY, LOSS_KEY, MODEL_KEY, VERSION_KEY } from '../metadata.ts'
import {
  DataType,
  Dimension,
  Entry,
  Graph,
  Model,
  OperatorSet,
  Shape,
  TensorType,
  Type,
  ValueInfo,
} from '../proto.ts'
import { fileOf, integer, message, type Part, text } from '../protobuf/writer.ts'
import { type ExportedColumn, type GraphInput, inputsOf, writeFeatures } from './features.ts'
import { GraphWriter, ML_DOMAIN } from './graph.ts'
import { writeLayers } from './layers.ts'
import { writeUnits } from './units.ts'

// Runtimes of 2020 and later read these; newer ones still do.
const IR_VERSION = 7
const OPSET = 13
const ML_OPSET = 2

// What a message of protocol buffers can have at most.
const MOST_BYTES = 2 ** 31 - 1

/** What is written. Names of inputs and outputs are the caller's. */
export interface Exported {
  readonly network: NetworkSnapshot
  /** What raw columns become the network's inputs; their widths add up to them. Without them rows are inputs. */
  readonly columns?: readonly ExportedColumn[]
  /** How numbers come from the outputs, one for each; without, outputs are the network's. */
  readonly units?: readonly ColumnScale[]
  /** What the model is made of besides the network, in JSON, for it to be read back. */
  readonly model?: { readonly features?: unknown; readonly target?: unknown }
  readonly classNames?: readonly (string | boolean)[]
  /** The name of the loss, or its name and options. */
  readonly loss?: unknown
  readonly input: string
  readonly output: string
  readonly name: string
}

const BATCH = 'batch'

const valueInfo = (field: number, { name, type, width }: GraphInput): Part =>
  message(
    field,
    text(ValueInfo.NAME, name),
    message(
      ValueInfo.TYPE,
      message(
        Type.TENSOR_TYPE,
        integer(TensorType.ELEM_TYPE, type),
        message(
          TensorType.SHAPE,
          message(Shape.DIM, text(Dimension.DIM_PARAM, BATCH)),
          message(Shape.DIM, integer(Dimension.DIM_VALUE, width)),
        ),
      ),
    ),
  )

const metadata = (key: string, value: string): Part =>
  message(Model.METADATA_PROPS, text(Entry.KEY, key), text(Entry.VALUE, value))

const opset = (domain: string, version: number): Part =>
  message(Model.OPSET_IMPORT, text(OperatorSet.DOMAIN, domain), integer(OperatorSet.VERSION, version))

/** The bytes of the file. Throws FormatError where they would be too many, or a folded weight too large. */
export function writeOnnx(exported: Exported): Uint8Array {
  const { network, columns, units, model, classNames, loss, input, output, name } = exported
  const { inputs: width, layers } = network.options
  const graph = new GraphWriter()
  const inputs = columns ? inputsOf(columns, input) : [{ name: input, type: DataType.FLOAT, width }]
  for (const one of inputs) graph.reserve(one.name)
  graph.reserve(output)
  const from = columns ? writeFeatures(graph, columns, inputs) : input
  const to = writeLayers(graph, from, network)
  graph.output(units ? writeUnits(graph, to, units) : to, output)

  const outputs: GraphInput = { name: output, type: DataType.FLOAT, width: layers.at(-1)!.units }
  const parts = [
    integer(Model.IR_VERSION, IR_VERSION),
    text(Model.PRODUCER_NAME, 'nabla'),
    message(
      Model.GRAPH,
      ...graph.fields(),
      text(Graph.NAME, name),
      ...inputs.map((one) => valueInfo(Graph.INPUT, one)),
      valueInfo(Graph.OUTPUT, outputs),
    ),
    opset('', OPSET),
    ...(graph.usesMl ? [opset(ML_DOMAIN, ML_OPSET)] : []),
    metadata(VERSION_KEY, FORMAT_VERSION),
    ...(classNames ? [metadata(CLASS_NAMES_KEY, JSON.stringify(classNames))] : []),
    ...(loss === undefined ? [] : [metadata(LOSS_KEY, JSON.stringify(loss))]),
    ...(model ? [metadata(MODEL_KEY, JSON.stringify({ ...model, from, to }))] : []),
  ]
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  if (length > MOST_BYTES)
    throw new FormatError(`ONNX: expected a file of at most ${MOST_BYTES} bytes, got ${length}`)
  return fileOf(...parts)
}
