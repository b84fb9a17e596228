// A strict reader of the XML that an SVG picture is made of: elements, attributes in double quotes and text. Whatever it does
// not know is an error, as are characters that XML 1.0 has none of.

export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** Its own text, the entities resolved. */
  readonly text: string
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const allowed = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u

const resolved = (text: string): string =>
  text.replace(/&([^;]*);?/g, (whole, name) => {
    if (!(name in entities) || !whole.endsWith(';')) throw new Error(`XML: unknown entity ${whole}`)
    return entities[name]
  })

/** The root element. Throws an error where the text is not well-formed. */
export function parseXml(xml: string): XmlElement {
  if (!allowed.test(xml)) throw new Error('XML: a character that it cannot hold')
  const token = /<(\/?)([A-Za-z]\w*)((?: [A-Za-z][\w:-]*="[^"<]*")*)(\/?)>|([^<]+)/y
  const root = { name: '', attributes: new Map<string, string>(), children: [] as XmlElement[], text: '' }
  const open = [root]
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex
    const found = token.exec(xml)
    if (!found) throw new Error(`XML: not well-formed at ${xml.slice(at, at + 60)}`)
    const [, closes, name, list, isEmpty, text] = found
    const top = open[open.length - 1]
    if (text !== undefined) {
      top.text += resolved(text)
    } else if (closes) {
      if (top.name !== name) throw new Error(`XML: </${name}> closes <${top.name}>`)
      open.pop()
    } else {
      const attributes = new Map<string, string>()
      for (const [, key, value] of list.matchAll(/ ([\w:-]+)="([^"]*)"/g)) {
        if (attributes.has(key)) throw new Error(`XML: ${key} twice in <${name}>`)
        attributes.set(key, resolved(value))
      }
      const element = { name, attributes, children: [] as XmlElement[], text: '' }
      top.children.push(element)
      if (!isEmpty) open.push(element)
    }
  }
  if (open.length !== 1 || root.children.length !== 1 || root.text.trim() !== '') {
    throw new Error('XML: expected one root element, and all closed')
  }
  return root.children[0]
}

/** The element and all below it. */
export const descendants = (element: XmlElement): XmlElement[] => [
  element,
  ...element.children.flatMap(descendants),
]
