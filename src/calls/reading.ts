// What reads a network and changes nothing: predict, classify and evaluate, at once, or in slices with turns for the event
// loop. `engineOf` is asked again for each block of rows: the network may be trained between two of them, and the reader
// moved to a copy of the parameters.

import { OptionError, ShapeError } from '../base/errors.ts'
import { runNow, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { fillStaging } from '../intake/inputs.ts'
import { makeMatrix, shapeMatrix } from '../intake/matrix.ts'
import type { Naming } from '../intake/naming.ts'
import { readRows } from '../intake/rows.ts'
import { Watched } from '../intake/watched.ts'
import { classSlices, namesOf } from '../metrics/classify.ts'
import {
  checkData,
  classifyAsyncSettings,
  classifySettings,
  predictAsyncSettings,
  predictSettings,
  readSettings,
} from '../model/call-settings.ts'
import { type ClassName, haveLabels } from '../model/class-names.ts'
import type { ClassifyOptions, Data, MatrixLike, PredictOptions, ReadOptions } from '../model/options.ts'
import type { Core } from '../training/core.ts'
import { type Evaluation, evaluateRows } from '../training/evaluate.ts'

/** Where the outputs go. Throws ShapeError where the user's array has not the room, or another. */
function outputsIn(out: Float32Array | undefined, rows: number, outputs: number): Float32Array {
  if (!out) return makeMatrix(rows, outputs, 'predictions')
  if (out.length === rows * outputs) return out
  throw new ShapeError(
    `out: expected room for ${rows} rows of ${outputs} (${rows * outputs} values), got ${out.length} values`,
  )
}

/** Whether the arrays have memory in common: what is written to one would then be read from the other. */
const overlaps = (x: MatrixLike, out: Float32Array): boolean =>
  ArrayBuffer.isView(x) &&
  x.buffer === out.buffer &&
  x.byteOffset < out.byteOffset + out.byteLength &&
  out.byteOffset < x.byteOffset + x.byteLength

function* predictSlices(
  engineOf: () => Engine,
  x: MatrixLike,
  watched: Watched,
  given?: Float32Array,
): Slices<Float32Array> {
  const { inputs, outputs } = engineOf().architecture
  const matrix = yield* shapeMatrix(x, inputs, 'x', watched)
  const { rows, columns } = matrix
  const isOwn = matrix.values !== x
  const out = outputsIn(given, rows, outputs)
  const written = overlaps(x, out) ? makeMatrix(rows, outputs, 'predictions') : out
  const { blockRows } = engineOf()
  let to = 0
  for (let from = 0; from < rows; from = to) {
    const engine = engineOf()
    to = from + engine.staged(Math.min(blockRows, rows - from))
    if (!isOwn) watched.check(from * columns, to * columns)
    fillStaging(engine, matrix, 'x', from, to)
    engine.predictStaged(to - from, written, from * outputs)
    yield
    if (out.length !== rows * outputs) {
      throw new ShapeError(
        'out: expected an array that keeps its length, got one whose buffer was transferred or resized meanwhile',
      )
    }
  }
  if (written !== out) out.set(written)
  return out
}

/** See Network.predict. */
export function predict(core: Core, x: MatrixLike, options: PredictOptions): Float32Array {
  const engine = core.reading('predict')
  const { out } = predictSettings(options)
  return runNow(predictSlices(() => engine, x, Watched.none, out))
}

/** See Network.predictAsync. */
export async function predictAsync(
  core: Core,
  x: MatrixLike,
  options: PredictOptions & ReadOptions,
): Promise<Float32Array> {
  const { signal, out } = predictAsyncSettings(options)
  return core.readInSlices('predictAsync', signal, (engineOf) =>
    predictSlices(engineOf, x, Watched.of(x, 'x'), out),
  )
}

/** Classes by their indices, or by their names. */
export type Classes = Int32Array | ClassName[] | string[][]

/** Brings outputs to classes: the function that `classify` of these options ends with. Throws OptionError without names. */
function classifier(core: Core, names: boolean, call: string): (out: Float32Array) => Slices<Classes> {
  const { architecture } = core.settings
  const { outputs, loss } = architecture
  const { classNames } = core
  if (names && !classNames) {
    throw new OptionError(
      `${call} options.names: expected a network whose classes have names, from options.classNames or from the targets it ` +
        'was trained on, got one without',
    )
  }
  return function* (out) {
    const classes = yield* classSlices(out, outputs, loss)
    if (!names) return classes
    const labels = haveLabels(architecture) ? outputs : undefined
    return yield* namesOf(classes, classNames!, labels, call)
  }
}

/** See Network.classify. */
export function classify(core: Core, x: MatrixLike, options: ClassifyOptions): Classes {
  const { names } = classifySettings(options)
  const engine = core.reading('classify')
  const classes = classifier(core, names, 'classify')
  return runNow(classes(runNow(predictSlices(() => engine, x, Watched.none))))
}

/** See Network.classifyAsync. */
export async function classifyAsync(
  core: Core,
  x: MatrixLike,
  options: ClassifyOptions & ReadOptions,
): Promise<Classes> {
  const { signal, names } = classifyAsyncSettings(options)
  const classes = classifier(core, names, 'classifyAsync')
  const watched = Watched.of(x, 'x')
  return core.readInSlices('classifyAsync', signal, function* (engineOf) {
    return yield* classes(yield* predictSlices(engineOf, x, watched))
  })
}

function* evaluateSlices(
  engineOf: () => Engine,
  data: Data,
  naming: Naming,
  watch: boolean,
): Slices<Evaluation> {
  return yield* evaluateRows(engineOf, yield* readRows(engineOf(), data, { naming, watch }))
}

/** See Network.evaluate. */
export function evaluate(core: Core, data: Data): Evaluation {
  const checked = checkData(data, 'evaluate data')
  const engine = core.reading('evaluate')
  return runNow(evaluateSlices(() => engine, checked, core.naming(), false))
}

/** See Network.evaluateAsync. */
export async function evaluateAsync(core: Core, data: Data, options: ReadOptions): Promise<Evaluation> {
  const checked = checkData(data, 'evaluateAsync data')
  const { signal } = readSettings(options)
  const naming = core.naming()
  return core.readInSlices('evaluateAsync', signal, (engineOf) =>
    evaluateSlices(engineOf, checked, naming, true),
  )
}
