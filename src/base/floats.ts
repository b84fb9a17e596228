/** A float arena: float32 on every backend, float64 on the reference backend when it serves as the oracle. */
export type Floats = Float32Array | Float64Array
