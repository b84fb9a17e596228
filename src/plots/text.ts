// Text whose width is estimated: there is no font to ask without a browser.

import { element, escaped } from './svg.ts'

/** The height that a line of text takes, in sizes of its font. */
export const LINE = 1.25
/** Sizes of fonts in pixels. */
export const SMALL = 11
export const NORMAL = 12
export const TITLE = 15
const BOLD = 1.12

// In sizes of the font, at least those of DejaVu Sans, the widest font that systems commonly take for sans-serif: where
// the font is narrower there is more air. In Arial the same texts are about 15% narrower.
const widths: readonly (readonly [RegExp, number])[] = [
  [/\p{M}|\p{Cf}/u, 0],
  [/[ijl.,:;'|! ]/, 0.35],
  [/[frtIJ()[\]/\\-]/, 0.46],
  [/[mwMW@%—…\u2190-\u21ff]/u, 1],
  [/[+−<>=~#_^]/u, 0.84],
  [/[A-Z&]/, 0.76],
  [/[a-z0-9]/, 0.64],
  // Emoji, and the scripts whose characters fill a square.
  [/[\u{1100}-\u{11ff}\u{2e80}-\u{d7ff}\u{f900}-\u{faff}\u{ff00}-\u{ff60}]/u, 1.02],
  [/[\u{10000}-\u{10ffff}]/u, 1.35],
]
const OTHER = 0.8

const known = new Map<string, number>()
function widthOfCharacter(character: string): number {
  let width = known.get(character)
  if (width === undefined) {
    width = widths.find(([pattern]) => pattern.test(character))?.[1] ?? OTHER
    known.set(character, width)
  }
  return width
}

/** About the width of the text in pixels, rather more than less. */
export function widthOf(text: string, size: number, bold = false): number {
  let width = 0
  for (const character of text) width += widthOfCharacter(character)
  return width * size * (bold ? BOLD : 1)
}

export const widest = (texts: readonly string[], size: number): number =>
  texts.reduce((most, text) => Math.max(most, widthOf(text, size)), 0)

/** A name fills at most this many characters, however narrow they are. */
const MOST_CHARACTERS = 200

/** The text on one line, or as much of its beginning as fits in the width, with an ellipsis. */
export function shortened(text: string, width: number, size: number, bold = false): string {
  const characters = [
    ...text
      .slice(0, 2 * MOST_CHARACTERS)
      .replace(/\s+/g, ' ')
      .trim(),
  ]
  const whole = characters.slice(0, MOST_CHARACTERS).join('')
  if (characters.length <= MOST_CHARACTERS && widthOf(whole, size, bold) <= width) return whole
  const most = width - widthOf('…', size, bold)
  let taken = ''
  for (const character of characters.slice(0, MOST_CHARACTERS)) {
    if (widthOf(taken + character, size, bold) > most) break
    taken += character
  }
  return `${taken.trimEnd()}…`
}

export interface TextOptions {
  readonly size?: number
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly fill?: string
  readonly bold?: boolean
  /** Runs upwards. */
  readonly upright?: boolean
}

/** Text with the middle of its line at y, or, where it runs upwards, at x. */
export function label(
  x: number,
  y: number,
  content: string,
  { size = SMALL, anchor = 'start', fill, bold, upright }: TextOptions = {},
): string {
  // Half the height of a capital letter below the middle: dominant-baseline is not known to every renderer.
  const drop = 0.36 * size
  const at = upright ? [x + drop, y] : [x, y + drop]
  return element(
    'text',
    {
      x: at[0],
      y: at[1],
      'font-size': size,
      'text-anchor': anchor === 'start' ? undefined : anchor,
      'font-weight': bold ? 'bold' : undefined,
      fill,
      transform: upright
        ? `rotate(-90 ${Math.round(at[0] * 100) / 100} ${Math.round(at[1] * 100) / 100})`
        : undefined,
    },
    escaped(content) || ' ',
  )
}
