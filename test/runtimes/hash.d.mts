export function hashOfParameters(net: {
  readonly layers: readonly unknown[]
  weights(l: number): Float32Array
  biases(l: number): Float32Array
}): string
