// Targets that are names of classes, lists of names of labels, or booleans, brought to numbers.
//
// The names that a network does not know yet are those that occur, in the order in which JavaScript sorts strings, by UTF-16
// code units. scikit-learn's LabelEncoder sorts by code points, which is the same except for characters beyond U+FFFF.

import * as Hits from '../../assembly/abi/hits.ts'
import { isList } from '../base/check.ts'
import { ShapeError, shown } from '../base/errors.ts'
import { inChunks, type Slices } from '../base/pace.ts'
import type { Architecture } from '../model/architecture.ts'
import {
  BOOLEANS,
  type ClassName,
  type ClassNames,
  countText,
  haveLabels,
  nameCount,
  namesText,
  numberText,
} from '../model/class-names.ts'
import { type Activation, nameOf } from '../model/custom-activation.ts'
import { makeMatrix, type Targets } from './matrix.ts'
import type { Watched } from './watched.ts'

/** What a call may make of names among its targets. */
export interface Naming {
  /** The network's names. */
  readonly known: ClassNames | undefined
  /** Where it has none: why those of the targets cannot stand for its classes; undefined where they can. */
  readonly refusal: string | undefined
}

/**
 * What names mean to a network with these names and so many steps behind it. part: the call, where it may see only some of the
 * classes.
 */
export function namingOf(known: ClassNames | undefined, steps: number, part?: string): Naming {
  const give = 'give them to the network as options.classNames'
  if (part) return { known, refusal: `${part} may see only some of the classes; ${give}` }
  if (steps === 0) return { known, refusal: undefined }
  return {
    known,
    refusal: `the network was trained on numbers, and which class a name stands for is not known; ${give}`,
  }
}

/**
 * What targets are: a name or a boolean for each row, a list of the names of its labels, a boolean for each output, or numbers,
 * which their reader checks.
 */
export type TargetForm = 'names' | 'booleans' | 'lists' | 'rows of booleans' | 'numbers'

/** By the first of them that there is. */
export function formOf(
  value: ArrayLike<unknown>,
  shape: Pick<TargetShape, 'rows' | 'outputs' | 'loss'>,
): TargetForm {
  if (ArrayBuffer.isView(value)) return 'numbers'
  let first = value[0]
  if (!isList(first)) {
    if (typeof first === 'string') return 'names'
    return typeof first === 'boolean' ? 'booleans' : 'numbers'
  }
  // Rows beyond those of x are refused later: there may be 2³² − 1.
  for (let r = 0; r < Math.min(value.length, shape.rows); ++r) {
    const row = value[r]
    if (!isList(row) || row.length === 0) continue
    first = row[0]
    if (typeof first === 'string') return 'lists'
    return typeof first === 'boolean' ? 'rows of booleans' : 'numbers'
  }
  // Rows without a label.
  return haveLabels(shape) ? 'lists' : 'numbers'
}

// Looking up a name costs as much as copying a dozen numbers.
const NAME_COST = 16

/** The names that are found, and the place of each. */
class Places {
  readonly #places = new Map<unknown, number>()
  readonly #known: ClassNames | undefined
  readonly #outputs: number
  readonly #kind: 'string' | 'boolean'

  constructor(known: ClassNames | undefined, outputs: number, kind: 'string' | 'boolean') {
    this.#known = known
    this.#outputs = outputs
    this.#kind = kind
    for (const [place, name] of (known ?? []).entries()) this.#places.set(name, place)
  }

  /** The place of a name, which is where it was first found where the names are not known. at: for messages. */
  of(name: unknown, at: () => string): number {
    const place = this.#places.get(name)
    if (place !== undefined) return place
    if (this.#known) {
      throw new ShapeError(
        `${at()}: expected one of the network's classes ${namesText(this.#known)}, got ${shown(name)}`,
      )
    }
    if (typeof name !== this.#kind) {
      throw new ShapeError(`${at()}: expected a ${this.#kind} like the other targets, got ${shown(name)}`)
    }
    const { size } = this.#places
    if (size === nameCount(this.#outputs)) {
      const found = namesText(this.#places.keys())
      throw new ShapeError(
        `${at()}: expected ${countText(this.#outputs)}, got ${shown(name)} beside ${found}`,
      )
    }
    this.#places.set(name, size)
    return size
  }

  /** The names in the order of the classes, and the class of each place. Throws ShapeError where there are too few. */
  sorted(name: string): { names: ClassNames; classes: Int32Array } {
    const found = [...this.#places.keys()] as string[]
    if (found.length < nameCount(this.#outputs)) {
      throw new ShapeError(
        `${name}: expected ${countText(this.#outputs)}, got ${found.length}: ${namesText(found)} ` +
          '(where not all classes occur, give their names to the network as options.classNames)',
      )
    }
    const order = found.map((_, place) => place).sort((a, b) => (found[a] < found[b] ? -1 : 1))
    const classes = new Int32Array(found.length)
    order.forEach((place, index) => {
      classes[place] = index
    })
    return { names: Object.freeze(order.map((place): ClassName => found[place])), classes }
  }
}

/** What targets are for. */
export interface TargetShape {
  readonly rows: number
  readonly outputs: number
  readonly loss: Architecture['loss']
  /** Of the outputs. */
  readonly activation: Activation
}

function refuseForm(value: ArrayLike<unknown>, form: TargetForm, shape: TargetShape, name: string): void {
  const { rows, outputs, loss } = shape
  const numbers = form === 'names' ? numberText(shape) : undefined
  if (numbers) throw new ShapeError(`${name}[0]: expected a number, got ${shown(value[0])}: ${numbers}`)
  if (form === 'lists' && !haveLabels({ outputs, loss })) {
    throw new ShapeError(
      `${name}: expected one class a row, such as ['cat', 'dog'], got lists of names, which are for several outputs with ` +
        `a loss of labels, and here ${outputs === 1 ? 'there is one output' : `the loss is '${nameOf(loss)}'`}`,
    )
  }
  if (form === 'booleans' && outputs > 1 && (outputs !== 2 || haveLabels({ outputs, loss }))) {
    throw new ShapeError(
      `${name}: expected booleans for ${haveLabels({ outputs, loss }) ? 'each of several labels' : `${outputs} outputs`} ` +
        'as a row of them for each row of x, got one a row',
    )
  }
  if (value.length !== rows) {
    const what = form === 'lists' ? 'a list of names' : form === 'names' ? 'a name' : 'a boolean'
    throw new ShapeError(`${name}: expected ${what} for each of the ${rows} rows of x, got ${value.length}`)
  }
}

/** Brings names, lists of names, or a boolean a row to (rows × outputs). Throws ShapeError. Yields now and then. */
export function* readNames(
  value: ArrayLike<unknown>,
  form: 'names' | 'booleans' | 'lists',
  shape: TargetShape,
  name: string,
  watched: Watched,
  naming: Naming,
): Slices<Targets> {
  const { rows, outputs } = shape
  refuseForm(value, form, shape, name)
  const kind = form === 'booleans' ? 'boolean' : 'string'
  // Booleans have one order: false, true.
  const known = naming.known ?? (kind === 'boolean' ? BOOLEANS : undefined)
  if (!known && naming.refusal) {
    throw new ShapeError(`${name}: expected numbers, got names: ${naming.refusal}`)
  }
  const places = new Places(known, outputs, kind)
  // What was read, r · width + place: which column a place is, is known when all names are.
  const width = nameCount(outputs)
  const found: number[] = []
  const readList = (r: number) => {
    const list = value[r]
    if (!isList(list)) throw new ShapeError(`${name}[${r}]: expected a list of names, got ${shown(list)}`)
    const { length } = list
    for (let i = 0; i < length; ++i) found.push(r * width + places.of(list[i], () => `${name}[${r}][${i}]`))
  }
  yield* inChunks(rows, NAME_COST, (from, to) => {
    watched.check(from, to)
    for (let r = from; r < to; ++r) {
      if (form === 'lists') readList(r)
      else found.push(r * width + places.of(value[r], () => `${name}[${r}]`))
    }
  })
  const { names, classes } = known ? { names: known, classes: undefined } : places.sorted(name)
  const values = makeMatrix(rows, outputs, name)
  // One that is far from the one before costs as much as a line of the cache.
  yield* inChunks(found.length, NAME_COST, (from, to) => {
    for (let i = from; i < to; ++i) {
      const r = Math.floor(found[i] / width)
      const place = found[i] - r * width
      const index = classes ? classes[place] : place
      if (outputs === 1) values[r] = index
      else values[r * outputs + index] = 1
    }
  })
  const isOneOfSeveral = form !== 'lists' && outputs > 1
  const hitMode = isOneOfSeveral ? Hits.ARGMAX : Hits.THRESHOLD
  return { values, rows, columns: outputs, hitMode, names }
}

/** Brings booleans, one an output, to (rows × outputs) ones and zeros. Throws ShapeError. Yields now and then. */
export function* readBooleans(
  value: ArrayLike<unknown>,
  rows: number,
  outputs: number,
  name: string,
  watched: Watched,
): Slices<Float32Array> {
  const isFlat = !isList(value[0])
  const values = makeMatrix(rows, outputs, name)
  const read = (one: unknown, r: number, c: number) => {
    if (typeof one !== 'boolean') {
      throw new ShapeError(
        `${name}[${r}][${c}]: expected true or false like the other targets, got ${shown(one)}`,
      )
    }
    values[r * outputs + c] = +one
  }
  yield* inChunks(rows, outputs, (from, to) => {
    const width = isFlat ? outputs : 1
    watched.check(from * width, to * width)
    for (let r = from; r < to; ++r) {
      const row = isFlat ? undefined : value[r]
      if (!isFlat && (!isList(row) || row.length !== outputs)) {
        const got = isList(row) ? row.length : shown(row)
        throw new ShapeError(`${name}[${r}]: expected a row of ${outputs} booleans, got ${got}`)
      }
      for (let c = 0; c < outputs; ++c)
        read(isFlat ? value[r * outputs + c] : (row as ArrayLike<unknown>)[c], r, c)
    }
  })
  return values
}
