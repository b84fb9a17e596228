// The figures of a training by epoch. Long ones are kept at every second epoch, then at every fourth: a chart has no more room.

const MOST = 600

export interface CurvePoint {
  readonly epoch: number
  readonly loss: number
  readonly validationLoss: number
  readonly accuracy: number
  readonly validationAccuracy: number
}

/** A list for each figure, in the order of the epochs. */
export type Curves = { readonly [figure in keyof CurvePoint]: readonly number[] }

export const noCurves: Curves = {
  epoch: [],
  loss: [],
  validationLoss: [],
  accuracy: [],
  validationAccuracy: [],
}

const figures = Object.keys(noCurves) as (keyof CurvePoint)[]

const map = (
  curves: Curves,
  change: (values: readonly number[], figure: keyof CurvePoint) => number[],
): Curves =>
  Object.fromEntries(figures.map((figure) => [figure, change(curves[figure], figure)])) as unknown as Curves

/** The curves with one point more. The last point is that of the last epoch, whatever was left out before it. */
export function extend(curves: Curves, point: CurvePoint): Curves {
  const { epoch } = curves
  const stride = epoch.length > 2 ? epoch[1] - epoch[0] : 1
  // What came last was only there to be the last.
  const isOff = epoch.length > 2 && (epoch.at(-1)! - epoch[0]) % stride !== 0
  const grown = map(curves, (values, figure) => [...(isOff ? values.slice(0, -1) : values), point[figure]])
  return grown.epoch.length > MOST ? map(grown, (values) => values.filter((_, i) => i % 2 === 0)) : grown
}
