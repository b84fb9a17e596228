// The types that users of brain.js 2 know, under the same names.

/** Numbers by name. */
export interface INumberHash {
  [character: string]: number
}

/** The activations by name. */
export type NeuralNetworkActivation = 'sigmoid' | 'relu' | 'leaky-relu' | 'tanh'

/** An input or an output: numbers in order, or by name. A name that is left out counts as 0. */
export type INeuralNetworkData = number[] | Float32Array | Float64Array | Partial<INumberHash>
/** The same, or a single number. */
export type INeuralNetworkValue = INeuralNetworkData | number

/** Options of the network itself. */
export interface INeuralNetworkOptions {
  /**
   * Number of inputs, used by initialize(): a whole number, or 0, the default, while it is not known. Without initialize() the
   * first train() takes it from its data.
   */
  inputSize: number
  /** Number of outputs, likewise. */
  outputSize: number
  /** test() counts a single output above this as 1, and any other as 0. Finite; 0.5 by default. */
  binaryThresh: number
  /**
   * Units of each hidden layer, starting next to the inputs: whole numbers above 0. By default one layer with half as many units as
   * there are inputs, but at least 3; none if initialize() makes the network from inputSize and outputSize.
   */
  hiddenLayers?: number[]
  /** Seed of the first weights, a whole number of at least 0. Left out: Math.random draws them. brain.js has no such option. */
  seed?: number
}

/** The progress of a training. */
export interface INeuralNetworkState {
  /** Passes over the data so far. */
  iterations: number
  /**
   * Mean over the data of the mean over the outputs of (target − output)², each taken before its own update, in the last iteration
   * whose error was checked; 1 before the first.
   */
  error: number
}
/** The result of a training. */
export type ITrainingStatus = INeuralNetworkState
/** Called with the progress of a training. If it throws, training ends, and the network keeps the weights it has by then. */
export type INeuralNetworkTrainingCallback = (state: INeuralNetworkState) => void

/** Options of train(). A network keeps them from one call to the next. */
export interface INeuralNetworkTrainOptions {
  /** Activation of every layer, the output layer included. 'sigmoid' by default. */
  activation: NeuralNetworkActivation | string
  /** Most passes over the data; above 0, 20000 by default. */
  iterations: number
  /** Training ends once the error is at most this; between 0 and 1, both excluded; 0.005 by default. */
  errorThresh: number
  /** A function to call with the state, or true to print it by console.log. false by default. */
  log: boolean | INeuralNetworkTrainingCallback
  /** log is called in every iteration that is a multiple of this; above 0, 10 by default. */
  logPeriod: number
  /** Slope of 'leaky-relu' for z < 0; between 0 and 1, both excluded; 0.01 by default. */
  leakyReluAlpha: number
  /** Step size η; between 0 and 1, both excluded; 0.3 by default. */
  learningRate: number
  /** Share μ of a weight's last change that is added to its next one; between 0 and 1, both excluded; 0.1 by default. */
  momentum: number
  /** Called with the state; null for none. May read and write weights, biases and trainOpts; may not train the network. */
  callback?: INeuralNetworkTrainingCallback | null
  /** callback is called in every iteration that is a multiple of this; above 0, 10 by default. */
  callbackPeriod: number
  /** Milliseconds after which training ends, at the end of the iteration under way; above 0, Infinity by default. */
  timeout: number
  /** 'adam' trains with Adam instead of momentum. */
  praxis?: 'adam' | null
  /** Adam's decay rate β₁ of the mean of the gradients; between 0 and 1, both excluded; 0.9 by default. */
  beta1: number
  /** Adam's decay rate β₂ of the mean of their squares; between 0 and 1, both excluded; 0.999 by default. */
  beta2: number
  /** Adam's ε, added to the divisor of each step; between 0 and 1, both excluded; 1e-8 by default. */
  epsilon: number
}
/** Any options of train(). */
export type INeuralNetworkTrainingOptions = Partial<INeuralNetworkTrainOptions>

/** Options of train() as toJSON() saves them: without the callback. */
export interface INeuralNetworkTrainOptionsJSON
  extends Omit<INeuralNetworkTrainOptions, 'log' | 'timeout' | 'praxis' | 'callback'> {
  /** Whether progress is logged. A function is saved as true. */
  log: boolean
  /** Milliseconds, or 'Infinity' for no limit. */
  timeout: number | 'Infinity'
  /** Left out unless it is Adam. */
  praxis?: 'adam'
}

/** The parameters of a layer; both are empty for the input layer. */
export interface IJSONLayer {
  /** (units) */
  biases: number[]
  /** (units × units of the layer below): one list per unit. */
  weights: number[][]
}

/** A network as toJSON() returns it. */
export interface INeuralNetworkJSON {
  /** 'NeuralNetwork' */
  type: string
  /** Units of each layer, the inputs first. */
  sizes: number[]
  /** One per layer, the inputs first. */
  layers: IJSONLayer[]
  /** Index of each input's name; null if inputs are given in order. */
  inputLookup: INumberHash | null
  /** Number of named inputs; 0 if inputs are given in order. */
  inputLookupLength: number
  /** Index of each output's name; null if outputs are given in order. */
  outputLookup: INumberHash | null
  /** Number of named outputs; 0 if outputs are given in order. */
  outputLookupLength: number
  /** Options of the constructor. */
  options: INeuralNetworkOptions
  /** Options of train(). */
  trainOpts: INeuralNetworkTrainOptionsJSON
}

/** An example to learn from: an input and the output wanted for it. */
export interface INeuralNetworkDatum<InputType, OutputType> {
  /** Numbers in order or by name; all data in the same form. */
  input: InputType
  /** The target: numbers in order or by name; all data in the same form. */
  output: OutputType
}

/** A datum as numbers in order, as formatData() returns it. */
export interface INeuralNetworkDatumFormatted<T> {
  /** (inputs) */
  input: T
  /** (outputs) */
  output: T
}

/** What brain.js prepares for a training. Only for code that names the type: nothing here takes or returns it. */
export interface INeuralNetworkPreppedTrainingData<T> {
  /** The progress of the training. */
  status: ITrainingStatus
  /** The data as numbers in order. */
  preparedData: INeuralNetworkDatumFormatted<T>[]
  /** When training has to end, in milliseconds since 1970. */
  endTime: number
}

/** A datum that the network got wrong. */
export interface INeuralNetworkMisclass {
  /** (inputs) */
  input: Float32Array
  /** (outputs) the target */
  output: Float32Array
  /** The predicted class: the index of the largest output, or, for a single output, 1 if it is above binaryThresh and 0 otherwise. */
  actual: number
  /** The true class: the index of the largest target, or, for a single output, the target itself. */
  expected: number
}

/** What test() returns for several outputs. */
export interface INeuralNetworkTestResult {
  /** The data that the network got wrong, in order. */
  misclasses: INeuralNetworkMisclass[]
  /** Mean over the data of the mean over the outputs of (target − output)². */
  error: number
  /** Number of data. */
  total: number
}

/** What test() returns for a single output with targets 0 and 1: counts of data, and ratios from 0 to 1. */
export interface INeuralNetworkBinaryTestResult extends INeuralNetworkTestResult {
  /** Data with target 0 and answer 0. */
  trueNeg: number
  /** Data with target 1 and answer 1. */
  truePos: number
  /** Data with target 1 and answer 0. */
  falseNeg: number
  /** Data with target 0 and answer 1. */
  falsePos: number
  /** truePos / (truePos + falsePos); 0 if no answer is 1. */
  precision: number
  /** truePos / (truePos + falseNeg); 0 if no target is 1. */
  recall: number
  /** (truePos + trueNeg) / total */
  accuracy: number
}
