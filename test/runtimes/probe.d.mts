export interface Trained {
  /** FNV-1a of the bits of all parameters, in hexadecimal. */
  readonly hashBefore: string
  readonly hash: string
  readonly firstLoss: number
  readonly lastLoss: number
  readonly threads: number
}

export interface ProbeResult {
  /** By entry of the package, what its functions gave: plain data. */
  readonly entries: Readonly<Record<string, unknown>>
  /** Where there is a command line: the errors of saving and loading files. */
  readonly files?: readonly string[]
  readonly crossOriginIsolated: boolean
  /** True where there is a SharedArrayBuffer. */
  readonly sharedMemory: boolean
  /** The kernels that 'auto' took. */
  readonly auto: string
  readonly simd: Trained
  /** Many epochs, in one thread and in two where the second gains. */
  readonly long: Trained
  readonly threaded: Trained
  readonly reference: Trained
  /** Callbacks of a timer during a fit with 'simd' and one with 'reference'. */
  readonly timers: readonly number[]
  /** The same of animation frames; empty where there are none. */
  readonly frames: readonly number[]
}

/** The callbacks that a fit waits for. */
export const TURNS: number
export function probe(): Promise<ProbeResult>
export function hashOfParameters(net: {
  readonly layers: readonly unknown[]
  weights(l: number): Float32Array
  biases(l: number): Float32Array
}): string
