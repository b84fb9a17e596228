// Every picture of the gallery, ordinary and awkward: valid XML, all in its place, no text on another.

import { describe, expect, it } from 'vitest'
import { boundsOf, overlap, textBounds } from '../helpers/boxes.ts'
import { gallery } from '../helpers/plots.ts'
import { descendants, parseXml } from '../helpers/xml.ts'

const cases = Object.entries(gallery).flatMap(([kind, ofKind]) =>
  Object.entries(ofKind).map(([name, draw]) => [`${kind}, ${name}`, draw] as const),
)

describe.each(cases)('the picture %s', (_, draw) => {
  const svg = draw()
  const root = parseXml(svg)
  const all = descendants(root)
  const texts = all.filter(({ name }) => name === 'text')
  const [width, height] = ['width', 'height'].map((name) => Number(root.attributes.get(name)))

  it('is an SVG picture of a size, with a label', () => {
    expect(root.name).toBe('svg')
    expect(root.attributes.get('xmlns')).toBe('http://www.w3.org/2000/svg')
    expect(root.attributes.get('viewBox')).toBe(`0 0 ${width} ${height}`)
    expect(root.attributes.get('font-family')).toBe('sans-serif')
    expect(root.attributes.get('aria-label')).not.toBe('')
    expect(width).toBeGreaterThanOrEqual(200)
    expect(height).toBeGreaterThanOrEqual(150)
  })

  it('has numbers where numbers belong', () => {
    for (const { name, attributes } of all) {
      for (const [key, value] of attributes) {
        if (key === 'aria-label' || key === 'href') continue
        if (key === 'fill' || key === 'stroke') {
          expect(value).toMatch(/^(none|#[0-9a-f]{6})$/)
          continue
        }
        expect(value, `${name} ${key}`).not.toMatch(/NaN|undefined|null|Infinity|e[+-]?\d/)
      }
    }
    // Texts may be a user's words, but for what a user did not write.
    for (const { text } of texts) expect(text).not.toMatch(/^[+−-]?(NaN|undefined|Infinity)$/)
  })

  it('lies within its paper', () => {
    for (const element of all) {
      const bounds = boundsOf(element)
      if (!bounds) continue
      const what = `${element.name} ${element.text} ${JSON.stringify(bounds)}`
      expect(bounds.left, what).toBeGreaterThanOrEqual(0)
      expect(bounds.top, what).toBeGreaterThanOrEqual(0)
      expect(bounds.right, what).toBeLessThanOrEqual(width)
      expect(bounds.bottom, what).toBeLessThanOrEqual(height)
    }
  })

  it('has no text on another', () => {
    const boxes = texts
      .filter(({ text }) => text.trim() !== '')
      .map((text) => [text.text, textBounds(text)] as const)
    const clashes = boxes.flatMap(([a, box], i) =>
      boxes.slice(i + 1).flatMap(([b, other]) => (overlap(box, other) ? [`${a} on ${b}`] : [])),
    )
    expect(clashes).toEqual([])
  })

  it('is the same each time', () => {
    expect(draw()).toBe(svg)
  })
})
