// The line on which a grid of values has a level: marching squares, https://doi.org/10.1145/37402.37422 in two dimensions.

import { type Box, coordinate } from './svg.ts'

/** The path of the line over the area, whose pixels, side × side from the top left, have these values in their middles. */
export function contour(values: ArrayLike<number>, side: number, level: number, area: Box): string {
  const x = (c: number) => coordinate(area.x + ((c + 0.5) / side) * area.width)
  const y = (r: number) => coordinate(area.y + ((r + 0.5) / side) * area.height)
  let d = ''
  for (let r = 0; r + 1 < side; ++r) {
    for (let c = 0; c + 1 < side; ++c) {
      const p = r * side + c
      // Top left, top right, bottom right, bottom left.
      const corners = [values[p], values[p + 1], values[p + side + 1], values[p + side]].map((v) => v - level)
      if (!corners.every(Number.isFinite)) continue
      const [a, b, e, f] = corners
      const cuts: string[] = []
      const between = (from: number, to: number) => from / (from - to)
      if (a < 0 !== b < 0) cuts.push(`${x(c + between(a, b))} ${y(r)}`)
      if (b < 0 !== e < 0) cuts.push(`${x(c + 1)} ${y(r + between(b, e))}`)
      if (f < 0 !== e < 0) cuts.push(`${x(c + between(f, e))} ${y(r + 1)}`)
      if (a < 0 !== f < 0) cuts.push(`${x(c)} ${y(r + between(a, f))}`)
      // Two cuts, or at a saddle four, of which two lines are made either way.
      for (let i = 0; i + 1 < cuts.length; i += 2) d += `M${cuts[i]}L${cuts[i + 1]}`
    }
  }
  return d
}
