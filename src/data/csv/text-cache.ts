// Texts that a column had before, which are not made anew: a table of categories (36 MB) takes a third of the time so, and a
// third of the memory.

const SLOTS = 256
/** A longer text is made faster than it is compared. */
const LONGEST = 32
/** After so many look-ups it is given up where fewer than half were found. */
const TRIAL = 512

export class TextCache {
  readonly #texts: (string | undefined)[] = new Array(SLOTS).fill(undefined)
  #lookUps = 0
  #hits = 0
  #isOff = false

  /** Returns the slot of text.slice(from, to), or −1 where there is none for it. */
  slotOf(text: string, from: number, to: number): number {
    if (this.#isOff || to - from > LONGEST) return -1
    if (++this.#lookUps === TRIAL) {
      this.#isOff = 2 * this.#hits < TRIAL
      this.#lookUps = 0
      this.#hits = 0
    }
    return (31 * (31 * text.charCodeAt(from) + text.charCodeAt(to - 1)) + to - from) & (SLOTS - 1)
  }

  /** Returns text.slice(from, to), which is not empty, where the slot has it. */
  find(slot: number, text: string, from: number, to: number): string | undefined {
    const known = this.#texts[slot]
    if (known === undefined || known.length !== to - from) return undefined
    // Half the time of startsWith() on texts as short as these.
    for (let i = 0; from < to; ++i, ++from)
      if (text.charCodeAt(from) !== known.charCodeAt(i)) return undefined
    this.#hits += 1
    return known
  }

  put(slot: number, text: string): void {
    this.#texts[slot] = text
  }
}
