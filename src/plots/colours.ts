// Colours that people with any kind of colour vision can tell apart: the palette of M. Okabe and K. Ito, "Color Universal
// Design" (https://jfly.uni-koeln.de/color/), without its yellow and black, which paper and text are too close to.

export const GRID = '#e4e4e4'
export const AXIS = '#8a8a8a'
export const FAINT = '#666666'

const BLUE = '#0072b2'
const VERMILION = '#d55e00'
const palette = [BLUE, VERMILION, '#009e73', '#b8609a', '#e69f00', '#3fa9e0', '#6b6b6b']
const dashes = [undefined, '6 3', '2 3', '9 3 2 3']

export const COLOURS: number = palette.length
export const WRONG: string = VERMILION

/** The colour of series i. */
export const colourOf = (i: number): string => palette[i % palette.length]
/** Dashes of series i, where colours begin again: 28 differ. */
export const dashOf = (i: number): string | undefined =>
  dashes[Math.floor(i / palette.length) % dashes.length]

export type Rgb = readonly [red: number, green: number, blue: number]

const rgbOf = (hex: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb
export const hexOf = (rgb: Rgb): string =>
  `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`

const mixed = (a: Rgb, b: Rgb, share: number): Rgb => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
]

/** Colours between stops at equal distances, from 0 to 1. */
const ramp = (stops: readonly string[]) => {
  const colours = stops.map(rgbOf)
  return (share: number): Rgb => {
    const at = Math.min(1, Math.max(0, share)) * (colours.length - 1)
    const i = Math.min(colours.length - 2, Math.floor(at))
    return mixed(colours[i], colours[i + 1], at - i)
  }
}

/** From paper to dark blue: shares. */
export const blues: (share: number) => Rgb = ramp(['#ffffff', '#b9d7ea', '#4b9bcb', '#0b5a94', '#08304f'])
/** Blue below, white at ½, vermilion above: weights, and outputs around a threshold. */
export const diverging: (share: number) => Rgb = ramp(['#0b4f86', '#5aa3d0', '#f7f7f7', '#ec9156', '#a33f00'])
/** The colour of a class on paper, from none to the surface behind its points. */
export const tint = (i: number, share: number): Rgb =>
  mixed([255, 255, 255], rgbOf(colourOf(i)), 0.12 + 0.5 * share)

/** Whether text on the colour is white: by its brightness as ITU-R BT.601 weighs it. */
export const isDark = ([red, green, blue]: Rgb): boolean => 0.299 * red + 0.587 * green + 0.114 * blue < 140

/** Where a value is missing. */
export const MISSING: Rgb = [190, 190, 190]
