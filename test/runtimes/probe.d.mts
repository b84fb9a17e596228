export interface Trained {
  /** FNV-1a of the bits of all parameters, in hexadecimal. */
  readonly hashBefore: string
  readonly hash: string
  readonly firstLoss: number
  readonly lastLoss: number
  readonly threads: number
}

/** What a place has, and what it did with it. */
export interface Place {
  /** The kernels that 'auto' took. */
  readonly kernels: 'relaxed' | 'simd' | 'reference'
  readonly isolated: boolean
  /** True where there is a SharedArrayBuffer. */
  readonly sharedMemory: boolean
  /** As the platform tells. */
  readonly cores?: number
  /** The bits of a training that nothing interrupted; those of the others have to be the same. */
  readonly uninterrupted: string
  /** workers: Web Workers that were started. */
  readonly offThread: { readonly workers: number; readonly threads: number; readonly hash: string }
  /** error: the name of what an aborted fit rejects with. */
  readonly aborted: { readonly error: string; readonly epochs: number; readonly hash: string }
  readonly resumed: { readonly checkpoints: number; readonly epochs: number; readonly hash: string }
  /** Whether a saved network predicts the same again: as JSON, as safetensors. */
  readonly saved: readonly boolean[]
  readonly gaps?: {
    /** The longest milliseconds between two frames: with work in pieces of 15 ms, while this thread trains, while a worker does. */
    readonly rounds: readonly {
      readonly pieces: number
      readonly here: number
      readonly away: number
      /** Of 784-64-10 in this thread. */
      readonly rowsPerSecond: number
    }[]
    /** The same with a second of work in one piece. */
    readonly frozen: number
    /** The most of all rounds, as of the next two. */
    readonly here: number
    readonly away: number
    readonly rowsPerSecond: number
  }
  /** What the console was told, once each. */
  readonly notes: readonly string[]
}

export interface ProbeResult {
  readonly place: Place
  /** By entry of the package, what its functions gave: plain data. */
  readonly entries: Readonly<Record<string, unknown>>
  /** Where there is a command line: the errors of saving and loading files. */
  readonly files?: readonly string[]
  /** Milliseconds from the import to a first network, where the runtime imports at run time. */
  readonly start?: number
  /** Undefined where the engine refuses WebAssembly, as are the next two. */
  readonly simd?: Trained
  /** Many epochs, in one thread and in two where the second gains. */
  readonly long?: Trained
  readonly threaded?: Trained
  readonly reference: Trained
  /** Callbacks of a timer during a fit with 'simd' and one with 'reference'. */
  readonly timers: readonly number[]
  /** The same of animation frames; empty where there are none. */
  readonly frames: readonly number[]
}

/** The callbacks that a fit waits for. */
export const TURNS: number
export function probe(options?: { watch?: boolean; gaps?: boolean }): Promise<ProbeResult>
