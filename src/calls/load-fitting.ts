// The part that trains, once it is wanted. Bundlers make a file of it by the literal specifier, or keep it where they make one
// file of all.

export type Fitting = typeof import('./fitting.ts')

let fitting: Promise<Fitting> | undefined

/** Resolves to it; rejects, and tries again the next time, where its file does not come. */
export function loadFitting(): Promise<Fitting> {
  fitting ??= import('./fitting.ts').catch((error) => {
    fitting = undefined
    throw error
  })
  return fitting
}

/** Takes it from whoever has it already. */
export function provideFitting(loaded: Fitting): void {
  fitting = Promise.resolve(loaded)
}
