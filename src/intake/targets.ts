// A user's targets: rows of values, one class index a row, or names (src/intake/naming.ts).

import * as Hits from '../../assembly/abi/hits.ts'
import { ShapeError, shown } from '../base/errors.ts'
import { inChunks, type Slices } from '../base/pace.ts'
import { nameOf } from '../model/custom-activation.ts'
import { type Loss, lossRow } from '../model/custom-loss.ts'
import type { MatrixLike, TargetsLike } from '../model/options.ts'
import {
  checkList,
  isNested,
  type Matrix,
  makeMatrix,
  type NumberArray,
  readMatrix,
  type Targets,
} from './matrix.ts'
import { formOf, type Naming, readBooleans, readNames, type TargetShape } from './naming.ts'
import { setOneHot } from './one-hot.ts'
import type { Watched } from './watched.ts'

/**
 * How rows of values are compared: classes by their largest value, labels and single outputs output by output,
 * otherwise by their largest value if every row is one-hot; not at all if the values are no classes.
 */
function* hitModeOf({ values, rows, columns }: Matrix, loss: Loss): Slices<number> {
  const { kind, targets } = lossRow(loss)
  if (kind === 'classes') return Hits.ARGMAX
  // The two sides of a label may also be −1 and 1.
  const isSigned = targets?.[0] === -1
  let isBinary = true
  let isOneHot = true
  yield* inChunks(rows, columns, (from, to) => {
    for (let r = from; r < to && isBinary; ++r) {
      let ones = 0
      for (let i = r * columns; i < (r + 1) * columns; ++i) {
        if (values[i] !== 0 && values[i] !== 1 && !(isSigned && values[i] === -1)) isBinary = false
        ones += values[i]
      }
      if (ones !== 1) isOneHot = false
    }
  })
  if (!isBinary) return Hits.NONE
  if (columns === 1 || kind === 'labels') return Hits.THRESHOLD
  return isOneHot ? Hits.ARGMAX : Hits.NONE
}

/** The targets that a loss has a meaning for, to follow "expected a target". */
function targetsText([least, most]: readonly [number, number], whole: boolean): string {
  if (whole) return least === 0 ? 'of 0 or 1' : `of ${least}, 0 or 1`
  return most === 1 ? `from ${least} to 1` : `of at least ${least}`
}

/** Numbers, one for each output. */
function* readValues(
  value: MatrixLike,
  { rows, outputs, loss }: TargetShape,
  name: string,
  watched: Watched,
): Slices<Matrix> {
  const matrix = yield* readMatrix(value, outputs, name, watched)
  if (matrix.rows !== rows) refuseTargets(matrix.rows * outputs, rows, outputs, name)
  const { targets: range, wholeTargets } = lossRow(loss)
  yield* inChunks(range ? rows : 0, outputs, (from, to) => {
    const [least, most] = range!
    for (let i = from * outputs; i < to * outputs; ++i) {
      const value = matrix.values[i]
      if (value >= least && value <= most && (!wholeTargets || Number.isInteger(value))) continue
      throw new ShapeError(
        `${name}[${Math.floor(i / outputs)}][${i % outputs}]: expected a target ` +
          `${targetsText(range!, wholeTargets)} for ${nameOf(loss)}, got ${shown(value)}`,
      )
    }
  })
  return matrix
}

/**
 * Brings targets to (rows × outputs): rows of values, or one class index a row where there are several outputs, or names, as
 * `naming` says. Throws ShapeError for a wrong shape, a label outside the classes or a value that the loss has no meaning for.
 */
export function* readTargets(
  value: TargetsLike,
  shape: TargetShape,
  name: string,
  watched: Watched,
  naming: Naming,
): Slices<Targets> {
  checkList(value, name)
  const { rows, outputs, loss } = shape
  const form = formOf(value, shape)
  const isByRow = !isNested(value) && value.length === rows
  const names = naming.known
  if (form === 'names' || form === 'lists' || (form === 'booleans' && isByRow)) {
    return yield* readNames(value, form, shape, name, watched, naming)
  }
  if (isByRow && outputs > 1) {
    const values = makeMatrix(rows, outputs, name)
    yield* inChunks(rows, outputs, (from, to) => {
      watched.check(from, to)
      setOneHot(values, value as NumberArray, outputs, name, from, to)
    })
    return { values, rows, columns: outputs, hitMode: Hits.ARGMAX, names }
  }
  const length = isNested(value) ? value.length * outputs : value.length
  if (length !== rows * outputs && (!isNested(value) || form !== 'numbers')) {
    refuseTargets(length, rows, outputs, name)
  }
  const matrix =
    form === 'numbers'
      ? yield* readValues(value as MatrixLike, shape, name, watched)
      : { values: yield* readBooleans(value, rows, outputs, name, watched), rows, columns: outputs }
  return { ...matrix, hitMode: yield* hitModeOf(matrix, loss), names }
}

function refuseTargets(length: number, rows: number, outputs: number, name: string): never {
  const classes = outputs > 1 ? `, or ${rows} class indices` : ''
  throw new ShapeError(
    `${name}: expected a row of ${outputs} for each of the ${rows} rows of x (${rows * outputs} values${classes}), ` +
      `got ${length} values`,
  )
}
