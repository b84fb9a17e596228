// The feedforward network of brain.js 2, by its names, over kernels of nabla.

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
import { isSameRule, ruleOf } from './rule.ts'
import { adopt, knownSides, type Sided, sidesByPlace, sidesFor } from './sides.ts'
import { sizesOf } from './sizes.ts'
import { layersToJSON, stateOfJSON } from './state.ts'
import { testResults } from './test-results.ts'
import { makeFunction } from './to-function.ts'
import { trainOptionsOfJSON, validateWhileTraining } from './train-options.ts'
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
 * A feedforward network that learns sample by sample, as brain.js's of that name: docs/brain.md says what differs.
 *
 * InputType, OutputType: what run() takes and returns. options: those of the network, and any of train(), which it keeps. Throws
 * OptionError.
 */
export class NeuralNetwork<
  InputType extends INeuralNetworkValue = INeuralNetworkData,
  OutputType extends INeuralNetworkValue = INeuralNetworkData,
> extends Configured {
  /** Units of each layer, the inputs first; empty until they are known. */
  sizes: number[] = []
  /** The index of each name of the inputs; null where they come by place. */
  inputLookup: INumberHash | null = null
  /** How many names the inputs have; 0 where they come by place. */
  inputLookupLength = 0
  /** The index of each name of the outputs; null where they come by place. */
  outputLookup: INumberHash | null = null
  /** How many names the outputs have; 0 where they come by place. */
  outputLookupLength = 0
  /** Iterations between two looks at whether the error is small enough; 1 by default. */
  errorCheckInterval = 1

  constructor(options: Partial<INeuralNetworkOptions & INeuralNetworkTrainOptions> = {}) {
    super(options)
    giveHeld(this)
    this.sizes = sizesOf(this.options)
  }

  /** Draws new weights for the sizes. Throws BackendError where those are not known, and while the network trains. */
  initialize(): void {
    if (this.sizes.length === 0) throw new BackendError('Sizes must be set before initializing')
    heldBy(this).replace(drawn(this.sizes, this.options.seed))
  }

  /** True once the sizes are known. run() needs weights too: those of initialize(), train() or fromJSON(). */
  get isRunnable(): boolean {
    return this.sizes.length > 0
  }

  /** Index of the last layer; −1 until the sizes are known. */
  get outputLayer(): number {
    return this.sizes.length - 1
  }

  /** Samples that Adam has stepped by. */
  get iterations(): number {
    return heldBy(this).parameters?.steps ?? 0
  }

  /** weights[l][j][i]: from unit i of layer l − 1 to unit j of layer l, from 1 on. May be written to. */
  get weights(): Float32Array[][] {
    return heldBy(this).layerByLayer(({ weights }) => [...weights])
  }

  /** biases[l][j]: of unit j of layer l, from 1 on. May be written to. */
  get biases(): Float32Array[] {
    return heldBy(this).layerByLayer(({ biases }) => biases)
  }

  /**
   * Returns the outputs: by name where the network was trained on names, or else in order. Throws ShapeError, and BackendError
   * before the network has weights.
   */
  run(input: Partial<InputType>): OutputType {
    heldBy(this).current()
    const side = knownSides(this).input
    checkInputLength(input, side)
    const answer = this.runInput(formatted(input, side, () => 'input'))
    const outputs = this.outputLookup ? lookup.toObject(this.outputLookup, answer) : answer
    return outputs as unknown as OutputType
  }

  /** The outputs in order for inputs in order, which are not checked. Throws BackendError before the network has weights. */
  runInput(input: Float32Array): Float32Array {
    const { layers } = heldBy(this).current()
    const { activation, leakyReluAlpha } = ruleOf(this.trainOpts)
    return forward(layers, activate(activation, leakyReluAlpha), input)
  }

  /**
   * Trains on the data, in their order, an update for each, until the error is small enough, or as many iterations or milliseconds
   * are over as the options allow. Returns how it ended. The options are kept for the next call; what a callback writes to trainOpts
   * counts at once, but for praxis and timeout. Throws OptionError; ShapeError; BackendError in a callback of its own, and where
   * memory lacks; DivergedError where the error or a weight is no longer finite: the weights are then those from before.
   */
  train(
    data: INeuralNetworkDatum<Partial<InputType>, Partial<OutputType>>[],
    options: Partial<INeuralNetworkTrainOptions> = {},
  ): INeuralNetworkState {
    return runNow(training(this, data, options))
  }

  /** train(), in slices of 15 ms, between which the event loop has its turn. Rejects where that throws. */
  async trainAsync(
    data: INeuralNetworkDatum<Partial<InputType>, Partial<OutputType>>[],
    options: Partial<INeuralNetworkTrainOptions> = {},
  ): Promise<ITrainingStatus> {
    return runPaced(training(this, data, options), () => {})
  }

  /**
   * Trains on one formatted datum. Returns the mean over the outputs of its squared errors before that where it is asked for, or
   * null. Throws ShapeError; BackendError before the network has weights or while it trains; DivergedError where a weight is no
   * longer finite: the weights are then those from before.
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

  /** Throws ShapeError where formatted data do not fit the sizes, and BackendError before those are known. */
  validateData(data: readonly INeuralNetworkDatumFormatted<Float32Array>[]): void {
    checkLengths(data, sidesByPlace(this))
  }

  /** Throws ShapeError where a formatted input does not fit the sizes, and BackendError before those are known. */
  validateInput(formattedInput: Float32Array): void {
    checkInputLength(formattedInput, sidesByPlace(this).input)
  }

  /**
   * The data in numbers by place, with names in the order of the network's tables, or, before it has weights, in that of the data.
   * Throws ShapeError.
   */
  formatData(
    data: INeuralNetworkDatum<Partial<InputType>, Partial<OutputType>>[],
  ): INeuralNetworkDatumFormatted<Float32Array>[] {
    checkData(data)
    return formattedData(data, sidesFor(this, data))
  }

  /**
   * Compares the answers with the targets of the data: of a single output, as 0 or 1 by binaryThresh, or else by which is the
   * largest. A network without weights draws them first. Throws ShapeError.
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
   * The network as plain data, which brain.js reads too. Draws weights where there are none. Throws BackendError before the sizes
   * are known.
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
      options: { ...this.options },
      trainOpts: this.getTrainOptsJSON(),
    }
  }

  /**
   * Becomes the network that toJSON() gave, here or in brain.js 2, and returns itself. Throws FormatError, OptionError, and
   * BackendError while it trains, and changes nothing then.
   */
  fromJSON(json: INeuralNetworkJSON): this {
    heldBy(this).refuseWhileTraining()
    const state = stateOfJSON(json)
    const { seed } = this.options
    // What else the constructor was given belongs to the network that this one was.
    const options = networkOptions({ ...(seed !== undefined && { seed }), ...state.options })
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
   * Returns a function that answers as run() does, but for the last bit of float32, and needs nothing else: its toString() is its
   * source. It returns an array where run() returns a Float32Array, and takes what an input lacks for 0 where run() throws. cb: is
   * given the body and returns the one to use. Throws BackendError before the sizes are known, and what `new Function` throws
   * where a page forbids it.
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
    validateWhileTraining(network.trainOpts)
    const next = ruleOf(network.trainOpts)
    if (isSameRule(rule, next)) return
    rule = next
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
