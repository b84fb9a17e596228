// What reads a network and changes nothing: predict, classify and evaluate, at once, or in slices with turns for the event
// loop. `engineOf` is asked again for each block of rows: the network may be trained between two of them, and the reader
// moved to a copy of the parameters.

import { ShapeError } from '../base/errors.ts'
import { runNow, type Slices } from '../base/pace.ts'
import type { Engine } from '../engine/engine.ts'
import { fillStaging } from '../intake/inputs.ts'
import { makeMatrix, shapeMatrix } from '../intake/matrix.ts'
import { readRows } from '../intake/rows.ts'
import { Watched } from '../intake/watched.ts'
import { classesOf } from '../metrics/classify.ts'
import { checkData, predictAsyncSettings, predictSettings, readSettings } from '../model/call-settings.ts'
import type { Data, MatrixLike, PredictOptions, ReadOptions } from '../model/options.ts'
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
  const { blockRows } = engineOf()
  for (let from = 0; from < rows; from += blockRows) {
    const engine = engineOf()
    const to = Math.min(from + blockRows, rows)
    if (!isOwn) watched.check(from * columns, to * columns)
    fillStaging(engine, matrix, 'x', from, to)
    engine.predictStaged(to - from, out, from * outputs)
    yield
  }
  return out
}

/** See Network.predict. */
export function predict(core: Core, x: MatrixLike, options: PredictOptions): Float32Array {
  const engine = core.reading('predict')
  const { out } = predictSettings(options)
  return runNow(predictSlices(() => engine, x, Watched.none, out))
}

/** See Network.predictAsync. call: the user's, for messages. */
export async function predictAsync(
  core: Core,
  x: MatrixLike,
  options: PredictOptions & ReadOptions,
  call = 'predictAsync',
): Promise<Float32Array> {
  const { signal, out } = predictAsyncSettings(options)
  return core.readInSlices(call, signal, (engineOf) => predictSlices(engineOf, x, Watched.of(x, 'x'), out))
}

/** The classes that the outputs stand for. */
export function classify(core: Core, out: Float32Array): Int32Array {
  const { outputs, loss } = core.settings.architecture
  return classesOf(out, outputs, loss)
}

/** See Network.classifyAsync. */
export async function classifyAsync(core: Core, x: MatrixLike, options: ReadOptions): Promise<Int32Array> {
  return classify(core, await predictAsync(core, x, options, 'classifyAsync'))
}

function* evaluateSlices(engineOf: () => Engine, data: Data, watch: boolean): Slices<Evaluation> {
  return yield* evaluateRows(engineOf, yield* readRows(engineOf(), data, { watch }))
}

/** See Network.evaluate. */
export function evaluate(core: Core, data: Data): Evaluation {
  const checked = checkData(data, 'evaluate data')
  const engine = core.reading('evaluate')
  return runNow(evaluateSlices(() => engine, checked, false))
}

/** See Network.evaluateAsync. */
export async function evaluateAsync(core: Core, data: Data, options: ReadOptions): Promise<Evaluation> {
  const checked = checkData(data, 'evaluateAsync data')
  const { signal } = readSettings(options)
  return core.readInSlices('evaluateAsync', signal, (engineOf) => evaluateSlices(engineOf, checked, true))
}
