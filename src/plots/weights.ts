// What each unit of a first layer looks for: its weights, as an image of the inputs.

import { checkOptions, integer, oneOf, optional } from '../base/check.ts'
import { ShapeError } from '../base/errors.ts'
import { nothing } from './axes.ts'
import { bar, barWidth } from './bar.ts'
import { AXIS, diverging } from './colours.ts'
import { type ImageShape, shapeOf, shapeTable } from './images.ts'
import { numbers, type PlotOptions, plotTable } from './options.ts'
import { drawable } from './scale.ts'
import { headOf, sheet } from './sheet.ts'
import { shortNumber } from './ticks.ts'
import { drawTiles, heightOfTiles, levelOf, paletteOf, type Tile } from './tiles.ts'

export interface WeightsOptions extends PlotOptions, ImageShape {
  /** Units of the layer: the width of a row of weights. */
  units: number
  /** One scale of colours for all units (default), or one for each 'unit'. */
  scale?: 'all' | 'unit'
}

const table = {
  ...plotTable,
  ...shapeTable,
  units: integer(1),
  scale: optional(oneOf(['all', 'unit']), 'all'),
}

/**
 * Returns the weights of a layer as SVG text, an image for each unit: blue below 0, vermilion above. weights:
 * (inputs × units), row-major, as `network.weights(0)` returns them. Throws ShapeError, OptionError.
 */
export function plotWeights(weights: ArrayLike<number>, options: WeightsOptions): string {
  const checked = checkOptions(table, options, 'options')
  const { units, scale, title, width, count } = checked
  numbers(weights, 'weights')
  const inputs = weights.length / units
  if (!Number.isInteger(inputs)) {
    throw new ShapeError(`weights: expected rows of ${units} values, one a unit, got ${weights.length}`)
  }
  const isEmpty = inputs === 0
  const shape = isEmpty ? { imageWidth: 1, imageHeight: 1 } : shapeOf(inputs, checked)
  const shown = isEmpty ? 0 : Math.min(units, count)
  const columnOf = (unit: number) =>
    Float64Array.from({ length: inputs }, (_, i) => drawable(weights[i * units + unit]))
  const columns = Array.from({ length: shown }, (_, unit) => columnOf(unit))
  const sizeOf = (column: Float64Array) =>
    column.reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 0)
  const largest = columns.reduce((most, column) => Math.max(most, sizeOf(column)), 0)

  const tiles = columns.map((column, unit): Tile => {
    const most = scale === 'all' ? largest : sizeOf(column)
    return {
      pixels: Uint8Array.from(column, (value) => levelOf(value, [-most, most])),
      captions: [{ text: String(unit) }],
      frame: { colour: AXIS, width: 0.5 },
    }
  })
  const across = checked.columns ?? Math.max(1, Math.min(10, shown))
  const how = { ...shape, columns: across, palette: paletteOf(diverging) }
  const labels =
    scale === 'unit'
      ? ['least', '0', 'most']
      : [-largest, 0, largest].map((value, i) => (largest > 0 || i === 1 ? shortNumber(value, 2) : ''))
  const legend = { ramp: diverging, labels, caption: 'weight' }
  const room = width - 28 - barWidth(legend)
  const needed = headOf(title) + (shown > 0 ? heightOfTiles(shown, 1, room, how) : 60)
  const height = checked.height ?? Math.max(150, Math.min(10_000, Math.ceil(needed)))
  const { body, finish } = sheet({ title, width, height, kind: `weights of ${shown} units` })
  if (shown === 0) return finish([nothing(body)])
  const beside = { ...body, height: Math.min(body.height, 240) }
  return finish([...drawTiles(tiles, { ...body, width: room }, how), ...bar(beside, legend)])
}
