// The data of the digits room, from its worker, together with what the user has added.

import type { OwnDigit } from '../state/page-state.ts'
import type { TrainingData } from '../training/trainer.ts'
import { PIXELS } from './normalise.ts'
import type { Stroke } from './strokes.ts'

/** Without `copies` it asks for the data. */
export interface Request {
  readonly id: number
  readonly copies?: { readonly strokes: readonly Stroke[]; readonly count: number }
}

export interface Answer {
  readonly id: number
  readonly x?: Float32Array
  readonly data?: TrainingData
}

/** A drawing of the user's counts as so many: about as much as all the data have of a way of writing. */
export const COPIES = 40

export class DataSource {
  readonly #worker = new Worker(new URL('./data-worker.js', import.meta.url), { type: 'module' })
  readonly #waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>()
  readonly #base: Promise<TrainingData>
  /** Of each drawing its copies. */
  readonly #copies = new WeakMap<OwnDigit, Promise<Float32Array>>()

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      this.#waiting.get(data.id)?.resolve(data)
      this.#waiting.delete(data.id)
    }
    this.#worker.onerror = (event) => {
      const error = new Error(`The data could not be prepared: ${event.message || 'no worker started'}.`)
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
    }
    this.#base = this.#ask().then(({ data }) => data!)
  }

  #asked = 0

  #ask(copies?: Request['copies']): Promise<Answer> {
    const id = ++this.#asked
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ id, ...(copies && { copies }) } satisfies Request)
    })
  }

  #copiesOf(digit: OwnDigit): Promise<Float32Array> {
    let images = this.#copies.get(digit)
    if (!images) {
      images = this.#ask({ strokes: digit.strokes, count: COPIES }).then(({ x }) => x!)
      this.#copies.set(digit, images)
    }
    return images
  }

  /** The prepared data, and the user's digits behind them. */
  async with(own: readonly OwnDigit[]): Promise<TrainingData> {
    const base = await this.#base
    if (own.length === 0) return base
    const images = await Promise.all(own.map((digit) => this.#copiesOf(digit)))
    const x = new Float32Array(base.x.length + own.length * COPIES * PIXELS)
    const y = new Int32Array(base.y.length + own.length * COPIES)
    x.set(base.x)
    y.set(base.y)
    images.forEach((copies, i) => {
      x.set(copies, base.x.length + i * COPIES * PIXELS)
      y.fill(own[i].label, base.y.length + i * COPIES, base.y.length + (i + 1) * COPIES)
    })
    return { ...base, x, y }
  }
}
