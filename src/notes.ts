// Notes: what a user should know and nothing fails for.

const noted = new Set<string>()

/** Prints the note, once in a process. about: what it is one of, where the text has numbers that differ each time. */
export function note(text: string, about = text): void {
  if (noted.has(about)) return
  noted.add(about)
  console.warn(text)
}
