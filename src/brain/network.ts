// The feedforward network of brain.js 2: its class and names, on kernels of nabla.

import { BackendError } from '../base/errors.ts'
import { runNow, runPaced, type Slices } from '../base/pace.ts'
import { Configured, networkOptions } from './configured.ts'
import { checkInputLength, formatted } from './format.ts'
import { activate, forward } from './forward.ts'
import { giveHeld, heldBy } from './held.ts'
import { lookup } from './lookup.ts'
import { makeOnline } from './make-online.ts'
import { drawn } from './parameters.ts'
import { makeReference } from './reference.ts'
import { isStill, ruleOf } from './rule.ts'
import { adopt, knownSides, type Sided, sidesByPlace, sidesFor } from './sides.ts'
import { sizesOf } from './sizes.ts'
import { layersToJSON, optionsToJSON, stateOfJSON } from './state.ts'
import { testResults } from './test-results.ts'
import { makeFunction } from './to-function.ts'
import { checkLimits, checkRule, trainOptionsOfJSON } from './train-options.ts'
import { diverged, train } from './trainer.ts'
import { checkData, checkLengths, formattedData, trainingData } from './training-data.ts'
import type {
  INeuralNetworkBinaryTestResult,
  INeuralNetworkData,
  INeuralNetworkDatum,
  INeuralNetworkDatumFormatted,
  INeuralNetworkJSON,
  INeuralNetworkOptions,
  INeuralNetworkState,
  INeuralNetworkTestResult,
  INeuralNetworkTrainOptions,
  INeuralNetworkValue,
  INumberHash,
  ITrainingStatus,
} from './types.ts'

/**
 * A feedforward network that learns sample by sample, like the class of the same name in brain.js 2. docs/brain.md lists what
 * differs.
 *
 * InputType, OutputType: what run() takes and returns. options: of the network, and any options of train(), which it keeps.
 * Throws OptionError.
 */
export class NeuralNetwork<
  InputType extends INeuralNetworkValue = INeuralNetworkData,
  OutputType extends INeuralNetworkValue = INeuralNetworkData,
> extends Configured {
  /** Units of each layer, the inputs first; empty until they are known. */
  sizes: number[] = []
  /** Index of each input's name; null if inputs are given in order. */
  inputLookup: INumberHash | null = null
  /** Number of named inputs; 0 if inputs are given in order. */
  inputLookupLength = 0
  /** Index of each output's name; null if outputs are given in order. */
  outputLookup: INumberHash | null = null
  /** Number of named outputs; 0 if outputs are given in order. */
  outputLookupLength = 0
  /** train() compares the error with errorThresh in every iteration that is a multiple of this; 1 by default. */
  errorCheckInterval = 1

  constructor(options: Partial<INeuralNetworkOptions & INeuralNetworkTrainOptions> = {}) {
    super(options)
    giveHeld(this)
    this.sizes = sizesOf(this.options)
  }

  /** Draws new weights for the sizes. Throws BackendError if those are not known, and while the network trains. */
  initialize(): void {
    if (this.sizes.length === 0) throw new BackendError('Sizes must be set before initializing')
    heldBy(this).replace(drawn(this.sizes, this.options.seed))
  }

  /** True once the sizes are known. run() also needs weights, which initialize(), train() and fromJSON() make. */
  get isRunnable(): boolean {
    return this.sizes.length > 0
  }

  /** Index of the last layer; −1 until the sizes are known. */
  get outputLayer(): number {
    return this.sizes.length - 1
  }

  /** Steps that Adam has taken: one per sample. */
  get iterations(): number {
    return heldBy(this).parameters?.steps ?? 0
  }

  /** weights[l][j][i]: from unit i of layer l − 1 to unit j of layer l ≥ 1. Empty without weights. May be written to. */
  get weights(): Float32Array[][] {
    return heldBy(this).layerByLayer(({ weights }) => [...weights])
  }

  /** biases[l][j]: of unit j of layer l ≥ 1. Empty without weights. May be written to. */
  get biases(): Float32Array[] {
    return heldBy(this).layerByLayer(({ biases }) => biases)
  }

  /**
   * Returns the outputs: by name if the network was trained on named outputs, otherwise as a Float32Array (outputs). Throws
   * ShapeError for an input that does not fit or is not finite, and BackendError before the network has weights.
   */
  run(input: Partial<InputType>): OutputType {
    heldBy(this).current()
    const side = knownSides(this).input
    checkInputLength(input, side)
    const answer = this.runInput(formatted(input, side, () => 'input'))
    const outputs = this.outputLookup ? lookup.toObject(this.outputLookup, answer) : answer
    return outputs as unknown as OutputType
  }

  /**
   * Returns the outputs (outputs) for an input (inputs) in order, without checking it. Throws BackendError before the network has
   * weights.
   */
  runInput(input: Float32Array): Float32Array {
    const { layers } = heldBy(this).current()
    const { activation, leakyReluAlpha } = ruleOf(this.trainOpts)
    return forward(layers, activate(activation, leakyReluAlpha), input)
  }

  /**
   * Trains on the data in order, with one update per datum, until the error is at most errorThresh or the iterations or the timeout
   * are used up. Returns the last error and the number of iterations. The options are kept for the next call. What a callback writes
   * to trainOpts counts at once, except for praxis and timeout.
   *
   * Throws OptionError; ShapeError for data that do not fit or are not finite; BackendError in a callback of this network's own
   * training, and if there is not enough memory; DivergedError if the error or a weight is no longer finite, after which the network
   * has the weights from before the call.
   */
  train(
    data: INeuralNetworkDatum<Partial<InputType>, Partial<OutputType>>[],
    options: Partial<INeuralNetworkTrainOptions> = {},
  ): INeuralNetworkState {
    return runNow(training(this, data, options))
  }

  /** train() in slices of 15 ms, between which the event loop gets its turn. Rejects where train() throws. */
  async trainAsync(
    data: INeuralNetworkDatum<Partial<InputType>, Partial<OutputType>>[],
    options: Partial<INeuralNetworkTrainOptions> = {},
  ): Promise<ITrainingStatus> {
    return runPaced(training(this, data, options), () => {})
  }

  /**
   * Trains on one formatted datum. Returns the mean over the outputs of its squared errors, taken before the update, if
   * logErrorRate is true, otherwise null. Throws ShapeError; BackendError before the network has weights and while it trains;
   * DivergedError if a weight is no longer finite, after which the network has the weights from before the call.
   */
  trainPattern(datum: INeuralNetworkDatumFormatted<Float32Array>, logErrorRate?: boolean): number | null {
    heldBy(this).refuseWhileTraining()
    const parameters = heldBy(this).current()
    const { input, output } = sidesByPlace(this)
    const data = trainingData([datum], input, output)
    const online = makeReference(this.sizes, parameters, data, ruleOf(this.trainOpts))
    // biome-ignore lint/correctness/useYield: one step has no place to pause at
    const step = function* (): Slices<number> {
      online.run(1, 1, -1)
      return online.error
    }
    const error = runNow(heldBy(this).during(online, step, () => diverged(this.trainOpts, 1)))
    return logErrorRate ? error : null
  }

  /** Throws ShapeError if formatted data do not fit the sizes, and BackendError before those are known. */
  validateData(data: readonly INeuralNetworkDatumFormatted<Float32Array>[]): void {
    checkLengths(data, sidesByPlace(this))
  }

  /** Throws ShapeError if a formatted input does not fit the sizes, and BackendError before those are known. */
  validateInput(formattedInput: Float32Array): void {
    checkInputLength(formattedInput, sidesByPlace(this).input)
  }

  /**
   * Returns the data as numbers in order, (inputs) and (outputs) each. Names go by the network's lookup tables, or, before it has
   * weights, by their order in the data. A network with weights that has had no data takes over their names. Throws ShapeError.
   */
  formatData(
    data: INeuralNetworkDatum<Partial<InputType>, Partial<OutputType>>[],
  ): INeuralNetworkDatumFormatted<Float32Array>[] {
    checkData(data)
    const sides = sidesFor(this, data)
    const numbers = formattedData(data, sides)
    if (heldBy(this).parameters) adopt(this, sides)
    return numbers
  }

  /**
   * Compares the network's outputs with the targets of the data: a single output as 0 or 1 by binaryThresh, several by which one
   * is the largest. A network without weights draws them first. Throws ShapeError.
   */
  test(
    data: INeuralNetworkDatum<Partial<InputType>, Partial<OutputType>>[],
  ): INeuralNetworkTestResult | INeuralNetworkBinaryTestResult {
    const numbers = this.formatData(data)
    adopt(this, sidesFor(this, data))
    const answered = numbers.map((datum) => ({ ...datum, answer: this.runInput(datum.input) }))
    return testResults(answered, this.options.binaryThresh)
  }

  /**
   * Returns the network as plain data, which brain.js 2 reads too. Draws weights if there are none. Throws BackendError before the
   * sizes are known.
   */
  toJSON(): INeuralNetworkJSON {
    if (!heldBy(this).parameters) this.initialize()
    return {
      type: 'NeuralNetwork',
      sizes: [...this.sizes],
      layers: layersToJSON(heldBy(this).current()),
      inputLookup: this.inputLookup && { ...this.inputLookup },
      inputLookupLength: this.inputLookupLength,
      outputLookup: this.outputLookup && { ...this.outputLookup },
      outputLookupLength: this.outputLookupLength,
      options: optionsToJSON(this.options),
      trainOpts: this.getTrainOptsJSON(),
    }
  }

  /**
   * Becomes the network that toJSON() returned, here or in brain.js 2, and returns itself. Throws FormatError, OptionError, and
   * BackendError while it trains; it has then changed nothing.
   */
  fromJSON(json: INeuralNetworkJSON): this {
    heldBy(this).refuseWhileTraining()
    const state = stateOfJSON(json)
    const { seed } = this.options
    // Other options of the constructor belong to the network that this one replaces.
    const options = networkOptions({
      ...(seed !== undefined && { seed }),
      ...optionsToJSON(state.options as Partial<INeuralNetworkOptions>),
    })
    this.updateTrainingOptions(trainOptionsOfJSON(state.trainOpts))
    this.options = options
    this.sizes = state.sizes
    this.inputLookup = state.inputLookup
    this.inputLookupLength = state.inputLookup ? this.sizes[0] : 0
    this.outputLookup = state.outputLookup
    this.outputLookupLength = state.outputLookup ? this.sizes[this.outputLayer] : 0
    heldBy(this).replace(state.parameters)
    return this
  }

  /**
   * Returns a function that answers as run() does, except for the last bit of float32, and needs nothing else: its
   * toString() is its source. It returns an array where run() returns a Float32Array, and takes missing inputs as 0 where run() throws. cb: gets the
   * function's body and returns the one to use. Throws BackendError before the sizes are known, and what `new Function` throws on
   * pages that forbid it.
   */
  toFunction(cb?: (source: string) => string): (input: Partial<InputType>) => OutputType {
    return makeFunction(this.toJSON(), cb)
  }
}

/** A training of the network, in slices. */
function* training(
  network: Configured & Sided & { errorCheckInterval: number },
  data: unknown,
  options: Partial<INeuralNetworkTrainOptions>,
): Slices<INeuralNetworkState> {
  const held = heldBy(network)
  held.refuseWhileTraining()
  network.updateTrainingOptions(options)
  checkData(data)
  const sides = sidesFor(network, data)
  const numbers = trainingData(data, sides.input, sides.output)
  adopt(network, sides)
  let rule = ruleOf(network.trainOpts)
  const online = makeOnline(network.sizes, held.parameters!, numbers, rule)
  /** What others have changed meanwhile counts from the next sample on. */
  const follow = () => {
    const { trainOpts } = network
    checkLimits(trainOpts)
    if (isStill(rule, trainOpts)) return
    checkRule(trainOpts)
    rule = ruleOf(trainOpts)
    online.follow(rule)
  }
  const course = (resume: () => void) => ({
    online,
    options: () => network.trainOpts,
    errorCheckInterval: () => network.errorCheckInterval,
    resume: () => {
      resume()
      follow()
    },
  })
  return yield* held.during(
    online,
    (resume) => train(course(resume)),
    ({ iterations }) => diverged(network.trainOpts, iterations),
  )
}
