// Which functions stand in an exported file: those that the model uses, and what these use.

/** The source of a function, and the functions that it calls. */
export interface Source {
  readonly uses: readonly string[]
  readonly text: string
}

export type Sources = ReadonlyMap<string, Source>

/** A function of the table above, with the functions of the same table that it calls. */
export const source = (text: string, ...uses: string[]): Source => ({ uses, text })

/** The texts of the named functions and of those that they use, each once, a function behind what it uses. */
export function collect(sources: Sources, names: Iterable<string>): string[] {
  const taken = new Set<string>()
  const texts: string[] = []
  const take = (name: string) => {
    if (taken.has(name)) return
    taken.add(name)
    const { uses, text } = sources.get(name)!
    uses.forEach(take)
    texts.push(text)
  }
  for (const name of names) take(name)
  return texts
}
