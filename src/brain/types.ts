// The types that a user of brain.js 2 knows, by its names.

/** Numbers by their names. */
export interface INumberHash {
  [character: string]: number
}

/** The activations by name. */
export type NeuralNetworkActivation = 'sigmoid' | 'relu' | 'leaky-relu' | 'tanh'

/** An input or an output: numbers in order, or by name where names left out are 0. */
export type INeuralNetworkData = number[] | Float32Array | Float64Array | Partial<INumberHash>
/** The same, or a number alone. */
export type INeuralNetworkValue = INeuralNetworkData | number

/** What a network is made with. */
export interface INeuralNetworkOptions {
  /**
   * How many inputs, for initialize(): a whole number; 0, the default, where they are not known yet. The data of the first train()
   * decide where initialize() was not called.
   */
  inputSize: number
  /** How many outputs, in the same way. */
  outputSize: number
  /** What a single output has to exceed to count as 1 in test(). 0.5 by default. */
  binaryThresh: number
  /**
   * Units of each hidden layer, the lowest first: whole numbers above 0. By default one layer of half as many units as the data
   * have inputs, of 3 at least; none where initialize() makes the network by inputSize and outputSize.
   */
  hiddenLayers?: number[]
  /** Whole number that the first weights are drawn by; from Math.random where it is left out. Not in brain.js. */
  seed?: number
}

/** How far a training is. */
export interface INeuralNetworkState {
  /** Times that it went through the data. */
  iterations: number
  /**
   * Mean over the data of the mean over the outputs of (target − output)², each before its own update, in the last iteration that
   * was looked at; 1 before.
   */
  error: number
}
/** How a training ended. */
export type ITrainingStatus = INeuralNetworkState
/** What is told how far a training is. What it throws ends the training, and the network keeps the weights so far. */
export type INeuralNetworkTrainingCallback = (state: INeuralNetworkState) => void

/** The options of train(), which a network keeps from one call to the next. */
export interface INeuralNetworkTrainOptions {
  /** Of all layers, the last one too. 'sigmoid' by default. */
  activation: NeuralNetworkActivation | string
  /** Times to go through the data, at most; above 0, 20000 by default. */
  iterations: number
  /** Training ends once the error is not above it; between 0 and 1, 0.005 by default. */
  errorThresh: number
  /** A function is called with the state; true: console.log. false by default. */
  log: boolean | INeuralNetworkTrainingCallback
  /** Iterations between two calls of log; above 0, 10 by default. */
  logPeriod: number
  /** Slope of 'leaky-relu' below 0; between 0 and 1, 0.01 by default. */
  leakyReluAlpha: number
  /** Between 0 and 1, 0.3 by default. */
  learningRate: number
  /** Share of the last change of a weight that its next one begins with; between 0 and 1, 0.1 by default. */
  momentum: number
  /**
   * Called with the state; null for none. It may read the weights and biases and write to them, and to trainOpts; it may not train the
   * network.
   */
  callback?: INeuralNetworkTrainingCallback | null
  /** Iterations between two calls of callback; above 0, 10 by default. */
  callbackPeriod: number
  /** Milliseconds after which training ends, once the iteration under way is through; above 0, Infinity by default. */
  timeout: number
  /** 'adam': Adam in place of momentum. */
  praxis?: 'adam' | null
  /** Of Adam, how much the mean of the gradients keeps at each step; between 0 and 1, 0.9 by default. */
  beta1: number
  /** Of Adam, how much the mean of their squares keeps; between 0 and 1, 0.999 by default. */
  beta2: number
  /** Of Adam, what is added to the divisor of a step; between 0 and 1, 1e-8 by default. */
  epsilon: number
}
/** Any of the options of train(). */
export type INeuralNetworkTrainingOptions = Partial<INeuralNetworkTrainOptions>

/** The options of train() as toJSON() has them: without the callback. */
export interface INeuralNetworkTrainOptionsJSON
  extends Omit<INeuralNetworkTrainOptions, 'log' | 'timeout' | 'praxis' | 'callback'> {
  /** Whether there is a log; the function is not saved. */
  log: boolean
  /** Milliseconds; 'Infinity' where there is no limit. */
  timeout: number | 'Infinity'
  /** Left out where momentum steps. */
  praxis?: 'adam'
}

/** The parameters of a layer; empty for that of the inputs. */
export interface IJSONLayer {
  /** (units) */
  biases: number[]
  /** (units × units of the layer below): a list for each unit. */
  weights: number[][]
}

/** A network as toJSON() gives it. */
export interface INeuralNetworkJSON {
  /** 'NeuralNetwork' */
  type: string
  /** Units of each layer, the inputs first. */
  sizes: number[]
  /** One for each of the sizes. */
  layers: IJSONLayer[]
  /** The index of each name of the inputs; null where they come by place. */
  inputLookup: INumberHash | null
  /** How many names the inputs have; 0 where they come by place. */
  inputLookupLength: number
  /** The index of each name of the outputs; null where they come by place. */
  outputLookup: INumberHash | null
  /** How many names the outputs have; 0 where they come by place. */
  outputLookupLength: number
  /** Those of the constructor. */
  options: INeuralNetworkOptions
  /** Those of train(). */
  trainOpts: INeuralNetworkTrainOptionsJSON
}

/** What a network is to answer to an input. */
export interface INeuralNetworkDatum<InputType, OutputType> {
  /** Numbers in order or by name: the same in all data. */
  input: InputType
  /** The target, numbers in order or by name: the same in all data. */
  output: OutputType
}

/** A datum in numbers by place, as formatData() gives it. */
export interface INeuralNetworkDatumFormatted<T> {
  /** (inputs) */
  input: T
  /** (outputs) */
  output: T
}

/** What brain.js prepares a training with. For code that names the type: nothing here takes or returns it. */
export interface INeuralNetworkPreppedTrainingData<T> {
  /** How far the training is. */
  status: ITrainingStatus
  /** The data in numbers. */
  preparedData: INeuralNetworkDatumFormatted<T>[]
  /** When it is to end, in milliseconds since 1970. */
  endTime: number
}

/** A datum that was answered wrongly. */
export interface INeuralNetworkMisclass {
  /** (inputs) numbers */
  input: Float32Array
  /** (outputs) the target in numbers */
  output: Float32Array
  /** The class that came: the index of the largest output; of a single output, 1 where it exceeds binaryThresh, and 0 elsewhere. */
  actual: number
  /** The class that was wanted: the index of the largest target; a single target itself. */
  expected: number
}

/** What test() tells of several outputs. */
export interface INeuralNetworkTestResult {
  /** The data that were answered wrongly, in their order. */
  misclasses: INeuralNetworkMisclass[]
  /** Mean over the data of the mean over the outputs of (target − output)². */
  error: number
  /** How many data. */
  total: number
}

/** What test() tells of a single output, whose targets are 0 and 1: counts of data, and shares from 0 to 1. */
export interface INeuralNetworkBinaryTestResult extends INeuralNetworkTestResult {
  /** Data of target 0, answered as 0. */
  trueNeg: number
  /** Data of target 1, answered as 1. */
  truePos: number
  /** Data of target 1, answered as 0. */
  falseNeg: number
  /** Data of target 0, answered as 1. */
  falsePos: number
  /** truePos / (truePos + falsePos); 0 where nothing was answered as 1. */
  precision: number
  /** truePos / (truePos + falseNeg); 0 where no target is 1. */
  recall: number
  /** (truePos + trueNeg) / total */
  accuracy: number
}
