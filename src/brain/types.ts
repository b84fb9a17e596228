// The types that a user of brain.js 2 knows, by its names.

/** Numbers by their names. */
export interface INumberHash {
  [character: string]: number
}

export type NeuralNetworkActivation = 'sigmoid' | 'relu' | 'leaky-relu' | 'tanh'

/** An input or an output: numbers in order, or by name where names left out are 0. */
export type INeuralNetworkData = number[] | Float32Array | Float64Array | Partial<INumberHash>
/** The same, or a number alone. */
export type INeuralNetworkValue = INeuralNetworkData | number

export interface INeuralNetworkOptions {
  /** How many inputs: by the data where it is left out. */
  inputSize: number
  /** How many outputs: by the data where it is left out. */
  outputSize: number
  /** What a single output has to exceed to count as 1 in test(). 0.5 by default. */
  binaryThresh: number
  /** Units of each hidden layer. One of half as many units as inputs by default, of 3 at least. */
  hiddenLayers?: number[]
  /** Whole number that the first weights are drawn by; from Math.random where it is left out. Not in brain.js. */
  seed?: number
}

/** How far a training is. */
export interface INeuralNetworkState {
  iterations: number
  /** Mean over the data of the mean over the outputs of (target − output)², each before its own update. */
  error: number
}
export type ITrainingStatus = INeuralNetworkState
export type INeuralNetworkTrainingCallback = (state: INeuralNetworkState) => void

export interface INeuralNetworkTrainOptions {
  /** Of all layers, the last one too. 'sigmoid' by default. */
  activation: NeuralNetworkActivation | string
  /** Times to go through the data, at most; above 0, 20000 by default. */
  iterations: number
  /** Training ends once the error is not above it; between 0 and 1, 0.005 by default. */
  errorThresh: number
  /** true: console.log. false by default. */
  log: boolean | INeuralNetworkTrainingCallback
  /** Iterations between two calls of log; above 0, 10 by default. */
  logPeriod: number
  /** Slope of 'leaky-relu' below 0; between 0 and 1, 0.01 by default. */
  leakyReluAlpha: number
  /** Between 0 and 1, 0.3 by default. */
  learningRate: number
  /** Share of the last change of a weight that its next one begins with; between 0 and 1, 0.1 by default. */
  momentum: number
  callback?: INeuralNetworkTrainingCallback
  /** Iterations between two calls of callback; above 0, 10 by default. */
  callbackPeriod: number
  /** Milliseconds; above 0, Infinity by default. */
  timeout: number
  /** 'adam': Adam in place of momentum. */
  praxis?: 'adam' | null
  /** Of Adam; between 0 and 1, 0.9 by default. */
  beta1: number
  /** Of Adam; between 0 and 1, 0.999 by default. */
  beta2: number
  /** Of Adam; between 0 and 1, 1e-8 by default. */
  epsilon: number
}
export type INeuralNetworkTrainingOptions = Partial<INeuralNetworkTrainOptions>

export interface INeuralNetworkTrainOptionsJSON {
  activation: NeuralNetworkActivation | string
  iterations: number
  errorThresh: number
  log: boolean
  logPeriod: number
  leakyReluAlpha: number
  learningRate: number
  momentum: number
  callbackPeriod: number
  timeout: number | 'Infinity'
  praxis?: 'adam'
  beta1: number
  beta2: number
  epsilon: number
}

export interface IJSONLayer {
  biases: number[]
  /** A list for each unit, with a weight for each unit of the layer below. */
  weights: number[][]
}

export interface INeuralNetworkJSON {
  type: string
  sizes: number[]
  layers: IJSONLayer[]
  inputLookup: INumberHash | null
  inputLookupLength: number
  outputLookup: INumberHash | null
  outputLookupLength: number
  options: INeuralNetworkOptions
  trainOpts: INeuralNetworkTrainOptionsJSON
}

export interface INeuralNetworkDatum<InputType, OutputType> {
  input: InputType
  output: OutputType
}

export interface INeuralNetworkDatumFormatted<T> {
  input: T
  output: T
}

export interface INeuralNetworkPreppedTrainingData<T> {
  status: ITrainingStatus
  preparedData: INeuralNetworkDatumFormatted<T>[]
  endTime: number
}

/** A datum that was answered wrongly: in numbers, with the class that came and the one that was wanted. */
export interface INeuralNetworkMisclass {
  input: Float32Array
  output: Float32Array
  actual: number
  expected: number
}

export interface INeuralNetworkTestResult {
  misclasses: INeuralNetworkMisclass[]
  error: number
  total: number
}

export interface INeuralNetworkBinaryTestResult extends INeuralNetworkTestResult {
  trueNeg: number
  truePos: number
  falseNeg: number
  falsePos: number
  precision: number
  recall: number
  accuracy: number
}
