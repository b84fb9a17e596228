// Notes: what a user should know although nothing fails.

const noted = new Set<string>()

/** Prints the note, once in a process. about: the kind of note, if its text has numbers that differ each time. */
export function note(text: string, about = text): void {
  if (noted.has(about)) return
  noted.add(about)
  if (typeof console !== 'undefined') console.warn(text)
}
