// The labels of a target, which in the end are classes, or turn out to be numbers.

import { float32Of } from './decimal.ts'
import { RowBlocks } from './row-blocks.ts'

/** The class of each row, and the names of the classes. */
export class Labels {
  /** Which of the labels that differ each row has. */
  readonly #codes = new RowBlocks(Int32Array, 1)
  readonly #known = new Map<string, number>()

  add(label: string): void {
    let code = this.#known.get(label)
    if (code === undefined) {
      code = this.#known.size
      this.#known.set(label, code)
    }
    this.#codes.push(code)
  }

  /** isText: whether labels of one number, such as '1' and '1.0', are classes of their own. */
  classes(isText: boolean): { y: Int32Array; classNames: string[] } {
    const labels = [...this.#known.keys()]
    const isNumeric = !isText && labels.every((label) => !Number.isNaN(float32Of(label)))
    const names = isNumeric ? labels.map((label) => String(Number(label))) : labels
    const classNames = [...new Set(names)].sort(isNumeric ? (a, b) => Number(a) - Number(b) : undefined)
    const classes = new Map(classNames.map((name, index) => [name, index]))
    const classOf = Int32Array.from(names, (name) => classes.get(name)!)
    const y = this.#codes.join()
    for (let r = 0; r < y.length; ++r) y[r] = classOf[y[r]]
    return { y, classNames }
  }
}

const TEXTS_AT_ONCE = 4096

/**
 * Numbers as they are written, kept while they may turn out to be labels: a character takes one byte, and not each text the 32
 * or more of a string.
 */
export class WrittenNumbers {
  readonly #packed: string[] = []
  #texts: string[] = []

  /** text: without line breaks. */
  push(text: string): void {
    if (this.#texts.push(text) < TEXTS_AT_ONCE) return
    this.#packed.push(this.#texts.join('\n'))
    this.#texts = []
  }

  *[Symbol.iterator](): Generator<string> {
    for (const packed of this.#packed) yield* packed.split('\n')
    yield* this.#texts
  }
}
