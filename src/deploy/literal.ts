// Texts and numbers as literals of JavaScript.

const ESCAPED = /[<\u2028\u2029]/g

/**
 * A literal that may stand in a script of a page, where `</script>` would end it, and in engines before ECMAScript 2019, where
 * the line and paragraph separators end a literal.
 */
export const json = (value: unknown): string =>
  JSON.stringify(value).replace(
    ESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
