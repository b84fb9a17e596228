// What a backend is: an arena of one fixed size and an interpreter of tapes over it.

import type { Floats } from './panels.ts'

/** Single kernels by name, for tests and benches. Offsets and strides in elements, as in assembly/index.ts. */
export interface Kernels {
  activate(code: number, z: number, a: number, slope: number, n: number): void
  derive(code: number, from: number, delta: number, n: number): void
  softmaxRow(z: number, a: number, n: number): void
  hadamard(x: number, y: number, out: number, n: number): void
  /** How many of n numbers are not ±0; −1 where one is not finite. */
  countNonzeros(x: number, n: number): number
  lossRow(
    out: number,
    slope: number,
    y: number,
    delta: number,
    n: number,
    loss: number,
    activation: number,
  ): number
  gemmNN(
    from: number,
    to: number,
    a: number,
    lda: number,
    table: number,
    b: number,
    bRows: number,
    bias: number,
    c: number,
    k: number,
    n: number,
    tiles: number,
  ): void
  gemmTN(
    from: number,
    to: number,
    rows: number,
    a: number,
    lda: number,
    table: number,
    d: number,
    g: number,
    gt: number,
    k: number,
    n: number,
    rule: number,
    scale: number,
    tiles: number,
    pack: number,
  ): void
  sumRows(
    from: number,
    to: number,
    rows: number,
    d: number,
    n: number,
    b: number,
    rule: number,
    scale: number,
  ): void
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
   * Writes the rows [from, to) of a (rows × columns) matrix, row-major at `values`, to the panels of the matrix at w,
   * and to those of its transpose at wt unless that is 0. The padding stays as it is.
   */
  packRows(
    values: number,
    from: number,
    to: number,
    rows: number,
    columns: number,
    w: number,
    wt: number,
  ): void
  /** Writes the four random words of a counter and a key, each given word by word, to ints[out … out + 4). */
  philox4x32(out: number, ...counterAndKey: [number, number, number, number, number, number]): void
}

export interface Backend {
  readonly name: 'relaxed' | 'simd' | 'debug' | 'reference'
  /** The arena. Its size never changes; a larger plan gets a new arena. */
  readonly floats: Floats
  readonly kernels: Kernels
  writeInts(offset: number, values: ArrayLike<number>): void
  readInts(offset: number, length: number): Int32Array
  /**
   * Lists the nonzeros of `rows` rows of x, `columns` long, from `entries` on, a column and a value each; ints[starts …
   * starts + rows] become the offsets at which the rows' lists begin, and the end, which is returned. An entry beyond the
   * end may be written to. undefined where the kernels of `run` do not take lists.
   */
  readonly listNonzeros:
    | ((rows: number, x: number, columns: number, starts: number, entries: number) => number)
    | undefined
  /** Fills ints[offset … offset + n) with 0 … n − 1, shuffled by the stream (seed, SHUFFLE, stream). */
  shuffle(offset: number, n: number, seedLow: number, seedHigh: number, stream: number): void
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
}

export interface SharedArena {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
}

/** Makes an arena of so many elements, all zero. Throws BackendError where there is no memory for it. */
export type MakeBackend = (elements: number) => Backend
