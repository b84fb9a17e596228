// Where the parts of a picture lie: the boxes of its elements, those of texts by the widths of Helvetica.

import type { XmlElement } from './xml.ts'

export interface Bounds {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

// Adobe's Helvetica-Bold.afm and Helvetica.afm, in thousandths of the size: groups of characters of about one width.
const groups: [RegExp, number][] = [
  [/[ijl'|]/, 0.24],
  [/[ .,:;!ftI/()[\]\\]/, 0.3],
  [/[r\-"]/, 0.36],
  [/[ckszxyvJ]/, 0.5],
  [/[a-z0-9_#$?]/, 0.56],
  [/[mMW%@…—]/, 0.95],
  [/[A-Zw&]/, 0.72],
]
const helvetica = (text: string, size: number): number =>
  [...text].reduce((sum, c) => {
    if (/\p{M}/u.test(c)) return sum
    return sum + size * (groups.find(([pattern]) => pattern.test(c))?.[1] ?? (c >= '\u1100' ? 1 : 0.6))
  }, 0)

const numberIn = (element: XmlElement, name: string): number => {
  const value = Number(element.attributes.get(name) ?? 0)
  if (!Number.isFinite(value)) throw new Error(`<${element.name}>: ${name} is no number`)
  return value
}

/** The box of a text, standing or lying. */
export function textBounds(element: XmlElement): Bounds {
  const [x, y, size] = ['x', 'y', 'font-size'].map((name) => numberIn(element, name))
  const width = helvetica(element.text, size) * (element.attributes.has('font-weight') ? 1.06 : 1)
  const anchor = element.attributes.get('text-anchor')
  const before = anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0
  const [above, below] = [0.73 * size, 0.21 * size]
  const turn = element.attributes.get('transform')
  if (turn === undefined)
    return { left: x - before, right: x - before + width, top: y - above, bottom: y + below }
  if (turn !== `rotate(-90 ${x} ${y})`) throw new Error(`<text>: unknown transform ${turn}`)
  return { left: x - above, right: x + below, top: y + before - width, bottom: y + before }
}

function pathBounds(d: string): Bounds {
  const xs: number[] = []
  const ys: number[] = []
  let [x, y] = [0, 0]
  const commands = [...d.matchAll(/([MLhvZ])([^MLhvZ]*)/g)]
  if (commands.map(([whole]) => whole).join('') !== d) throw new Error(`path: unknown commands in ${d}`)
  for (const [, command, list] of commands) {
    const values = list.trim() === '' ? [] : list.trim().split(' ').map(Number)
    if (!values.every(Number.isFinite)) throw new Error(`path: no number in ${command}${list}`)
    if (command === 'h') x += values[0]
    else if (command === 'v') y += values[0]
    else if (command !== 'Z') [x, y] = values
    xs.push(x)
    ys.push(y)
  }
  const [first, ...rest] = xs.map((one, i) => ({ left: one, right: one, top: ys[i], bottom: ys[i] }))
  return rest.reduce(
    (all, one) => ({
      left: Math.min(all.left, one.left),
      right: Math.max(all.right, one.right),
      top: Math.min(all.top, one.top),
      bottom: Math.max(all.bottom, one.bottom),
    }),
    first,
  )
}

/** The box of what an element draws; undefined for a group. */
export function boundsOf(element: XmlElement): Bounds | undefined {
  switch (element.name) {
    case 'text':
      return textBounds(element)
    case 'path':
      return pathBounds(element.attributes.get('d')!)
    case 'rect':
    case 'image': {
      const [left, top, width, height] = ['x', 'y', 'width', 'height'].map((name) => numberIn(element, name))
      if (width < 0 || height < 0) throw new Error(`<${element.name}>: a negative size`)
      return { left, top, right: left + width, bottom: top + height }
    }
    case 'circle': {
      const [x, y, r] = ['cx', 'cy', 'r'].map((name) => numberIn(element, name))
      return { left: x - r, right: x + r, top: y - r, bottom: y + r }
    }
    case 'svg':
    case 'g':
      return undefined
    default:
      throw new Error(`<${element.name}>: an element that no plot draws`)
  }
}

export const overlap = (a: Bounds, b: Bounds): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
