/** What the console is warned of from the import of this on. To be imported before the package is used. */
export const notes = []
console.warn = (...words) => notes.push(words.join(' '))
