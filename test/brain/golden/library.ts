// What the golden files ask of brain.js and of nabla/brain alike: so little is said of types here that both fit, and that wrong
// arguments can be given.

export interface Net {
  options: Record<string, unknown>
  errorCheckInterval: number
  trainOpts: Record<string, unknown>
  sizes: number[]
  inputLookup: unknown
  inputLookupLength: number
  outputLookup: unknown
  outputLookupLength: number
  readonly isRunnable: boolean
  train(data: unknown, options?: unknown): Status
  trainAsync(data: unknown, options?: unknown): Promise<Status>
  run(input: unknown): never
  test(data: unknown): Record<string, unknown>
  initialize(): void
  setActivation(activation: unknown): void
  updateTrainingOptions(options: unknown): void
  validateData(data: unknown): void
  formatData(data: unknown): { input: Float32Array; output: Float32Array }[]
  trainPattern(datum: unknown, logErrorRate?: boolean): number | null
  toJSON(): Json
  fromJSON(json: unknown): Net
  toFunction(change?: (source: string) => string): (input: unknown) => unknown
}

export interface Cross {
  shuffleArray(rows: unknown[]): unknown[]
  train(data: unknown, options?: unknown, k?: unknown): Record<string, unknown>
  toJSON(): unknown
  fromJSON(json: unknown): Net
  toNeuralNetwork(): Net
}

export interface Library {
  NeuralNetwork: new (options?: unknown) => Net
  CrossValidate: new (factory: unknown) => Cross
}

export interface Status {
  iterations: number
  error: number
}

export interface Json {
  type: string
  sizes: number[]
  layers: { weights: number[][]; biases: number[] }[]
  inputLookup: Record<string, number> | null
  inputLookupLength: number
  outputLookup: Record<string, number> | null
  outputLookupLength: number
  options: Record<string, unknown>
  trainOpts: Record<string, unknown>
}

/** A scenario does something with a library and returns what is seen, in which nothing depends on the first weights drawn. */
export type Scenario = (library: Library) => unknown
export type Scenarios = Record<string, Scenario>
