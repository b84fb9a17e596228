// What the data themselves show, and the classes that are predicted of them: columns that are constant, classes that never come.

import * as Hits from '../../../assembly/abi/hits.ts'
import { shown } from '../../base/errors.ts'
import type { Slices } from '../../base/pace.ts'
import { shortly } from '../../diagnosis/sizes.ts'
import type { Matrix, Targets } from '../../intake/matrix.ts'
import { classesOf } from '../../metrics/classify.ts'
import { inSpans } from '../../metrics/spans.ts'
import type { Architecture } from '../../model/architecture.ts'
import type { Figures } from './layer-figures.ts'
import type { DiagnosisNote } from './note.ts'

// Of fewer rows anything may be constant, or absent.
const LEAST_ROWS = 3
// Columns of 0 do no harm: margins of images, words that do not occur. Where most are, the data have been read wrongly.
const MOSTLY = 0.5
// A class of fewer rows may well be missed.
const LEAST_OF_CLASS = 5
// How many times as many rows the most frequent class has where that is why.
const IMBALANCED = 4

/** The columns that have one value in all rows. Yields now and then, as all that follow. */
function* constantsOf({ values, rows, columns }: Matrix): Slices<number[]> {
  let candidates = Array.from({ length: columns }, (_, c) => c)
  // Row after row, as they lie in memory; the columns that vary are out after a few.
  const look = (from: number, to: number) => {
    candidates = candidates.filter((c) => {
      let i = from * columns + c
      while (i < to * columns && values[i] === values[c]) i += columns
      return i >= to * columns
    })
  }
  yield* inSpans(rows, look, columns)
  return candidates
}

/** Columns of x that say nothing. */
export function* columnNotes({ layers }: Architecture, x: Matrix): Slices<DiagnosisNote[]> {
  if (x.rows < LEAST_ROWS) return []
  const notes: DiagnosisNote[] = []
  const zeros: number[] = []
  for (const column of yield* constantsOf(x)) {
    const value = x.values[column]
    if (value === 0) zeros.push(column)
    // A column of ones in the place of biases is meant.
    else if (layers[0].bias) {
      const text = `column ${column} of the inputs is ${shortly(value)} in every row and says nothing that the biases do not: leave it out`
      notes.push({ what: 'constant column', column, text })
    }
  }
  if (zeros.length > MOSTLY * x.columns) {
    const text = `${zeros.length} of the ${x.columns} columns of the inputs are 0 in every row, the first of them column ${zeros[0]}: leave them out, or see whether x was read as it was meant`
    notes.push({ what: 'constant column', column: zeros[0], factor: zeros.length / x.columns, text })
  }
  return notes
}

/** The class of each row of targets or outputs; of labels, and of a single output, 0 or 1 for each. */
const classesIn = (values: Float32Array, { outputs, loss }: Architecture) => classesOf(values, outputs, loss)

/** How many i have each index; those whose class is −1 have none. */
const countsOf = (classes: ArrayLike<number>, count: number, of: (i: number) => number) => {
  const counts = new Array<number>(count).fill(0)
  for (let i = 0; i < classes.length; ++i) if (classes[i] >= 0) counts[of(i)] += 1
  return counts
}

/** Classes by one output each, or, of labels and of a single output, two classes of every output. */
function layoutOf({ outputs }: Architecture, { hitMode, names }: Targets) {
  const areLabels = hitMode === Hits.THRESHOLD
  const nameOf = (index: number) => (names ? shown(names[index]) : `${index}`)
  return {
    count: areLabels ? 2 * outputs : outputs,
    indexOf: (classes: ArrayLike<number>) => (i: number) =>
      areLabels ? 2 * (i % outputs) + classes[i] : classes[i],
    nameOf: (index: number) =>
      areLabels && outputs > 1
        ? `${index % 2} of ${names ? 'label' : 'output'} ${nameOf(index >> 1)}`
        : nameOf(index),
    columnOf: (index: number) => (areLabels ? index >> 1 : index),
  }
}

/** Rows in which each class has a share. */
function* mentionsOf({ values, rows, columns }: Matrix): Slices<number[]> {
  const counts = new Array<number>(columns).fill(0)
  const count = (from: number, to: number) => {
    for (let i = from * columns; i < to * columns; ++i) if (values[i] > 0) counts[i % columns] += 1
  }
  yield* inSpans(rows, count, columns)
  return counts
}

/** Rows that have each of the two classes of every output. */
function* labelsOf(
  architecture: Architecture,
  { values, rows, columns }: Matrix,
  layout: ReturnType<typeof layoutOf>,
): Slices<number[]> {
  const counts = new Array<number>(layout.count).fill(0)
  const count = (from: number, to: number) => {
    const some = Float32Array.from({ length: (to - from) * columns }, (_, i) => values[from * columns + i])
    const classes = classesIn(some, architecture)
    countsOf(classes, layout.count, layout.indexOf(classes)).forEach((more, index) => {
      counts[index] += more
    })
  }
  yield* inSpans(rows, count, columns)
  return counts
}

/** Classes that never occur in the targets, where these are classes. */
export function* absentClassNotes(architecture: Architecture, y: Targets): Slices<DiagnosisNote[]> {
  const layout = layoutOf(architecture, y)
  if (y.hitMode === Hits.NONE || y.rows < LEAST_ROWS * Math.min(layout.count, architecture.outputs + 1))
    return []
  const counts = y.hitMode === Hits.ARGMAX ? yield* mentionsOf(y) : yield* labelsOf(architecture, y, layout)
  return counts.flatMap((count, index): DiagnosisNote[] => {
    if (count > 0) return []
    const text = `class ${layout.nameOf(index)} occurs in none of the ${y.rows} rows of the targets: add rows of it, or take an output less`
    return [{ what: 'absent class', column: layout.columnOf(index), text }]
  })
}

/** Classes that occur and are never predicted. */
export function unpredictedClassNotes(
  architecture: Architecture,
  y: Targets,
  { rows, outputs, targets }: Figures,
): DiagnosisNote[] {
  if (y.hitMode === Hits.NONE) return []
  const layout = layoutOf(architecture, y)
  const expected = classesIn(targets, architecture)
  const found = classesIn(outputs, architecture)
  const wanted = countsOf(expected, layout.count, layout.indexOf(expected))
  const counts = countsOf(found, layout.count, layout.indexOf(found))
  const most = Math.max(...wanted)
  return counts.flatMap((count, index): DiagnosisNote[] => {
    if (count > 0 || wanted[index] < LEAST_OF_CLASS) return []
    const times = Math.round(most / wanted[index])
    const mend =
      times >= IMBALANCED
        ? `the most frequent one has ${times} times as many rows: repeat its rows as many times, and train on`
        : 'train for longer, or on inputs that tell it apart'
    const text = `class ${layout.nameOf(index)} is never predicted, and ${wanted[index]} of the ${rows} rows have it: ${mend}`
    return [
      { what: 'class never predicted', column: layout.columnOf(index), factor: most / wanted[index], text },
    ]
  })
}
