// What was drawn: strokes of a pen, in units of the pad's side, y downwards.

export interface Point {
  readonly x: number
  readonly y: number
}

/** The way of a pen from where it was set down to where it was lifted; a dot has one point. */
export type Stroke = readonly Point[]

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** The smallest box around all points; undefined where there are none. */
export function boxOf(strokes: readonly Stroke[]): Box | undefined {
  const points = strokes.flat()
  if (points.length === 0) return undefined
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const { x, y } of points) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return { left, top, width: right - left, height: bottom - top }
}

/** The strokes with every point moved. */
export const mapPoints = (strokes: readonly Stroke[], move: (point: Point) => Point): Stroke[] =>
  strokes.map((stroke) => stroke.map(move))

/** How far (x, y) is from the segment from a to b, squared. */
export function squaredDistance(x: number, y: number, a: Point, b: Point): number {
  const dx = b.x - a.x
  const dy = b.y - a.y
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / length))
  const ex = x - a.x - along * dx
  const ey = y - a.y - along * dy
  return ex * ex + ey * ey
}

/** The straight segments of the strokes; of a dot one without length. */
export const segmentsOf = (strokes: readonly Stroke[]): [Point, Point][] =>
  strokes.flatMap((stroke) =>
    stroke.length === 1
      ? [[stroke[0], stroke[0]] as [Point, Point]]
      : stroke.slice(1).map((to, i): [Point, Point] => [stroke[i], to]),
  )
