// Notes: what a user should know and nothing fails for.

const noted = new Set<string>()

/** Prints the note, once in a process. */
export function note(text: string): void {
  if (noted.has(text)) return
  noted.add(text)
  console.warn(text)
}
