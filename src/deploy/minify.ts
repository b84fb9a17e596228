// The code of an exported module with short names and without what is there for its readers. It knows only as much of JavaScript as
// the templates of this folder use: statements end at line breaks, a division has a space behind it, parameters stand before ` =>` or
// behind `function name`, and what is declared is never the key of an object.

/** A comment, a text, a regular expression, a number, a word, spaces, or a sign. */
const TOKEN =
  /\/\*\*[\s\S]*?\*\/|'[^'\n]*'|\/(?! )(?:\\.|[^/\n])+\/i?|\d[\d.]*(?:e[+-]?\d+)?|[a-z_$][\w$]*|\s+|\.\.\.|=>|[\s\S]/iy
const WORD = /[a-z_$][\w$]*/gi
/** At the start of a line, since what is in a function is indented. */
const OF_MODULE = /^(?:const|function) ([\w$]+)/gm
const IN_FUNCTION = /(?: {2}|\()(?:const|let) ([\w$]+)/g
const PARAMETERS = /\bfunction [\w$]+\(([^()]*)\)|([\w$]+|\([^()]*\)) =>/g

/** What the comment above predict() calls its parameter. */
const KEPT = 'row'

const isSpace = (token: string): boolean => /^\s/.test(token)
const isComment = (token: string): boolean => token.startsWith('/**')
/** Texts and regular expressions are data, whatever they say. */
const isText = (token: string): boolean => /^['"]|^\/./.test(token)
/** Whether a token is a property, and no name by itself. */
const isProperty = (tokens: readonly string[], i: number): boolean => tokens[i - 1] === '.'

/** Where the text in double quotes ends that starts at `from`. A pattern of millions of characters overflows the engine's stack. */
function endOfText(code: string, from: number): number {
  let at = from + 1
  for (; at < code.length && code[at] !== '"'; ++at) if (code[at] === '\\') ++at
  return at + 1
}

function tokensOf(code: string): string[] {
  const tokens: string[] = []
  for (let at = 0; at < code.length; ) {
    TOKEN.lastIndex = at
    const token = code[at] === '"' ? code.slice(at, endOfText(code, at)) : TOKEN.exec(code)![0]
    tokens.push(token)
    at += token.length
  }
  return tokens
}

const firstGroups = (code: string, pattern: RegExp): string[] =>
  [...code.matchAll(pattern)].map(([, name]) => name)

/** The names that a part declares: of the module, and within its functions. */
function declaredNames(tokens: readonly string[]) {
  const code = tokens.map((token) => (isText(token) ? "''" : token)).join('')
  const parameters = [...code.matchAll(PARAMETERS)].flatMap(
    ([, ofFunction, ofArrow]) => (ofFunction ?? ofArrow).match(WORD) ?? [],
  )
  return {
    ofModule: firstGroups(code, OF_MODULE),
    within: [...firstGroups(code, IN_FUNCTION), ...parameters].filter((name) => name !== KEPT),
  }
}

function* shortNames(): Generator<string> {
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
  yield* letters
  for (const first of letters) for (const second of letters) yield first + second
}

/** Gives each of the names one that is none of those in use, the shortest to those that are there most often. */
function shortened(names: Iterable<string>, tokens: readonly string[], used: ReadonlySet<string>) {
  const counts = new Map([...names].map((name) => [name, 0]))
  tokens.forEach((token, i) => {
    const count = counts.get(token)
    if (count !== undefined && !isProperty(tokens, i)) counts.set(token, count + 1)
  })
  const short = shortNames()
  const next = (): string => {
    const name = short.next().value as string
    return used.has(name) ? next() : name
  }
  return new Map([...counts].sort(([, a], [, b]) => b - a).map(([name]) => [name, next()]))
}

/** The tokens of each part by short names. */
function renamed(parts: readonly (readonly string[])[]): string[][] {
  const declared = parts.map(declaredNames)
  const all = parts.flat()
  const ofModule = new Set(declared.flatMap((one) => one.ofModule))
  const own = new Set([...ofModule, ...declared.flatMap((one) => one.within)])
  const kept = new Set(all.filter((token) => !own.has(token)))
  const shared = shortened(ofModule, all, kept)
  const used = new Set([...kept, ...shared.values()])
  return parts.map((tokens, p) => {
    const names = new Map([...shortened(declared[p].within, tokens, used), ...shared])
    return tokens.map((token, i) => (isProperty(tokens, i) ? token : (names.get(token) ?? token)))
  })
}

/** What has to stand between two tokens that spaces or line breaks were between. */
function between(left: string, right: string, isBreak: boolean): string {
  if (left === '') return ''
  if (isComment(left) || isComment(right)) return '\n'
  const end = left.slice(-1)
  if (isBreak && /[\w$)\]}'"]/.test(end) && !/^[)\]}.]/.test(right)) return '\n'
  return /^(?:[\w$]{2}|\+\+|--)$/.test(end + right[0]) ? ' ' : ''
}

/** The text of the tokens without the spaces that it can do without, and with declarations that follow one another as one. */
function squeezed(tokens: readonly string[]): string {
  /** What the last statement of each open block begins with. */
  const begins = ['']
  let out = ''
  let last = ''
  let space = ''
  for (const [i, token] of tokens.entries()) {
    if (isSpace(token)) {
      space += token
      continue
    }
    if (isComment(token) && tokens[i + 2] !== 'export') continue
    // Not of the module: V8 makes more of what can't change there (784-128-10 takes half the time).
    const word = token === 'const' && begins.length > 1 ? 'let' : token
    const gap = space && between(last, word, space.includes('\n'))
    space = ''
    if (gap === '\n' && word === begins[0] && /^(?:const|let)$/.test(word)) {
      last = ','
      out += last
      continue
    }
    if (gap === '\n' || last === '' || last === '{') begins[0] = word
    if (word === '{') begins.unshift('')
    if (word === '}') begins.shift()
    last = word
    out += gap + last
  }
  return out
}

/**
 * Returns the code of a module, shorter: the same exports, the same results. Comments stay where they are above an export.
 *
 * parts: top-level statements.
 */
export function minify(parts: readonly string[]): string {
  const tokens = renamed(parts.map(tokensOf))
  return squeezed(tokens.flatMap((part) => [...part, '\n']))
}
