// The one owner of what the page shows. Parts ask it for changes, and are told of them in the next frame.

type Change<State> = Partial<State> | ((state: Readonly<State>) => Partial<State>)

export class Store<State extends object> {
  #state: State
  readonly #watchers = new Set<() => void>()
  #isDue = false

  constructor(state: State) {
    this.#state = state
  }

  get state(): Readonly<State> {
    return this.#state
  }

  update(change: Change<State>): void {
    this.#state = { ...this.#state, ...(typeof change === 'function' ? change(this.#state) : change) }
    if (this.#isDue) return
    this.#isDue = true
    requestAnimationFrame(() => {
      this.#isDue = false
      for (const watcher of this.#watchers) watcher()
    })
  }

  /** Shows what `pick` takes from the state: now, and in each frame in which one of its values is another. */
  watch<Picked extends unknown[]>(
    pick: (state: Readonly<State>) => [...Picked],
    show: (...picked: NoInfer<Picked>) => void,
  ): void {
    let shown: Picked | undefined
    const look = () => {
      const picked = pick(this.#state)
      if (shown && picked.every((value, i) => Object.is(value, shown![i]))) return
      shown = picked
      show(...picked)
    }
    this.#watchers.add(look)
    look()
  }
}
