// Images as they are, and what a classifier said of them.

import { checkOptions, integer, optional } from '../base/check.ts'
import { OptionError, ShapeError } from '../base/errors.ts'
import { nothing } from './axes.ts'
import { AXIS, type Rgb, WRONG } from './colours.ts'
import { expectLength, numbers, type PlotOptions, plotTable, range, strings } from './options.ts'
import { rangeOf } from './scale.ts'
import { headOf, sheet } from './sheet.ts'
import { type Caption, drawTiles, heightOfTiles, levelOf, paletteOf, type Tile } from './tiles.ts'

/** How many pixels an image has, and how many images are drawn. */
export interface ImageShape {
  /** Pixels of an image across. Default: images are square. */
  imageWidth?: number
  /** Pixels of an image down. Default: images are square. */
  imageHeight?: number
  /** Images in a row. Default 10, or as many as there are. */
  columns?: number
  /** At most so many are drawn, from the first on. Default 100. */
  count?: number
}

export interface ImagesOptions extends PlotOptions, ImageShape {
  /** The true class index of each image. */
  labels?: ArrayLike<number>
  /** The predicted class index of each image: those that differ from the label are marked. */
  predicted?: ArrayLike<number>
  /** A name for each class. Default: the indices. */
  classNames?: readonly string[]
  /** The values of white and of black. Default: the least and the largest. */
  range?: readonly [number, number]
}

const MOST_PIXELS = 2 ** 20
export const shapeTable = {
  imageWidth: optional(integer(1, 4096), undefined),
  imageHeight: optional(integer(1, 4096), undefined),
  columns: optional(integer(1, 100), undefined),
  count: optional(integer(1, 10_000), 100),
}
const imagesTable = {
  ...plotTable,
  ...shapeTable,
  labels: optional(numbers, undefined),
  predicted: optional(numbers, undefined),
  classNames: optional(strings, undefined),
  range: optional(range, undefined),
}

/** Width and height of an image of so many pixels, or, where these are not known, of what the options say. */
export function shapeOf(
  pixels: number | undefined,
  given: { imageWidth: number | undefined; imageHeight: number | undefined },
): { imageWidth: number; imageHeight: number } {
  const { imageWidth = given.imageHeight, imageHeight = given.imageWidth } = given
  if (imageWidth !== undefined && imageHeight !== undefined) {
    const across = given.imageWidth ?? (pixels ? pixels / imageHeight : imageWidth)
    const down = given.imageHeight ?? (pixels ? pixels / imageWidth : imageHeight)
    if (across * down <= MOST_PIXELS && (pixels === undefined || across * down === pixels)) {
      if (Number.isInteger(across) && Number.isInteger(down)) return { imageWidth: across, imageHeight: down }
    }
    const of = pixels === undefined ? `at most ${MOST_PIXELS} pixels` : `${pixels} pixels`
    throw new OptionError(`options.imageWidth, imageHeight: expected ${of}, got ${across} × ${down}`)
  }
  const side = Math.sqrt(pixels ?? Number.NaN)
  if (Number.isInteger(side)) return { imageWidth: side, imageHeight: side }
  const why = pixels === undefined ? 'which nothing else says' : `as ${pixels} pixels are no square`
  throw new OptionError(`options.imageWidth: expected the width of an image, ${why}, got undefined`)
}

const ink = (share: number): Rgb => {
  const light = 255 - 235 * share
  return [light, light, light]
}

/**
 * Returns images as SVG text, (rows × pixels) row-major, dark where values are large; beneath each its label or what was
 * predicted, a wrong one framed and marked, with the true class. Throws ShapeError, OptionError.
 */
export function plotImages(images: ArrayLike<number>, options: ImagesOptions = {}): string {
  const checked = checkOptions(imagesTable, options, 'options')
  const { labels, predicted, classNames, title, width, count } = checked
  numbers(images, 'images')
  const listed = labels ?? predicted
  // Labels say how many images there are, and so how many pixels each has.
  const pixels = listed?.length ? images.length / listed.length : undefined
  const isEmpty = images.length === 0
  const shape = isEmpty ? { imageWidth: 1, imageHeight: 1 } : shapeOf(pixels, checked)
  const each = shape.imageWidth * shape.imageHeight
  const total = images.length / each
  if (!Number.isInteger(total)) {
    throw new ShapeError(`images: expected whole images of ${each} pixels, got ${images.length} values`)
  }
  if (labels) expectLength(labels, total, 'options.labels', 'one for each image')
  if (predicted) expectLength(predicted, total, 'options.predicted', 'one for each image')

  const name = (index: number) => classNames?.[index] ?? String(index)
  const shown = Math.min(total, count)
  const [low, high] = checked.range ?? rangeOf([images]) ?? [0, 1]
  // Images of one value are blank.
  const limits = [low, high > low ? high : low + 1] as const
  const tiles = Array.from({ length: shown }, (_, i): Tile => {
    const captions: Caption[] = []
    const isWrong = labels && predicted && labels[i] !== predicted[i]
    if (predicted) captions.push({ text: name(predicted[i]), ...(isWrong && { fill: WRONG, bold: true }) })
    else if (labels) captions.push({ text: name(labels[i]) })
    if (isWrong) captions.push({ text: `true: ${name(labels[i])}`, short: name(labels[i]) })
    const at = i * each
    return {
      pixels: Uint8Array.from({ length: each }, (_, p) => levelOf(images[at + p], limits)),
      captions,
      frame: isWrong ? { colour: WRONG, width: 3 } : { colour: AXIS, width: 0.5 },
    }
  })
  const columns = checked.columns ?? Math.max(1, Math.min(10, shown))
  const how = { ...shape, columns, palette: paletteOf(ink) }
  const lines = tiles.reduce((most, { captions }) => Math.max(most, captions.length), 0)
  const entries =
    labels && predicted
      ? [{ name: 'wrong: predicted, and the true class below', mark: 'patch' as const, colour: WRONG }]
      : []
  const head = headOf(title) + (entries.length > 0 ? 22 : 0)
  const needed = head + (shown > 0 ? heightOfTiles(shown, lines, width - 28, how) : 60)
  const height = checked.height ?? Math.max(150, Math.min(10_000, Math.ceil(needed)))
  const { body, finish } = sheet({ title, width, height, kind: `${shown} images`, entries })
  return finish(shown === 0 ? [nothing(body)] : drawTiles(tiles, body, how))
}
