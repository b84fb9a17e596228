// JSON with one of its values replaced: what a reader must read or refuse, whatever it is.

/** The same with `value` at its n-th place, counted from 0 at the whole, depth first. */
export function changed(json: unknown, n: number, value: unknown): unknown {
  let left = n
  const visit = (one: unknown): unknown => {
    if (left-- === 0) return value
    if (Array.isArray(one)) return one.map(visit)
    if (one === null || typeof one !== 'object') return one
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, visit(inner)]))
  }
  return visit(json)
}
