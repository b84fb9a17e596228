// Functions of the user's own, in JavaScript: imported calls, which work on the arena in place (src/backends/callbacks.ts).
// Called from a team's threads they would not be there; such networks are trained by the caller's own thread.

/** a = f(z) of layer `layer` in place, and slope = f'(z) unless that is 0: n floats of each row, offsets in elements. */
@external("env", "customActivation")
declare function customActivation(layer: i32, a: i32, slope: i32, rows: i32, n: i32, stride: i32): void

/** The loss of one row, and, unless delta is 0, delta = ∂C/∂a; with softmax ∂C/∂z. Offsets in elements. */
@external("env", "customLoss")
declare function customLoss(a: i32, y: i32, delta: i32, n: i32): f64

@inline
function elements(ptr: usize): i32 {
  return <i32>(ptr >> 2)
}

/** The activation of layer `layer` in place, for n floats of each of `rows` rows, `stride` floats apart. */
export function customRows(layer: i32, rows: i32, aPtr: usize, slopePtr: usize, n: i32, stride: i32): void {
  if (n > 0) customActivation(layer, elements(aPtr), elements(slopePtr), rows, n, stride)
}

export function customRow(out: usize, y: usize, delta: usize, n: i32): f32 {
  return <f32>customLoss(elements(out), elements(y), elements(delta), n)
}
