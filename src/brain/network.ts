// The feedforward network of brain.js 2, by its names, over kernels of nabla.

import { BackendError } from '../base/errors.ts'
import { runNow, runPaced, type Slices } from '../base/pace.ts'
import { Configured, networkOptions } from './configured.ts'
import { checkInputLength, formatted, type Sides } from './format.ts'
import { activate, forward } from './forward.ts'
import { Held } from './held.ts'
import { lookup } from './lookup.ts'
import { makeOnline } from './make-online.ts'
import { drawn } from './parameters.ts'
import { makeReference } from './reference.ts'
import { isSameRule, ruleOf } from './rule.ts'
import { sizesFor, sizesOf } from './sizes.ts'
import { layersToJSON, stateOfJSON } from './state.ts'
import { testResults } from './test-results.ts'
import { makeFunction } from './to-function.ts'
import { trainOptionsOfJSON, validateWhileTraining } from './train-options.ts'
import { diverged, train } from './trainer.ts'
import { checkData, checkLengths, formattedData, sidesOf, trainingData } from './training-data.ts'
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

  readonly #held = new Held()

  constructor(options: Partial<INeuralNetworkOptions & INeuralNetworkTrainOptions> = {}) {
    super(options)
    this.sizes = sizesOf(this.options)
  }

  /** Draws new weights for the sizes. Throws BackendError where those are not known, and while the network trains. */
  initialize(): void {
    if (this.sizes.length === 0) throw new BackendError('Sizes must be set before initializing')
    this.#held.replace(drawn(this.sizes, this.options.seed))
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
    return this.#held.parameters?.steps ?? 0
  }

  /** weights[l][j][i]: from unit i of layer l − 1 to unit j of layer l, from 1 on. May be written to. */
  get weights(): Float32Array[][] {
    return this.#held.layerByLayer(({ weights }) => [...weights])
  }

  /** biases[l][j]: of unit j of layer l, from 1 on. May be written to. */
  get biases(): Float32Array[] {
    return this.#held.layerByLayer(({ biases }) => biases)
  }

  /**
   * Returns the outputs: by name where the network was trained on names, or else in order. Throws ShapeError, and BackendError
   * before the network has weights.
   */
  run(input: Partial<InputType>): OutputType {
    this.#held.current()
    const side = this.#sides().input
    checkInputLength(input, side)
    const answer = this.runInput(formatted(input, side, () => 'input'))
    const outputs = this.outputLookup ? lookup.toObject(this.outputLookup, answer) : answer
    return outputs as unknown as OutputType
  }

  /** The outputs in order for inputs in order, which are not checked. Throws BackendError before the network has weights. */
  runInput(input: Float32Array): Float32Array {
    const { layers } = this.#held.current()
    const { activation, leakyReluAlpha } = ruleOf(this.trainOpts)
    return forward(layers, activate(activation, leakyReluAlpha), input)
  }

  /** The sides of the data that the network knows, or, while it has no weights, those of the data. */
  #sides(data?: readonly unknown[]): Sides {
    if (this.#held.parameters || !data) {
      const { inputLookup, outputLookup, sizes } = this
      return {
        input: { name: 'input', lookup: inputLookup, length: sizes[0] },
        output: { name: 'output', lookup: outputLookup, length: sizes[sizes.length - 1] },
      }
    }
    return sidesOf(data)
  }

  /** Takes over the sides of the first data, and draws weights for their sizes. */
  #adopt({ input, output }: Sides): void {
    if (this.#held.parameters) return
    this.sizes = sizesFor(input.length, output.length, this.options)
    this.inputLookup = input.lookup
    this.inputLookupLength = input.lookup ? input.length : 0
    this.outputLookup = output.lookup
    this.outputLookupLength = output.lookup ? output.length : 0
    this.initialize()
  }

  /**
   * Trains on the data, in their order, an update for each, until the error is small enough, or as many iterations or milliseconds
   * are over as the options allow. Returns how it ended. The options are kept for the next call; what a callback writes to them
   * counts at once, but for praxis and timeout. Throws OptionError; ShapeError;
   * BackendError in a callback of its own, and where memory lacks; DivergedError where the error or a weight is no longer finite:
   * the weights are then those from before.
   */
  train(
    data: INeuralNetworkDatum<Partial<InputType>, Partial<OutputType>>[],
    options: Partial<INeuralNetworkTrainOptions> = {},
  ): INeuralNetworkState {
    return runNow(this.#train(data, options))
  }

  /** train(), in slices of 15 ms, between which the event loop has its turn. Rejects where that throws. */
  async trainAsync(
    data: INeuralNetworkDatum<Partial<InputType>, Partial<OutputType>>[],
    options: Partial<INeuralNetworkTrainOptions> = {},
  ): Promise<ITrainingStatus> {
    return runPaced(this.#train(data, options), () => {})
  }

  *#train(data: unknown, options: Partial<INeuralNetworkTrainOptions>): Slices<INeuralNetworkState> {
    this.#held.refuseWhileTraining()
    this.updateTrainingOptions(options)
    checkData(data)
    const sides = this.#sides(data)
    const numbers = trainingData(data, sides.input, sides.output)
    this.#adopt(sides)
    let rule = ruleOf(this.trainOpts)
    const online = makeOnline(this.sizes, this.#held.parameters!, numbers, rule)
    const follow = () => {
      validateWhileTraining(this.trainOpts)
      const next = ruleOf(this.trainOpts)
      if (isSameRule(rule, next)) return
      rule = next
      online.follow(rule)
    }
    return yield* this.#held.during(
      online,
      (resume) =>
        train({
          online,
          options: () => this.trainOpts,
          errorCheckInterval: () => this.errorCheckInterval,
          resume: () => {
            resume()
            follow()
          },
        }),
      ({ iterations }) => diverged(this.trainOpts, iterations),
    )
  }

  /**
   * Trains on one formatted datum. Returns the mean over the outputs of its squared errors before that where it is asked for, or
   * null. Throws ShapeError; BackendError before the network has weights or while it trains; DivergedError where a weight is no
   * longer finite: the weights are then those from before.
   */
  trainPattern(datum: INeuralNetworkDatumFormatted<Float32Array>, logErrorRate?: boolean): number | null {
    this.#held.refuseWhileTraining()
    const parameters = this.#held.current()
    const { input, output } = this.#sidesByPlace()
    const data = trainingData([datum], input, output)
    const online = makeReference(this.sizes, parameters, data, ruleOf(this.trainOpts))
    // biome-ignore lint/correctness/useYield: one step has no place to pause at
    const step = function* (): Slices<number> {
      online.run(1, 1, -1)
      return online.error
    }
    const error = runNow(this.#held.during(online, step, () => diverged(this.trainOpts, 1)))
    return logErrorRate ? error : null
  }

  /** Both sides of formatted data. Throws BackendError before the sizes are known. */
  #sidesByPlace(): Sides {
    if (!this.isRunnable) throw new BackendError('network not runnable')
    const { input, output } = this.#sides()
    return { input: { ...input, lookup: null }, output: { ...output, lookup: null } }
  }

  /** Throws ShapeError where formatted data do not fit the sizes, and BackendError before those are known. */
  validateData(data: readonly INeuralNetworkDatumFormatted<Float32Array>[]): void {
    checkLengths(data, this.#sidesByPlace())
  }

  /** Throws ShapeError where a formatted input does not fit the sizes, and BackendError before those are known. */
  validateInput(formattedInput: Float32Array): void {
    checkInputLength(formattedInput, this.#sidesByPlace().input)
  }

  /**
   * The data in numbers by place, with names in the order of the network's tables, or, before it has weights, in that of the data.
   * Throws ShapeError.
   */
  formatData(
    data: INeuralNetworkDatum<Partial<InputType>, Partial<OutputType>>[],
  ): INeuralNetworkDatumFormatted<Float32Array>[] {
    checkData(data)
    return formattedData(data, this.#sides(data))
  }

  /**
   * Compares the answers with the targets of the data: of a single output, as 0 or 1 by binaryThresh, or else by which is the
   * largest. A network without weights draws them first. Throws ShapeError.
   */
  test(
    data: INeuralNetworkDatum<Partial<InputType>, Partial<OutputType>>[],
  ): INeuralNetworkTestResult | INeuralNetworkBinaryTestResult {
    const numbers = this.formatData(data)
    this.#adopt(this.#sides(data))
    const answered = numbers.map((datum) => ({ ...datum, answer: this.runInput(datum.input) }))
    return testResults(answered, this.options.binaryThresh)
  }

  /**
   * The network as plain data, which brain.js reads too. Draws weights where there are none. Throws BackendError before the sizes
   * are known.
   */
  toJSON(): INeuralNetworkJSON {
    if (!this.#held.parameters) this.initialize()
    return {
      type: 'NeuralNetwork',
      sizes: [...this.sizes],
      layers: layersToJSON(this.#held.current()),
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
    this.#held.refuseWhileTraining()
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
    this.#held.replace(state.parameters)
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
