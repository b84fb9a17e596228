// The colours of the style sheet, for what is drawn on canvases.

const NAMES = ['ink', 'muted', 'line', 'none', 'first', 'second', 'first-full', 'second-full'] as const

export type Colour = (typeof NAMES)[number]
/** Each colour as CSS has it now, in light or in dark. */
export type Palette = Readonly<Record<Colour, string>>
export type Rgb = readonly [red: number, green: number, blue: number]

let kept: Palette | undefined
const listeners = new Set<() => void>()

export function palette(): Palette {
  if (!kept) {
    // A variable is text to getComputedStyle; a property that uses it is a colour.
    const probe = document.createElement('i')
    document.body.append(probe)
    const colours = NAMES.map((name) => {
      probe.style.color = `var(--${name})`
      return [name, getComputedStyle(probe).color]
    })
    probe.remove()
    kept = Object.fromEntries(colours) as Palette
  }
  return kept
}

export function rgb(colour: Colour): Rgb {
  const [red, green, blue] = palette()
    [colour].match(/[\d.]+/g)!
    .map(Number)
  return [red, green, blue]
}

/** Calls when the colours have changed. */
export function onRecolour(listener: () => void): void {
  listeners.add(listener)
}

export function recolour(): void {
  kept = undefined
  for (const listener of listeners) listener()
}

/** The colours between `first-full` for −1, `none` for 0 and `second-full` for 1, as 511 colours of red, green and blue. */
export function divergingColours(): Uint8ClampedArray {
  const [low, middle, high] = [rgb('first-full'), rgb('none'), rgb('second-full')]
  const table = new Uint8ClampedArray(511 * 3)
  for (let i = 0; i < 511; ++i) {
    const side = i < 255 ? low : high
    const share = Math.abs(i - 255) / 255
    for (let c = 0; c < 3; ++c) table[i * 3 + c] = middle[c] + (side[c] - middle[c]) * share
  }
  return table
}
