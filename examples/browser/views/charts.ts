// Curves by epoch, drawn by uPlot.

import uPlot from 'uplot'
import { onRecolour, palette } from '../palette.ts'
import { marksBetween, markText } from './marks.ts'

/** Two curves in one chart. */
interface ChartOptions {
  readonly format: (value: number) => string
  /** The axis counts powers of ten. */
  readonly isLogarithmic: boolean
  /** What the y-axis spans where the values are between these. */
  readonly range: (least: number, most: number) => [number, number]
}

export interface Chart {
  /** x rises; a list of y for each curve. */
  show(x: readonly number[], curves: readonly (readonly number[])[]): void
}

const FONT = '11px ui-sans-serif, system-ui, sans-serif'

function optionsOf(
  { format, isLogarithmic, range }: ChartOptions,
  width: number,
  height: number,
): uPlot.Options {
  const { muted, line, first, second } = palette()
  const axis = { stroke: muted, font: FONT, grid: { stroke: line, width: 1 }, ticks: { show: false } }
  return {
    width,
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    padding: [8, 10, 0, 0],
    scales: {
      x: { time: false, range: (_, __, most) => [1, Math.max(10, most ?? 10)] },
      y: {
        distr: isLogarithmic ? 3 : 1,
        range: (_, least, most) => range(least ?? Number.NaN, most ?? Number.NaN),
      },
    },
    axes: [
      { ...axis, size: 24, gap: 4, space: 60, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
      {
        ...axis,
        size: 46,
        gap: 6,
        space: 26,
        values: (_, ticks) => ticks.map(format),
        ...(isLogarithmic && {
          splits: (_, __, least, most) => marksBetween(least, most),
          filter: (_, ticks) => ticks,
        }),
      },
    ],
    series: [
      {},
      { stroke: first, width: 2, points: { show: false } },
      { stroke: second, width: 2, points: { show: false } },
    ],
  }
}

export function chartIn(place: HTMLElement, options: ChartOptions): Chart {
  let data: uPlot.AlignedData = [[], [], []]
  let plot: uPlot | undefined
  const begin = () => {
    plot?.destroy()
    plot = undefined
    const { clientWidth, clientHeight } = place
    if (clientWidth > 0) plot = new uPlot(optionsOf(options, clientWidth, clientHeight), data, place)
  }
  new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = place
    if (width === 0) return
    if (plot) plot.setSize({ width, height })
    else begin()
  }).observe(place)
  onRecolour(begin)
  return {
    show(x, curves) {
      data = [x, ...curves] as unknown as uPlot.AlignedData
      plot?.setData(data)
    },
  }
}

/** From the power of ten below to the one above, as far as there are values: the loss of a network that guesses, else. */
export const lossChart: ChartOptions = {
  format: markText,
  isLogarithmic: true,
  range: (least, most) =>
    Number.isFinite(least) && least > 0
      ? [
          10 ** Math.min(-1, Math.floor(Math.log10(least))),
          10 ** Math.max(0.4, Math.ceil(Math.log10(most) * 5) / 5),
        ]
      : [0.1, 3],
}

export const accuracyChart: ChartOptions = {
  format: (value) => `${Math.round(1000 * value) / 10}%`,
  isLogarithmic: false,
  range: (least) => {
    // Once all is above 90%, it is the last tenth that tells.
    const floor = Number.isFinite(least) ? Math.min(0.9, Math.floor(least * 10) / 10) : 0
    return [floor, 1]
  },
}
