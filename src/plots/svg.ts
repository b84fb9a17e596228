// SVG as text: elements, their attributes and their escaping. Everything drawn goes through here, so that what comes out
// is well-formed XML whatever a name holds.

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** What XML 1.0 cannot hold even escaped: control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
const isForbidden = (code: number): boolean =>
  code < 0x20 || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff

/** The text for XML; white space is one space, and what XML cannot hold is U+FFFD. */
export function escaped(text: string): string {
  let out = ''
  for (const character of text.replace(/\s+/g, ' ')) {
    out += entities[character] ?? (isForbidden(character.codePointAt(0)!) ? '\ufffd' : character)
  }
  return out
}

/** A coordinate to a hundredth of a pixel: more would not be seen, and would differ between engines in its last digit. */
export const coordinate = (value: number): string => String(Math.round(value * 100) / 100)

type Attributes = Readonly<Record<string, string | number | undefined>>

/** An element; an attribute that is undefined is left out. `children` is SVG already. */
export function element(name: string, attributes: Attributes, children = ''): string {
  let open = name
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue
    open += ` ${key}="${typeof value === 'number' ? coordinate(value) : escaped(value)}"`
  }
  return children === '' ? `<${open}/>` : `<${open}>${children}</${name}>`
}

export const group = (attributes: Attributes, children: readonly string[]): string =>
  children.length === 0 ? '' : element('g', attributes, `\n${children.join('\n')}\n`)

/** A rectangle of the picture, in pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const INK = '#222222'

/** The picture, on white paper. `label` is what a screen reader says of it. */
export function picture(width: number, height: number, label: string, parts: readonly string[]): string {
  const paper = element('rect', { width, height, fill: '#ffffff' })
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${coordinate(width)} ${coordinate(height)}`,
      role: 'img',
      'aria-label': label,
      'font-family': 'sans-serif',
      fill: INK,
    },
    `\n${[paper, ...parts].filter(Boolean).join('\n')}\n`,
  )}\n`
}
