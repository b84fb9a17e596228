// What a backend is: an arena of one fixed size and an interpreter of tapes over it.

import type { Floats } from '../base/floats.ts'
import type { Callbacks } from './callbacks.ts'

/** The kernels that are no instructions of a tape. Offsets and strides in elements, as in assembly/index.ts. */
export interface Kernels {
  /** How many of n numbers are not ±0; −1 where one is not finite. */
  countNonzeros(x: number, n: number): number
  /** A number that differs once any of the n numbers does, except in about one case of 2³². */
  checksum(x: number, n: number): number
  /**
   * Writes to out[0 … n) bound · (2u − 1), rounded to float32, for the numbers u that uniform() of the stream (seed,
   * purpose, stream) draws from its word `first` on, of its first 2³².
   */
  uniform(
    out: number,
    n: number,
    bound: number,
    first: number,
    seedLow: number,
    seedHigh: number,
    purpose: number,
    stream: number,
  ): void
  /**
   * Writes the rows [from, to) of a (rows × columns) matrix, row-major at `values`, to the panels of the matrix at w.
   * The padding stays as it is.
   */
  packRows(values: number, from: number, to: number, rows: number, columns: number, w: number): void
  /** Writes the rows [from, to), multiples of 4, of the (rows × columns) matrix in panels at w to the panels of its
   * transpose at wt, padding included. */
  transposePanels(from: number, to: number, w: number, wt: number, rows: number, columns: number): void
  /** λ₁ Σ|w| + λ₂ Σw² of the n numbers at w, multiples of 4, in float64. */
  penalty(w: number, n: number, l1: number, l2: number): number
  /** ints[order + i] = i for i in [from, to). */
  countUp(order: number, from: number, to: number): void
  /**
   * A part of the shuffle of ints[order … order + n) by the stream (seed, SHUFFLE, stream): the places from `from` down
   * to `to` + 1; the whole is n − 1 … 0. `word`: how many random words the parts before have used; returns the same for
   * the next part.
   */
  shuffle(
    order: number,
    from: number,
    to: number,
    word: number,
    seedLow: number,
    seedHigh: number,
    stream: number,
  ): number
}

export interface Backend {
  readonly name: 'relaxed' | 'simd' | 'debug' | 'reference'
  /** The arena. Do not keep it: `grow` replaces the array. */
  readonly floats: Floats
  /** The elements [begin, end) of it are the owner's: a small arena shares its memory with others. */
  readonly begin: number
  readonly end: number
  /** Makes room up to `end`. Contents stay; new elements hold anything. Returns false if the arena cannot grow. */
  grow(end: number): boolean
  /** Gives the memory back, for other arenas of the process. The backend is unusable afterwards. */
  release(): void
  /** Lets others claim the memory from `owner`, who needs less of it now, until the arena grows or is released. */
  offer(owner: Offering): void
  readonly kernels: Kernels
  writeInts(offset: number, values: ArrayLike<number>): void
  intAt(offset: number): number
  /**
   * Lists the nonzeros of `rows` rows of x, `columns` long, from `entries` on, a column and a value each; ints[starts …
   * starts + rows] become the offsets at which the rows' lists begin, and the end, which is returned. An entry beyond the
   * end may be written to. undefined where the kernels of `run` do not take lists.
   */
  readonly listNonzeros:
    | ((rows: number, x: number, columns: number, starts: number, entries: number) => number)
    | undefined
  /**
   * Runs the instructions in [from, to) as part `part` of `parts`, once for each batch of at most `batchRows` of the
   * rows [firstRow, endRow) of the order, with the scratch of thread `thread`.
   */
  run(
    from: number,
    to: number,
    firstRow: number,
    endRow: number,
    batchRows: number,
    part: number,
    parts: number,
    thread: number,
  ): void
  /** What other threads need to work in this arena; undefined where none can. */
  readonly shared: SharedArena | undefined
  /** What another thread needs to run the kernels over a memory of its own; undefined where there is none. */
  readonly module: WebAssembly.Module | undefined
  /** True where the same kernels have arenas that other threads can work in. */
  readonly canShare: boolean
}

export interface SharedArena {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
}

/** Who has more memory than it needs. */
export interface Offering {
  /** Moves to a smaller arena and releases the one it has. May throw BackendError, and has then moved nothing. */
  moveOut(): void
}

/**
 * Makes an arena for a plan that ends at element `elements` if it begins at ARENA_START; the same plan fits from the
 * arena's own `begin`. Its contents are undefined. shared: true if other threads will work in it, where the engine
 * supports that. callbacks: what its tapes call of the user's own. Throws BackendError if there is no memory.
 */
export type MakeBackend = (elements: number, shared?: boolean, callbacks?: Callbacks) => Backend
