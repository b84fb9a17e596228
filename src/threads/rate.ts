// How fast a number of threads has been lately.

/** Slices whose rate is remembered, and how long they were at least. */
const RECENT = 4
const RECENT_MS = 20

/** Rows a millisecond over the last slices. */
export class Rate {
  readonly #slices: { readonly rows: number; readonly ms: number }[] = []

  add(rows: number, ms: number): void {
    this.#slices.push({ rows, ms })
    while (this.#slices.length > RECENT && this.ms - this.#slices[0].ms >= RECENT_MS) this.#slices.shift()
  }

  get ms(): number {
    return this.#slices.reduce((sum, { ms }) => sum + ms, 0)
  }

  get rowsPerMs(): number {
    return this.#slices.reduce((sum, { rows }) => sum + rows, 0) / Math.max(this.ms, 1e-6)
  }
}
